"""What the Assembly decided, and the certificates that follow."""

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from app.models.columns import Moment, Row, choice, identity, json_value, long_text, moment, parent


class Outcome(StrEnum):
    RECOGNISED = "recognised"
    NOT_YET = "not yet"
    DEFERRED = "deferred"


class Decision(Row, table=True):
    id: UUID = identity()
    submission_id: UUID = Field(foreign_key="submission.id", unique=True)
    outcome: Outcome = choice(Outcome)
    rule_outcome: Outcome = choice(Outcome)  # what the rule says of the agreed scores
    is_override: bool = False
    reason: str = long_text(default="")
    basis: dict[str, Any] = json_value(default_factory=dict)  # the exact scores, rule, version and copy hash
    decided_at: Moment = moment()
    decided_by_id: UUID = parent("person.id", index=False)
    released_at: Moment | None = moment(optional=True)
    released_by_id: UUID | None = parent("person.id", optional=True, index=False)


class Condition(Row, table=True):
    __table_args__ = (sa.UniqueConstraint("decision_id", "criterion_code"),)
    id: UUID = identity()
    decision_id: UUID = parent("decision.id", index=False)
    criterion_code: str = Field(max_length=10)
    text: str = long_text()


class Certificate(Row, table=True):
    """A recognition. The PDF is drawn from this row; names are kept as they were that day."""

    __table_args__ = (
        sa.UniqueConstraint("year", "serial"),
        # The dashboards' question (who held what on a day) is answered from this index alone.
        sa.Index(
            "ix_certificate_holding",
            "organisation_id",
            "level_rank",
            "icb_id",
            "region_id",
            "issued_on",
            "expires_on",
            "revoked_on",
        ),
    )
    id: UUID = identity()
    decision_id: UUID = Field(foreign_key="decision.id", unique=True)
    number: str = Field(max_length=30, unique=True)
    year: int
    serial: int
    token: str = Field(max_length=32, unique=True)  # 128 random bits, hexadecimal
    organisation_id: UUID = parent("organisation.id", index=False)
    icb_id: UUID | None = parent("organisation.id", optional=True, index=False)
    region_id: UUID | None = parent("organisation.id", optional=True, index=False)
    organisation_name: str = Field(max_length=300)
    ods_code: str = Field(max_length=10)
    level: str = Field(max_length=40)
    level_name: str = Field(max_length=40)
    level_rank: int
    framework_version_id: UUID = parent("framework_version.id", index=False)
    framework_title: str = Field(max_length=200)
    framework_version: str = Field(max_length=40)
    illustrative_mark: str = Field(default="", max_length=300)
    issuer_name: str = Field(max_length=200)
    signatories: list[str] = json_value(default_factory=list)
    is_fictional: bool = False
    issued_on: date
    expires_on: date  # the last day it is in date
    issued_at: Moment = moment()
    issued_by_id: UUID = parent("person.id", index=False)
    revoked_on: date | None = None
    revoked_at: Moment | None = moment(optional=True)
    revoked_by_id: UUID | None = parent("person.id", optional=True, index=False)
    revoke_reason: str = long_text(default="")


class CertificateCounter(Row, table=True):
    """The last serial given in a year; raised in the transaction that issues, so numbers have no gaps."""

    year: int = Field(primary_key=True)
    last: int
