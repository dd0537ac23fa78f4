"""Inviting a colleague, and what the link in the mail opens."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from app.actions import invitations as actions
from app.actions import sign_in
from app.models import ORGANISATION_ROLES, Invitation, Organisation, Role
from app.queries import invitations
from app.rules.errors import Conflict, RuleError
from app.rules.permissions import Permission
from app.rules.sessions import hash_token
from app.web.errors import NotFound
from app.web.guards import OrganisationFor
from app.web.ids import id_or_none
from app.web.pages import again, go, page
from app.web.portal import Portal
from app.web.sign_in import NO_ADDRESS, is_address, with_session
from app.web.transaction import Form, MaybePerson, Now, Person, Transaction, cookie_name

router = APIRouter()
Managed = Annotated[Organisation, Depends(OrganisationFor(Permission.MANAGE_PEOPLE), scope="function")]

# What each role is for, in the words of who is to take it.
ABOUT = {
    Role.CONTRIBUTOR: "Writes answers and adds evidence.",
    Role.LEAD: "Does what a contributor does, gives criteria to colleagues, invites people and ends their roles, "
    "and hands a level to the executive sponsor.",
    Role.SPONSOR: "Reads everything, and signs or declines what the lead hands over.",
    Role.NETWORK_CHAIR: "Reads everything, and gives the staff network's view of what is handed over.",
}
ROLES = [role for role in Role if role in ORGANISATION_ROLES]


@router.get("/organisations/{organisation_id}/people/invite")
async def ask(request: Request, who: Person, organisation: Managed) -> Response:
    return page(request, "invitations/new", who, **_form(organisation, {}))


@router.post("/organisations/{organisation_id}/people/invite")
async def invite(
    request: Request,
    who: Person,
    session: Transaction,
    at: Now,
    parts: Portal,
    typed: Form,
    organisation: Managed,
) -> Response:
    name, email, role = typed.get("name"), typed.get("email"), typed.get("role")
    try:
        with session.begin_nested():
            if not is_address(email):
                raise RuleError(NO_ADDRESS, field="email")
            actions.invite(session, organisation, email, name, _role(role), parts.settings, by=who, at=at)
    except RuleError as refused:
        return again(request, "invitations/new", who, refused, **_form(organisation, typed.text))
    return go(f"/organisations/{organisation.id}/people?done=invited")


def _form(organisation: Organisation, typed: Mapping[str, str]) -> dict[str, Any]:
    roles = [(one.value, one.value.capitalize(), ABOUT[one]) for one in ROLES]
    return {"organisation": organisation, "roles": roles, "typed": typed}


def _role(text: str) -> Role:
    if text not in {one.value for one in ROLES}:
        raise RuleError("Choose a role.", field="role")
    return Role(text)


@router.post("/organisations/{organisation_id}/invitations/{invitation_id}/resend")
async def resend(
    who: Person, session: Transaction, at: Now, parts: Portal, organisation: Managed, invitation_id: str
) -> Response:
    found = _invitation(session, organisation, invitation_id)
    actions.resend(session, organisation, found, parts.settings, by=who, at=at)
    return go(f"/organisations/{organisation.id}/people?done=again")


@router.post("/organisations/{organisation_id}/invitations/{invitation_id}/cancel")
async def cancel(
    who: Person, session: Transaction, at: Now, organisation: Managed, invitation_id: str
) -> Response:
    found = _invitation(session, organisation, invitation_id)
    actions.cancel(session, organisation, found, by=who, at=at)
    return go(f"/organisations/{organisation.id}/people?done=cancelled")


def _invitation(session: Session, organisation: Organisation, text: str) -> Invitation:
    id_ = id_or_none(text)
    found = invitations.unanswered(session, organisation.id, id_) if id_ else None
    if found is None:
        raise NotFound
    return found


@router.get("/invitations/{token}")
async def open_link(
    request: Request, token: str, who: MaybePerson, session: Transaction, at: Now
) -> Response:
    """A page with a button. Opening the link accepts nothing: mail scanners open every link they see."""
    offer = invitations.offer(session, hash_token(token), at)
    if offer is None:
        return page(request, "invitations/spent", who, status=410)
    return page(request, "invitations/accept", who, offer=offer, about=ABOUT[offer.role])


@router.post("/invitations/{token}")
async def accept(
    request: Request,
    token: str,
    who: MaybePerson,
    _typed: Form,
    session: Transaction,
    at: Now,
    parts: Portal,
) -> Response:
    try:
        with session.begin_nested():
            accepted = actions.accept(session, token, at=at, years=parts.settings.conflict_years)
    except Conflict:
        raise
    except RuleError:
        return page(request, "invitations/spent", who, status=410)
    if who is not None and who.person_id == accepted.person_id:
        return go("/home")
    if not accepted.token:
        return page(request, "invitations/accepted", who)
    sign_in.sign_out(session, request.cookies.get(cookie_name(parts), ""), at=at)
    return with_session(go("/home"), parts, accepted.token)
