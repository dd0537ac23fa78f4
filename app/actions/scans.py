"""Scanning: rows that say what is to be scanned, leased to one worker at a time, like mails.

A scan itself happens between two transactions. What a scan says is written whole or not at all, and nothing but the
scanner's own "clean" about the very bytes that were uploaded makes a row clean.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.actions import mails
from app.actions.history import record
from app.models import Evidence, EvidenceCheck, EvidenceVersion, Organisation, Role, ScanState
from app.queries import scans
from app.rules.scans import is_unread

LEASE = timedelta(
    minutes=10
)  # longer than a scan may take; after a crash it is the pause before the next try
PAUSES = [timedelta(minutes=minutes) for minutes in (1, 2, 4, 8)]
MOST_TRIES = len(PAUSES) + 1  # in a quarter of an hour; from then on the file is parked: tried once a day
PARKED_PAUSE = timedelta(days=1)
MOST_ERROR = 500  # characters kept of what went wrong


@dataclass(frozen=True)
class Claimed:
    """A version to scan, leased to the caller."""

    version_id: UUID
    stored_name: str
    sha256: str
    is_first: bool  # it was never found clean, so others don't open it yet


def adopt(session: Session) -> int:
    """Let wait what the scanner has not seen: file versions without a row of checks, and those from before there was a
    scanner. Returns how many."""
    rows = [EvidenceCheck(evidence_version_id=version_id) for version_id in scans.without_row(session)]
    unseen = select(EvidenceCheck).where(col(EvidenceCheck.scan) == ScanState.NOT_SCANNED)
    for row in session.exec(unseen.with_for_update()).all():
        row.scan = ScanState.WAITING
        rows.append(row)
    session.add_all(rows)
    session.flush()
    return len(rows)


def claim(session: Session, *, at: datetime, rescan_before: datetime | None = None) -> Claimed | None:
    """Lease the next file: one that waits, else one that was last scanned before ``rescan_before``."""
    row = _first(session, scans.is_waiting(at))
    if row is None and rescan_before is not None:
        row = _first(session, scans.is_to_rescan(at, rescan_before))
    if row is None:
        return None
    row.leased_until = at + LEASE
    row.tries += 1
    version = session.get_one(EvidenceVersion, row.evidence_version_id)
    is_first = row.scan is not ScanState.CLEAN
    return Claimed(version.id, version.stored_name, version.sha256, is_first)


def _first(session: Session, due: sa.ColumnElement[bool]) -> EvidenceCheck | None:
    oldest = (
        select(EvidenceCheck)
        .where(due)
        .order_by(
            col(EvidenceCheck.tries), col(EvidenceCheck.scanned_at), col(EvidenceCheck.evidence_version_id)
        )
        .limit(1)
    )
    return session.exec(oldest.with_for_update(skip_locked=True)).first()


def note_clean(session: Session, version_id: UUID, *, at: datetime) -> None:
    """The scanner read all of it and found nothing. What was found infected once stays so."""
    row = _row(session, version_id)
    if row is None or row.scan is ScanState.INFECTED:
        return
    row.scan, row.scanned_at = ScanState.CLEAN, at
    row.leased_until, row.tries, row.last_error = None, 0, ""


def note_infected(
    session: Session, version_id: UUID, signature: str, *, at: datetime, base_url: str = ""
) -> None:
    """Lock the file away at once, and tell its organisation's leads, the administrators and its reviewers."""
    item, organisation = scans.organisation_of(session, version_id)
    # The organisation's row first, as all who write to its history take it.
    session.get_one(Organisation, organisation.id, with_for_update={"key_share": True})
    row = _row(session, version_id)
    if row is None or row.scan is ScanState.INFECTED:
        return
    row.scan, row.scanned_at, row.signature = ScanState.INFECTED, at, signature
    row.leased_until, row.tries, row.last_error = None, 0, ""
    session.flush()
    version = session.get_one(EvidenceVersion, version_id)
    facts = {"evidence": str(item.id), "version": version.number, "signature": signature}
    record(session, f"organisation:{organisation.id}", "quarantine evidence", by=None, at=at, facts=facts)
    _tell(session, item, organisation, version_id, signature, at, base_url)


def _tell(
    session: Session,
    item: Evidence,
    organisation: Organisation,
    version_id: UUID,
    signature: str,
    at: datetime,
    base_url: str,
) -> None:
    subject = "A file can't be opened" if is_unread(signature) else "A virus was found in a file"
    what = "could not look inside" if is_unread(signature) else "found a virus in"
    for address in scans.holders(session, Role.LEAD, organisation.id):
        body = (
            f"The virus scanner {what} a file in your evidence library ({signature}). Nobody can open it any more. "
            f"The page says what to do:\n\n{base_url}/evidence/{item.id}\n"
        )
        mails.write(session, address, subject, body, at=at)
    for address in scans.holders(session, Role.ADMINISTRATOR, None):
        body = (
            f"The virus scanner {what} a file that {organisation.name} keeps as evidence ({signature}). Nobody can "
            "open it any more, and the organisation's leads have been told. You don't need to do anything.\n"
        )
        mails.write(session, address, subject, body, at=at)
    for review_id, address in scans.reviewers_of(session, version_id, organisation.id):
        body = (
            f"The virus scanner {what} a file of a submission that you review. Nobody can open it any more. If you "
            f"opened it, tell your IT team. The rest can be read as before:\n\n{base_url}/reviews/{review_id}\n"
        )
        mails.write(session, address, subject, body, at=at)


def note_failure(session: Session, version_id: UUID, error: str, *, at: datetime) -> None:
    """There is no answer about the file: it keeps its state and is tried again, once a day when that was often.

    The administrators are told when a file is parked.
    """
    row = _row(session, version_id)
    if row is None or row.scan is ScanState.INFECTED:
        return
    row.last_error = error[:MOST_ERROR]
    row.leased_until = at + (PAUSES[row.tries - 1] if 0 < row.tries < MOST_TRIES else PARKED_PAUSE)
    if row.tries != MOST_TRIES:
        return
    item, organisation = scans.organisation_of(session, version_id)
    body = (
        f"The virus scanner gave no answer about a file that {organisation.name} keeps as evidence, "
        f"{MOST_TRIES} times. Last time: {row.last_error}\nEvidence {item.id}, version {version_id}. It is tried once "
        "a day from now on; `portal rescan` tries it at once.\n"
    )
    for address in scans.holders(session, Role.ADMINISTRATOR, None):
        mails.write(session, address, "A file could not be checked for viruses", body, at=at)


def note_gone(session: Session, version_id: UUID, *, at: datetime) -> None:
    """There are no bytes of that name: nothing to scan when the item was removed, a failure otherwise."""
    item, _ = scans.organisation_of(session, version_id)
    row = _row(session, version_id)
    if item.removed_at is None or row is None:
        note_failure(session, version_id, "the store has no such file", at=at)
    else:
        session.delete(row)


def try_again(session: Session) -> int:
    """Let everything that waits be tried at once, however often it was. Returns how many files wait."""
    rows = session.exec(
        select(EvidenceCheck).where(col(EvidenceCheck.scan) != ScanState.INFECTED).with_for_update()
    ).all()
    for row in rows:
        row.leased_until, row.tries = None, 0
    return sum(row.scan is not ScanState.CLEAN for row in rows)


def _row(session: Session, version_id: UUID) -> EvidenceCheck | None:
    return session.get(EvidenceCheck, version_id, with_for_update=True)
