"""The waivers of one submission: asked for by one administrator, granted by another, shown for ever."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from app.actions import waivers as actions
from app.models import Submission, Waiver
from app.queries import submissions, waivers
from app.rules.errors import Conflict, NotAllowed, RuleError
from app.rules.people import Who
from app.rules.permissions import Permission
from app.web.errors import NotFound
from app.web.guards import SubmissionFor
from app.web.ids import id_or_none
from app.web.pages import again, go, page
from app.web.portal import Portal
from app.web.transaction import Form, Now, Person, Transaction

router = APIRouter()
Waiving = Annotated[Submission, Depends(SubmissionFor(Permission.WAIVE_CONFLICT), scope="function")]


@router.get("/submissions/{submission_id}/waivers")
async def show(request: Request, who: Person, session: Transaction, submission: Waiving, at: Now) -> Response:
    return page(request, "waivers/show", who, **_context(session, submission, who, at), typed={})


@router.post("/submissions/{submission_id}/waivers")
async def ask(
    request: Request, who: Person, session: Transaction, submission: Waiving, at: Now, typed: Form
) -> Response:
    try:
        with session.begin_nested():
            person_id = id_or_none(typed.get("person"))
            if person_id is None:
                raise RuleError(actions.NOT_OF_THE_ASSEMBLY, field="person")
            actions.ask(session, submission, person_id, typed.get("reason"), by=who, at=at)
    except (Conflict, NotAllowed):
        raise
    except RuleError as error:
        context = _context(session, submission, who, at)
        return again(request, "waivers/show", who, error, **context, typed=typed.text)
    return go(f"/submissions/{submission.id}/waivers")


@router.post("/submissions/{submission_id}/waivers/{waiver_id}/grant")
async def grant(
    who: Person, session: Transaction, submission: Waiving, at: Now, waiver_id: str, _typed: Form
) -> Response:
    actions.grant(session, submission, _waiver(session, submission, waiver_id), by=who, at=at)
    return go(f"/submissions/{submission.id}/waivers")


@router.post("/submissions/{submission_id}/waivers/{waiver_id}/end")
async def end(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    submission: Waiving,
    at: Now,
    waiver_id: str,
    typed: Form,
) -> Response:
    found = _waiver(session, submission, waiver_id)
    try:
        with session.begin_nested():
            actions.end(
                session,
                submission,
                found,
                typed.get("reason"),
                by=who,
                at=at,
                base_url=parts.settings.base_url,
            )
    except (Conflict, NotAllowed):
        raise
    except RuleError as error:
        moved = RuleError(error.sentence, field=f"reason-{found.id}")
        context = _context(session, submission, who, at)
        return again(request, "waivers/show", who, moved, **context, typed={})
    return go(f"/submissions/{submission.id}/waivers")


def _waiver(session: Session, submission: Submission, text: str) -> Waiver:
    id_ = id_or_none(text)
    found = session.get(Waiver, id_) if id_ else None
    if found is None or found.submission_id != submission.id:
        raise NotFound
    return found


def _context(session: Session, submission: Submission, who: Who, at: datetime) -> dict[str, Any]:
    return {
        "submission": submissions.facts(session, submission.id),
        "waivers": waivers.of_submission(session, submission.id, may_see_names=True),
        "people": waivers.with_conflict(session, submission, who, at),
        "me": who.person_id,
    }
