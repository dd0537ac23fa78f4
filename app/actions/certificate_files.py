"""Drawing the files of certificates: claimed by one process, drawn and signed outside any transaction, then noted."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.actions.history import record
from app.adapters.files import Stored
from app.models import Certificate, CertificateDrawing, CertificateFile, FileForm, SigningKey
from app.queries.certificate_files import MOST_TRIES, in_window, is_due

LEASE = timedelta(
    minutes=2
)  # longer than one drawing may take; also the pause before the next try, doubled each time
MOST_ERROR = 500  # characters


@dataclass(frozen=True)
class Drawn:
    """Both files as they were stored, and what signed the second."""

    accessible: Stored
    signed: Stored
    kid: str
    has_time_stamp: bool


def claim(session: Session, *, at: datetime, window_id: UUID | None = None) -> Certificate | None:
    """Lease the next certificate that waits for its files to the caller; None when nothing is due.

    It is detached from the session, so that it can be read after the transaction.
    """
    waiting = (
        select(CertificateDrawing)
        .where(is_due(at), in_window(window_id))
        .order_by(col(CertificateDrawing.tries), col(CertificateDrawing.certificate_id))
        .limit(1)
    )
    row = session.exec(waiting.with_for_update(skip_locked=True)).first()
    if row is None:
        return None
    row.leased_until = at + LEASE * 2**row.tries
    row.tries += 1
    session.flush()
    certificate = session.get_one(Certificate, row.certificate_id)
    session.expunge(certificate)
    return certificate


def note_drawn(session: Session, certificate_id: UUID, drawn: Drawn, *, at: datetime) -> bool:
    """Both files are stored: the register knows their hashes from now on.

    False when another process was quicker, after a lease had run out: its files stay, ours are left for the sweep.
    """
    session.get_one(Certificate, certificate_id, with_for_update={"key_share": True})  # holds its history
    row = session.get_one(CertificateDrawing, certificate_id, with_for_update=True)
    if row.drawn_at is not None:
        return False
    key = session.exec(select(SigningKey).where(SigningKey.kid == drawn.kid)).one()
    session.add_all(
        [
            _file(certificate_id, FileForm.ACCESSIBLE, drawn.accessible, at),
            _file(certificate_id, FileForm.SIGNED, drawn.signed, at, key, drawn.has_time_stamp),
        ]
    )
    row.drawn_at, row.leased_until, row.last_error = at, None, ""
    facts = {"accessible": drawn.accessible.sha256, "signed": drawn.signed.sha256, "kid": drawn.kid}
    record(session, f"certificate:{certificate_id}", "draw", by=None, at=at, facts=facts)
    return True


def _file(
    certificate_id: UUID,
    form: FileForm,
    stored: Stored,
    at: datetime,
    key: SigningKey | None = None,
    has_time_stamp: bool = False,
) -> CertificateFile:
    return CertificateFile(
        certificate_id=certificate_id,
        form=form,
        sha256=stored.sha256,
        size=stored.size,
        stored_name=stored.name,
        drawn_at=at,
        key_id=key.id if key else None,
        has_time_stamp=has_time_stamp,
    )


def note_failure(session: Session, certificate_id: UUID, error: str) -> None:
    """It could not be drawn: it waits for the lease to end, or stays as it is after the last try."""
    session.get_one(CertificateDrawing, certificate_id).last_error = error[:MOST_ERROR]


def note_waiting(session: Session, reason: str) -> None:
    """Nothing can be drawn at all for a reason that the pages of those who wait tell the administrators."""
    session.execute(
        sa.update(CertificateDrawing)
        .where(col(CertificateDrawing.drawn_at).is_(None), col(CertificateDrawing.last_error) != reason)
        .values(last_error=reason[:MOST_ERROR])
    )


def try_again(session: Session, window_id: UUID | None = None) -> None:
    """Give what was given up its tries back: somebody asked by hand, so the cause may be gone."""
    session.execute(
        sa.update(CertificateDrawing)
        .where(
            col(CertificateDrawing.drawn_at).is_(None),
            col(CertificateDrawing.tries) >= MOST_TRIES,
            in_window(window_id),
        )
        .values(tries=0, leased_until=None)
    )
