"""Giving and ending roles."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from app.actions.history import record
from app.models import (
    ASSEMBLY_ROLES,
    Membership,
    Organisation,
    Person,
    Role,
    SignInSession,
)
from app.rules.errors import RuleError
from app.rules.sessions import normal_address


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
) -> Person:
    """Give a person, known by e-mail address, a role. RuleError when role and organisation do not fit."""
    if (role in ASSEMBLY_ROLES) is not (organisation is None):
        raise RuleError("Assembly roles have no organisation; every other role needs one.")
    person = _person(session, normal_address(email), name, at)
    person.employer_id = employer.id if employer else (person.employer_id or _id(organisation))
    if not _holds(session, person.id, role, _id(organisation)):
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
    session.flush()
    return person


def leave(session: Session, person: Person, *, at: datetime, by: UUID | None = None) -> None:
    """End every role and every sign-in of a person who has left; their work stays."""
    person.left_at = at
    for row in session.exec(select(Membership).where(Membership.person_id == person.id)).all():
        row.ended_at = row.ended_at or at
    for signed_in in session.exec(select(SignInSession).where(SignInSession.person_id == person.id)).all():
        signed_in.ended_at = signed_in.ended_at or at
    record(session, "portal", "person left", by=by, at=at, facts={"person": str(person.id)})
    session.flush()


def _id(organisation: Organisation | None) -> UUID | None:
    return organisation.id if organisation else None


def _person(session: Session, email: str, name: str, at: datetime) -> Person:
    person = session.exec(select(Person).where(Person.email == email)).first()
    if person is None:
        person = Person(email=email, name=name, created_at=at)
        session.add(person)
        session.flush()
    return person


def _holds(session: Session, person_id: UUID, role: Role, organisation_id: UUID | None) -> bool:
    current = (
        select(Membership.id)
        .where(Membership.person_id == person_id, Membership.role == role)
        .where(Membership.organisation_id == organisation_id, col(Membership.ended_at).is_(None))
    )
    return session.exec(current).first() is not None
