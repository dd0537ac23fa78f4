"""That the records agree with one another: dates in order, and each row with what it hangs on."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.models import (
    AgreedScore,
    CalibrationScore,
    Condition,
    ConditionVerdict,
    Decision,
    EvidenceVerdict,
    Review,
    ReviewStatus,
    Score,
    SealedCopy,
    Status,
    Submission,
)

Rows = sa.Select[Any]
_UNSIGNED = (Status.AWAITING_SIGN_OFF, Status.DECLINED)


def review_dates_in_order() -> Rows:
    """A review is assigned, then started, then sealed."""
    return sa.select(col(Review.id)).where(
        sa.or_(
            col(Review.started_at) < col(Review.assigned_at),
            col(Review.sealed_at) < col(Review.started_at),
            sa.and_(col(Review.status) == ReviewStatus.SEALED, col(Review.sealed_at).is_(None)),
        )
    )


def struck_counts_no_more() -> Rows:
    """A struck review counts no more, and says why it was struck."""
    return sa.select(col(Review.id)).where(
        col(Review.struck_at).is_not(None),
        sa.or_(col(Review.status) != ReviewStatus.REMOVED, sa.func.trim(col(Review.struck_reason)) == ""),
    )


def review_of_a_sealed_copy() -> Rows:
    """A review is of a sealed copy of its submission."""
    named = (
        sa.select(col(SealedCopy.sha256))
        .where(col(SealedCopy.submission_id) == col(Review.submission_id))
        .where(col(SealedCopy.sha256) == col(Review.copy_sha256))
        .exists()
    )
    return sa.select(col(Review.id)).where(~named)


def judged_was_signed() -> Rows:
    """What is judged was signed."""
    copy = (
        sa.select(col(SealedCopy.sha256)).where(col(SealedCopy.submission_id) == col(Submission.id)).exists()
    )
    return sa.select(col(Submission.id)).where(
        col(Submission.status).not_in((*_UNSIGNED, Status.WITHDRAWN)), ~copy
    )


def verdict_on_a_scored_criterion() -> Rows:
    """A verdict on evidence belongs to a criterion that its reviewer scores."""
    scored = (
        sa.select(col(Score.id))
        .where(col(Score.review_id) == col(EvidenceVerdict.review_id))
        .where(col(Score.criterion_code) == col(EvidenceVerdict.criterion_code))
        .exists()
    )
    return sa.select(col(EvidenceVerdict.id)).where(~scored)


def verdict_before_the_seal() -> Rows:
    """A verdict on evidence is given before its review is sealed."""
    return (
        sa.select(col(EvidenceVerdict.id))
        .join(Review, col(Review.id) == col(EvidenceVerdict.review_id))
        .where(col(EvidenceVerdict.marked_at) > col(Review.sealed_at))
    )


def score_before_the_seal() -> Rows:
    """A score is saved before its review is sealed."""
    return (
        sa.select(col(Score.id))
        .join(Review, col(Review.id) == col(Score.review_id))
        .where(col(Review.status) == ReviewStatus.SEALED, col(Score.saved_at) > col(Review.sealed_at))
    )


def condition_of_the_same_organisation() -> Rows:
    """A reviewer marks conditions of the organisation that they review, and of no other."""
    earlier = aliased(Submission)
    return (
        sa.select(col(ConditionVerdict.id))
        .join(Review, col(Review.id) == col(ConditionVerdict.review_id))
        .join(Submission, col(Submission.id) == col(Review.submission_id))
        .join(Condition, col(Condition.id) == col(ConditionVerdict.condition_id))
        .join(Decision, col(Decision.id) == col(Condition.decision_id))
        .join(earlier, col(earlier.id) == col(Decision.submission_id))
        .where(col(earlier.organisation_id) != col(Submission.organisation_id))
    )


def decisions_in_order() -> Rows:
    """A decision is taken before it is released, and has a number of its own."""
    return sa.select(col(Decision.id)).where(
        sa.or_(col(Decision.released_at) < col(Decision.decided_at), col(Decision.number) < 1)
    )


def samples_on_the_scale() -> Rows:
    """A sample is scored from 0 to 3."""
    return sa.select(col(CalibrationScore.id)).where(
        sa.or_(col(CalibrationScore.score) < 0, col(CalibrationScore.score) > 3)
    )


def marks_are_on_the_scale() -> Rows:
    """A score is a whole number from 0 to 3."""
    return sa.select(col(Score.id)).where(sa.or_(col(Score.score) < 0, col(Score.score) > 3))


def agreed_marks_are_on_the_scale() -> Rows:
    """An agreed score is a whole number from 0 to 3 and has a reason."""
    return sa.select(col(AgreedScore.id)).where(
        sa.or_(
            col(AgreedScore.score) < 0,
            col(AgreedScore.score) > 3,
            sa.func.trim(col(AgreedScore.reason)) == "",
        )
    )


QUERIES: tuple[Callable[[], Rows], ...] = (
    review_dates_in_order,
    struck_counts_no_more,
    review_of_a_sealed_copy,
    judged_was_signed,
    verdict_on_a_scored_criterion,
    verdict_before_the_seal,
    score_before_the_seal,
    condition_of_the_same_organisation,
    decisions_in_order,
    samples_on_the_scale,
    marks_are_on_the_scale,
    agreed_marks_are_on_the_scale,
)
