"""Questions to the organisation: the one that is open, those that were answered, and what they leave to agree."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.models import AgreedScore, Clarification, Submission


def open_of(session: Session, submission_id: UUID) -> Clarification | None:
    """The question that waits for the organisation, if there is one."""
    return session.exec(
        select(Clarification)
        .where(Clarification.submission_id == submission_id)
        .where(col(Clarification.answered_at).is_(None), col(Clarification.closed_at).is_(None))
    ).first()


def every(session: Session, submission_id: UUID) -> list[Clarification]:
    """Every question about a submission, first one first."""
    return list(
        session.exec(
            select(Clarification)
            .where(Clarification.submission_id == submission_id)
            .order_by(col(Clarification.asked_at), col(Clarification.id))
        ).all()
    )


def answered(session: Session, submission_id: UUID, code: str) -> list[Clarification]:
    """The answered questions about one criterion, first one first: for who agrees its score."""
    return [
        one
        for one in every(session, submission_id)
        if one.criterion_code == code and one.answered_at is not None
    ]


def to_agree(session: Session, submission_id: UUID) -> set[str]:
    """The criteria that were clarified in the present round and whose score was not agreed since.

    Told by the numbers of agreed scores and not by time: two rows of one moment have no order.
    """
    agreed_since = (
        sa.exists()
        .where(
            col(AgreedScore.submission_id) == col(Clarification.submission_id),
            col(AgreedScore.criterion_code) == col(Clarification.criterion_code),
            col(AgreedScore.round) == col(Clarification.round),
            col(AgreedScore.number) > col(Clarification.times_agreed),
            col(AgreedScore.struck_at).is_(None),
        )
        .correlate(Clarification)
    )
    rows = session.exec(
        select(Clarification.criterion_code)
        .join(Submission, col(Submission.id) == Clarification.submission_id)
        .where(Clarification.submission_id == submission_id, Clarification.round == Submission.round)
        .where(col(Clarification.answered_at).is_not(None), ~agreed_since)
    ).all()
    return set(rows)
