"""The sealed first reviews of a window from which agreement is computed, but for those the reader must not know."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from app.models import Review, ReviewKind, ReviewStatus, Score, Submission
from app.queries.calibration import readable_by
from app.rules.agreement import Given
from app.rules.people import Who


def _counts(window_id: UUID, who: Who) -> sa.ColumnElement[bool]:
    """First reviews of the first round: the only ones that nobody's disagreement led to. An appeal is about criteria
    that somebody chose because they disagreed. Struck and removed reviews have another status than sealed."""
    return sa.and_(
        col(Submission.window_id) == window_id,
        col(Review.status) == ReviewStatus.SEALED,
        col(Review.kind) == ReviewKind.FIRST,
        col(Review.round) == 1,
        readable_by(who),
    )


def reviews(session: Session, window_id: UUID, who: Who) -> list[UUID]:
    """The reviews that count for this reader, in no order."""
    rows = sa.select(col(Review.id)).join(Submission, col(Submission.id) == col(Review.submission_id))
    return list(session.scalars(rows.where(_counts(window_id, who))))


def scores(session: Session, window_id: UUID, who: Who) -> list[Given]:
    """What these reviews gave, criterion by criterion."""
    rows = session.execute(
        sa.select(col(Review.submission_id), col(Score.criterion_code), col(Score.score))
        .join(Review, col(Review.id) == col(Score.review_id))
        .join(Submission, col(Submission.id) == col(Review.submission_id))
        .where(_counts(window_id, who))
    ).all()
    return [(submission_id, code, score) for submission_id, code, score in rows]
