"""What reviewers gave in sealed reviews: of the present round, and of the rounds before an appeal."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from app.models import Review, ReviewKind, ReviewStatus, Score, Status, Submission

FIRST_ROUND = 1

# Until a submission is here some review is open, and nobody reads any score but their own.
ALL_SEALED = frozenset(
    {
        Status.IN_MODERATION,
        Status.AWAITING_ANSWER,
        Status.AWAITING_DECISION,
        Status.DECIDED,
        Status.RELEASED,
    }
)


@dataclass(frozen=True)
class ReviewerScore:
    """What one reviewer gave one criterion, known by the letter alone."""

    letter: str
    score: int
    reason: str
    private_note: str


def counting() -> sa.ColumnElement[bool]:
    """The condition that a review, joined to its submission, counts in the submission's present round.

    Removed and struck ones don't, nor those of a round before an appeal, nor blind ones, which change nothing.
    """
    return sa.and_(
        col(Review.status) != ReviewStatus.REMOVED,
        col(Review.kind) != ReviewKind.BLIND,
        col(Review.round) == col(Submission.round),
    )


def sealed_scores(session: Session, submission_id: UUID) -> dict[str, tuple[ReviewerScore, ...]]:
    """The scores of the sealed reviews, by criterion code and letter, whether or not another review is still open.

    For the action that seals; pages ask ``all_scores``, which tells nothing before every review is sealed.
    """
    rows = session.execute(_sealed(submission_id).where(counting())).all()
    return _by_code(row[1:] for row in rows)


def scores_before(session: Session, submission: Submission) -> dict[str, tuple[ReviewerScore, ...]]:
    """The sealed scores of earlier rounds, each criterion's of the round that judged it last."""
    if submission.round == FIRST_ROUND:
        return {}
    earlier = _sealed(submission.id).where(
        col(Review.kind) != ReviewKind.BLIND, col(Review.round) < submission.round
    )
    rows = session.execute(earlier).all()
    last = {row[1]: row[0] for row in sorted(rows, key=lambda row: int(row[0]))}
    return _by_code(row[1:] for row in rows if row[0] == last[row[1]])


def _sealed(submission_id: UUID) -> sa.Select[int, str, str, int | None, str, str]:
    return (
        sa.select(
            col(Review.round),
            col(Score.criterion_code),
            col(Review.letter),
            col(Score.score),
            col(Score.reason),
            col(Score.private_note),
        )
        .join(Review, col(Review.id) == col(Score.review_id))
        .join(Submission, col(Submission.id) == col(Review.submission_id))
        .where(col(Review.submission_id) == submission_id, col(Review.status) == ReviewStatus.SEALED)
        .order_by(col(Score.criterion_code), col(Review.letter))
    )


def _by_code(rows: Iterable[Any]) -> dict[str, tuple[ReviewerScore, ...]]:
    found: dict[str, tuple[ReviewerScore, ...]] = {}
    for code, letter, given, reason, note in rows:
        assert given is not None  # a review can't be sealed without
        found[code] = (*found.get(code, ()), ReviewerScore(letter, given, reason, note))
    return found
