"""The organisation's evidence: items, their versions, and the answers they support."""

from datetime import date
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from app.models.columns import Moment, Row, choice, identity, moment, parent


class EvidenceKind(StrEnum):
    FILE = "file"
    LINK = "link"


class Evidence(Row, table=True):
    id: UUID = identity()
    organisation_id: UUID = parent("organisation.id")
    kind: EvidenceKind = choice(EvidenceKind)
    title: str = Field(max_length=200)
    evidence_date: date  # when the thing itself dates from; not when it was uploaded
    expires_on: date | None = None
    added_at: Moment = moment()
    added_by_id: UUID = parent("person.id", index=False)
    removed_at: Moment | None = moment(optional=True)
    removed_by_id: UUID | None = parent("person.id", optional=True, index=False)


class EvidenceVersion(Row, table=True):
    """A file's facts, or a link's address. Versions are never changed."""

    __table_args__ = (sa.UniqueConstraint("evidence_id", "number"),)
    id: UUID = identity()
    evidence_id: UUID = parent("evidence.id", index=False)
    number: int
    file_name: str = Field(default="", max_length=200)
    media_type: str = Field(default="", max_length=100)
    size: int = 0  # bytes
    sha256: str = Field(default="", max_length=64)
    stored_name: str = Field(default="", max_length=80)
    url: str = Field(default="", max_length=2000)
    added_at: Moment = moment()
    added_by_id: UUID = parent("person.id", index=False)


class EvidenceLink(Row, table=True):
    """This evidence supports that answer, at this page or passage."""

    __table_args__ = (sa.UniqueConstraint("self_assessment_id", "criterion_code", "evidence_id"),)
    id: UUID = identity()
    self_assessment_id: UUID = parent("self_assessment.id", index=False)
    criterion_code: str = Field(max_length=10)
    evidence_id: UUID = parent("evidence.id")
    place: str = Field(default="", max_length=300)  # page or passage
    linked_at: Moment = moment()
    linked_by_id: UUID = parent("person.id", index=False)
