"""Tokens: a person's own, and whose one is."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.models import ApiToken, Membership, Organisation, Person, Role
from app.queries import people
from app.rules.people import Holding, Who
from app.rules.tokens import ROLES, holds


@dataclass(frozen=True)
class Reach:
    """A role that a token can be made for. ``area`` is empty for the Assembly's own."""

    membership_id: UUID
    role: Role
    area: str


@dataclass(frozen=True)
class TokenLine:
    """A token as its owner's page lists it."""

    id: UUID
    name: str
    ending: str
    role: Role
    area: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None


def reaches(session: Session, person_id: UUID) -> list[Reach]:
    """The person's roles of today that see figures."""
    rows = session.execute(
        sa.select(col(Membership.id), col(Membership.role), col(Organisation.name))
        .outerjoin(Organisation, col(Organisation.id) == col(Membership.organisation_id))
        .where(col(Membership.person_id) == person_id, col(Membership.ended_at).is_(None))
        .where(col(Membership.role).in_(ROLES))
        .order_by(col(Membership.role), col(Organisation.name))
    )
    return [Reach(id_, role, name or "") for id_, role, name in rows]


def own(session: Session, person_id: UUID, at: datetime) -> list[TokenLine]:
    """The person's tokens that hold, the newest first."""
    rows = session.execute(
        sa.select(ApiToken, col(Membership.role), col(Organisation.name))
        .join(Membership, col(Membership.id) == col(ApiToken.membership_id))
        .outerjoin(Organisation, col(Organisation.id) == col(Membership.organisation_id))
        .where(col(Membership.person_id) == person_id, col(Membership.ended_at).is_(None))
        .order_by(col(ApiToken.created_at).desc(), col(ApiToken.id))
    ).all()
    return [
        TokenLine(one.id, one.name, one.ending, role, area or "", one.created_at, one.expires_at, one.used_at)
        for one, role, area in rows
        if holds(one, at)
    ]


def of_person(session: Session, token_id: UUID, person_id: UUID) -> ApiToken | None:
    """The token, if it is this person's."""
    query = select(ApiToken).join(Membership, col(Membership.id) == ApiToken.membership_id)
    return session.exec(query.where(ApiToken.id == token_id, Membership.person_id == person_id)).first()


def bearer(session: Session, token_hash: str, at: datetime, years: int) -> tuple[ApiToken, Who] | None:
    """The token with this hash and who reads with it: the person with the one role it was made for.

    None when it is not known, no longer holds, or its role or its person's time in the portal has ended.
    """
    row = session.exec(
        select(ApiToken, Membership, Person)
        .join(Membership, col(Membership.id) == ApiToken.membership_id)
        .join(Person, col(Person.id) == Membership.person_id)
        .where(ApiToken.token_hash == token_hash)
    ).first()
    if row is None:
        return None
    token, membership, person = row
    if not holds(token, at) or membership.ended_at is not None or person.left_at is not None:
        return None
    whole = people.who(session, person, at, years)
    holding = Holding(membership.role, membership.organisation_id)
    return token, Who(
        whole.person_id, whole.name, whole.email, (holding,), whole.ties, whole.waived, whole.conflict_years
    )
