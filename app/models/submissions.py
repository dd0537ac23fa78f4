"""Windows, and the sealed copies put forward in them."""

from datetime import date
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from app.models.columns import Moment, Row, choice, identity, json_value, long_text, moment, parent


class Status(StrEnum):
    """Where a submission is. Who may see which is for ``rules/workflow.py`` to say."""

    AWAITING_SIGN_OFF = "awaiting sign-off"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    SUBMITTED = "submitted"
    IN_REVIEW = "in review"
    IN_MODERATION = "in moderation"
    AWAITING_DECISION = "awaiting decision"
    DECIDED = "decided"
    RELEASED = "released"


OPEN_STATUSES = (
    Status.AWAITING_SIGN_OFF,
    Status.SUBMITTED,
    Status.IN_REVIEW,
    Status.IN_MODERATION,
    Status.AWAITING_DECISION,
    Status.DECIDED,
)


class Window(Row, table=True):
    id: UUID = identity()
    framework_version_id: UUID = parent("framework_version.id")
    name: str = Field(max_length=120)
    levels: list[str] = json_value(default_factory=list)
    opens_at: Moment = moment()
    closes_at: Moment = moment()  # the first moment that is too late
    decision_promised_on: date


_OPEN_SQL = "status IN ({})".format(", ".join(f"'{status.value}'" for status in OPEN_STATUSES))


class Submission(Row, table=True):
    __table_args__ = (
        sa.Index(
            "uq_submission_open",
            "organisation_id",
            "level",
            unique=True,
            sqlite_where=sa.text(_OPEN_SQL),
            postgresql_where=sa.text(_OPEN_SQL),
        ),
        sa.Index("ix_submission_icb_status", "icb_id", "level", "status"),
    )
    id: UUID = identity()
    organisation_id: UUID = parent("organisation.id")
    icb_id: UUID | None = parent("organisation.id", optional=True, index=False)  # as of that day
    region_id: UUID | None = parent("organisation.id", optional=True, index=False)
    self_assessment_id: UUID = parent("self_assessment.id")
    framework_version_id: UUID = parent("framework_version.id")
    window_id: UUID = parent("window.id")
    level: str = Field(max_length=40)
    status: Status = choice(Status)
    handed_over_at: Moment = moment()
    handed_over_by_id: UUID = parent("person.id", index=False)
    sponsor_id: UUID = parent("person.id")  # the executive asked to sign
    decline_reason: str = long_text(default="")
    changed_at: Moment = moment()  # when the status last changed


class SealedCopy(Row, table=True):
    """What was signed, for ever. Review, moderation and decision refer to its hash."""

    submission_id: UUID = Field(foreign_key="submission.id", primary_key=True)
    receipt: str = Field(max_length=40, unique=True)
    document: str = long_text()  # canonical JSON
    sha256: str = Field(max_length=64)
    declaration: str = long_text()  # the text as the signer read it
    sealed_at: Moment = moment()  # the time that counts
    sealed_by_id: UUID = parent("person.id", index=False)
