"""The two files of each certificate, and which of them are still to be drawn."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from app.models import Certificate, CertificateDrawing, CertificateFile, Decision, FileForm, Submission

MOST_TRIES = (
    8  # with doubled leases more than eight hours, so that a key service may be down over a working day
)


@dataclass(frozen=True)
class Counts:
    """How many certificates have their files, wait for them, and were given up."""

    drawn: int
    waiting: int
    given_up: int


def of_certificate(session: Session, certificate_id: UUID) -> dict[FileForm, CertificateFile]:
    """The files of a certificate; empty while it is not drawn."""
    rows = session.exec(select(CertificateFile).where(CertificateFile.certificate_id == certificate_id))
    return {row.form: row for row in rows}


def held_up(session: Session, certificate_id: UUID) -> str:
    """Why a certificate has no files yet, where something went wrong; empty otherwise."""
    row = session.get(CertificateDrawing, certificate_id)
    return row.last_error if row else ""


def stored_names(session: Session) -> set[str]:
    """The names of all stored bytes of certificates; a sweep must leave them."""
    return set(session.exec(select(CertificateFile.stored_name)))


def is_due(at: datetime) -> sa.ColumnElement[bool]:
    """Not drawn, not given up, and nobody's at the moment."""
    return sa.and_(
        col(CertificateDrawing.drawn_at).is_(None),
        col(CertificateDrawing.tries) < MOST_TRIES,
        sa.or_(col(CertificateDrawing.leased_until).is_(None), col(CertificateDrawing.leased_until) <= at),
    )


def in_window(window_id: UUID | None) -> sa.ColumnElement[bool]:
    """Whether a drawing is of a certificate that came out of the window; None: any."""
    if window_id is None:
        return sa.true()
    of_it = (
        sa.select(col(Certificate.id))
        .join(Decision, col(Decision.id) == col(Certificate.decision_id))
        .join(Submission, col(Submission.id) == col(Decision.submission_id))
        .where(col(Submission.window_id) == window_id)
    )
    return col(CertificateDrawing.certificate_id).in_(of_it)


def is_any_due(session: Session, *, at: datetime) -> bool:
    return (
        session.exec(select(CertificateDrawing.certificate_id).where(is_due(at)).limit(1)).first() is not None
    )


def is_any_held(session: Session, window_id: UUID, *, at: datetime) -> bool:
    """Whether somebody draws one for the first time at the moment; one that failed before waits for its next try."""
    held = sa.and_(
        col(CertificateDrawing.drawn_at).is_(None),
        col(CertificateDrawing.leased_until) > at,
        col(CertificateDrawing.last_error) == "",
    )
    query = select(CertificateDrawing.certificate_id).where(held, in_window(window_id)).limit(1)
    return session.exec(query).first() is not None


def counts(session: Session, window_id: UUID | None = None) -> Counts:
    is_drawn = col(CertificateDrawing.drawn_at).is_not(None)
    is_lost = sa.and_(~is_drawn, col(CertificateDrawing.tries) >= MOST_TRIES)
    row = session.execute(
        sa.select(
            func.count(),
            func.coalesce(func.sum(sa.case((is_drawn, 1), else_=0)), 0),
            func.coalesce(func.sum(sa.case((is_lost, 1), else_=0)), 0),
        )
        .select_from(CertificateDrawing)
        .where(in_window(window_id))
    ).one()
    return Counts(drawn=row[1], waiting=row[0] - row[1] - row[2], given_up=row[2])
