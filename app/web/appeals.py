"""An organisation appeals against a released decision, criterion by criterion."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from app.actions import appeals as actions
from app.models import Submission
from app.queries import decisions, sealed_copies, submissions
from app.rules.appeals import FIELD
from app.rules.permissions import Permission
from app.web.attempts import Attempt
from app.web.errors import NotFound
from app.web.guards import SubmissionFor
from app.web.pages import again, go, page
from app.web.portal import Portal, PortalParts
from app.web.submission_rounds import standing
from app.web.transaction import Form, Now, Person, Transaction

router = APIRouter()
Appealing = Annotated[Submission, Depends(SubmissionFor(Permission.APPEAL), scope="function")]


@router.get("/submissions/{submission_id}/appeal")
async def show(
    request: Request, who: Person, session: Transaction, parts: Portal, at: Now, submission: Appealing
) -> Response:
    return page(request, "appeals/appeal", who, **_context(session, parts, submission, at, {}))


@router.post("/submissions/{submission_id}/appeal")
async def appeal(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    at: Now,
    typed: Form,
    submission: Appealing,
) -> Response:
    framework = parts.shelf.get(session, submission.framework_version_id)
    base_url = parts.settings.base_url
    with Attempt(session) as attempt:
        named = {
            name.removeprefix(FIELD): text for name, text in typed.text.items() if name.startswith(FIELD)
        }
        actions.appeal(session, submission, framework, named, by=who, at=at, base_url=base_url)
    if refused := attempt.refused:
        context = _context(session, parts, submission, at, typed.text)
        return again(request, "appeals/appeal", who, refused, **context)
    return go(f"/submissions/{submission.id}")


def _context(
    session: Session, parts: PortalParts, submission: Submission, at: datetime, typed: Mapping[str, str]
) -> dict[str, Any]:
    """NotFound while nothing is released: until then there is nothing here, whatever was decided."""
    decision = decisions.released_of(session, submission.id)
    if decision is None:
        raise NotFound
    framework = parts.shelf.get(session, submission.framework_version_id)
    codes = sealed_copies.document(session, submission.id).content.codes
    return {
        "submission": submissions.facts(session, submission.id),
        "framework": framework,
        "level": framework.level(submission.level),
        "decision": decision,
        "scores": decision.basis["scores"],
        "criteria": [framework.criterion(code) for code in codes],
        "field": FIELD,
        "typed": typed,
        **standing(session, parts, submission, decision, at),
    }
