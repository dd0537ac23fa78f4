"""What was found in a file version, what the writer says to it, and the copy without names that others open."""

import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import BinaryIO
from uuid import UUID

from sqlmodel import Session

from app.actions.history import record
from app.adapters.files import Files, Stored
from app.adapters.findings.examine import NotCleaned, cleaned, search
from app.adapters.findings.kinds import Finding, Kind
from app.adapters.structure.check import ACCEPTED
from app.db import Database
from app.models import Evidence, EvidenceCheck, EvidenceVersion, ScanState
from app.rules.errors import Conflict
from app.rules.evidence import is_warning_open
from app.rules.passages import required_passage
from app.rules.people import Who

NOT_CLEANED = Finding(
    Kind.NOT_CLEANED,
    "the whole file",
    "The portal can't make a copy without the names in the file's properties. Reviewers would open the file as it is.",
)


@dataclass(frozen=True)
class Examined:
    """What a file holds that should not be sent, and its copy for readers; None when the original serves them."""

    findings: Sequence[Finding] = ()
    reader: Stored | None = None


def examine(files: Files, source: BinaryIO, extension: str) -> Examined:
    """Search a file and store its copy for readers. Blocks for seconds, so never inside a transaction."""
    found = search(source, extension)
    try:
        copy = cleaned(source, extension, with_changes=False)
    except NotCleaned:
        return Examined([*found, NOT_CLEANED])
    finally:
        source.seek(0)
    return Examined(found, files.put(io.BytesIO(copy)) if copy is not None else None)


def extension_of(version: EvidenceVersion) -> str:
    """The extension by which a version was accepted. KeyError for a link."""
    return {media: extension for extension, media in ACCEPTED.items()}[version.media_type]


def note_added(
    session: Session, version: EvidenceVersion, examined: Examined | None, *, scan: ScanState
) -> EvidenceCheck:
    """Begin the row of checks of a new file version, in the transaction that adds it."""
    check = EvidenceCheck(evidence_version_id=version.id, scan=scan)
    if examined is not None:
        _keep(check, examined)
    session.add(check)
    session.flush()
    return check


def confirm(
    session: Session, evidence: Evidence, version: EvidenceVersion, reason: str, *, by: Who, at: datetime
) -> EvidenceCheck:
    """Keep the file as it is, with the reason. Conflict when no warning waits for an answer any more."""
    check = session.get(EvidenceCheck, version.id, with_for_update=True)
    if check is None or not is_warning_open(check.findings, check.confirmed_at):
        raise Conflict("This warning has been answered already. Open the evidence to see how.")
    given = required_passage(reason, "reason", "Say why the file may be sent as it is.")
    check.confirmed_at, check.confirmed_by_id, check.confirm_reason = at, by.person_id, given
    session.add(check)
    session.flush()
    kinds = sorted({one["kind"] for one in check.findings})
    facts = {"evidence": str(evidence.id), "version": version.number, "kinds": kinds}
    stream = f"organisation:{evidence.organisation_id}"
    record(session, stream, "confirm evidence warning", by=by.person_id, at=at, reason=given, facts=facts)
    return check


def ensure_reader_copy(database: Database, files: Files, version_id: UUID) -> None:
    """Search a version that was added without it, and make its copy for readers. Safe to call again.

    For versions from before these checks. Opens transactions of its own and must not be called inside one.
    Raises what the store raises; the job that calls it tries again.
    """
    with database.read() as session:
        version = session.get(EvidenceVersion, version_id)
        check = session.get(EvidenceCheck, version_id)
        is_done = check is not None and bool(check.reader_name or check.findings)
        session.expunge_all()  # what was read outlives this transaction
    if version is None or not version.stored_name or version.media_type not in ACCEPTED.values() or is_done:
        return
    with files.open(version.stored_name) as source:
        examined = examine(files, source, extension_of(version))
    is_kept = False
    try:
        with database.write() as session:
            is_kept = _note_later(session, version_id, examined)
    finally:
        if examined.reader and not is_kept:
            files.delete(examined.reader.name)


def _note_later(session: Session, version_id: UUID, examined: Examined) -> bool:
    """Whether the row took what was found; not when another worker was first."""
    check = session.get(EvidenceCheck, version_id, with_for_update=True)
    check = check or EvidenceCheck(evidence_version_id=version_id)
    if check.reader_name or check.findings:
        return False
    _keep(check, examined)
    session.add(check)
    session.flush()
    return True


def _keep(check: EvidenceCheck, examined: Examined) -> None:
    check.findings = [asdict(one) for one in examined.findings]
    if examined.reader is not None:
        reader = examined.reader
        check.reader_name, check.reader_sha256, check.reader_size = reader.name, reader.sha256, reader.size
