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
    CHANGES_REQUESTED = "changes requested"
    IN_REVIEW = "in review"
    THIRD_REVIEW = "third review"
    IN_MODERATION = "in moderation"
    AWAITING_ANSWER = "awaiting an answer"
    AWAITING_DECISION = "awaiting decision"
    DECIDED = "decided"
    RELEASED = "released"
    APPEALED = "appealed"


OPEN_STATUSES = (
    Status.AWAITING_SIGN_OFF,
    Status.SUBMITTED,
    Status.CHANGES_REQUESTED,
    Status.IN_REVIEW,
    Status.THIRD_REVIEW,
    Status.IN_MODERATION,
    Status.AWAITING_ANSWER,
    Status.AWAITING_DECISION,
    Status.DECIDED,
    Status.APPEALED,
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
    round: int = 1  # raised by an appeal, which is judged anew by others
    handed_over_at: Moment = moment()
    handed_over_by_id: UUID = parent("person.id", index=False)
    sponsor_id: UUID = parent("person.id")  # the executive asked to sign
    decline_reason: str = long_text(default="")
    changed_at: Moment = moment()  # when the status last changed


class SealedCopy(Row, table=True):
    """What was signed, for ever. Review, moderation and decision refer to its hash.

    A request for changes leads to a further copy of the same submission, which must differ from the one before.
    """

    submission_id: UUID = Field(foreign_key="submission.id", primary_key=True)
    number: int = Field(default=1, primary_key=True)
    receipt: str = Field(max_length=40, unique=True)
    document: str = long_text()  # canonical JSON
    sha256: str = Field(max_length=64)
    declaration: str = long_text()  # the text as the signer read it
    minute_reference: str = Field(default="", max_length=200)  # where the board's minutes speak of it
    sealed_at: Moment = moment()  # the time that counts
    sealed_by_id: UUID = parent("person.id", index=False)


class ChangeRequest(Row, table=True):
    """What the Assembly asks to be changed, criterion by criterion. All else stays sealed."""

    __table_args__ = (
        sa.Index(
            "uq_change_request_open",
            "submission_id",
            unique=True,
            sqlite_where=sa.text("answered_at IS NULL"),
            postgresql_where=sa.text("answered_at IS NULL"),
        ),
    )
    id: UUID = identity()
    submission_id: UUID = parent("submission.id")
    copy_number: int  # of the sealed copy that it is about; the next one answers it
    reason: str = long_text()
    criteria: dict[str, str] = json_value(default_factory=dict)  # code -> what to change
    due_on: date
    requested_at: Moment = moment()
    requested_by_id: UUID = parent("person.id", index=False)
    answered_at: Moment | None = moment(optional=True)


class View(StrEnum):
    """What a staff network's chair says of a submission."""

    AGREE = "agree"
    AGREE_WITH_COMMENT = "agree with comment"
    DISAGREE = "disagree"


class CoSignature(Row, table=True):
    """The staff network's view of a submission, asked for when it is handed over. It never blocks one."""

    __table_args__ = (sa.UniqueConstraint("submission_id", "person_id"),)
    id: UUID = identity()
    submission_id: UUID = parent("submission.id", index=False)
    person_id: UUID = parent("person.id")  # the chair who is asked
    asked_at: Moment = moment()
    view: View | None = choice(View, default=None, nullable=True)
    comment: str = long_text(default="")
    is_view_shared: bool = False  # the organisation may read the view; the Assembly always does
    is_comment_shared: bool = False
    given_at: Moment | None = moment(optional=True)


class CallBack(Row, table=True):
    """The executive would rather talk before signing."""

    id: UUID = identity()
    submission_id: UUID = parent("submission.id")
    note: str = Field(default="", max_length=500)  # how and when to reach them
    asked_at: Moment = moment()
    asked_by_id: UUID = parent("person.id", index=False)
    done_at: Moment | None = moment(optional=True)
    done_by_id: UUID | None = parent("person.id", optional=True, index=False)


class Intention(Row, table=True):
    """An organisation means to submit a level in a window, so that reviewers can be found in time."""

    __table_args__ = (
        sa.Index(
            "uq_intention_stated",
            "organisation_id",
            "window_id",
            "level",
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        ),
    )
    id: UUID = identity()
    organisation_id: UUID = parent("organisation.id", index=False)
    window_id: UUID = parent("window.id")
    level: str = Field(max_length=40)
    stated_at: Moment = moment()
    stated_by_id: UUID = parent("person.id", index=False)
    withdrawn_at: Moment | None = moment(optional=True)
    withdrawn_by_id: UUID | None = parent("person.id", optional=True, index=False)


class LateDoor(Row, table=True):
    """A window kept open for one organisation, with the reason."""

    id: UUID = identity()
    window_id: UUID = parent("window.id", index=False)
    organisation_id: UUID = parent("organisation.id")
    closes_at: Moment = moment()  # the first moment that is too late
    reason: str = long_text()
    opened_at: Moment = moment()
    opened_by_id: UUID = parent("person.id", index=False)


class Reminder(Row, table=True):
    """One reminder before a window closes; each goes out once."""

    __table_args__ = (sa.UniqueConstraint("window_id", "organisation_id", "working_days"),)
    id: UUID = identity()
    window_id: UUID = parent("window.id", index=False)
    organisation_id: UUID = parent("organisation.id", index=False)
    working_days: int  # before the close
    written_at: Moment = moment()
