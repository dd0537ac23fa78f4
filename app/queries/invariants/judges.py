"""Who judged: nobody with a conflict, nobody twice, nobody in two parts.

Source: fairness rules 1, 2, 7 and 8. Each query gives the ids of the rows that break its sentence.
"""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.db import UtcDateTime
from app.models import (
    OPEN_STATUSES,
    AgreedScore,
    BlindCheck,
    Decision,
    DecisionVote,
    GroupMember,
    Interest,
    Membership,
    Organisation,
    Person,
    Review,
    ReviewKind,
    ReviewStatus,
    Submission,
    Waiver,
)

Rows = sa.Select[Any]
TODAY = sa.bindparam("today", type_=sa.Date())
# Whoever leaves is told to hand over: their reviews are taken back by the next day.
YESTERDAY = sa.bindparam("yesterday", type_=UtcDateTime())


def _reviews_of_open() -> Rows:
    """Reviews that stand, of submissions whose outcome is still open, without those a waiver covers."""
    waived = (
        sa.select(col(Waiver.id))
        .where(col(Waiver.person_id) == col(Review.reviewer_id))
        .where(col(Waiver.submission_id) == col(Review.submission_id))
        .where(col(Waiver.granted_at).is_not(None), col(Waiver.ended_at).is_(None))
        .exists()
    )
    return (
        sa.select(col(Review.id))
        .join(Submission, col(Submission.id) == col(Review.submission_id))
        .where(col(Review.status) != ReviewStatus.REMOVED, col(Submission.status).in_(OPEN_STATUSES))
        .where(col(Review.round) == col(Submission.round))  # what an earlier round gave is released
        .where(~waived)
    )


def employer_of_reviewer() -> Rows:
    """Nobody reviews the organisation they work for, or one of the same ICB."""
    same_icb = sa.and_(
        col(Submission.icb_id).is_not(None), col(Organisation.icb_id) == col(Submission.icb_id)
    )
    return (
        _reviews_of_open()
        .join(Person, col(Person.id) == col(Review.reviewer_id))
        .join(Organisation, col(Organisation.id) == col(Person.employer_id))
        .where(sa.or_(col(Organisation.id) == col(Submission.organisation_id), same_icb))
    )


def role_of_reviewer() -> Rows:
    """Nobody reviews an organisation in which they hold a role."""
    return (
        _reviews_of_open()
        .join(Membership, col(Membership.person_id) == col(Review.reviewer_id))
        .where(col(Membership.organisation_id) == col(Submission.organisation_id))
        .where(col(Membership.ended_at).is_(None))
    )


def interest_of_reviewer() -> Rows:
    """Nobody reviews an organisation in which they declared an interest that lasts."""
    return (
        _reviews_of_open()
        .join(Interest, col(Interest.person_id) == col(Review.reviewer_id))
        .where(col(Interest.organisation_id) == col(Submission.organisation_id))
        .where(col(Interest.withdrawn_at).is_(None))
        .where(sa.or_(col(Interest.from_on).is_(None), col(Interest.from_on) <= TODAY))
        .where(sa.or_(col(Interest.to_on).is_(None), col(Interest.to_on) >= TODAY))
    )


def group_of_reviewer() -> Rows:
    """Nobody reviews an organisation of the same group as their employer."""
    own, theirs = aliased(GroupMember), aliased(GroupMember)
    return (
        _reviews_of_open()
        .join(Person, col(Person.id) == col(Review.reviewer_id))
        .join(own, col(own.organisation_id) == col(Person.employer_id))
        .join(theirs, col(theirs.group_id) == col(own.group_id))
        .where(col(theirs.organisation_id) == col(Submission.organisation_id))
        .where(_lasts(own), _lasts(theirs))
    )


def _lasts(member: Any) -> sa.ColumnElement[bool]:
    return sa.and_(
        sa.or_(member.from_on.is_(None), member.from_on <= TODAY),
        sa.or_(member.to_on.is_(None), member.to_on >= TODAY),
    )


def waiver_by_two() -> Rows:
    """A waiver is asked for and granted by two people, neither of whom is the one it is for."""
    return sa.select(col(Waiver.id)).where(
        sa.or_(
            col(Waiver.asked_by_id) == col(Waiver.person_id),
            col(Waiver.granted_by_id) == col(Waiver.person_id),
            col(Waiver.granted_by_id) == col(Waiver.asked_by_id),
        )
    )


def waiver_in_order() -> Rows:
    """A waiver is granted after it was asked for, by somebody, and has a reason."""
    return sa.select(col(Waiver.id)).where(
        sa.or_(
            col(Waiver.granted_at) < col(Waiver.asked_at),
            col(Waiver.granted_at).is_not(None) != col(Waiver.granted_by_id).is_not(None),
            sa.func.trim(col(Waiver.reason)) == "",
        )
    )


def one_review_each() -> Rows:
    """Nobody reviews a submission twice, in whatever round."""
    return (
        sa.select(sa.func.min(sa.cast(col(Review.submission_id), sa.String)))
        .where(col(Review.status) != ReviewStatus.REMOVED)
        .group_by(col(Review.submission_id), col(Review.reviewer_id))
        .having(sa.func.count() > 1)
    )


def one_letter_each() -> Rows:
    """No two reviewers of a submission share a letter."""
    return (
        sa.select(sa.func.min(sa.cast(col(Review.submission_id), sa.String)))
        .where(col(Review.status) != ReviewStatus.REMOVED)
        .group_by(col(Review.submission_id), col(Review.letter))
        .having(sa.func.count() > 1)
    )


def moderator_scored_nothing() -> Rows:
    """Nobody agrees scores of a submission that they review."""
    return (
        sa.select(col(AgreedScore.id))
        .join(Review, col(Review.submission_id) == col(AgreedScore.submission_id))
        .where(col(Review.reviewer_id) == col(AgreedScore.agreed_by_id))
        .where(col(Review.status) != ReviewStatus.REMOVED)
    )


def decider_scored_nothing() -> Rows:
    """Nobody confirms a decision about a submission that they review."""
    return (
        sa.select(col(DecisionVote.id))
        .join(Decision, col(Decision.id) == col(DecisionVote.decision_id))
        .join(Review, col(Review.submission_id) == col(Decision.submission_id))
        .where(col(Review.reviewer_id) == col(DecisionVote.person_id))
        .where(col(Review.status) != ReviewStatus.REMOVED)
    )


def appeal_by_other_reviewers() -> Rows:
    """Nobody reviews an appeal against a decision that they took part in."""
    later = sa.select(col(Review.id)).where(
        col(Review.status) != ReviewStatus.REMOVED,
        col(Review.kind) != ReviewKind.BLIND,
        col(Review.round) > 1,
    )
    return later.where(_judged_before(Review.submission_id, Review.round, Review.reviewer_id))


def appeal_by_other_moderators() -> Rows:
    """Nobody moderates an appeal against a decision that they took part in."""
    return sa.select(col(AgreedScore.id)).where(
        col(AgreedScore.round) > 1,
        _judged_before(AgreedScore.submission_id, AgreedScore.round, AgreedScore.agreed_by_id),
    )


def appeal_by_other_deciders() -> Rows:
    """Nobody decides an appeal against a decision that they took part in."""
    return (
        sa.select(col(DecisionVote.id))
        .join(Decision, col(Decision.id) == col(DecisionVote.decision_id))
        .where(col(Decision.round) > 1)
        .where(_judged_before(Decision.submission_id, Decision.round, DecisionVote.person_id))
    )


def _judged_before(submission_id: Any, round_: Any, person_id: Any) -> sa.ColumnElement[bool]:
    """The condition that the person reviewed, moderated or decided the submission in an earlier round."""
    review, agreed = aliased(Review), aliased(AgreedScore)
    decision, vote = aliased(Decision), aliased(DecisionVote)
    reviewed = sa.select(col(review.id)).where(
        col(col(review.submission_id)) == submission_id,
        col(col(review.round)) < round_,
        col(col(review.reviewer_id)) == person_id,
        sa.or_(col(review.status) != ReviewStatus.REMOVED, col(col(review.struck_at)).is_not(None)),
    )
    moderated = sa.select(col(agreed.id)).where(
        col(col(agreed.submission_id)) == submission_id,
        col(col(agreed.round)) < round_,
        col(col(agreed.agreed_by_id)) == person_id,
    )
    voted = (
        sa.select(col(vote.id))
        .join(decision, col(col(decision.id)) == col(col(vote.decision_id)))
        .where(
            col(decision.submission_id) == submission_id,
            col(col(decision.round)) < round_,
            col(col(vote.person_id)) == person_id,
        )
    )
    return sa.or_(reviewed.exists(), moderated.exists(), voted.exists())


def blind_reviewer_knows_nothing() -> Rows:
    """Nobody who judged an award reviews it blind."""
    blind, other = aliased(Review), aliased(Review)
    vote = (
        sa.select(col(DecisionVote.id))
        .where(col(DecisionVote.decision_id) == col(BlindCheck.decision_id))
        .where(col(DecisionVote.person_id) == col(col(blind.reviewer_id)))
        .exists()
    )
    reviewed = (
        sa.select(col(other.id))
        .where(
            col(other.submission_id) == col(col(blind.submission_id)),
            col(col(other.id)) != col(col(blind.id)),
        )
        .where(
            col(other.reviewer_id) == col(col(blind.reviewer_id)),
            col(col(other.status)) != ReviewStatus.REMOVED,
        )
        .exists()
    )
    return (
        sa.select(col(BlindCheck.id))
        .join(blind, col(col(blind.id)) == col(BlindCheck.review_id))
        .where(sa.or_(vote, reviewed))
    )


def nobody_reviews_after_leaving() -> Rows:
    """Whoever has left reviews nothing any more."""
    return (
        sa.select(col(Review.id))
        .join(Person, col(Person.id) == col(Review.reviewer_id))
        .where(col(Person.left_at) < YESTERDAY)
        .where(col(Review.status).in_((ReviewStatus.ASSIGNED, ReviewStatus.STARTED)))
    )


QUERIES: tuple[Callable[[], Rows], ...] = (
    employer_of_reviewer,
    role_of_reviewer,
    interest_of_reviewer,
    group_of_reviewer,
    waiver_by_two,
    waiver_in_order,
    one_review_each,
    one_letter_each,
    moderator_scored_nothing,
    decider_scored_nothing,
    appeal_by_other_reviewers,
    appeal_by_other_moderators,
    appeal_by_other_deciders,
    blind_reviewer_knows_nothing,
    nobody_reviews_after_leaving,
)
