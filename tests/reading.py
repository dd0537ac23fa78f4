"""A sealed copy whose first criterion has evidence of the test's choice, with bytes in the store."""

import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import weasyprint
from sqlmodel import Session

from app.adapters.files import Files
from app.adapters.structure.check import ACCEPTED
from app.models import (
    Evidence,
    EvidenceCheck,
    EvidenceKind,
    EvidenceVersion,
    ScanState,
    SealedCopy,
    Submission,
)
from app.queries import sealed_copies
from app.rules import sealing
from app.rules.sealing import SealedCondition, SealedEvidence
from tests.judging import sealed_submission
from tests.story import NOW, Story


@dataclass(frozen=True)
class File:
    """One item: its bytes as readers get them, where the answer points, and what is known of the file."""

    name: str
    data: bytes
    place: str = ""
    title: str = "Board paper"
    scan: ScanState | None = ScanState.CLEAN
    has_copy: bool = True


def pdf(*pages: str) -> bytes:
    """A PDF with one page for each text; its first line is a heading."""
    drawn = "".join(
        f"<section style='break-after: page'><h1>{text.partition(':')[0]}</h1><p>{text}</p></section>"
        for text in pages
    )
    return bytes(weasyprint.HTML(string=f"<html lang=en><title>x</title>{drawn}</html>").write_pdf())


def copy_with(
    session: Session,
    story: Story,
    files: Files,
    evidence: Sequence[File],
    *,
    code: str = "ZZA",
    letter: str = "a",
    conditions: tuple[SealedCondition, ...] = (),
) -> Submission:
    """A submission whose newest sealed copy has these files, and conditions, at B01."""
    submission = sealed_submission(session, story, code, letter)
    before = sealed_copies.newest(session, submission.id)
    document = sealing.read(before.document)
    items = tuple(_item(session, submission, files, one) for one in evidence)
    answers = tuple(
        one.model_copy(update={"evidence": items, "conditions": conditions}) if one.code == "B01" else one
        for one in document.content.answers
    )
    content = document.content.model_copy(update={"answers": answers})
    again = document.model_copy(update={"content": content})
    facts: Mapping[str, Any] = {
        **before.model_dump(),
        "id": None,
        "number": 2,
        "receipt": f"{before.receipt}-2",
    }
    kept = {name: value for name, value in facts.items() if name != "id"}
    session.add(SealedCopy(**kept | {"document": sealing.as_text(again), "sha256": sealing.seal(again)}))
    session.flush()
    return submission


def _item(session: Session, submission: Submission, files: Files, file: File) -> SealedEvidence:
    by = submission.handed_over_by_id
    item = Evidence(
        organisation_id=submission.organisation_id,
        kind=EvidenceKind.FILE,
        title=file.title,
        evidence_date=date(2026, 5, 1),
        added_at=NOW,
        added_by_id=by,
    )
    session.add(item)
    session.flush()
    stored = files.put(io.BytesIO(b"the original of " + file.data))
    version = EvidenceVersion(
        evidence_id=item.id,
        number=1,
        file_name=file.name,
        media_type=ACCEPTED[file.name.rpartition(".")[2]],
        size=stored.size,
        sha256=stored.sha256,
        stored_name=stored.name,
        added_at=NOW,
        added_by_id=by,
    )
    session.add(version)
    session.flush()
    if file.scan is not None:
        session.add(_check(files, version.id, file))
    return SealedEvidence(
        evidence_id=item.id,
        version_id=version.id,
        kind="file",
        title=file.title,
        file_name=version.file_name,
        media_type=version.media_type,
        size=version.size,
        sha256=hashlib.sha256(file.data).hexdigest(),
        url="",
        evidence_date=item.evidence_date,
        expires_on=None,
        place=file.place,
    )


def _check(files: Files, version_id: UUID, file: File) -> EvidenceCheck:
    check = EvidenceCheck(evidence_version_id=version_id, scan=file.scan)
    if file.has_copy:
        copy = files.put(io.BytesIO(file.data))
        check.reader_name, check.reader_sha256, check.reader_size = copy.name, copy.sha256, copy.size
    return check
