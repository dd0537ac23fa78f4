"""Good practice that organisations let others read."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from app.models.columns import Moment, Row, identity, long_text, moment, parent


class ExampleConsent(Row, table=True):
    """An organisation lets one of its recognised answers be shown, until it takes that back."""

    __table_args__ = (
        sa.Index(
            "uq_example_consent_given",
            "submission_id",
            "criterion_code",
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        ),
    )
    id: UUID = identity()
    organisation_id: UUID = parent("organisation.id")
    submission_id: UUID = parent("submission.id", index=False)  # whose sealed answer it is
    criterion_code: str = Field(max_length=10)
    credit: str = Field(max_length=300)  # as the organisation wants to be named
    note: str = long_text(default="")  # to the Assembly: what to leave out
    given_at: Moment = moment()
    given_by_id: UUID = parent("person.id", index=False)
    withdrawn_at: Moment | None = moment(optional=True)
    withdrawn_by_id: UUID | None = parent("person.id", optional=True, index=False)


class ConsentedEvidence(Row, table=True):
    """A redacted file that may be shown beside the excerpt."""

    consent_id: UUID = Field(foreign_key="example_consent.id", primary_key=True)
    evidence_version_id: UUID = Field(foreign_key="evidence_version.id", primary_key=True)


class Example(Row, table=True):
    """An excerpt of a recognised answer beside its criterion, credited, chosen by the Assembly."""

    id: UUID = identity()
    consent_id: UUID = Field(foreign_key="example_consent.id", unique=True)
    framework_version_id: UUID = parent("framework_version.id", index=False)
    criterion_code: str = Field(max_length=10, index=True)
    excerpt: str = long_text()
    why: str = long_text(default="")  # what makes it good practice, in the Assembly's words
    version: int = 1  # counts the saves
    drafted_at: Moment = moment()
    drafted_by_id: UUID = parent("person.id", index=False)
    published_at: Moment | None = moment(optional=True)
    published_by_id: UUID | None = parent("person.id", optional=True, index=False)
    taken_down_at: Moment | None = moment(optional=True)
    taken_down_by_id: UUID | None = parent("person.id", optional=True, index=False)
    taken_down_reason: str = long_text(default="")
