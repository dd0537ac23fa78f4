"""What was decided: from sealed reviews, after a third reviewer and a moderator where they differ, and released whole.

Source: fairness rules 3 to 6, 9 and 10, and the table of transitions.
"""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.models import (
    Appeal,
    Certificate,
    Clarification,
    Condition,
    Decision,
    DecisionVote,
    FrameworkVersion,
    Letter,
    Outcome,
    Review,
    ReviewKind,
    ReviewStatus,
    Score,
    SealedCopy,
    Status,
    Submission,
)
from app.queries.decisions import is_newest
from app.queries.reviews import counting

Rows = sa.Select[Any]
_AFTER_REVIEW = (Status.IN_MODERATION, Status.AWAITING_DECISION, Status.DECIDED)


def _setting(name: str) -> Any:
    """A whole number among the settings of the submission's framework version."""
    return col(FrameworkVersion.document)["settings"][name].as_integer()


def nothing_open_after_review() -> Rows:
    """From moderation on every review is sealed."""
    return (
        sa.select(col(Review.id))
        .join(Submission, col(Submission.id) == col(Review.submission_id))
        .where(col(Submission.status).in_(_AFTER_REVIEW), counting())
        .where(col(Review.status) != ReviewStatus.SEALED)
    )


def enough_reviews() -> Rows:
    """From moderation on there are as many first reviews as the framework asks for."""
    sealed = (
        sa.select(sa.func.count())
        .where(col(Review.submission_id) == col(Submission.id), counting())
        .where(col(Review.kind) == ReviewKind.FIRST, col(Review.status) == ReviewStatus.SEALED)
        .correlate(Submission)
        .scalar_subquery()
    )
    return (
        sa.select(col(Submission.id))
        .join(FrameworkVersion, col(FrameworkVersion.id) == col(Submission.framework_version_id))
        .where(col(Submission.status).in_(_AFTER_REVIEW), sealed < _setting("reviewers"))
    )


def sealed_is_complete() -> Rows:
    """A sealed review has a score and a reason for each of its criteria."""
    return (
        sa.select(col(Score.id))
        .join(Review, col(Review.id) == col(Score.review_id))
        .where(col(Review.status) == ReviewStatus.SEALED)
        .where(sa.or_(col(Score.score).is_(None), sa.func.trim(col(Score.reason)) == ""))
    )


def difference_brings_a_third() -> Rows:
    """First scores that differ bring a third reviewer before anybody moderates or decides."""
    third, third_score = aliased(Review), aliased(Score)
    seen = (
        sa.select(col(third_score.id))
        .join(third, col(third.id) == col(third_score.review_id))
        .where(col(third.submission_id) == col(Submission.id), col(third.round) == col(Submission.round))
        .where(col(third.kind) == ReviewKind.THIRD, col(third.status) == ReviewStatus.SEALED)
        .where(col(third_score.criterion_code) == col(Score.criterion_code))
        .correlate(Submission, Score)
        .exists()
    )
    highest, lowest = sa.func.max(col(Score.score)), sa.func.min(col(Score.score))
    gap, met_at = _setting("moderation_gap"), _setting("met_at")
    is_met = sa.func.max(met_at)
    return (
        sa.select(sa.func.min(sa.cast(col(Submission.id), sa.String)))
        .select_from(Score)
        .join(Review, col(Review.id) == col(Score.review_id))
        .join(Submission, col(Submission.id) == col(Review.submission_id))
        .join(FrameworkVersion, col(FrameworkVersion.id) == col(Submission.framework_version_id))
        .where(col(Submission.status).in_(_AFTER_REVIEW), counting(), ~seen)
        .where(col(Review.kind) == ReviewKind.FIRST)
        .group_by(col(Submission.id), col(Score.criterion_code))
        .having(sa.or_(highest - lowest >= sa.func.max(gap), sa.and_(lowest < is_met, highest >= is_met)))
    )


def decision_of_a_copy() -> Rows:
    """A decision names the sealed copy that it rests on."""
    named = (
        sa.select(col(SealedCopy.sha256))
        .where(col(SealedCopy.submission_id) == col(Decision.submission_id))
        .where(col(SealedCopy.sha256) == col(Decision.basis)["copy_sha256"].as_string())
        .exists()
    )
    return sa.select(col(Decision.id)).where(~named)


def decider_votes() -> Rows:
    """Who puts a decision forward stands behind it."""
    voted = (
        sa.select(col(DecisionVote.id))
        .where(col(DecisionVote.decision_id) == col(Decision.id))
        .where(col(DecisionVote.person_id) == col(Decision.decided_by_id))
        .exists()
    )
    return sa.select(col(Decision.id)).where(~voted, col(Decision.void_at).is_(None))


def decided_has_a_decision() -> Rows:
    """What is decided has a decision that counts and is not released."""
    return sa.select(col(Submission.id)).where(
        col(Submission.status) == Status.DECIDED, ~_has_decision(col(Decision.released_at).is_(None))
    )


def released_has_a_decision() -> Rows:
    """What is released or under appeal has a released decision."""
    return sa.select(col(Submission.id)).where(
        col(Submission.status).in_((Status.RELEASED, Status.APPEALED)),
        ~_has_decision(col(Decision.released_at).is_not(None)),
    )


def _has_decision(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return (
        sa.select(col(Decision.id))
        .where(col(Decision.submission_id) == col(Submission.id), is_newest(), condition)
        .correlate(Submission)
        .exists()
    )


def one_pending_decision() -> Rows:
    """A submission has at most one decision that waits for release."""
    return (
        sa.select(sa.func.min(sa.cast(col(Decision.submission_id), sa.String)))
        .where(col(Decision.void_at).is_(None), col(Decision.released_at).is_(None))
        .group_by(col(Decision.submission_id))
        .having(sa.func.count() > 1)
    )


def withdrawn_is_over() -> Rows:
    """Nobody reviews or decides what was withdrawn."""
    review = (
        sa.select(col(Review.id))
        .where(col(Review.submission_id) == col(Submission.id), col(Review.status) != ReviewStatus.REMOVED)
        .correlate(Submission)
        .exists()
    )
    decision = (
        sa.select(col(Decision.id))
        .where(col(Decision.submission_id) == col(Submission.id), col(Decision.void_at).is_(None))
        .correlate(Submission)
        .exists()
    )
    return sa.select(col(Submission.id)).where(
        col(Submission.status) == Status.WITHDRAWN, sa.or_(review, decision)
    )


def void_is_never_released() -> Rows:
    """A released decision is never made void, and a void one never released."""
    return sa.select(col(Decision.id)).where(
        col(Decision.void_at).is_not(None), col(Decision.released_at).is_not(None)
    )


def certificate_of_an_award() -> Rows:
    """A certificate belongs to a released recognition, of the same organisation and level."""
    return (
        sa.select(col(Certificate.id))
        .join(Decision, col(Decision.id) == col(Certificate.decision_id))
        .join(Submission, col(Submission.id) == col(Decision.submission_id))
        .where(
            sa.or_(
                col(Decision.outcome) != Outcome.RECOGNISED,
                col(Decision.released_at).is_(None),
                col(Decision.void_at).is_not(None),
                col(Certificate.level) != col(Submission.level),
                col(Certificate.organisation_id) != col(Submission.organisation_id),
            )
        )
    )


def award_has_a_certificate() -> Rows:
    """A released recognition has its certificate."""
    issued = sa.select(col(Certificate.id)).where(col(Certificate.decision_id) == col(Decision.id)).exists()
    return sa.select(col(Decision.id)).where(
        col(Decision.outcome) == Outcome.RECOGNISED, col(Decision.released_at).is_not(None), ~issued
    )


def letter_goes_with_the_release() -> Rows:
    """A letter goes out with the release of its decision, after somebody has read it."""
    return (
        sa.select(col(Letter.id))
        .join(Decision, col(Decision.id) == col(Letter.decision_id))
        .where(
            sa.or_(
                col(Letter.sent_at).is_not(None) != col(Decision.released_at).is_not(None),
                sa.and_(col(Letter.sent_at).is_not(None), col(Letter.read_at).is_(None)),
            )
        )
    )


def conditions_say_why() -> Rows:
    """Only "not yet" has conditions, and it has at least one."""
    has = sa.select(col(Condition.id)).where(col(Condition.decision_id) == col(Decision.id)).exists()
    return sa.select(col(Decision.id)).where((col(Decision.outcome) == Outcome.NOT_YET) != has)


def clarification_waits() -> Rows:
    """A submission waits for an answer exactly while a clarification is open."""
    is_open = (
        sa.select(col(Clarification.id))
        .where(col(Clarification.submission_id) == col(Submission.id))
        .where(col(Clarification.answered_at).is_(None), col(Clarification.closed_at).is_(None))
        .correlate(Submission)
        .exists()
    )
    is_waiting = col(Submission.status) == Status.AWAITING_ANSWER
    over = col(Submission.status) == Status.WITHDRAWN
    return sa.select(col(Submission.id)).where(is_waiting != is_open, ~over)


def rounds_are_appeals() -> Rows:
    """Each round after the first is of one appeal."""
    appeals = (
        sa.select(sa.func.count())
        .where(col(Appeal.submission_id) == col(Submission.id))
        .correlate(Submission)
        .scalar_subquery()
    )
    return sa.select(col(Submission.id)).where(col(Submission.round) != appeals + 1)


def appeal_of_a_released_decision() -> Rows:
    """An appeal is against a decision of its submission that was released before, and was no recognition."""
    return (
        sa.select(col(Appeal.id))
        .join(Decision, col(Decision.id) == col(Appeal.decision_id))
        .where(
            sa.or_(
                col(Decision.submission_id) != col(Appeal.submission_id),
                col(Decision.released_at).is_(None),
                col(Decision.released_at) > col(Appeal.filed_at),
                col(Decision.round) >= col(Appeal.round),
                col(Decision.outcome) == Outcome.RECOGNISED,
            )
        )
    )


QUERIES: tuple[Callable[[], Rows], ...] = (
    nothing_open_after_review,
    enough_reviews,
    sealed_is_complete,
    difference_brings_a_third,
    decision_of_a_copy,
    decider_votes,
    decided_has_a_decision,
    released_has_a_decision,
    one_pending_decision,
    withdrawn_is_over,
    void_is_never_released,
    certificate_of_an_award,
    award_has_a_certificate,
    letter_goes_with_the_release,
    conditions_say_why,
    clarification_waits,
    rounds_are_appeals,
    appeal_of_a_released_decision,
)
