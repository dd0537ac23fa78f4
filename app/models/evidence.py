"""The organisation's evidence: items, their versions, and the answers they support."""

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from app.models.columns import Moment, Row, choice, identity, json_value, long_text, moment, parent


class EvidenceKind(StrEnum):
    FILE = "file"
    LINK = "link"


class ScanState(StrEnum):
    """What the virus scanner says of a file's bytes."""

    WAITING = "waiting"
    CLEAN = "clean"
    INFECTED = "infected"
    NOT_SCANNED = "not scanned"  # no scanner is set; production refuses to start like that


class Evidence(Row, table=True):
    id: UUID = identity()
    organisation_id: UUID = parent("organisation.id")
    kind: EvidenceKind = choice(EvidenceKind)
    title: str = Field(max_length=200)
    source: str = Field(default="", max_length=40)  # id of a framework's source it comes from, such as WRES
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
    added_by_id: UUID = parent("person.id")  # whoever added it never judges it


class EvidenceCheck(Row, table=True):
    """What was found in a file version: by the virus scanner, and by the search for what should not be sent."""

    evidence_version_id: UUID = Field(foreign_key="evidence_version.id", primary_key=True)
    scan: ScanState = choice(ScanState, default=ScanState.WAITING, index=True)
    scanned_at: Moment | None = moment(optional=True)
    signature: str = Field(default="", max_length=200)  # the scanner's name for what it found
    leased_until: Moment | None = moment(optional=True)  # one worker at a time scans it
    tries: int = 0
    last_error: str = long_text(default="")
    findings: list[dict[str, Any]] = json_value(
        default_factory=list
    )  # what the writer is warned of, with places
    confirmed_at: Moment | None = moment(optional=True)  # the writer answered the warning
    confirmed_by_id: UUID | None = parent("person.id", optional=True, index=False)
    confirm_reason: str = long_text(default="")
    reader_name: str = Field(
        default="", max_length=80
    )  # stored name of the copy without metadata, which others open
    reader_sha256: str = Field(default="", max_length=64)
    reader_size: int = 0  # bytes


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
