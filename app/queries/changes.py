"""Requests for changes: the one that is open, and those that were answered."""

from uuid import UUID

from sqlmodel import Session, col, select

from app.models import ChangeRequest


def open_request(session: Session, submission_id: UUID) -> ChangeRequest | None:
    """The request that waits for the organisation, if there is one."""
    return session.exec(
        select(ChangeRequest)
        .where(ChangeRequest.submission_id == submission_id)
        .where(col(ChangeRequest.answered_at).is_(None))
    ).first()


def requests(session: Session, submission_id: UUID) -> list[ChangeRequest]:
    """Every request about a submission, first one first."""
    return list(
        session.exec(
            select(ChangeRequest)
            .where(ChangeRequest.submission_id == submission_id)
            .order_by(col(ChangeRequest.copy_number))
        ).all()
    )
