"""Being on the page, and staying signed in: what pages with a form ask for by themselves."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from app.actions import presence, sign_in
from app.rules.people import Who
from app.rules.permissions import Permission
from app.web.addresses import local_path
from app.web.autosave import around
from app.web.criterion_sheets import load_place
from app.web.guards import PortalFor
from app.web.pages import go, wants_json
from app.web.portal import Portal
from app.web.self_assessments import Writable
from app.web.transaction import Form, Now, Person, Transaction, ending_of

router = APIRouter()


@router.post("/self-assessments/{self_assessment_id}/criteria/{code}/presence")
async def here(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    at: Now,
    self_assessment: Writable,
    code: str,
) -> Response:
    """A heartbeat. It does not count as using the portal, or a page left open would never sign anybody out."""
    place = load_place(session, parts, self_assessment, code)
    presence.note_here(session, self_assessment, code, by=who, at=at)
    return JSONResponse(around(request, session, place, who, at))


@router.post("/sign-in/stay")
async def stay(
    request: Request,
    who: Annotated[Who, Depends(PortalFor(Permission.OWN_ACCOUNT))],
    typed: Form,
    session: Transaction,
    at: Now,
    parts: Portal,
) -> Response:
    """Count this moment as use of the sign-in, as any page view would."""
    ending = ending_of(request)
    assert ending is not None  # the guard found somebody signed in
    sign_in.note_seen(session, ending.session_id, at=at)
    if not wants_json(request):
        return go(local_path(typed.get("next")) or "/home")
    left = min(parts.settings.session_idle_minutes * 60, ending.longest)
    return JSONResponse({"ends_in": left, "is_final": left == ending.longest})
