"""An executive asks for a call back before signing; a lead says that it was made."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.actions import call_backs as actions
from app.models import Status, Submission
from app.queries import submissions
from app.rules.errors import RuleError
from app.rules.permissions import Permission
from app.web.guards import SubmissionFor
from app.web.pages import again, go, page
from app.web.portal import Portal
from app.web.sign_off import ToSign, status_of
from app.web.transaction import Form, Now, Person, Transaction

router = APIRouter()


@router.get("/submissions/{submission_id}/call-back")
async def show(request: Request, who: Person, session: Transaction, submission: ToSign) -> Response:
    if submission.status is not Status.AWAITING_SIGN_OFF:
        return go(f"/submissions/{submission.id}")
    facts = submissions.facts(session, submission.id)
    return page(request, "sign_off/call_back", who, submission=facts, note="")


@router.post("/submissions/{submission_id}/call-back")
async def ask(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    at: Now,
    typed: Form,
    submission: ToSign,
) -> Response:
    facts = submissions.facts(session, submission.id)
    note = typed.text.get("note", "")
    try:
        with session.begin_nested():
            actions.ask(session, submission, note, by=who, at=at, base_url=parts.settings.base_url)
    except RuleError as error:
        return again(
            request, "sign_off/call_back", who, error, status=status_of(error), submission=facts, note=note
        )
    return go(f"/submissions/{submission.id}/sign")


@router.post("/submissions/{submission_id}/call-back/done")
async def done(
    who: Person,
    session: Transaction,
    at: Now,
    _typed: Form,
    submission: Annotated[Submission, Depends(SubmissionFor(Permission.HAND_OVER), scope="function")],
) -> Response:
    actions.note_done(session, submission, by=who, at=at)
    return go(f"/submissions/{submission.id}")
