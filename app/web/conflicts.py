"""Groups of organisations and the interests of the Assembly's people, as administrators keep them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from app.actions import groups as group_actions
from app.actions import interests as actions
from app.models import GroupKind, GroupMember, Interest, OrganisationGroup
from app.queries import conflicts
from app.rules.errors import RuleError
from app.rules.interests import KIND_WORDS
from app.rules.people import Who
from app.rules.permissions import Permission
from app.web.attempts import Attempt
from app.web.errors import NotFound
from app.web.guards import PortalFor
from app.web.ids import id_or_none
from app.web.interests import FROM, TO, days_drawn, declared_in, organisation_of
from app.web.pages import again, go, page
from app.web.portal import Portal
from app.web.transaction import Form, Now, Transaction, Typed
from app.web.typed_days import drawn_day, typed_day

router = APIRouter()
Keeper = Annotated[Who, Depends(PortalFor(Permission.KEEP_CONFLICTS))]
CHOOSE_PERSON = "Choose somebody from the list."


@router.get("/conflicts")
async def show(request: Request, who: Keeper, session: Transaction) -> Response:
    return page(request, "conflicts/show", who, **_overview(session, who), typed={})


def _overview(session: Session, who: Who) -> dict[str, Any]:
    return {
        "groups": conflicts.groups(session),
        "interests": conflicts.interests(session),
        "kinds": list(GroupKind),
        "years": who.conflict_years,
    }


@router.post("/conflicts/groups")
async def add_group(request: Request, who: Keeper, session: Transaction, at: Now, typed: Form) -> Response:
    try:
        with session.begin_nested():
            made = group_actions.add(session, typed.get("name"), _group_kind(typed), by=who, at=at)
    except RuleError as error:
        return again(request, "conflicts/show", who, error, **_overview(session, who), typed=typed.text)
    return go(f"/conflicts/groups/{made.id}")


def _group_kind(typed: Typed) -> GroupKind:
    try:
        return GroupKind(typed.get("kind"))
    except ValueError:
        raise RuleError("Select what kind of group it is.", field="kind") from None


@router.get("/conflicts/groups/{group_id}")
async def show_group(request: Request, who: Keeper, session: Transaction, at: Now, group_id: str) -> Response:
    group = _group(session, group_id)
    return page(request, "conflicts/group", who, **_group_page(session, group, who, at, {}), typed={})


@router.post("/conflicts/groups/{group_id}")
async def add_member(
    request: Request,
    who: Keeper,
    session: Transaction,
    parts: Portal,
    at: Now,
    group_id: str,
    typed: Form,
) -> Response:
    group = _group(session, group_id)
    try:
        with session.begin_nested():
            declared = _days(typed)
            group_actions.add_member(
                session,
                group,
                organisation_of(session, typed),
                *declared,
                by=who,
                at=at,
                base_url=parts.settings.base_url,
            )
    except RuleError as error:
        context = _group_page(session, group, who, at, typed.text, error)
        return again(request, "conflicts/group", who, error, **context, typed=typed.text)
    return go(f"/conflicts/groups/{group.id}")


def _days(typed: Typed) -> tuple[date | None, date | None]:
    return typed_day(FROM, typed.text), typed_day(TO, typed.text)


@router.get("/conflicts/groups/{group_id}/members/{group_member_id}")
async def show_member(
    request: Request, who: Keeper, session: Transaction, group_id: str, group_member_id: str
) -> Response:
    group = _group(session, group_id)
    _, context = _member(session, group, group_member_id)
    return page(request, "conflicts/leave", who, **context, to_day=drawn_day(TO, {}))


@router.post("/conflicts/groups/{group_id}/members/{group_member_id}")
async def end_member(
    request: Request,
    who: Keeper,
    session: Transaction,
    at: Now,
    group_id: str,
    group_member_id: str,
    typed: Form,
) -> Response:
    group = _group(session, group_id)
    member, context = _member(session, group, group_member_id)
    with Attempt(session) as attempt:
        group_actions.end_member(session, member, typed_day(TO, typed.text), by=who, at=at)
    if error := attempt.refused:
        drawn = drawn_day(TO, typed.text, error.sentence)
        return again(request, "conflicts/leave", who, error, **context, to_day=drawn)
    return go(f"/conflicts/groups/{group.id}")


def _group(session: Session, text: str) -> OrganisationGroup:
    id_ = id_or_none(text)
    found = session.get(OrganisationGroup, id_) if id_ else None
    if found is None:
        raise NotFound
    return found


def _member(session: Session, group: OrganisationGroup, text: str) -> tuple[GroupMember, dict[str, Any]]:
    found = conflicts.member(session, group.id, id_or_none(text))
    if found is None:
        raise NotFound
    return found[0], {"group": group, "organisation_name": found[1]}


def _group_page(
    session: Session,
    group: OrganisationGroup,
    who: Who,
    at: datetime,
    typed: Mapping[str, str],
    error: RuleError | None = None,
) -> dict[str, Any]:
    (line,) = [one for one in conflicts.groups(session) if one.id == group.id]
    return {
        "group": line,
        "organisations": conflicts.organisations(session, at),
        "years": who.conflict_years,
        **days_drawn(typed, error),
    }


@router.get("/conflicts/interests")
async def show_record(request: Request, who: Keeper, session: Transaction, at: Now) -> Response:
    return page(request, "conflicts/record", who, **_record_page(session, who, at, {}), typed={})


@router.post("/conflicts/interests")
async def record(
    request: Request, who: Keeper, session: Transaction, parts: Portal, at: Now, typed: Form
) -> Response:
    try:
        with session.begin_nested():
            actions.declare(
                session,
                _person(session, typed, who),
                organisation_of(session, typed),
                declared_in(typed),
                by=who,
                at=at,
                base_url=parts.settings.base_url,
            )
    except RuleError as error:
        context = _record_page(session, who, at, typed.text, error)
        return again(request, "conflicts/record", who, error, **context, typed=typed.text)
    return go("/conflicts")


def _person(session: Session, typed: Typed, who: Who) -> UUID:
    """One's own are declared on one's own page, where they can also be withdrawn."""
    id_ = id_or_none(typed.get("person"))
    if id_ == who.person_id or id_ not in {known for known, _ in conflicts.people(session)} or id_ is None:
        raise RuleError(CHOOSE_PERSON, field="person")
    return id_


def _record_page(
    session: Session, who: Who, at: datetime, typed: Mapping[str, str], error: RuleError | None = None
) -> dict[str, Any]:
    return {
        "people": [one for one in conflicts.people(session) if one[0] != who.person_id],
        "organisations": conflicts.organisations(session, at),
        "kinds": list(KIND_WORDS),
        "years": who.conflict_years,
        **days_drawn(typed, error),
    }


@router.get("/conflicts/interests/{interest_id}/withdraw")
async def ask_to_withdraw(request: Request, who: Keeper, session: Transaction, interest_id: str) -> Response:
    found = _of_another(session, interest_id, who)
    return page(request, "conflicts/withdraw", who, line=_line(session, found), typed={})


@router.post("/conflicts/interests/{interest_id}/withdraw")
async def withdraw(
    request: Request, who: Keeper, session: Transaction, at: Now, interest_id: str, typed: Form
) -> Response:
    found = _of_another(session, interest_id, who)
    line = _line(session, found)
    with Attempt(session) as attempt:
        actions.withdraw(session, found, typed.get("reason"), by=who, at=at)
    if error := attempt.refused:
        return again(request, "conflicts/withdraw", who, error, line=line, typed=typed.text)
    return go("/conflicts")


def _of_another(session: Session, text: str, who: Who) -> Interest:
    """NotFound for one's own: nobody corrects what stands on record about themself."""
    found = conflicts.interest(session, id_or_none(text))
    if found is None or found.person_id == who.person_id:
        raise NotFound
    return found


def _line(session: Session, found: Interest) -> conflicts.InterestLine:
    (line,) = [one for one in conflicts.interests(session, found.person_id) if one.id == found.id]
    return line
