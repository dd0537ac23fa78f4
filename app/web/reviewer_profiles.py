"""A reviewer's own page: how many submissions, which principles, and when they are away."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from app.actions import reviewer_profiles as actions
from app.queries import reviewer_profiles
from app.queries.frameworks import newest_parsed
from app.rules.days import uk_day
from app.rules.errors import Conflict, RuleError
from app.rules.people import Who
from app.rules.permissions import Permission
from app.web.guards import PortalFor
from app.web.ids import id_or_none
from app.web.pages import again, go, page
from app.web.portal import Portal, PortalParts
from app.web.transaction import Form, Now, Transaction, Typed

router = APIRouter()
Own = Annotated[Who, Depends(PortalFor(Permission.KEEP_PROFILE))]
PATH = "/review-profile"
PREFIX = "principle-"
NO_DAY = "Enter a day, for example 27 3 2027."


@router.get(PATH)
async def show(request: Request, who: Own, session: Transaction, parts: Portal, at: Now) -> Response:
    return page(request, "reviewer_profiles/show", who, **_context(request, session, parts, who, at))


@router.post(PATH)
async def save(
    request: Request, who: Own, session: Transaction, parts: Portal, at: Now, typed: Form
) -> Response:
    framework = newest_parsed(session, parts.shelf)
    try:
        with session.begin_nested():
            most = _number(typed.get("most"))
            actions.save(session, most, _principles(typed), framework, by=who, at=at)
    except RuleError as error:
        return _again(request, session, parts, who, at, typed, error)
    return go(f"{PATH}?done=saved")


@router.post(f"{PATH}/absences")
async def add_absence(
    request: Request, who: Own, session: Transaction, parts: Portal, at: Now, typed: Form
) -> Response:
    try:
        with session.begin_nested():
            actions.add_absence(session, _day(typed, "from"), _day(typed, "to"), by=who, at=at)
    except RuleError as error:
        return _again(request, session, parts, who, at, typed, error)
    return go(f"{PATH}?done=added")


@router.post(f"{PATH}/absences/remove")
async def remove_absence(
    request: Request, who: Own, session: Transaction, parts: Portal, at: Now, typed: Form
) -> Response:
    try:
        with session.begin_nested():
            actions.remove_absence(session, id_or_none(typed.get("absence")), by=who, at=at)
    except Conflict as error:
        return _again(request, session, parts, who, at, typed, error, status=409)
    return go(f"{PATH}?done=removed")


def _again(
    request: Request,
    session: Session,
    parts: PortalParts,
    who: Who,
    at: Now,
    typed: Typed,
    error: RuleError,
    status: int = 422,
) -> Response:
    context = _context(request, session, parts, who, at)
    if "most" in typed.text:
        context |= {"most": typed.get("most"), "known": set(_principles(typed))}
    shown = context | {"typed": typed.text}
    return again(request, "reviewer_profiles/show", who, error, status=status, **shown)


def _number(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 3):
        raise RuleError(actions.NO_NUMBER, field="most")
    return int(text)


def _principles(typed: Typed) -> list[str]:
    return [name.removeprefix(PREFIX) for name in typed.text if name.startswith(PREFIX)]


def _day(typed: Typed, name: str) -> date:
    try:
        return date(*(int(typed.get(f"{name}-{part}")) for part in ("year", "month", "day")))
    except (ValueError, OverflowError):
        raise RuleError(NO_DAY, field=name) from None


_DONE = {
    "saved": "What you can review is saved.",
    "added": "The absence is noted.",
    "removed": "The absence is taken back.",
}


def _context(request: Request, session: Session, parts: PortalParts, who: Who, at: Now) -> dict[str, Any]:
    profile = reviewer_profiles.profile(session, who.person_id)
    most = profile.most_reviews if profile else None
    return {
        "framework": newest_parsed(session, parts.shelf),
        "most": "" if most is None else str(most),
        "known": set(profile.principles if profile else ()),
        "usual": parts.settings.most_reviews,
        "absences": reviewer_profiles.absences(session, who.person_id, uk_day(at)),
        "typed": {},
        "done": _DONE.get(request.query_params.get("done", ""), ""),
    }
