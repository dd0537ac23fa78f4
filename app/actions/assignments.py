"""Giving a submission its reviewers, and taking one away. The caller holds the submission's row."""

import secrets
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from app.actions import mails
from app.actions.history import record
from app.criteria.schema import Framework
from app.models import Person, Review, ReviewKind, ReviewStatus, Score, Status, Submission
from app.queries import assignments, people, reviews, sealed_copies
from app.queries.scopes import judged_before
from app.rules import workflow
from app.rules.conflicts import not_assignable
from app.rules.errors import Conflict, RuleError
from app.rules.passages import required_passage
from app.rules.people import Who
from app.rules.workflow import Verb

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

# The mails name no organisation: a mailbox may be shared, and the reviewer finds it behind the sign-in.
ASSIGNED_MAIL = (
    "The Assembly asks you to review a submission",
    "You have been given a submission to review.\n\n"
    "Sign in to the portal and open Reviews. Before you start, declare any interest in the "
    "organisation that the portal does not know of. It is quickly done under My interests.\n",
)
REMOVED_MAIL = (
    "A review is no longer yours",
    "The Assembly has taken back one of your reviews, so it no longer stands in your list. What you had written is "
    "kept and is shown to nobody. You don't need to do anything.\n",
)


def assign(
    session: Session,
    submission: Submission,
    framework: Framework,
    reviewer_id: UUID,
    *,
    by: Who,
    at: datetime,
) -> Review:
    """Give the sealed copy to a reviewer, under a letter drawn at random, and tell them by mail.

    Each criterion gets its row at once, without a score: so progress is counted without opening the copy.
    RuleError with the reason when the person has a conflict, has it already, or the submission has its reviewers.
    """
    workflow.require(Verb.ASSIGN_REVIEWER, submission.status)
    reviewer = _assignable(session, submission, reviewer_id, by, at)
    copy = sealed_copies.newest(session, submission.id)
    review = Review(
        submission_id=submission.id,
        reviewer_id=reviewer.person_id,
        letter=_letter(session, submission),
        kind=ReviewKind.THIRD if submission.status is Status.THIRD_REVIEW else ReviewKind.FIRST,
        round=submission.round,
        status=ReviewStatus.ASSIGNED,
        copy_sha256=copy.sha256,
        assigned_at=at,
        assigned_by_id=by.person_id,
    )
    session.add(review)
    session.flush()
    codes = assignments.codes_to_score(session, submission, framework)
    session.add_all(Score(review_id=review.id, criterion_code=code, saved_at=at) for code in codes)
    _record(session, submission, Verb.ASSIGN_REVIEWER, review, by, at)
    mails.write(session, reviewer.email, *ASSIGNED_MAIL, at=at)
    return review


def _assignable(session: Session, submission: Submission, reviewer_id: UUID, by: Who, at: datetime) -> Who:
    taken = {one.person_id for one in assignments.assigned(session, submission.id)}
    # Held, so that an interest declared at this moment is either seen here or strikes what is assigned here.
    reviewer = people.who_by_id(session, reviewer_id, at, by.conflict_years, lock=True)
    if reviewer is None:
        raise RuleError("This person is not a reviewer. Choose a reviewer from the list.")
    before = judged_before(session, submission)
    if refusal := not_assignable(reviewer, submission, taken, before):
        raise RuleError(f"{reviewer.name} can't be assigned. {refusal}")
    if assignments.still_wanted(session, submission) < 1:
        raise RuleError("This submission has all its reviewers. Remove one before you assign another.")
    return reviewer


def _letter(session: Session, submission: Submission) -> str:
    """One of the letters that the submission's reviewers of this round share. Drawn, so that a letter tells neither
    the order of names nor of assignment; none of an earlier round, so that nobody's feedback looks like another's."""
    current = {one.letter for one in reviews.current(session, submission.id)}
    earlier = assignments.letters_used(session, submission.id) - current
    pool = [letter for letter in LETTERS if letter not in earlier]
    shared = pool[: len(current) + assignments.still_wanted(session, submission)]
    free = [letter for letter in shared if letter not in current]
    if not free:
        raise RuleError("This submission has had more reviewers than there are letters. Ask for help.")
    return secrets.choice(free)


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
    mails.write(session, session.get_one(Person, review.reviewer_id).email, *REMOVED_MAIL, at=at)


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
