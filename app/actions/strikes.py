"""Striking what somebody judged, when a conflict of interest comes to light after they did.

What was said stays as a trail and counts nowhere. With it falls what rested on it (docs/decisions/0013).
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.actions import mails
from app.actions.history import record
from app.models import AgreedScore, Review, ReviewKind, ReviewStatus, Role, Status, Submission
from app.queries import clarifications, judgements, people
from app.queries.judgements import Judged
from app.rules import workflow
from app.rules.conflicts import conflict
from app.rules.people import CONFLICT_YEARS, Who
from app.rules.strikes import Fell, status_after
from app.rules.workflow import Verb

CAME_TO_LIGHT = "A conflict of interest came to light."
SET_ASIDE = (
    "Set aside, because a review that it was to settle was struck. Its reviewer has no conflict of interest."
)
_VOID = "What it rested on was struck, because a conflict of interest came to light."
_NEEDED = {Status.IN_MODERATION: "a moderator", Status.AWAITING_DECISION: "a decision"}
_OVERTAKEN = "The submission went back to review before it was answered."

# The mails name neither a person nor an organisation: a mailbox may be shared.
_STRUCK = (
    "One of your reviews no longer counts",
    "A conflict of interest came to light, so one of your reviews no longer stands in your list and counts nowhere. "
    "It stays on record. You don't need to do anything.\n",
)
_SET_ASIDE = (
    "A review is no longer needed",
    "A review that yours was to settle no longer counts, so yours is not needed now. It stays on record. "
    "You don't need to do anything.\n",
)
_NOT_NEEDED = (
    "An answer is not needed now",
    "The Assembly had a question about your submission. It looks at the submission again first, so no answer is "
    "needed now. You don't need to do anything.\n",
)


def strike(
    session: Session,
    *,
    by: UUID | None,
    at: datetime,
    people_ids: Collection[UUID] = (),
    organisation_ids: Collection[UUID] = (),
    years: int = CONFLICT_YEARS,
    base_url: str = "",
) -> list[UUID]:
    """Strike all that is not released yet and was judged with a conflict that nobody waived.

    Looked at are the judgements of ``people_ids``, or those of submissions of ``organisation_ids``. Returns the
    submissions that were touched. Those who can find another reviewer, without a conflict of their own, get a mail.
    """
    session.flush()
    if not people_ids and not organisation_ids:
        return []
    pairs = judgements.not_released(session, people_ids, organisation_ids)
    blind = judgements.blind(session, people_ids, organisation_ids)
    ids = {person_id for _, person_id in pairs} | {review.reviewer_id for review, _, _ in blind}
    known = {one.person_id: one for one in people.who_judged(session, ids, at, years)} if ids else {}
    touched = [
        submission
        for submission, person_id in pairs
        if _why(known[person_id], submission) and strike_one(session, submission, known[person_id], by, at)
    ]
    for review, submission, check in blind:
        if why := _why(known[review.reviewer_id], submission):
            _take(session, review, why, known[review.reviewer_id].email, at)
            if check is not None:
                check.review_id = None
            record(session, f"review:{review.id}", "strike blind review", by=by, at=at, reason=CAME_TO_LIGHT)
    session.flush()
    for submission in {one.id: one for one in touched}.values():
        _tell_administrators(session, submission, at, years, base_url)
    return [one.id for one in touched]


def _why(who: Who, submission: Submission) -> str:
    if submission.id in who.waived:
        return ""
    return conflict(who.ties, submission.organisation_id, submission.icb_id)


def strike_one(session: Session, submission: Submission, who: Who, by: UUID | None, at: datetime) -> bool:
    """Strike what one person judged of one submission in its present round, and what rested on it.

    False when there was nothing: what an earlier round judged is released, and stays.
    """
    found = judgements.judged(session, submission, who.person_id)
    fell = _what_fell(found)
    if fell is None:
        return False
    workflow.require(Verb.STRIKE_REVIEW, submission.status)
    for review in found.reviews:
        _take(session, review, _why(who, submission), who.email, at)
    facts = _facts(found)
    if fell is Fell.FIRST_REVIEW:
        facts |= _set_aside_third(session, submission, at)
    agreed = found.agreed if fell >= Fell.AGREED_SCORE else judgements.agreed(session, submission)
    facts |= _strike_agreed(agreed, at)
    _void_decision(session, submission, by, at)
    _move(session, submission, fell, by, at)
    facts["status"] = submission.status.value
    stream = f"submission:{submission.id}"
    record(session, stream, Verb.STRIKE_REVIEW.value, by=by, at=at, reason=CAME_TO_LIGHT, facts=facts)
    return True


def _what_fell(found: Judged) -> Fell | None:
    kinds = {review.kind for review in found.reviews}
    if ReviewKind.FIRST in kinds:
        return Fell.FIRST_REVIEW
    if ReviewKind.THIRD in kinds:
        return Fell.THIRD_REVIEW
    if found.agreed:
        return Fell.AGREED_SCORE
    return Fell.DECISION if found.decision else None


def _facts(found: Judged) -> dict[str, Any]:
    """A person has one review of a submission at most."""
    return {
        key: value
        for review in found.reviews
        for key, value in (("review", str(review.id)), ("letter", review.letter))
    }


def _take(session: Session, review: Review, why: str, email: str, at: datetime) -> None:
    review.status, review.struck_at, review.struck_reason = ReviewStatus.REMOVED, at, why
    session.add(review)
    mails.write(session, email, *_STRUCK, at=at)


def _set_aside_third(session: Session, submission: Submission, at: datetime) -> dict[str, Any]:
    """Two other first reviews may not differ, or differ elsewhere: then a third is asked for again."""
    third = [one for one in judgements.reviews(session, submission) if one.kind is ReviewKind.THIRD]
    for review in third:
        review.status, review.struck_at, review.struck_reason = ReviewStatus.REMOVED, at, SET_ASIDE
        session.add(review)
        (reviewer,) = people.who_judged(session, [review.reviewer_id], at)
        mails.write(session, reviewer.email, *_SET_ASIDE, at=at)
    return {"set aside": [str(one.id) for one in third]} if third else {}


def _strike_agreed(rows: Iterable[AgreedScore], at: datetime) -> dict[str, Any]:
    codes = set()
    for row in rows:
        row.struck_at = at
        codes.add(row.criterion_code)
    return {"criteria": sorted(codes)} if codes else {}


def _void_decision(session: Session, submission: Submission, by: UUID | None, at: datetime) -> None:
    if decision := judgements.pending(session, submission.id):
        decision.void_at, decision.void_by_id, decision.void_reason = at, by, _VOID


def _move(session: Session, submission: Submission, fell: Fell, by: UUID | None, at: datetime) -> None:
    status = status_after(submission.status, fell)
    if status is submission.status:
        return
    if open_ := clarifications.open_of(session, submission.id):
        open_.closed_at, open_.closed_by_id, open_.close_reason = at, by, _OVERTAKEN
        for lead in people.leads(session, submission.organisation_id):
            mails.write(session, lead.email, *_NOT_NEEDED, at=at)
    submission.status, submission.changed_at = status, at


def _tell_administrators(
    session: Session, submission: Submission, at: datetime, years: int, base_url: str
) -> None:
    needed = _NEEDED.get(submission.status, "a reviewer")
    body = (
        "A conflict of interest came to light, so part of what was judged of a submission no longer counts, and "
        f"{needed} is needed:\n\n{base_url}/submissions/{submission.id}\n"
    )
    for one in people.judges(session, frozenset({Role.ADMINISTRATOR}), at, years):
        if not _why(one, submission):
            mails.write(session, one.email, f"A submission needs {needed}", body, at=at)
