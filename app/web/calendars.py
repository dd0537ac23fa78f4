"""A window's dates as a calendar file."""

from datetime import date, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from icalendar import Calendar, Event

from app.models import ORGANISATION_ROLES, Window
from app.queries import windows
from app.rules import windows as rules
from app.rules.days import UK
from app.rules.permissions import Permission
from app.rules.windows import REMINDERS
from app.rules.working_days import REMINDED_AT, before, last_day
from app.web.guards import WindowFor
from app.web.portal import Portal
from app.web.protection import host_of
from app.web.transaction import Now, Person, Transaction

router = APIRouter()
PRODUCT = "-//Anti-Racist Framework portal//Windows//EN"


@router.get("/windows/{window_id}/calendar.ics")
async def calendar(
    who: Person,
    session: Transaction,
    parts: Portal,
    at: Now,
    window: Annotated[Window, Depends(WindowFor(Permission.OWN_ACCOUNT), scope="function")],
) -> Response:
    """The close as it is for the person's organisation, the reminders and the promised decision."""
    own = windows.doors(session, who.organisations(*ORGANISATION_ROLES), [window.id])
    closes_at = rules.closing(window, [door for found in own.values() for door in found])
    content = calendar_file(window, closes_at, host=host_of(parts.settings.base_url), at=at)
    headers = {"content-disposition": f'attachment; filename="window-{window.id}.ics"'}
    return Response(content, media_type="text/calendar; charset=utf-8", headers=headers)


def calendar_file(window: Window, closes_at: datetime, *, host: str, at: datetime) -> bytes:
    """The dates as iCalendar. It names nobody, and each date keeps its UID, so a newer file replaces an older one."""
    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    entries: list[tuple[str, str, datetime | date, datetime | date]] = [
        ("close", f"{window.name} closes", *_moment(closes_at)),
        *(
            (f"reminder-{days}", _days_left(window, days), *_morning(before(last_day(closes_at), days)))
            for days in REMINDERS
        ),
        ("decision", f"{window.name}: decision promised by today", *_whole(window.decision_promised_on)),
    ]
    for key, summary, start, end in entries:
        made.add_component(_entry(window.id, key, summary, start, end, host=host, at=at))
    made.add_missing_timezones(
        first_date=window.opens_at.date(), last_date=window.decision_promised_on + timedelta(days=365)
    )
    return bytes(made.to_ical())


def _days_left(window: Window, days: int) -> str:
    return f"{window.name} closes in {days} working {'day' if days == 1 else 'days'}"


def _moment(at: datetime) -> tuple[datetime, datetime]:
    local = at.astimezone(UK)
    return local, local


def _morning(day: date) -> tuple[datetime, datetime]:
    start = datetime.combine(day, REMINDED_AT, UK)
    return start, start + timedelta(minutes=15)


def _whole(day: date) -> tuple[date, date]:
    return day, day + timedelta(days=1)


def _entry(
    window_id: UUID, key: str, summary: str, start: Any, end: Any, *, host: str, at: datetime
) -> Event:
    event = Event()
    event.add("uid", f"{window_id}-{key}@{host}")
    event.add("dtstamp", at)
    event.add("summary", summary)
    event.add("dtstart", start)
    if end != start:  # a moment has no end
        event.add("dtend", end)
    event.add("transp", "TRANSPARENT")
    return event
