"""The windows ahead of an organisation, what it means to submit in them, and who does, for the Assembly."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from app.actions import intentions as actions
from app.models import Organisation, Window
from app.queries import windows
from app.queries.windows import OwnWindow
from app.rules.errors import RuleError
from app.rules.people import Who
from app.rules.permissions import Permission, Scope, allows
from app.rules.windows import REMINDERS
from app.rules.working_days import reminder_due_at
from app.web.guards import OrganisationFor, WindowFor
from app.web.ids import id_or_none
from app.web.pages import go, page
from app.web.portal import Portal, PortalParts
from app.web.transaction import Form, Now, Person, Transaction

router = APIRouter()
Readable = Annotated[
    Organisation, Depends(OrganisationFor(Permission.READ_SELF_ASSESSMENT), scope="function")
]
Stating = Annotated[Organisation, Depends(OrganisationFor(Permission.STATE_INTENTION), scope="function")]


@router.get("/organisations/{organisation_id}/windows")
async def show(
    request: Request, who: Person, session: Transaction, parts: Portal, at: Now, organisation: Readable
) -> Response:
    ahead = windows.ahead(session, organisation.id, at)
    return page(
        request,
        "windows/own",
        who,
        organisation=organisation,
        windows=[(one, _levels(session, parts, one.window), _reminders(one, at)) for one in ahead],
        stated=windows.intentions_of(session, organisation.id),
        may_state=allows(Permission.STATE_INTENTION, who, _scope(organisation)),
        at=at,
    )


def _levels(session: Session, parts: PortalParts, window: Window) -> list[tuple[str, str]]:
    """Id and name of each level the window takes, lowest first."""
    framework = parts.shelf.get(session, window.framework_version_id)
    return [
        (level.id, level.name)
        for level in sorted(framework.levels, key=lambda one: one.rank)
        if level.id in window.levels
    ]


def _reminders(one: OwnWindow, at: datetime) -> list[datetime]:
    """The days on which reminders are still to come."""
    due = [reminder_due_at(one.closes_at, days) for days in REMINDERS]
    return [moment for moment in due if moment > at and moment >= one.window.opens_at]


def _scope(organisation: Organisation) -> Scope:
    return Scope(organisation.id, organisation.icb_id, organisation.region_id)


@router.post("/organisations/{organisation_id}/intentions")
async def state(who: Person, session: Transaction, at: Now, typed: Form, organisation: Stating) -> Response:
    window_id = id_or_none(typed.get("window"))
    window = session.get(Window, window_id) if window_id else None
    if window is None:
        raise RuleError("Choose a window from the list.")
    actions.state(session, organisation, window, typed.get("level"), by=who, at=at)
    return go(f"/organisations/{organisation.id}/windows")


@router.post("/organisations/{organisation_id}/intentions/withdraw")
async def withdraw(
    who: Person, session: Transaction, at: Now, typed: Form, organisation: Stating
) -> Response:
    intention_id = id_or_none(typed.get("intention"))
    if intention_id is None:
        raise RuleError("Choose what to take back from the list.")
    actions.withdraw(session, organisation, intention_id, by=who, at=at)
    return go(f"/organisations/{organisation.id}/windows")


@router.get("/windows/{window_id}/intentions")
async def listed(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    window: Annotated[Window, Depends(WindowFor(Permission.RELEASE), scope="function")],
) -> Response:
    """Who means to submit. Counts are of all; names only of those without a conflict of interest."""
    return page(request, "windows/intentions", who, **_listed(session, parts, window, who))


def _listed(session: Session, parts: PortalParts, window: Window, who: Who) -> dict[str, Any]:
    counts = windows.intention_counts(session, window.id)
    levels = _levels(session, parts, window)
    return {
        "window": window,
        "counts": [(name, counts.get(id_, 0)) for id_, name in levels],
        "names": dict(levels),
        "intentions": windows.intentions(session, window.id, who),
        "total": sum(counts.values()),
    }
