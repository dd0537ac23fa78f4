"""Drawing a share of a window's awards at random, and giving each to somebody who knows no score of it.

A blind review changes nothing: no status, no score that counts, no line in the submission's history. Its lines stand in
a stream of its own, ``review:<id>``.
"""

import secrets
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from app.actions import mails
from app.actions.assignments import ASSIGNED_MAIL, LETTERS, REMOVED_MAIL
from app.actions.history import record
from app.models import BlindCheck, Person, Review, ReviewKind, ReviewStatus, Score, Submission, Window
from app.queries import assignments, blind_checks, people, sealed_copies
from app.rules.blind_checks import number_to_draw
from app.rules.conflicts import not_assignable
from app.rules.errors import Conflict, RuleError
from app.rules.people import Who

TOOK_PART = "Took part in judging it."


def draw(session: Session, window: Window, percent: int, *, by: Who, at: datetime) -> list[BlindCheck]:
    """Draw ``percent`` of the window's released awards, rounded up, each with the same chance. Once a window.

    Conflict when they were drawn already or nothing is recognised yet; RuleError when the share is none. The caller
    holds the window's row.
    """
    if blind_checks.is_drawn(session, window.id):
        raise Conflict(f"The awards of {window.name} were drawn already.")
    awards = blind_checks.awards(session, window.id)
    if not awards:
        raise Conflict(f"{window.name} has no released award yet.")
    if percent < 1:
        raise RuleError("This portal is set to review no award once more.")
    # secrets: whoever could foresee the draw could see to it that an award is not looked at.
    chosen = secrets.SystemRandom().sample(awards, number_to_draw(len(awards), percent))
    made = [BlindCheck(decision_id=id_, window_id=window.id, drawn_at=at) for id_ in sorted(chosen, key=str)]
    session.add_all(made)
    session.flush()
    facts = {"drawn": len(made), "awards": len(awards), "percent": percent}
    record(session, f"window:{window.id}", "draw blind checks", by=by.person_id, at=at, facts=facts)
    return made


def assign(session: Session, submission: Submission, reviewer_id: UUID, *, by: Who, at: datetime) -> Review:
    """Give a drawn award to a reviewer who took no part and has no conflict. Who had it before loses it.

    Conflict when the award was not drawn, or its blind review is sealed; RuleError with the reason when this person
    may not have it. The caller holds the submission's row.
    """
    check = blind_checks.of_submission(session, submission.id)
    if check is None:
        raise Conflict("This award was not drawn for a blind review.")
    reviewer = people.who_by_id(session, reviewer_id, at, by.conflict_years, lock=True)
    if reviewer is None:
        raise RuleError("This person is not a reviewer. Choose a reviewer from the list.", field="reviewer")
    if refused := refusal(reviewer, submission, blind_checks.took_part(session, submission.id)):
        raise RuleError(f"{reviewer.name} can't be assigned. {refused}", field="reviewer")
    _take_back(session, check, by, at)
    review = _new(session, submission, reviewer, by, at)
    check.review_id = review.id
    _record(session, review, "assign blind review", by, at)
    mails.write(session, reviewer.email, *ASSIGNED_MAIL, at=at)
    return review


def refusal(who: Who, submission: Submission, took_part: set[UUID]) -> str:
    """Why this person can't review the award blind; empty when they can."""
    if who.person_id in took_part:
        return TOOK_PART
    return not_assignable(who, submission, ())


def _take_back(session: Session, check: BlindCheck, by: Who, at: datetime) -> None:
    before = session.get(Review, check.review_id) if check.review_id else None
    if before is None:
        return
    if before.status is ReviewStatus.SEALED:
        raise Conflict("The blind review of this award is sealed, so nobody else is needed.")
    before.status = ReviewStatus.REMOVED
    _record(session, before, "remove blind review", by, at)
    mails.write(session, session.get_one(Person, before.reviewer_id).email, *REMOVED_MAIL, at=at)


def _new(session: Session, submission: Submission, reviewer: Who, by: Who, at: datetime) -> Review:
    copy = sealed_copies.newest(session, submission.id)
    used = assignments.letters_used(session, submission.id)
    review = Review(
        submission_id=submission.id,
        reviewer_id=reviewer.person_id,
        letter=next(letter for letter in LETTERS if letter not in used),
        kind=ReviewKind.BLIND,
        round=submission.round,
        status=ReviewStatus.ASSIGNED,
        copy_sha256=copy.sha256,
        assigned_at=at,
        assigned_by_id=by.person_id,
    )
    session.add(review)
    session.flush()
    codes = sealed_copies.document(session, submission.id).content.codes
    session.add_all(Score(review_id=review.id, criterion_code=code, saved_at=at) for code in codes)
    return review


def _record(session: Session, review: Review, verb: str, by: Who, at: datetime) -> None:
    record(session, f"review:{review.id}", verb, by=by.person_id, at=at, facts={"letter": review.letter})
