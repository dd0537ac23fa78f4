"""Asking an organisation one question about one criterion, its answer, and going on without one.

Who asked, and whether scores differ, is told to nobody outside the Assembly: the organisation reads the question alone.
The caller holds the submission's row.
"""

from datetime import date, datetime

from sqlmodel import Session

from app.actions import mails
from app.actions.history import record
from app.criteria.schema import Framework
from app.models import Clarification, Decision, Status, Submission
from app.queries import clarifications, decisions, people, reviews, sealed_copies
from app.rules import workflow
from app.rules.clarifications import Question, require_past, sound
from app.rules.days import in_words, uk_day
from app.rules.errors import Conflict
from app.rules.history import sha256
from app.rules.passages import required_passage
from app.rules.people import Who
from app.rules.workflow import Verb

NOTHING_OPEN = "There is nothing open to clarify."
_OVERTAKEN = "The submission went back to review before it was answered."


def ask(
    session: Session, submission: Submission, asked: Question, *, by: Who, at: datetime, base_url: str = ""
) -> Clarification:
    """Send the question; nothing moves until it is answered or its day has passed. The leads are told.

    A decision that was put forward and not released is void from then on: it was taken without the answer.
    RuleError when the criterion is not in the sealed copy, or the day does not lie ahead.
    """
    workflow.require(Verb.ASK_CLARIFICATION, submission.status)
    codes = sealed_copies.document(session, submission.id).content.codes
    code, text, due_on = sound(asked, codes=codes, today=uk_day(at))
    _void_pending(session, submission, by, at)
    made = _open(session, submission, code, text, due_on, by, at)
    _move(submission, Status.AWAITING_ANSWER, at)
    facts = {"criterion": made.criterion_code, "due": made.due_on.isoformat()}
    _record(session, submission, Verb.ASK_CLARIFICATION, by, at, facts, reason=made.question)
    for lead in people.leads(session, submission.organisation_id):
        mails.write(session, lead.email, *_asked(submission, made, base_url), at=at)
    return made


def open_from_decision(
    session: Session, submission: Submission, decision: Decision, *, by: Who, at: datetime
) -> Clarification | None:
    """The question of a decision that defers, opened when it is released; the submission then awaits the answer.

    None, and no change of status, for a decision that names no criterion to clarify. The line of history is the
    release's own, and so is the mail: one of its own would tell a shared mailbox the outcome.
    """
    if not decision.clarify_code or decision.clarify_due_on is None:
        return None
    made = _open(session, submission, decision.clarify_code, decision.reason, decision.clarify_due_on, by, at)
    made.decision_id = decision.id
    _move(submission, Status.AWAITING_ANSWER, at)
    return made


def answer(session: Session, submission: Submission, text: str, *, by: Who, at: datetime) -> Clarification:
    """Keep the organisation's answer. The score of that criterion is then agreed with the answer beside it.

    RuleError when nothing was written; Conflict when nothing is open. It may come after its day, until the Assembly
    goes on without it.
    """
    workflow.require(Verb.ANSWER_CLARIFICATION, submission.status)
    found = _open_one(session, submission)
    found.answer = required_passage(text, "answer", "Enter your answer.")
    found.answered_at, found.answered_by_id = at, by.person_id
    found.times_agreed = reviews.times_agreed(session, submission, found.criterion_code)
    _move(submission, Status.IN_MODERATION, at)
    facts = {"criterion": found.criterion_code, "digest": sha256(found.answer)}
    _record(session, submission, Verb.ANSWER_CLARIFICATION, by, at, facts)
    return found


def close(
    session: Session, submission: Submission, framework: Framework, reason: str, *, by: Who, at: datetime
) -> None:
    """Go on without an answer: to moderation while a score is open there, else to the decision.

    Conflict before the day has passed; RuleError without a reason, which the organisation reads.
    """
    workflow.require(Verb.CLOSE_CLARIFICATION, submission.status)
    found = _open_one(session, submission)
    require_past(found.due_on, uk_day(at))
    given = required_passage(reason, "reason", "Enter a reason.")
    _close(found, given, by, at)
    session.flush()
    is_open = reviews.unsettled(session, submission.id, framework)
    _move(submission, Status.IN_MODERATION if is_open else Status.AWAITING_DECISION, at)
    facts = {"criterion": found.criterion_code}
    _record(session, submission, Verb.CLOSE_CLARIFICATION, by, at, facts, reason=given)
    for lead in people.leads(session, submission.organisation_id):
        mails.write(session, lead.email, *_CLOSED, at=at)


def _open_one(session: Session, submission: Submission) -> Clarification:
    found = clarifications.open_of(session, submission.id)
    if found is None:
        raise Conflict(NOTHING_OPEN)
    return found


def _open(
    session: Session, submission: Submission, code: str, text: str, due_on: date, by: Who, at: datetime
) -> Clarification:
    """The row. A question left open when a review was struck meanwhile gives way to it."""
    if left := clarifications.open_of(session, submission.id):
        _close(left, _OVERTAKEN, by, at)
        session.flush()
    made = Clarification(
        submission_id=submission.id,
        criterion_code=code,
        round=submission.round,
        question=text,
        due_on=due_on,
        asked_at=at,
        asked_by_id=by.person_id,
    )
    session.add(made)
    session.flush()
    return made


def _close(found: Clarification, reason: str, by: Who, at: datetime) -> None:
    found.closed_at, found.closed_by_id, found.close_reason = at, by.person_id, reason


def _void_pending(session: Session, submission: Submission, by: Who, at: datetime) -> None:
    pending = decisions.of_submission(session, submission.id)
    if pending is not None and pending.released_at is None:
        pending.void_at, pending.void_by_id = at, by.person_id
        pending.void_reason = "A question to the organisation was asked after it was put forward."


def _move(submission: Submission, status: Status, at: datetime) -> None:
    submission.status, submission.changed_at = status, at


def _record(
    session: Session,
    submission: Submission,
    verb: Verb,
    by: Who,
    at: datetime,
    facts: dict[str, str],
    *,
    reason: str = "",
) -> None:
    stream, told = f"submission:{submission.id}", {**facts, "status": submission.status.value}
    record(session, stream, verb.value, by=by.person_id, at=at, reason=reason, facts=told)


# Mails name neither the organisation nor the criterion: a mailbox may be shared.
def _asked(submission: Submission, made: Clarification, base_url: str) -> tuple[str, str]:
    body = (
        "The Assembly has one question about your organisation's submission. Answer it by "
        f"{in_words(made.due_on)}.\n\nRead the question and answer it:\n\n"
        f"{base_url}/submissions/{submission.id}/clarification\n"
    )
    return "The Assembly has a question about your submission", body


_CLOSED = (
    "The Assembly goes on without an answer",
    "The Assembly had a question about your submission. The day it asked for has passed, so it goes on without the "
    "answer. You don't need to do anything.\n",
)
