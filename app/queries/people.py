"""Who someone is and what they hold."""

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, or_, select

from app.models import Membership, Organisation, Person, Role, SignInSession
from app.rules.people import Holding, Tie, Who

TIES_LAST = timedelta(days=3 * 365)  # source: fairness rule 1, "worked in the last 3 years"


def who(session: Session, person: Person, at: datetime) -> Who:
    """The person with the roles held at ``at`` and every body they are tied to."""
    rows = session.execute(
        sa.select(
            col(Membership.role),
            col(Membership.organisation_id),
            col(Membership.ended_at),
            col(Organisation.icb_id),
            col(Organisation.name),
        )
        .join(Organisation, col(Organisation.id) == Membership.organisation_id, isouter=True)
        .where(col(Membership.person_id) == person.id)
        .where(or_(col(Membership.ended_at).is_(None), col(Membership.ended_at) > at - TIES_LAST))
        .order_by(col(Membership.granted_at))
    ).all()
    holdings = tuple(Holding(role, organisation) for role, organisation, ended, _, _ in rows if ended is None)
    ties = [Tie(organisation, icb, name) for _, organisation, _, icb, name in rows if organisation]
    return Who(person.id, person.name, person.email, holdings, (*ties, *_employer(session, person)))


def _employer(session: Session, person: Person) -> list[Tie]:
    employer = session.get(Organisation, person.employer_id) if person.employer_id else None
    return [Tie(employer.id, employer.icb_id, employer.name)] if employer else []


def who_by_id(session: Session, person_id: UUID, at: datetime) -> Who | None:
    person = session.get(Person, person_id)
    return who(session, person, at) if person and person.left_at is None else None


def session_and_person(session: Session, token_hash: str) -> tuple[SignInSession, Person] | None:
    """The sign-in session with this token hash and its person, whether or not it still holds."""
    row = session.exec(
        select(SignInSession, Person)
        .join(Person, col(Person.id) == SignInSession.person_id)
        .where(SignInSession.token_hash == token_hash)
    ).first()
    return (row[0], row[1]) if row else None


def leads_and_sponsor(session: Session, organisation_id: UUID, sponsor_id: UUID) -> list[str]:
    """The addresses that hear of a submission: the organisation's leads and the executive who signed."""
    leads = (
        select(Person.email)
        .join(Membership, col(Membership.person_id) == Person.id)
        .where(Membership.organisation_id == organisation_id, Membership.role == Role.LEAD)
        .where(col(Membership.ended_at).is_(None), col(Person.left_at).is_(None))
    )
    sponsor = select(Person.email).where(Person.id == sponsor_id, col(Person.left_at).is_(None))
    return sorted({*session.exec(leads).all(), *session.exec(sponsor).all()})
