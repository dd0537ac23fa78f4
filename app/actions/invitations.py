"""Offering a role by mail. The caller of all but ``accept`` holds the organisation's row."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_urlsafe
from uuid import UUID

from sqlmodel import Session, select

from app.actions import mails, membership, sign_in
from app.actions.history import record
from app.actions.strikes import strike
from app.config import Settings
from app.models import ORGANISATION_ROLES, Invitation, Membership, Organisation, Person, Role
from app.queries import invitations, people, scopes
from app.rules.errors import Conflict, RuleError
from app.rules.names import in_mail, person_name
from app.rules.people import CONFLICT_YEARS, Who
from app.rules.sessions import hash_token, normal_address

RANDOM_BYTES = 32  # 256 bits: nobody guesses one
LASTS = timedelta(hours=72)
HOUR = timedelta(hours=1)
MOST_OPEN = 20  # of one organisation; threat T-10
MOST_MAILS = 3  # an hour to one address, whoever sends them; threat T-10
NOT_USABLE = "This invitation can't be used. Ask who invited you to send it again."


def invite(
    session: Session,
    organisation: Organisation,
    email: str,
    name: str,
    role: Role,
    settings: Settings,
    *,
    by: Who,
    at: datetime,
) -> Invitation:
    """Send somebody a link by which they take ``role`` in the organisation.

    Nothing differs between an address that the portal knows and one that it does not. RuleError for a role that is
    not an organisation's, one that a colleague holds or is invited to already, and over the limits.
    """
    if role not in ORGANISATION_ROLES:
        raise RuleError("Choose a role from the list.", field="role")
    address, tidied = normal_address(email), person_name(name)
    _require_news(session, organisation.id, address, role, at)
    if invitations.count_open(session, organisation.id, at) >= MOST_OPEN:
        raise RuleError(
            f"{MOST_OPEN} invitations are open. Cancel one, or wait until one is accepted or expires.",
            field="email",
        )
    return _send(session, organisation, address, tidied, role, settings, "invite", by=by, at=at)


def resend(
    session: Session,
    organisation: Organisation,
    invitation: Invitation,
    settings: Settings,
    *,
    by: Who,
    at: datetime,
) -> Invitation:
    """Send it anew, for another 72 hours. The link sent before is dead from now on."""
    renewed = invitations.held(session, invitation.id)
    _require_unanswered(renewed)
    renewed.cancelled_at = at
    session.flush()
    if invitations.count_open(session, organisation.id, at) >= MOST_OPEN:
        raise RuleError(f"{MOST_OPEN} invitations are open. Cancel one first.")
    return _send(
        session,
        organisation,
        renewed.email,
        renewed.name,
        renewed.role,
        settings,
        "invite again",
        by=by,
        at=at,
    )


def cancel(
    session: Session, organisation: Organisation, invitation: Invitation, *, by: Who, at: datetime
) -> None:
    """Take an invitation back: its link is dead from now on."""
    taken_back = invitations.held(session, invitation.id)
    _require_unanswered(taken_back)
    taken_back.cancelled_at = at
    facts = {"invitation": str(taken_back.id), "role": taken_back.role.value}
    record(session, _stream(organisation.id), "cancel invitation", by=by.person_id, at=at, facts=facts)


@dataclass(frozen=True)
class Accepted:
    """``token`` opens a session; it is empty for somebody who had an account, who signs in as always."""

    person_id: UUID
    token: str


def accept(session: Session, token: str, *, at: datetime, years: int = CONFLICT_YEARS) -> Accepted:
    """Take the role: find or make the person, and use up the invitation. RuleError when it can't be used.

    Whoever is new is signed in. An invitation lives for three days and a sign-in link for minutes, so it never opens
    an account that holds more than it gives.
    """
    offer = invitations.offer(session, hash_token(token), at)
    if offer is None or scopes.organisation(session, offer.organisation_id, True) is None:
        raise RuleError(NOT_USABLE)
    invitation = invitations.held(session, offer.id)
    if invitation.used_at or invitation.cancelled_at or at >= invitation.expires_at:
        raise RuleError(NOT_USABLE)
    person = membership.person_with(
        session, invitation.email, invitation.name, employer_id=invitation.organisation_id, at=at
    )
    had_account = people.holds_any_role(session, person.id)
    person.left_at = None  # somebody who left another organisation may come to this one
    invitation.used_at, invitation.person_id = at, person.id
    _give(session, invitation, person, at)
    strike(session, people_ids=[person.id], by=person.id, at=at, years=years)
    return Accepted(person.id, "" if had_account else sign_in.open_session(session, person.id, at=at))


def _give(session: Session, invitation: Invitation, person: Person, at: datetime) -> None:
    if not membership.holds(session, person.id, invitation.role, invitation.organisation_id):
        session.add(
            Membership(
                person_id=person.id,
                role=invitation.role,
                organisation_id=invitation.organisation_id,
                granted_at=at,
                granted_by_id=invitation.sent_by_id,
            )
        )
    session.flush()
    facts = {
        "invitation": str(invitation.id),
        "role": invitation.role.value,
        "person": str(person.id),
        "invited by": str(invitation.sent_by_id),
    }
    stream = _stream(invitation.organisation_id)
    record(session, stream, "accept invitation", by=person.id, at=at, facts=facts)


def _require_news(session: Session, organisation_id: UUID, address: str, role: Role, at: datetime) -> None:
    """Colleagues stand on the page of people already, so saying that one holds the role tells nothing new."""
    person_id = session.exec(select(Person.id).where(Person.email == address)).first()
    if person_id and membership.holds(session, person_id, role, organisation_id):
        raise RuleError("This person has that role already.", field="email")
    if invitations.is_open_for(session, organisation_id, address, role, at):
        raise RuleError(
            "This person is invited already. You can send the invitation again from the list.", field="email"
        )


def _require_unanswered(invitation: Invitation) -> None:
    if invitation.used_at or invitation.cancelled_at:
        raise Conflict("This invitation was accepted or cancelled already. Reload the page.")


def _send(
    session: Session,
    organisation: Organisation,
    address: str,
    name: str,
    role: Role,
    settings: Settings,
    verb: str,
    *,
    by: Who,
    at: datetime,
) -> Invitation:
    if invitations.mails_to(session, address, since=at - HOUR) >= MOST_MAILS:
        raise RuleError(
            f"This address had {MOST_MAILS} invitations within an hour. Wait an hour, then send it again.",
            field="email",
        )
    token = token_urlsafe(RANDOM_BYTES)
    made = Invitation(
        organisation_id=organisation.id,
        email=address,
        name=name,
        role=role,
        token_hash=hash_token(token),
        sent_at=at,
        sent_by_id=by.person_id,
        expires_at=at + LASTS,
    )
    session.add(made)
    session.flush()
    mails.write(session, address, *_mail(settings, organisation, role, by, token), at=at)
    facts = {"invitation": str(made.id), "role": role.value}
    record(session, _stream(organisation.id), verb, by=by.person_id, at=at, facts=facts)
    return made


def _mail(settings: Settings, organisation: Organisation, role: Role, by: Who, token: str) -> tuple[str, str]:
    """Subject and body. The address is the setting's: a request's own host could be anybody's."""
    inviter = in_mail(by.name, "A colleague")
    name = in_mail(organisation.name, "their organisation")
    body = (
        f"{inviter} invites you to the {settings.portal_name}, as {role.value} for {name}.\n\n"
        f"{settings.base_url.rstrip('/')}/invitations/{token}\n\n"
        f"The link works once, for {LASTS.days * 24} hours. A page opens that says what the role is, with a button "
        "to accept. It asks for no password.\n\n"
        "If you did not expect this, you do not need to do anything.\n"
    )
    return f"Invitation to the {settings.portal_name}", body


def _stream(organisation_id: UUID) -> str:
    return f"organisation:{organisation_id}"
