"""Who someone is and what they hold."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.db import UtcDateTime
from app.models import (
    ORGANISATION_ROLES,
    Comment,
    CriterionOwner,
    Invitation,
    Membership,
    Person,
    Role,
    SelfAssessment,
    SignInSession,
)
from app.queries import ties
from app.rules.people import CONFLICT_YEARS, Who
from app.rules.permissions import GRANTS, Permission


def who(session: Session, person: Person, at: datetime, years: int = CONFLICT_YEARS) -> Who:
    """The person with the roles held at ``at`` and everything that ties them to an organisation.

    ``years``: how long a tie is a conflict after its last day. Who holds no role of the Assembly judges nothing, so
    nothing more is looked up for them than roles and employer.
    """
    return _made(session, [(person.id, person.name, person.email)], at, years)[0]


Named = tuple[UUID, str, str]  # id, name and address of a person


def _made(
    session: Session, people: Sequence[Named], at: datetime, years: int, *, judged: bool = False
) -> list[Who]:
    """Everyone of ``people``, in six queries at most whatever their number. ``judged``: with all ties, whether or not
    they hold a role of the Assembly still."""
    held = ties.held(session, [id_ for id_, _, _ in people], at, years)
    found = [
        Who(id_, name, email, held.holdings.get(id_, ()), held.ties.get(id_, ()), conflict_years=years)
        for id_, name, email in people
    ]
    ids = [one.person_id for one in found if judged or one.is_assembly]
    if not ids:
        return found
    bound = ties.judging(session, ids, held.ties, at, years)
    waived = ties.waived(session, ids)
    return [
        replace(one, ties=bound[one.person_id], waived=waived.get(one.person_id, frozenset()))
        if one.person_id in bound
        else one
        for one in found
    ]


def judges(session: Session, roles: frozenset[Role], at: datetime, years: int = CONFLICT_YEARS) -> list[Who]:
    """Everyone who holds one of the Assembly's ``roles`` now, by name, as ``who`` finds each of them."""
    held = sa.select(col(Membership.person_id)).where(
        col(Membership.role).in_(roles), col(Membership.ended_at).is_(None)
    )
    rows = session.execute(
        sa.select(col(Person.id), col(Person.name), col(Person.email))
        .where(col(Person.id).in_(held), col(Person.left_at).is_(None))
        .order_by(col(Person.name), col(Person.id))
    ).all()
    return _made(session, [(id_, name, email) for id_, name, email in rows], at, years) if rows else []


def who_judged(
    session: Session, ids: Collection[UUID], at: datetime, years: int = CONFLICT_YEARS
) -> list[Who]:
    """People who judged something, with all their ties also when they hold no role any more."""
    rows = session.execute(
        sa.select(col(Person.id), col(Person.name), col(Person.email)).where(col(Person.id).in_(ids))
    ).all()
    return _made(session, [(id_, name, email) for id_, name, email in rows], at, years, judged=True)


def who_by_id(
    session: Session, person_id: UUID, at: datetime, years: int = CONFLICT_YEARS, *, lock: bool = False
) -> Who | None:
    """As ``who``; None for somebody who has left. ``lock`` keeps their ties from changing until the commit."""
    person = session.get(Person, person_id, with_for_update={"key_share": True} if lock else None)
    return who(session, person, at, years) if person and person.left_at is None else None


def draft_key(session: Session, person_id: UUID) -> str:
    """What locks the text that this person's browser keeps. Only pages of their own sign-in may have it."""
    return session.exec(_DRAFT_KEY, params={"id": person_id}).one()


_DRAFT_KEY = select(Person.draft_key).where(Person.id == sa.bindparam("id"))
# Built once: every request asks it.
_SESSION_AND_PERSON = (
    select(SignInSession, Person)
    .join(Person, col(Person.id) == SignInSession.person_id)
    .where(SignInSession.token_hash == sa.bindparam("token_hash"))
)


def session_and_person(session: Session, token_hash: str) -> tuple[SignInSession, Person] | None:
    """The sign-in session with this token hash and its person, whether or not it still holds."""
    row = session.exec(_SESSION_AND_PERSON, params={"token_hash": token_hash}).first()
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
