"""Giving and ending roles."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, or_, select

from app.actions.history import record
from app.actions.interests import change_employer
from app.actions.strikes import strike
from app.models import (
    ASSEMBLY_ROLES,
    Invitation,
    Membership,
    Organisation,
    Person,
    Role,
    SignInSession,
)
from app.queries import people
from app.rules.errors import Conflict, RuleError
from app.rules.people import CONFLICT_YEARS, Who
from app.rules.sessions import normal_address

OWN_ROLE = "You can't end your own role. Ask another lead of your organisation to do it."
LAST_LEAD = "This is the last lead. Invite another lead first, or nobody could invite anyone any more."


def grant(
    session: Session,
    email: str,
    name: str,
    role: Role,
    *,
    organisation: Organisation | None,
    employer: Organisation | None,
    at: datetime,
    by: UUID | None = None,
    years: int = CONFLICT_YEARS,
) -> Person:
    """Give a person, known by e-mail address, a role. RuleError when role and organisation do not fit.

    The employer before stays on record, and what the person judged with a conflict that this makes is struck.
    """
    if (role in ASSEMBLY_ROLES) is not (organisation is None):
        raise RuleError("Assembly roles have no organisation; every other role needs one.")
    person = person_with(session, email, name, employer_id=_id(employer or organisation), at=at)
    if employer:
        change_employer(session, person, employer, by=by, at=at, years=years)
    if not holds(session, person.id, role, _id(organisation)):
        session.add(
            Membership(
                person_id=person.id,
                role=role,
                organisation_id=_id(organisation),
                granted_at=at,
                granted_by_id=by,
            )
        )
        facts = {"role": role.value, "person": str(person.id), "organisation": str(_id(organisation) or "")}
        record(session, "portal", "grant role", by=by, at=at, facts=facts)
    if organisation:
        strike(session, people_ids=[person.id], by=by, at=at, years=years)
    session.flush()
    return person


def leave(session: Session, person: Person, *, at: datetime, by: UUID | None = None) -> None:
    """End every role and every sign-in of a person who has left; their work stays."""
    person.left_at = at
    for row in session.exec(select(Membership).where(Membership.person_id == person.id)).all():
        row.ended_at = row.ended_at or at
    _end_sign_ins(session, person.id, at)
    record(session, "portal", "person left", by=by, at=at, facts={"person": str(person.id)})
    session.flush()


def _id(organisation: Organisation | None) -> UUID | None:
    return organisation.id if organisation else None


def person_with(session: Session, email: str, name: str, *, employer_id: UUID | None, at: datetime) -> Person:
    """The person with this address. Somebody new works for ``employer_id``; who is known stays as they were."""
    address = normal_address(email)
    person = session.exec(select(Person).where(Person.email == address)).first()
    if person is None:
        person = Person(email=address, name=name, employer_id=employer_id, created_at=at)
        session.add(person)
        session.flush()
    return person


def holds(session: Session, person_id: UUID, role: Role, organisation_id: UUID | None) -> bool:
    """Whether the person has this role now."""
    current = (
        select(Membership.id)
        .where(Membership.person_id == person_id, Membership.role == role)
        .where(Membership.organisation_id == organisation_id, col(Membership.ended_at).is_(None))
    )
    return session.exec(current).first() is not None


def end_role(
    session: Session, organisation: Organisation, membership: Membership, *, by: Who, at: datetime
) -> None:
    """End one role of a colleague; what they wrote stays. It holds from their next request.

    The caller holds the organisation's row, so two leads who end each other's role come one after the other.
    Invitations that could bring the person back, sent to them or by them, end with it. RuleError for one's own role,
    Conflict for one that ended already and for the last lead's.
    """
    if membership.person_id == by.person_id:
        raise RuleError(OWN_ROLE)
    if membership.ended_at is not None:
        raise Conflict("This role has ended already.")
    if membership.role is Role.LEAD and len(people.leads(session, organisation.id)) < 2:
        raise Conflict(LAST_LEAD)
    membership.ended_at = at
    session.flush()
    cancelled = _cancel_invitations(session, organisation.id, membership, at)
    facts = {
        "role": membership.role.value,
        "person": str(membership.person_id),
        "invitations cancelled": cancelled,
    }
    record(session, f"organisation:{organisation.id}", "end role", by=by.person_id, at=at, facts=facts)
    if not people.holds_any_role(session, membership.person_id):
        _end_sign_ins(session, membership.person_id, at)


def _cancel_invitations(session: Session, organisation_id: UUID, membership: Membership, at: datetime) -> int:
    """Those sent to the person, and those a lead sent: either could be a way back in."""
    address = session.get_one(Person, membership.person_id).email
    theirs = col(Invitation.email) == address
    if membership.role is Role.LEAD:
        theirs = or_(theirs, col(Invitation.sent_by_id) == membership.person_id)
    cancelled = session.scalars(
        sa.update(Invitation)
        .where(col(Invitation.organisation_id) == organisation_id, theirs)
        .where(col(Invitation.used_at).is_(None), col(Invitation.cancelled_at).is_(None))
        .values(cancelled_at=at)
        .returning(col(Invitation.id))
    ).all()
    return len(cancelled)


def _end_sign_ins(session: Session, person_id: UUID, at: datetime) -> None:
    for signed_in in session.exec(select(SignInSession).where(SignInSession.person_id == person_id)).all():
        signed_in.ended_at = signed_in.ended_at or at
    session.flush()
