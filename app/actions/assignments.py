"""Giving a submission its reviewers, and taking one away. The caller holds the submission's row."""

import secrets
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from app.actions import mails
from app.actions.history import record
from app.models import Person, Review, ReviewStatus, Score, Submission
from app.queries import assignments, people, submissions
from app.rules import sealing, workflow
from app.rules.conflicts import not_assignable
from app.rules.errors import Conflict, RuleError
from app.rules.passages import required_passage
from app.rules.people import Who
from app.rules.workflow import Verb

LETTERS = "ABCDE"  # a framework version asks for five reviewers at most

# The mails name no organisation: a mailbox may be shared, and the reviewer finds it behind the sign-in.
_ASSIGNED = (
    "The Assembly asks you to review a submission",
    "You have been given a submission to review.\n\n"
    "Sign in to the portal and open Reviews. Before you start, tell the Assembly if you have any conflict of interest "
    "with the organisation, because the portal only knows of employers and roles.\n",
)
_REMOVED = (
    "A review is no longer yours",
    "The Assembly has taken back one of your reviews, so it no longer stands in your list. What you had written is "
    "kept and is shown to nobody. You don't need to do anything.\n",
)


def assign(session: Session, submission: Submission, reviewer_id: UUID, *, by: Who, at: datetime) -> Review:
    """Give the sealed copy to a reviewer, under a letter drawn at random, and tell them by mail.

    Each criterion gets its row at once, without a score: so progress is counted without opening the copy.
    RuleError with the reason when the person has a conflict, has it already, or the submission has its reviewers.
    """
    workflow.require(Verb.ASSIGN_REVIEWER, submission.status)
    reviewer = _assignable(session, submission, reviewer_id, at)
    copy = submissions.sealed_copy(session, submission.id)
    review = Review(
        submission_id=submission.id,
        reviewer_id=reviewer.person_id,
        letter=_letter(session, submission),
        status=ReviewStatus.ASSIGNED,
        copy_sha256=copy.sha256,
        assigned_at=at,
        assigned_by_id=by.person_id,
    )
    session.add(review)
    session.flush()
    codes = sealing.read(copy.document).content.codes
    session.add_all(Score(review_id=review.id, criterion_code=code, saved_at=at) for code in codes)
    _record(session, submission, Verb.ASSIGN_REVIEWER, review, by, at)
    mails.write(session, reviewer.email, *_ASSIGNED, at=at)
    return review


def _assignable(session: Session, submission: Submission, reviewer_id: UUID, at: datetime) -> Who:
    taken = {one.person_id for one in assignments.assigned(session, submission.id)}
    reviewer = people.who_by_id(session, reviewer_id, at)
    if reviewer is None:
        raise RuleError("This person is not a reviewer. Choose a reviewer from the list.")
    if refusal := not_assignable(reviewer, submission.organisation_id, submission.icb_id, taken):
        raise RuleError(f"{reviewer.name} can't be assigned. {refusal}")
    if len(taken) >= assignments.reviewers_wanted(session, submission):
        raise RuleError("This submission has all its reviewers. Remove one before you assign another.")
    return reviewer


def _letter(session: Session, submission: Submission) -> str:
    """One of the free letters. Drawn, so that a letter tells neither the order of names nor of assignment."""
    taken = {one.letter for one in assignments.assigned(session, submission.id)}
    wanted = assignments.reviewers_wanted(session, submission)
    return secrets.choice([letter for letter in LETTERS[:wanted] if letter not in taken])


def remove(
    session: Session, submission: Submission, review_id: UUID, reason: str, *, by: Who, at: datetime
) -> None:
    """Take a review that is not sealed from its reviewer, who loses access at once. Draft scores stay, unseen.

    RuleError without a reason; Conflict when the review is sealed or removed already.
    """
    workflow.require(Verb.REMOVE_REVIEWER, submission.status)
    reason = required_passage(reason, "reason", "Enter the reason for removing this reviewer.")
    review = session.exec(
        select(Review)
        .where(Review.id == review_id, Review.submission_id == submission.id)
        .where(col(Review.status) != ReviewStatus.REMOVED)
    ).first()
    if review is None:
        raise Conflict("This reviewer has been removed already.")
    if review.status is ReviewStatus.SEALED:
        raise Conflict("This review is sealed, so its reviewer can't be removed.")
    review.status = ReviewStatus.REMOVED
    _record(session, submission, Verb.REMOVE_REVIEWER, review, by, at, reason)
    mails.write(session, session.get_one(Person, review.reviewer_id).email, *_REMOVED, at=at)


def _record(
    session: Session,
    submission: Submission,
    verb: Verb,
    review: Review,
    by: Who,
    at: datetime,
    reason: str = "",
) -> None:
    facts = {"review": str(review.id), "letter": review.letter, "status": submission.status.value}
    record(
        session, f"submission:{submission.id}", verb.value, by=by.person_id, at=at, reason=reason, facts=facts
    )
