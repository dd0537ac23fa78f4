"""Who someone is and what they hold."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, or_, select

from app.db import UtcDateTime
from app.models import (
    ORGANISATION_ROLES,
    Comment,
    CriterionOwner,
    Invitation,
    Membership,
    Organisation,
    Person,
    Role,
    SelfAssessment,
    SignInSession,
)
from app.rules.people import Holding, Tie, Who
from app.rules.permissions import GRANTS, Permission

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


def draft_key(session: Session, person_id: UUID) -> str:
    """What locks the text that this person's browser keeps. Only pages of their own sign-in may have it."""
    return session.exec(select(Person.draft_key).where(Person.id == person_id)).one()


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
    sponsor = select(Person.email).where(Person.id == sponsor_id, col(Person.left_at).is_(None))
    heard = {one.email for one in leads(session, organisation_id)}
    return sorted({*heard, *session.exec(sponsor).all()})


@dataclass(frozen=True)
class Colleague:
    """Somebody who holds a role in an organisation now."""

    person_id: UUID
    name: str
    email: str


def leads(session: Session, organisation_id: UUID) -> list[Colleague]:
    """The leads of today, by name. Whoever has left hears nothing more."""
    return holders(session, organisation_id, frozenset({Role.LEAD}))


def writers(session: Session, organisation_id: UUID) -> list[Colleague]:
    """Those who may write answers, by name: a criterion can be given to any of them."""
    return holders(session, organisation_id, frozenset(GRANTS[Permission.WRITE_ANSWERS]))


def holders(
    session: Session, organisation_id: UUID, roles: frozenset[Role] = ORGANISATION_ROLES
) -> list[Colleague]:
    """Those who hold any of ``roles`` in the organisation now, each once, by name."""
    rows = session.execute(
        sa.select(col(Person.id), col(Person.name), col(Person.email))
        .distinct()
        .join(Membership, col(Membership.person_id) == col(Person.id))
        .where(col(Membership.organisation_id) == organisation_id, col(Membership.role).in_(roles))
        .where(col(Membership.ended_at).is_(None), col(Person.left_at).is_(None))
        .order_by(col(Person.name), col(Person.id))
    ).all()
    return [Colleague(*row) for row in rows]


def holds_any_role(session: Session, person_id: UUID) -> bool:
    """Whether the person has any role left, in whatever organisation or the Assembly."""
    held = select(Membership.id).where(Membership.person_id == person_id)
    return session.exec(held.where(col(Membership.ended_at).is_(None)).limit(1)).first() is not None


@dataclass(frozen=True)
class Member:
    """One role of one person, as the people page lists it."""

    membership_id: UUID
    person_id: UUID
    name: str
    email: str
    role: Role
    granted_at: datetime
    last_here: datetime | None


def members(session: Session, organisation_id: UUID) -> list[Member]:
    """Every role held in the organisation now, by name, with when its person last used the portal."""
    last_here = (
        sa.select(sa.func.max(col(SignInSession.seen_at), type_=UtcDateTime()))
        .where(col(SignInSession.person_id) == col(Person.id))
        .correlate(Person)
        .scalar_subquery()
    )
    rows = session.execute(
        sa.select(
            col(Membership.id),
            col(Person.id),
            col(Person.name),
            col(Person.email),
            col(Membership.role),
            col(Membership.granted_at),
            last_here,
        )
        .join(Person, col(Person.id) == col(Membership.person_id))
        .where(col(Membership.organisation_id) == organisation_id)
        .where(col(Membership.role).in_(ORGANISATION_ROLES))
        .where(col(Membership.ended_at).is_(None), col(Person.left_at).is_(None))
        .order_by(col(Person.name), col(Person.id), col(Membership.granted_at))
    ).all()
    return [Member(*row) for row in rows]


def membership(session: Session, organisation_id: UUID, membership_id: UUID) -> Membership | None:
    """A role that is held in this organisation now; None for any other id."""
    return session.exec(
        select(Membership)
        .where(Membership.id == membership_id, Membership.organisation_id == organisation_id)
        .where(col(Membership.role).in_(ORGANISATION_ROLES), col(Membership.ended_at).is_(None))
    ).first()


@dataclass(frozen=True)
class LeftBehind:
    """What stands in a person's name in one organisation."""

    criteria: int
    comments: int  # open ones they wrote
    invitations: int  # open ones they sent


def left_behind(session: Session, organisation_id: UUID, person_id: UUID) -> LeftBehind:
    """What would stay when this person leaves, in one query."""
    own = sa.select(col(SelfAssessment.id)).where(col(SelfAssessment.organisation_id) == organisation_id)
    owned = sa.select(sa.func.count()).where(
        col(CriterionOwner.person_id) == person_id, col(CriterionOwner.self_assessment_id).in_(own)
    )
    written = sa.select(sa.func.count()).where(
        col(Comment.written_by_id) == person_id,
        col(Comment.resolved_at).is_(None),
        col(Comment.self_assessment_id).in_(own),
    )
    sent = sa.select(sa.func.count()).where(
        col(Invitation.organisation_id) == organisation_id,
        col(Invitation.sent_by_id) == person_id,
        col(Invitation.used_at).is_(None),
        col(Invitation.cancelled_at).is_(None),
    )
    counted = [one.scalar_subquery() for one in (owned, written, sent)]
    return LeftBehind(*session.execute(sa.select(*counted)).one())
