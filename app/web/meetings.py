"""Moderation meetings: planned, held and minuted. Each person sees the items of which they may know; of the others
the place on the agenda."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from sqlmodel import Session

from app.actions import meetings as actions
from app.criteria.schema import Question, QuestionKind
from app.models import Meeting, Status, Window
from app.queries import meetings, minutes, windows
from app.queries.meetings import HiddenItem, ShownItem
from app.rules.days import uk_day
from app.rules.errors import RuleError
from app.rules.history import sha256
from app.rules.people import Who
from app.rules.permissions import Permission
from app.web.attempts import Attempt
from app.web.guards import MeetingFor, PortalFor
from app.web.ids import id_or_none
from app.web.pages import again, go, page
from app.web.portal import Portal, PortalParts
from app.web.records import drawn
from app.web.transaction import Form, Now, Person, Transaction
from app.web.typed_days import drawn_day, proposed, typed_day

router = APIRouter()
Holding = Annotated[Who, Depends(PortalFor(Permission.HOLD_MEETING))]
Held = Annotated[Meeting, Depends(MeetingFor(Permission.HOLD_MEETING), scope="function")]

PREFIX = "person-"
USUAL_DAYS = 14  # ahead
HELD = Question(id="held", kind=QuestionKind.DATE, label="Which day is it?", hint="For example, 27 3 2027.")
ABOUT: dict[str, tuple[str, tuple[Status, ...]]] = {
    "moderation": ("Submissions whose scores differ", (Status.IN_MODERATION,)),
    "decision": ("Submissions that wait for a decision", (Status.AWAITING_DECISION,)),
    "both": ("Both", actions.TAKEN),
}


@router.get("/meetings")
async def show_list(request: Request, who: Holding, session: Transaction) -> Response:
    return page(request, "meetings/list", who, meetings=meetings.listed(session))


@router.get("/meetings/new")
async def show_plan(request: Request, who: Holding, session: Transaction, at: Now) -> Response:
    typed = {**proposed(HELD, uk_day(at) + timedelta(days=USUAL_DAYS)), "about": "both"}
    return page(request, "meetings/plan", who, **_plan_page(session, typed))


@router.post("/meetings/new")
async def plan(
    request: Request, who: Holding, session: Transaction, parts: Portal, typed: Form, at: Now
) -> Response:
    try:
        with session.begin_nested():
            meeting = _planned(session, parts, typed.text, who, at)
    except RuleError as refused:
        context = _plan_page(session, typed.text, refused)
        return again(request, "meetings/plan", who, refused, **context)
    return go(f"/meetings/{meeting.id}")


def _planned(
    session: Session, parts: PortalParts, typed: Mapping[str, str], who: Who, at: datetime
) -> Meeting:
    window_id = id_or_none(typed.get("window", ""))
    window = session.get(Window, window_id) if window_id else None
    if window is None:
        raise RuleError("Select a window.", field="window")
    held_on = typed_day(HELD, typed)
    if held_on is None:
        raise RuleError("Enter the day of the meeting.", field="held")
    if typed.get("about") not in ABOUT:
        raise RuleError("Select what the meeting is about.", field="about")
    return actions.plan(
        session,
        window,
        typed.get("name", ""),
        held_on,
        _people(typed),
        ABOUT[typed["about"]][1],
        by=who,
        at=at,
        today=uk_day(at),
        base_url=parts.settings.base_url,
    )


def _people(typed: Mapping[str, str]) -> list[UUID]:
    ids = [id_or_none(name.removeprefix(PREFIX)) for name in typed if name.startswith(PREFIX)]
    if not ids:
        raise RuleError("Select who is expected.", field="people")
    found = [one for one in ids if one is not None]
    if len(found) < len(ids):
        raise RuleError("Select people from the list.", field="people")
    return found


def _plan_page(
    session: Session, typed: Mapping[str, str], refused: RuleError | None = None
) -> dict[str, Any]:
    error = refused.sentence if refused and refused.field == HELD.id else ""
    return {
        "typed": typed,
        "windows": windows.names(session),
        "about": [(key, label) for key, (label, _) in ABOUT.items()],
        "invitees": meetings.invitees(session),
        "held": drawn_day(HELD, typed, error),
        "prefix": PREFIX,
    }


@router.get("/meetings/{meeting_id}")
async def show(
    request: Request, who: Person, session: Transaction, parts: Portal, meeting: Held, at: Now
) -> Response:
    return page(request, "meetings/show", who, **_meeting_page(session, parts, meeting, who, at))


def _meeting_page(
    session: Session, parts: PortalParts, meeting: Meeting, who: Who, at: datetime
) -> dict[str, Any]:
    expected = meetings.expected(session, meeting.id, at, who.conflict_years)
    there = {one.who.person_id for one in expected}
    items = meetings.agenda(session, meeting, who, at, expected)
    return {
        "meeting": meeting,
        "window": session.get_one(Window, meeting.window_id),
        "expected": expected,
        "others": [one for one in meetings.invitees(session) if one.person_id not in there],
        "items": items,
        "level_names": level_names(session, parts, items),
        "is_running": meeting.opened_at is not None and meeting.closed_at is None,
        "version": version_of(session, meeting, who),
    }


def level_names(session: Session, parts: PortalParts, items: list[ShownItem | HiddenItem]) -> dict[UUID, str]:
    """The name of each shown item's level, by the item's id."""
    return {
        one.id: parts.shelf.get(session, one.framework_version_id).level(one.level).name
        for one in items
        if isinstance(one, ShownItem)
    }


def version_of(session: Session, meeting: Meeting, who: Who) -> str:
    """Another text whenever a page of the meeting would show this person something else."""
    return sha256(repr(meetings.state(session, meeting, who)))[:16]


@router.get("/meetings/{meeting_id}/version")
async def version(who: Person, session: Transaction, meeting: Held) -> Response:
    """For the script that offers to show a page anew. What the person may not see does not change it."""
    return JSONResponse({"version": version_of(session, meeting, who)})


@router.post("/meetings/{meeting_id}/open")
async def open_meeting(who: Person, session: Transaction, meeting: Held, _typed: Form, at: Now) -> Response:
    actions.open_meeting(session, meeting, by=who, at=at)
    return go(f"/meetings/{meeting.id}")


@router.post("/meetings/{meeting_id}/close")
async def close_meeting(who: Person, session: Transaction, meeting: Held, _typed: Form, at: Now) -> Response:
    actions.close_meeting(session, meeting, by=who, at=at)
    return go(f"/meetings/{meeting.id}/minutes")


@router.post("/meetings/{meeting_id}/order")
async def order_again(who: Person, session: Transaction, meeting: Held, _typed: Form, at: Now) -> Response:
    actions.order_again(session, meeting, by=who, at=at)
    return go(f"/meetings/{meeting.id}")


@router.post("/meetings/{meeting_id}/attendance")
async def attend(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    meeting: Held,
    typed: Form,
    at: Now,
) -> Response:
    """Somebody comes, or with ``do=leave`` leaves."""
    mark = actions.leave if typed.get("do") == "leave" else actions.come
    with Attempt(session) as attempt:
        person_id = id_or_none(typed.get("person"))
        if person_id is None:
            raise RuleError("Select a person from the list.", field="person")
        mark(session, meeting, person_id, by=who, at=at)
    if refused := attempt.refused:
        context = _meeting_page(session, parts, meeting, who, at)
        return again(request, "meetings/show", who, refused, **context)
    return go(f"/meetings/{meeting.id}")


@router.get("/meetings/{meeting_id}/minutes")
async def show_minutes(
    request: Request, who: Person, session: Transaction, parts: Portal, meeting: Held, at: Now
) -> Response:
    return page(request, "meetings/minutes", who, **_minutes_page(session, parts, meeting, who, at))


@router.get("/meetings/{meeting_id}/minutes.pdf")
async def minutes_pdf(who: Person, session: Transaction, parts: Portal, meeting: Held, at: Now) -> Response:
    context = _minutes_page(session, parts, meeting, who, at)
    name = f"minutes-{meeting.held_on.isoformat()}.pdf"
    session.close()  # what follows takes seconds and needs no database
    return await drawn(parts, "meetings/minutes.html.jinja", name, context)


def _minutes_page(
    session: Session, parts: PortalParts, meeting: Meeting, who: Who, at: datetime
) -> dict[str, Any]:
    expected = meetings.expected(session, meeting.id, at, who.conflict_years)
    items = meetings.agenda(session, meeting, who, at, expected)
    shown = [one for one in items if isinstance(one, ShownItem)]
    return {
        "portal": parts.settings.portal_name,
        "meeting": meeting,
        "window_name": session.get_one(Window, meeting.window_id).name,
        "there": [one for one in expected if one.came_at],
        "not_there": [one for one in expected if not one.came_at],
        "items": items,
        "level_names": level_names(session, parts, items),
        "taken": minutes.taken(session, shown),
        "score_names": {
            one.id: parts.shelf.get(session, one.framework_version_id).settings.score_names for one in shown
        },
    }
