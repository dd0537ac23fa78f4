"""Who judged what that is not released yet: what a conflict of interest that comes to light late has to strike."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.models import (
    AgreedScore,
    BlindCheck,
    Decision,
    DecisionVote,
    Review,
    ReviewKind,
    ReviewStatus,
    Submission,
)
from app.rules.workflow import TRANSITIONS, Verb


@dataclass(frozen=True)
class Judged:
    """What one person judged of a submission in its present round and counts still."""

    reviews: list[Review]
    agreed: list[AgreedScore]
    decision: Decision | None  # pending, put forward or confirmed by this person


def not_released(
    session: Session, people: Collection[UUID], organisations: Collection[UUID]
) -> list[tuple[Submission, UUID]]:
    """Each submission whose judgement is still open, held, with each person who had a part in it.

    Narrowed to ``people``, or to submissions of ``organisations``, where these are given.
    """
    judged = sa.union(*_parts()).subquery()
    conditions = []
    if people:
        conditions.append(judged.c.person_id.in_(people))
    if organisations:
        conditions.append(col(Submission.organisation_id).in_(organisations))
    pairs = session.execute(
        sa.select(judged.c.submission_id, judged.c.person_id)
        .join(Submission, col(Submission.id) == judged.c.submission_id)
        .where(col(Submission.status).in_(TRANSITIONS[Verb.STRIKE_REVIEW].come_from), *conditions)
        .order_by(judged.c.submission_id, judged.c.person_id)
    ).all()
    rows = _held(session, {submission_id for submission_id, _ in pairs})
    return [(rows[submission_id], person_id) for submission_id, person_id in pairs]


def _held(session: Session, ids: Collection[UUID]) -> dict[UUID, Submission]:
    """The submissions, always held in the same order, so that two who strike at once never wait for each other."""
    found = select(Submission).where(col(Submission.id).in_(ids)).order_by(col(Submission.id))
    rows = session.exec(found.with_for_update(key_share=True)).all() if ids else []
    return {row.id: row for row in rows}


def _parts() -> list[sa.Select[Any, Any]]:
    pending = sa.and_(col(Decision.void_at).is_(None), col(Decision.released_at).is_(None))
    return [
        sa.select(
            col(Review.submission_id).label("submission_id"), col(Review.reviewer_id).label("person_id")
        ).where(col(Review.status) != ReviewStatus.REMOVED, col(Review.kind) != ReviewKind.BLIND),
        sa.select(col(AgreedScore.submission_id), col(AgreedScore.agreed_by_id)).where(
            col(AgreedScore.struck_at).is_(None)
        ),
        sa.select(col(Decision.submission_id), col(Decision.decided_by_id)).where(pending),
        sa.select(col(Decision.submission_id), col(DecisionVote.person_id))
        .join(DecisionVote, col(DecisionVote.decision_id) == col(Decision.id))
        .where(pending),
    ]


def judged(session: Session, submission: Submission, person_id: UUID) -> Judged:
    """What this person judged in the present round."""
    return Judged(
        [one for one in reviews(session, submission) if one.reviewer_id == person_id],
        [one for one in agreed(session, submission) if one.agreed_by_id == person_id],
        _pending_of(session, submission, person_id),
    )


def reviews(session: Session, submission: Submission) -> list[Review]:
    """The reviews that count in the present round, by letter."""
    return list(
        session.exec(
            select(Review)
            .where(Review.submission_id == submission.id, Review.round == submission.round)
            .where(col(Review.status) != ReviewStatus.REMOVED, col(Review.kind) != ReviewKind.BLIND)
            .order_by(col(Review.letter))
        ).all()
    )


def agreed(session: Session, submission: Submission) -> list[AgreedScore]:
    """Every agreed score of the present round that was not struck."""
    return list(
        session.exec(
            select(AgreedScore)
            .where(AgreedScore.submission_id == submission.id, AgreedScore.round == submission.round)
            .where(col(AgreedScore.struck_at).is_(None))
            .order_by(col(AgreedScore.criterion_code), col(AgreedScore.number))
        ).all()
    )


def pending(session: Session, submission_id: UUID) -> Decision | None:
    """The decision that is put forward, or taken and not released."""
    return session.exec(
        select(Decision)
        .where(Decision.submission_id == submission_id, col(Decision.void_at).is_(None))
        .where(col(Decision.released_at).is_(None))
        .order_by(col(Decision.number).desc())
    ).first()


def _pending_of(session: Session, submission: Submission, person_id: UUID) -> Decision | None:
    found = pending(session, submission.id)
    if found is None or found.decided_by_id == person_id:
        return found
    vote = select(DecisionVote.id).where(
        DecisionVote.decision_id == found.id, DecisionVote.person_id == person_id
    )
    return found if session.exec(vote).first() else None


def blind(
    session: Session, people: Collection[UUID], organisations: Collection[UUID]
) -> list[tuple[Review, Submission, BlindCheck | None]]:
    """The blind reviews of these people, or of submissions of these organisations, with the check each is for."""
    conditions = []
    if people:
        conditions.append(col(Review.reviewer_id).in_(people))
    if organisations:
        conditions.append(col(Submission.organisation_id).in_(organisations))
    rows = session.execute(
        sa.select(Review, Submission, BlindCheck)
        .join(Submission, col(Submission.id) == col(Review.submission_id))
        .join(BlindCheck, col(BlindCheck.review_id) == col(Review.id), isouter=True)
        .where(col(Review.kind) == ReviewKind.BLIND, col(Review.status) != ReviewStatus.REMOVED, *conditions)
        .order_by(col(Review.id))
    ).all()
    return [(review, submission, check) for review, submission, check in rows]
