"""Deciding a submission, and releasing the decisions of a window together."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.actions import certificates, clarifications, letters, mails, tallies
from app.actions.certificates import Issuer
from app.actions.history import record
from app.criteria.schema import Framework
from app.models import (
    Certificate,
    Condition,
    Decision,
    DecisionVote,
    Outcome,
    Status,
    Submission,
    Window,
)
from app.queries import decisions
from app.queries import letters as letter_queries
from app.queries.decision_basis import basis_of, result_by_rule
from app.queries.people import leads_and_sponsor
from app.rules.days import uk_day
from app.rules.decisions import Clarify, Proposed, check, is_override
from app.rules.errors import Conflict
from app.rules.letters import PLAIN, Letterhead
from app.rules.passages import passage, required_passage
from app.rules.people import Who
from app.rules.scoring import LevelResult, rule_outcome
from app.rules.workflow import Verb, require

NOT_PUT_FORWARD = "No decision is put forward. Reload the page to see where the submission is."
OTHER_BASIS = (
    "What this decision rests on has changed since it was put forward. Reopen it, then put one forward again."
)


@dataclass(frozen=True)
class Terms:
    """What the portal's settings say of deciding: how many must stand behind it, and who writes the letters."""

    quorum: int = 1
    head: Letterhead = PLAIN


ALONE, NO_QUESTION = Terms(), Clarify()


def decide(
    session: Session,
    submission: Submission,
    framework: Framework,
    outcome: Outcome,
    reason: str,
    conditions: Mapping[str, str],
    *,
    clarify: Clarify = NO_QUESTION,
    terms: Terms = ALONE,
    by: Who,
    at: datetime,
) -> Decision:
    """Put a decision forward. It stands once as many people as the quorum asks for are behind it, and is pending
    until its window is released.

    An outcome other than the rule's is an override and needs a reason; "not yet" needs a condition on at least one
    criterion; "deferred" needs the question to answer, as the reason, its criterion and its day.
    """
    require(Verb.DECIDE, submission.status)
    if decisions.pending_of(session, submission.id) is not None:
        raise Conflict("A decision is put forward already. Confirm it, or reopen it.")
    result = result_by_rule(session, submission, framework)
    proposed = _tidied(outcome, reason, conditions, clarify)
    check(proposed, result, uk_day(at))
    decision = _as_row(session, submission, framework, proposed, result, by, at)
    session.add(decision)
    session.flush()
    session.add_all(
        Condition(decision_id=decision.id, criterion_code=code, text=text)
        for code, text in proposed.conditions.items()
    )
    _vote(session, submission, framework, decision, terms, by, at, reason=decision.reason)
    return decision


def _as_row(
    session: Session,
    submission: Submission,
    framework: Framework,
    proposed: Proposed,
    result: LevelResult,
    by: Who,
    at: datetime,
) -> Decision:
    clarify = proposed.clarify if proposed.outcome is Outcome.DEFERRED else NO_QUESTION
    return Decision(
        submission_id=submission.id,
        number=decisions.last_number(session, submission.id) + 1,
        round=submission.round,
        outcome=proposed.outcome,
        rule_outcome=rule_outcome(result),
        is_override=is_override(proposed.outcome, result),
        reason=proposed.reason,
        basis=basis_of(session, submission, framework, result),
        decided_at=at,
        decided_by_id=by.person_id,
        clarify_code=clarify.code,
        clarify_due_on=clarify.due_on,
    )


def _tidied(outcome: Outcome, reason: str, conditions: Mapping[str, str], clarify: Clarify) -> Proposed:
    """Conditions left empty are none."""
    typed = {code: passage(text, f"condition-{code}") for code, text in conditions.items()}
    asked = {code: text for code, text in typed.items() if text}
    return Proposed(outcome, passage(reason, "reason"), asked, clarify)


def confirm(
    session: Session,
    submission: Submission,
    framework: Framework,
    *,
    seen: UUID | None,
    terms: Terms,
    by: Who,
    at: datetime,
) -> Decision:
    """Stand behind the decision that somebody else put forward; with the last of the quorum it is decided.

    ``seen``: the decision that was read. Conflict when that is not the one put forward any more, when the person is
    behind it already, or when what it rests on is no longer so.
    """
    require(Verb.DECIDE, submission.status)
    decision = decisions.pending_of(session, submission.id)
    if decision is None or decision.id != seen:
        raise Conflict(NOT_PUT_FORWARD)
    if by.person_id in {vote.person_id for vote in decisions.votes(session, decision.id)}:
        raise Conflict("You are behind this decision already. Somebody else must confirm it.")
    result = result_by_rule(session, submission, framework)
    if (decision.basis, decision.rule_outcome) != (
        basis_of(session, submission, framework, result),
        rule_outcome(result),
    ):
        raise Conflict(OTHER_BASIS)
    _vote(session, submission, framework, decision, terms, by, at)
    return decision


def _vote(
    session: Session,
    submission: Submission,
    framework: Framework,
    decision: Decision,
    terms: Terms,
    by: Who,
    at: datetime,
    reason: str = "",
) -> None:
    session.add(DecisionVote(decision_id=decision.id, person_id=by.person_id, voted_at=at))
    session.flush()
    number = len(decisions.votes(session, decision.id))
    is_decided = number >= terms.quorum
    if is_decided:
        letters.draft(session, submission, framework, decision, terms.head, at=at)
    status = Status.DECIDED if is_decided else submission.status
    more = {"confirmed": number, "quorum": terms.quorum}
    _move(session, submission, status, Verb.DECIDE, by, at, decision, reason, more)


def reopen(session: Session, submission: Submission, reason: str, *, by: Who, at: datetime) -> None:
    """Make the decision void that is put forward, or decided and not released. Another can be put forward.

    The reason is for the Assembly. The decision and its letter stay on record; neither ever goes out.
    """
    require(Verb.REOPEN_DECISION, submission.status)
    decision = decisions.pending_of(session, submission.id)
    if decision is None:
        raise Conflict(NOT_PUT_FORWARD)
    given = required_passage(reason, "reopen-reason", "Enter the reason for reopening the decision.")
    decision.void_at, decision.void_by_id, decision.void_reason = at, by.person_id, given
    _move(session, submission, Status.AWAITING_DECISION, Verb.REOPEN_DECISION, by, at, decision, given)


def _move(
    session: Session,
    submission: Submission,
    status: Status,
    verb: Verb,
    by: Who,
    at: datetime,
    decision: Decision,
    reason: str,
    more: Mapping[str, Any] | None = None,
) -> None:
    if submission.status is not status:
        submission.status, submission.changed_at = status, at
    facts = {
        "outcome": decision.outcome.value,
        "override": decision.is_override,
        "decision": str(decision.id),
        "status": status.value,
        **(more or {}),
    }
    stream = f"submission:{submission.id}"
    record(session, stream, verb.value, by=by.person_id, at=at, reason=reason, facts=facts)


def release(
    session: Session,
    window: Window,
    framework: Framework,
    issuer: Issuer,
    *,
    by: Who,
    at: datetime,
    on: date,
) -> list[Certificate]:
    """Release every pending decision of the window in one transaction, and issue the certificates that follow.

    Conflict when submissions of the window are still being judged: outcomes go out together; or when a letter waits
    to be read. ``on``: UK day.
    """
    pending = decisions.pending(session, window.id, lock=True)
    # Asked once the rows are held: a decision reopened before that counts here, and none can be after it.
    if decisions.undecided(session, window.id):
        raise Conflict(f"{window.name} still has submissions without a decision. Decide them first.")
    if not pending:
        raise Conflict("There is no decision to release.")
    _require_ready(session, window, [decision for _, decision in pending], on)
    issued = []
    for submission, decision in pending:
        if decision.outcome is Outcome.RECOGNISED:
            issued.append(
                certificates.issue(session, decision, submission, framework, issuer, by=by, at=at, on=on)
            )
        status = _send(session, submission, decision, by, at)
        _move(session, submission, status, Verb.RELEASE, by, at, decision, decision.reason)
        _tell(session, submission, at)
    session.flush()
    tallies.count(session, pending, on=on)
    return issued


def _require_ready(session: Session, window: Window, pending: list[Decision], on: date) -> None:
    if number := letter_queries.not_read(session, window.id):
        letters_are = "1 letter has" if number == 1 else f"{number} letters have"
        raise Conflict(f"{letters_are} not been read yet. Each must be read by a person before all go out.")
    if any(one.clarify_due_on is not None and one.clarify_due_on <= on for one in pending):
        raise Conflict(
            "The last day to answer a deferral's question has come. Reopen that decision and give a later day."
        )


def _send(session: Session, submission: Submission, decision: Decision, by: Who, at: datetime) -> Status:
    """The outcome goes out with its letter. A deferral opens its question, and the submission awaits the answer."""
    decision.released_at, decision.released_by_id = at, by.person_id
    if letter := letter_queries.of_decision(session, decision.id):
        letter.sent_at = at
    opened = None
    if decision.outcome is Outcome.DEFERRED:
        opened = clarifications.open_from_decision(session, submission, decision, by=by, at=at)
    return Status.AWAITING_ANSWER if opened else Status.RELEASED


def _tell(session: Session, submission: Submission, at: datetime) -> None:
    """The mail says that there is an outcome, not which: a mailbox may be shared."""
    for email in leads_and_sponsor(session, submission.organisation_id, submission.sponsor_id):
        mails.write(
            session,
            email,
            "The outcome of your submission is in the portal",
            "The Assembly has released the outcome and feedback of your submission. Sign in to the portal to read "
            "it.\n",
            at=at,
        )
