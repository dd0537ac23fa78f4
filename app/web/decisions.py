"""Deciding a submission, releasing a window, and the outcome as its organisation sees it."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from app.actions import decisions as actions
from app.actions.certificates import Issuer
from app.config import Settings
from app.models import Outcome, Status, Submission, Window
from app.queries import certificates, decisions, reviews, submissions, windows
from app.rules.days import uk_day
from app.rules.errors import RuleError
from app.rules.people import Who
from app.rules.permissions import Permission
from app.web.errors import NotFound
from app.web.guards import PortalFor, SubmissionFor, WindowFor
from app.web.pages import again, go, page
from app.web.portal import Portal, PortalParts
from app.web.transaction import Form, Now, Person, Transaction, Typed

router = APIRouter()
Decided = Annotated[Submission, Depends(SubmissionFor(Permission.DECIDE), scope="function")]
Releasing = Annotated[Who, Depends(PortalFor(Permission.RELEASE))]
ReleasedWindow = Annotated[Window, Depends(WindowFor(Permission.RELEASE), scope="function")]
CONDITION = "condition-"


def issuer_of(settings: Settings) -> Issuer:
    return Issuer(settings.issuer_name, tuple(settings.signatories))


@router.get("/submissions/{submission_id}/decision")
async def show(
    request: Request, who: Person, session: Transaction, parts: Portal, submission: Decided
) -> Response:
    return page(request, "decisions/decide", who, **_context(session, parts, submission), typed={})


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
    framework = parts.shelf.get(session, submission.framework_version_id)
    try:
        with session.begin_nested():
            outcome, conditions = _outcome(typed), _conditions(typed)
            actions.decide(
                session, submission, framework, outcome, typed.get("reason"), conditions, by=who, at=at
            )
    except RuleError as refused:
        session.refresh(submission)
        if submission.status is not Status.AWAITING_DECISION:
            raise
        context = _context(session, parts, submission)
        return again(request, "decisions/decide", who, refused, **context, typed=typed.text)
    return go(f"/submissions/{submission.id}")


def _outcome(typed: Typed) -> Outcome:
    try:
        return Outcome(typed.get("outcome"))
    except ValueError:
        raise RuleError("Select an outcome.", field="outcome") from None


def _conditions(typed: Typed) -> dict[str, str]:
    return {
        name.removeprefix(CONDITION): text for name, text in typed.text.items() if name.startswith(CONDITION)
    }


def _context(session: Transaction, parts: PortalParts, submission: Submission) -> dict[str, Any]:
    framework = parts.shelf.get(session, submission.framework_version_id)
    is_ready = submission.status is Status.AWAITING_DECISION
    return {
        "submission": submission,
        "framework": framework,
        "facts": submissions.facts(session, submission.id),
        "decision": decisions.of_submission(session, submission.id),
        "result": actions.result_by_rule(session, submission, framework) if is_ready else None,
        "scores": reviews.settled_scores(session, submission.id, framework) if is_ready else {},
        "outcomes": list(Outcome),
    }


@router.get("/submissions/{submission_id}/outcome")
async def outcome(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    submission: Annotated[Submission, Depends(SubmissionFor(Permission.READ_OUTCOME), scope="function")],
) -> Response:
    """Feedback, conditions and certificate; until release there is nothing here, whatever was decided."""
    decision = decisions.of_submission(session, submission.id)
    if submission.status is not Status.RELEASED or decision is None:
        raise NotFound
    return page(
        request,
        "decisions/outcome",
        who,
        submission=submission,
        framework=parts.shelf.get(session, submission.framework_version_id),
        facts=submissions.facts(session, submission.id),
        decision=decision,
        conditions=decisions.conditions(session, decision.id),
        feedback=reviews.feedback(session, submission.id),
        scores=decision.basis["scores"],
        met_at=decision.basis["met_at"],
        certificate=certificates.of_decision(session, decision.id),
    )


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
        undecided=decisions.undecided(session, window.id),
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
