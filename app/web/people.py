"""The people of an organisation: who is here, who is invited, and ending a role."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from app.actions import membership as actions
from app.models import ORGANISATION_ROLES, Membership, Organisation
from app.models import Person as PersonRow
from app.queries import invitations, organisations, people
from app.queries.people import Member
from app.rules import due
from app.rules.errors import Conflict, RuleError
from app.rules.people import Who
from app.rules.permissions import Permission, Scope, allows
from app.web.errors import NotFound
from app.web.guards import OrganisationFor, PortalFor
from app.web.ids import id_or_none
from app.web.pages import again, go, page
from app.web.transaction import Now, Person, Transaction

router = APIRouter()

Readable = Annotated[
    Organisation, Depends(OrganisationFor(Permission.READ_SELF_ASSESSMENT), scope="function")
]
Managed = Annotated[Organisation, Depends(OrganisationFor(Permission.MANAGE_PEOPLE), scope="function")]
DONE = {
    "invited": "The invitation is sent.",
    "again": "The invitation is sent again. The link sent before no longer works.",
    "cancelled": "The invitation is cancelled. Its link no longer works.",
    "ended": "The role is ended. What the person wrote stays.",
}


@dataclass(frozen=True)
class Listed:
    """A person with every role they hold here."""

    name: str
    email: str
    is_you: bool
    roles: list[Member]
    last_here: str
    is_dormant: bool


@router.get("/people")
async def choose(
    request: Request,
    session: Transaction,
    who: Annotated[Who, Depends(PortalFor(Permission.OWN_ACCOUNT), scope="function")],
) -> Response:
    """The people of one's own organisation; a choice for who acts for several."""
    own = organisations.names(session, who.organisations(*ORGANISATION_ROLES))
    if not own:
        raise NotFound
    if len(own) == 1:
        return go(f"/organisations/{own[0][0]}/people")
    return page(request, "people/choose", who, own=own)


@router.get("/organisations/{organisation_id}/people")
async def show(
    request: Request, who: Person, session: Transaction, at: Now, organisation: Readable
) -> Response:
    may_manage = allows(Permission.MANAGE_PEOPLE, who, Scope(organisation_id=organisation.id))
    return page(
        request,
        "people/show",
        who,
        organisation=organisation,
        people=_listed(session, organisation, who, at),
        may_manage=may_manage,
        sent=invitations.sent(session, organisation.id, at) if may_manage else [],
        done=DONE.get(request.query_params.get("done", ""), ""),
    )


def _listed(session: Session, organisation: Organisation, who: Who, at: datetime) -> list[Listed]:
    rows = people.members(session, organisation.id)
    return [_person(list(held), who, at) for _, held in groupby(rows, key=lambda one: one.person_id)]


def _person(roles: list[Member], who: Who, at: datetime) -> Listed:
    first = roles[0]
    since = max(one.granted_at for one in roles)
    return Listed(
        first.name,
        first.email,
        first.person_id == who.person_id,
        roles,
        due.days_since(first.last_here, at) if first.last_here else "never",
        due.is_dormant(first.last_here, since, at),
    )


@router.get("/organisations/{organisation_id}/people/{membership_id}/end")
async def ask_to_end(
    request: Request, who: Person, session: Transaction, organisation: Managed, membership_id: str
) -> Response:
    found = _membership(session, organisation, membership_id)
    return page(request, "people/end", who, **_ending(session, organisation, found, who))


@router.post("/organisations/{organisation_id}/people/{membership_id}/end")
async def end(
    request: Request, who: Person, session: Transaction, at: Now, organisation: Managed, membership_id: str
) -> Response:
    found = _membership(session, organisation, membership_id)
    try:
        with session.begin_nested():
            actions.end_role(session, organisation, found, by=who, at=at)
    except RuleError as refused:
        status = 409 if isinstance(refused, Conflict) else 422
        context = _ending(session, organisation, found, who)
        return again(request, "people/end", who, refused, status=status, **context)
    return go(f"/organisations/{organisation.id}/people?done=ended")


def _membership(session: Session, organisation: Organisation, text: str) -> Membership:
    id_ = id_or_none(text)
    found = people.membership(session, organisation.id, id_) if id_ else None
    if found is None:
        raise NotFound
    return found


def _ending(session: Session, organisation: Organisation, found: Membership, who: Who) -> dict[str, Any]:
    """What the page says before a role ends, and why it can't where it can't."""
    roles = [one for one in people.members(session, organisation.id) if one.person_id == found.person_id]
    is_writer = any(one.person_id == found.person_id for one in people.writers(session, organisation.id))
    return {
        "organisation": organisation,
        "membership": found,
        "person_name": session.get_one(PersonRow, found.person_id).name,
        "others": [one.role.value for one in roles if one.membership_id != found.id],
        "left": people.left_behind(session, organisation.id, found.person_id),
        "is_writer": is_writer,
        "refused": actions.OWN_ROLE if found.person_id == who.person_id else "",
    }
