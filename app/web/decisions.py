"""Deciding a submission by a quorum, and releasing a window."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from app.actions import decisions as actions
from app.actions.certificates import Issuer
from app.actions.decisions import Terms
from app.actions.letters import letterhead_of
from app.config import Settings
from app.criteria.answers import clean
from app.criteria.schema import Question, QuestionKind
from app.models import Outcome, Status, Submission, Window
from app.queries import decisions, letters, reviews, sealed_copies, submissions, windows
from app.queries.decision_basis import result_by_rule
from app.rules.days import uk_day
from app.rules.decisions import Clarify
from app.rules.errors import RuleError
from app.rules.evidence import Asked, keys_of
from app.rules.people import Who
from app.rules.permissions import Permission
from app.rules.workflow import Verb, open_verbs
from app.web.components import component
from app.web.guards import PortalFor, SubmissionFor, WindowFor
from app.web.ids import id_or_none
from app.web.pages import again, go, page
from app.web.portal import Portal, PortalParts
from app.web.transaction import Form, Now, Person, Transaction, Typed

router = APIRouter()
Decided = Annotated[Submission, Depends(SubmissionFor(Permission.DECIDE), scope="function")]
Releasing = Annotated[Who, Depends(PortalFor(Permission.RELEASE))]
ReleasedWindow = Annotated[Window, Depends(WindowFor(Permission.RELEASE), scope="function")]
CONDITION = "condition-"
CLARIFY_DUE = Question(
    id="clarify_due",
    kind=QuestionKind.DATE,
    label="Last day for the answer",
    hint="The question is asked when the window is released. For example, 27 3 2027.",
)


def issuer_of(settings: Settings) -> Issuer:
    return Issuer(settings.issuer_name, tuple(settings.signatories))


def terms_of(settings: Settings) -> Terms:
    return Terms(settings.decision_quorum, letterhead_of(settings))


@router.get("/submissions/{submission_id}/decision")
async def show(
    request: Request, who: Person, session: Transaction, parts: Portal, submission: Decided
) -> Response:
    return page(request, "decisions/decide", who, **_context(session, parts, submission, who, {}))


@router.post("/submissions/{submission_id}/decision")
async def decide(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    submission: Decided,
    typed: Form,
    at: Now,
) -> Response:
    try:
        with session.begin_nested():
            actions.decide(
                session,
                submission,
                parts.shelf.get(session, submission.framework_version_id),
                _outcome(typed),
                typed.get("reason"),
                _conditions(typed),
                clarify=_clarify(typed),
                terms=terms_of(parts.settings),
                by=who,
                at=at,
            )
    except RuleError as refused:
        return _again(request, session, parts, submission, who, typed, refused)
    return go(f"/submissions/{submission.id}/decision")


@router.post("/submissions/{submission_id}/decision/confirm")
async def confirm(
    who: Person, session: Transaction, parts: Portal, submission: Decided, typed: Form, at: Now
) -> Response:
    framework = parts.shelf.get(session, submission.framework_version_id)
    seen = id_or_none(typed.get("decision"))
    terms = terms_of(parts.settings)
    actions.confirm(session, submission, framework, seen=seen, terms=terms, by=who, at=at)
    return go(f"/submissions/{submission.id}/decision")


@router.post("/submissions/{submission_id}/decision/reopen")
async def reopen(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    submission: Decided,
    typed: Form,
    at: Now,
) -> Response:
    try:
        with session.begin_nested():
            actions.reopen(session, submission, typed.get("reopen-reason"), by=who, at=at)
    except RuleError as refused:
        return _again(request, session, parts, submission, who, typed, refused)
    return go(f"/submissions/{submission.id}/decision")


def _again(
    request: Request,
    session: Transaction,
    parts: PortalParts,
    submission: Submission,
    who: Who,
    typed: Typed,
    refused: RuleError,
) -> Response:
    """The form once more for what can be put right in it; everything else is told on a page of its own."""
    session.refresh(submission)
    if not refused.field:
        raise refused
    errors = {refused.field: refused.sentence}
    context = _context(session, parts, submission, who, typed.text, errors)
    return again(request, "decisions/decide", who, refused, **context)


def _outcome(typed: Typed) -> Outcome:
    try:
        return Outcome(typed.get("outcome"))
    except ValueError:
        raise RuleError("Select an outcome.", field="outcome") from None


def _conditions(typed: Typed) -> dict[str, str]:
    return {
        name.removeprefix(CONDITION): text for name, text in typed.text.items() if name.startswith(CONDITION)
    }


def _clarify(typed: Typed) -> Clarify:
    """The criterion and the day of a deferral's question; what is not asked for with another outcome is not read."""
    if typed.get("outcome") != Outcome.DEFERRED:
        return Clarify()
    keys = keys_of(CLARIFY_DUE)
    cleaned = clean(Asked((CLARIFY_DUE,)), {key: typed.get(key) for key in keys})
    if error := cleaned.errors.get(CLARIFY_DUE.id):
        raise RuleError(error, field=CLARIFY_DUE.id)
    day = cleaned.values.get(CLARIFY_DUE.id)
    return Clarify(typed.get("clarify_code"), date.fromisoformat(day) if day else None)


def _context(
    session: Transaction,
    parts: PortalParts,
    submission: Submission,
    who: Who,
    typed: dict[str, str],
    errors: dict[str, str] | None = None,
) -> dict[str, Any]:
    framework = parts.shelf.get(session, submission.framework_version_id)
    decision = decisions.pending_of(session, submission.id)
    voters = decisions.voters(session, decision.id) if decision else []
    is_ready = submission.status is Status.AWAITING_DECISION
    due = {key: typed.get(key, "") for key in keys_of(CLARIFY_DUE)}
    return {
        "submission": submission,
        "framework": framework,
        "facts": submissions.facts(session, submission.id),
        "decision": decision,
        "voters": [(name, at) for _, name, at in voters],
        "quorum": parts.settings.decision_quorum,
        "may_confirm": is_ready and who.person_id not in {id_ for id_, _, _ in voters},
        "may_reopen": decision is not None and Verb.REOPEN_DECISION in open_verbs(submission.status),
        "conditions": decisions.conditions(session, decision.id) if decision else {},
        "reopened": decisions.reopened(session, submission.id),
        "earlier": decisions.all_released(session, submission.id),
        "asked_before": _asked_before(session, submission) if is_ready else [],
        "result": result_by_rule(session, submission, framework) if is_ready else None,
        "scores": reviews.settled_scores(session, submission.id, framework) if is_ready else {},
        "due": component(CLARIFY_DUE, due, (errors or {}).get(CLARIFY_DUE.id, "")),
        "typed": typed,
    }


def _asked_before(session: Transaction, submission: Submission) -> list[tuple[str, str, str, str]]:
    """Criterion, condition of an earlier decision, the organisation's answer, and what the reviewers say of it."""
    verdicts = decisions.condition_verdicts(session, submission.id)
    return [
        (answer.code, one.text, one.answer, _said(verdicts.get(one.condition_id, [])))
        for answer in sealed_copies.document(session, submission.id).content.answers
        for one in answer.conditions
    ]


def _said(verdicts: list[tuple[str, bool]]) -> str:
    told = [f"Reviewer {letter}: {'done' if is_done else 'not done'}" for letter, is_done in verdicts]
    return ", ".join(told) or "No reviewer has marked it"


@router.get("/windows")
async def list_windows(request: Request, who: Releasing, session: Transaction, at: Now) -> Response:
    return page(request, "decisions/windows", who, windows=windows.with_counts(session, who), at=at)


@router.get("/windows/{window_id}/release")
async def show_release(
    request: Request, who: Person, session: Transaction, window: ReleasedWindow, at: Now
) -> Response:
    return page(
        request,
        "decisions/release",
        who,
        window=window,
        pending=decisions.listed(session, window.id, who),
        undecided=decisions.undecided(session, window.id, who),
        not_read=letters.not_read(session, window.id),
        released=decisions.released(session, window.id, who),
        at=at,
    )


@router.post("/windows/{window_id}/release")
async def release(
    who: Person, session: Transaction, parts: Portal, window: ReleasedWindow, at: Now, _typed: Form
) -> Response:
    framework = parts.shelf.get(session, window.framework_version_id)
    actions.release(session, window, framework, issuer_of(parts.settings), by=who, at=at, on=uk_day(at))
    return go(f"/windows/{window.id}/release")
