"""Keeping a window open for one organisation, with the reason."""

from datetime import date, datetime, time
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from app.actions import late_doors as actions
from app.models import Organisation, Window
from app.queries import scopes, windows
from app.rules.days import UK
from app.rules.errors import RuleError
from app.rules.people import Who
from app.rules.permissions import Permission
from app.web.guards import WindowFor
from app.web.ids import id_or_none
from app.web.pages import again, go, page
from app.web.portal import Portal
from app.web.transaction import Form, Now, Person, Transaction, Typed

router = APIRouter()
Doored = Annotated[Window, Depends(WindowFor(Permission.OPEN_LATE_DOOR), scope="function")]
NO_DAY = "Enter the day and the time until which the window stays open, for example 27 3 2027 and 17:00."


@router.get("/windows/{window_id}/late-doors")
async def show(request: Request, who: Person, session: Transaction, window: Doored, at: Now) -> Response:
    return page(request, "late_doors/show", who, **_context(session, window, who, at), typed={})


@router.post("/windows/{window_id}/late-doors")
async def open_door(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    window: Doored,
    at: Now,
    typed: Form,
) -> Response:
    try:
        with session.begin_nested():
            actions.open_door(
                session,
                window,
                _organisation(session, typed.get("organisation")),
                _closes_at(typed),
                typed.text.get("reason", ""),
                by=who,
                at=at,
                base_url=parts.settings.base_url,
            )
    except RuleError as error:
        context = _context(session, window, who, at)
        return again(request, "late_doors/show", who, error, **context, typed=typed.text)
    return go(f"/windows/{window.id}/late-doors")


def _organisation(session: Session, text: str) -> Organisation:
    id_ = id_or_none(text)
    found = scopes.organisation(session, id_, True) if id_ else None
    if found is None:
        raise RuleError(actions.NOT_TO_LET_IN, field="organisation")
    return found.thing


def _closes_at(typed: Typed) -> datetime:
    """The moment typed as a day and a time of day in the United Kingdom."""
    try:
        day = date(*(int(typed.get(f"closes-{part}")) for part in ("year", "month", "day")))
        hour, minute = typed.get("closes-time").replace(".", ":").split(":")
        return datetime.combine(day, time(int(hour), int(minute)), UK)
    except (ValueError, OverflowError):
        raise RuleError(NO_DAY, field="closes") from None


def _context(session: Session, window: Window, who: Who, at: datetime) -> dict[str, Any]:
    return {
        "window": window,
        "doors": windows.doors_of_window(session, window.id, who),
        "organisations": windows.organisations_to_let_in(session, who, at),
        "at": at,
    }
