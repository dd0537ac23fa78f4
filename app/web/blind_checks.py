"""Awards reviewed once more, blind: drawn a window at a time, each given to a reviewer, and compared."""

from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from app.actions import blind_checks as actions
from app.models import ReviewStatus, Submission, Window
from app.queries import assignments, blind_checks, submissions
from app.rules.blind_checks import compared, overall, small_number
from app.rules.errors import RuleError
from app.rules.people import Who
from app.rules.permissions import Permission, Scope, allows
from app.web.attempts import Attempt
from app.web.errors import NotFound
from app.web.guards import SubmissionFor, WindowFor
from app.web.ids import id_or_none
from app.web.pages import again, go, page
from app.web.portal import Portal, PortalParts
from app.web.transaction import Form, Now, Person, Transaction

router = APIRouter()
Compared = Annotated[Window, Depends(WindowFor(Permission.READ_BLIND_CHECKS), scope="function")]
Drawing = Annotated[Window, Depends(WindowFor(Permission.RELEASE), scope="function")]
Assigning = Annotated[Submission, Depends(SubmissionFor(Permission.ASSIGN_REVIEWERS), scope="function")]


@router.get("/windows/{window_id}/blind-checks")
async def show(
    request: Request, who: Person, session: Transaction, parts: Portal, window: Compared
) -> Response:
    drawn = blind_checks.drawn(session, window.id, who)
    pairs = blind_checks.pairs(session, window.id, who)
    sealed = sum(one.status is ReviewStatus.SEALED for one in drawn)
    framework = parts.shelf.get(session, window.framework_version_id)
    return page(
        request,
        "blind_checks/show",
        who,
        window=window,
        framework=framework,
        drawn=drawn,
        is_drawn=blind_checks.is_drawn(session, window.id),
        awards=len(blind_checks.awards(session, window.id)),
        percent=parts.settings.blind_review_percent,
        sealed=sealed,
        overall=overall(pairs),
        lines=compared(pairs),
        small_number=small_number(sealed),
        may_draw=allows(Permission.RELEASE, who, Scope()),
    )


@router.post("/windows/{window_id}/blind-checks")
async def draw(
    who: Person, session: Transaction, parts: Portal, window: Drawing, at: Now, _typed: Form
) -> Response:
    actions.draw(session, window, parts.settings.blind_review_percent, by=who, at=at)
    return go(f"/windows/{window.id}/blind-checks")


@router.get("/submissions/{submission_id}/blind-check")
async def choose(
    request: Request, who: Person, session: Transaction, parts: Portal, at: Now, submission: Assigning
) -> Response:
    return page(
        request, "blind_checks/assign", who, **_choice(session, parts, submission, who, at), chosen=""
    )


@router.post("/submissions/{submission_id}/blind-check")
async def assign(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    at: Now,
    typed: Form,
    submission: Assigning,
) -> Response:
    context = _choice(session, parts, submission, who, at)
    chosen = typed.get("reviewer")
    with Attempt(session) as attempt:
        id_ = id_or_none(chosen)
        if id_ is None:
            raise RuleError("Select a reviewer.", field="reviewer")
        actions.assign(session, submission, id_, by=who, at=at)
    if refused := attempt.refused:
        return again(request, "blind_checks/assign", who, refused, **context, chosen=chosen)
    return go(f"/windows/{submission.window_id}/blind-checks")


def _choice(
    session: Session, parts: PortalParts, submission: Submission, who: Who, at: datetime
) -> dict[str, Any]:
    """Everybody who reviews, and why some can't. NotFound when the award was not drawn."""
    check = blind_checks.of_submission(session, submission.id)
    if check is None:
        raise NotFound
    before = blind_checks.took_part(session, submission.id)
    framework = parts.shelf.get(session, submission.framework_version_id)
    everybody = assignments.reviewers(session, at, who.conflict_years)
    return {
        "submission": submissions.facts(session, submission.id),
        "level": framework.level(submission.level),
        "given": blind_checks.given(session, check),
        **_sorted_out(everybody, submission, before),
    }


def _sorted_out(everybody: Collection[Who], submission: Submission, before: set[Any]) -> dict[str, Any]:
    refusals = [(one, actions.refusal(one, submission, before)) for one in everybody]
    return {
        "free": [one for one, refusal in refusals if not refusal],
        "refused": [(one.name, refusal) for one, refusal in refusals if refusal],
    }
