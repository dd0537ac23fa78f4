"""Deciding a submission, and releasing the decisions of a window together."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from app.actions import certificates, mails
from app.actions.certificates import Issuer
from app.actions.history import record
from app.criteria.schema import Framework
from app.models import Certificate, Condition, Decision, Outcome, Status, Submission, Window
from app.queries import certificates as certificate_queries
from app.queries import decisions, reviews, submissions
from app.queries.people import leads_and_sponsor
from app.rules.errors import Conflict, RuleError
from app.rules.passages import passage
from app.rules.people import Who
from app.rules.scoring import LevelResult, level_result, rule_outcome
from app.rules.workflow import Verb, require


def result_by_rule(session: Session, submission: Submission, framework: Framework) -> LevelResult:
    """What the rule says of the agreed scores. Conflict while a score is still open."""
    scores = reviews.settled_scores(session, submission.id, framework)
    open_codes = [code for code, score in scores.items() if score is None]
    if open_codes or not scores:
        raise Conflict("Every review must be sealed and every difference agreed before a decision.")
    content = submissions.sealed(session, submission.id).content
    below = framework.levels_up_to(submission.level)[:-1]
    judged = {answer.level for answer in content.answers}
    revoked = certificate_queries.revoked_rank(session, submission.organisation_id)
    held = {
        one.id for one in below if one.id in content.lower_levels_held and (not revoked or one.rank < revoked)
    }
    return level_result(
        submission.level,
        {code: score for code, score in scores.items() if score is not None},
        framework.settings.met_at,
        {one.id for one in below} <= judged | held,
    )


def decide(
    session: Session,
    submission: Submission,
    framework: Framework,
    outcome: Outcome,
    reason: str,
    conditions: Mapping[str, str],
    *,
    by: Who,
    at: datetime,
) -> Decision:
    """Record the decision; it stays pending until its window is released.

    An outcome other than the rule's is an override and needs a reason; "not yet" needs a condition on at least one
    criterion; "deferred" needs the question to answer, as the reason.
    """
    require(Verb.DECIDE, submission.status)
    result = result_by_rule(session, submission, framework)
    reason = passage(reason, "reason")
    typed = {code: passage(text, f"condition-{code}") for code, text in conditions.items()}
    conditions = {code: text for code, text in typed.items() if text}
    _check(outcome, reason, conditions, result)
    decision = Decision(
        submission_id=submission.id,
        outcome=outcome,
        rule_outcome=rule_outcome(result),
        is_override=_is_override(outcome, result),
        reason=reason,
        basis=_basis(session, submission, framework, result),
        decided_at=at,
        decided_by_id=by.person_id,
    )
    session.add(decision)
    session.flush()
    session.add_all(
        Condition(decision_id=decision.id, criterion_code=c, text=t) for c, t in conditions.items()
    )
    _move(session, submission, Status.DECIDED, Verb.DECIDE, by, at, decision)
    return decision


def _is_override(outcome: Outcome, result: LevelResult) -> bool:
    """Deferring asks a question before judging; it overrides nothing."""
    return outcome is not Outcome.DEFERRED and outcome is not rule_outcome(result)


def _check(outcome: Outcome, reason: str, conditions: Mapping[str, str], result: LevelResult) -> None:
    judged = {*result.met, *result.not_met}
    if unknown := sorted(conditions.keys() - judged):
        raise RuleError(
            f"{unknown[0]} is not a criterion of this submission.", field=f"condition-{unknown[0]}"
        )
    if _is_override(outcome, result) and not reason.strip():
        raise RuleError("Enter the reason for deciding against the rule.", field="reason")
    if outcome is Outcome.NOT_YET and not conditions:
        raise RuleError("Enter what must be done for at least one criterion.", field="conditions")
    if outcome is Outcome.DEFERRED and not reason.strip():
        raise RuleError("Enter the question that the organisation must answer.", field="reason")
    if outcome is Outcome.RECOGNISED and conditions:
        raise RuleError("Remove the conditions, or choose “not yet”.", field="conditions")


def _basis(
    session: Session, submission: Submission, framework: Framework, result: LevelResult
) -> dict[str, Any]:
    """Everything the decision rests on, so that it can be held against the records for ever."""
    return {
        "copy_sha256": submissions.copy_sha256(session, submission.id),
        "framework_version": framework.version,
        "met_at": framework.settings.met_at,
        "scores": reviews.settled_scores(session, submission.id, framework),
        "reviews": reviews.score_basis(session, submission.id),
        "met": list(result.met),
        "not_met": list(result.not_met),
    }


def _move(
    session: Session,
    submission: Submission,
    status: Status,
    verb: Verb,
    by: Who,
    at: datetime,
    decision: Decision,
) -> None:
    submission.status, submission.changed_at = status, at
    facts = {
        "outcome": decision.outcome.value,
        "override": decision.is_override,
        "decision": str(decision.id),
        "status": status.value,
    }
    stream = f"submission:{submission.id}"
    record(session, stream, verb.value, by=by.person_id, at=at, reason=decision.reason, facts=facts)


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

    Conflict when submissions of the window are still being judged: outcomes go out together. ``on``: UK day.
    """
    if decisions.undecided(session, window.id):
        raise Conflict(f"{window.name} still has submissions without a decision. Decide them first.")
    pending = decisions.pending(session, window.id, lock=True)
    if not pending:
        raise Conflict("There is no decision to release.")
    issued = []
    for submission, decision in pending:
        if decision.outcome is Outcome.RECOGNISED:
            issued.append(
                certificates.issue(session, decision, submission, framework, issuer, by=by, at=at, on=on)
            )
        decision.released_at, decision.released_by_id = at, by.person_id
        _move(session, submission, Status.RELEASED, Verb.RELEASE, by, at, decision)
        _tell(session, submission, at)
    session.flush()
    return issued


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
