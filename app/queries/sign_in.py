"""Who may sign in, what was asked for, and which sessions are open."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, func, select

from app.models import (
    ASSEMBLY_ROLES,
    ORGANISATION_ROLES,
    VIEWER_ROLES,
    Mail,
    Membership,
    Person,
    Role,
    SignInLink,
    SignInSession,
)


def person_who_may_sign_in(session: Session, address: str) -> Person | None:
    """The person with this normal address who has not left and still holds a role.

    The row is held until the transaction ends, so that links asked for at the same moment are counted in turn.
    """
    holds_a_role = (
        select(Membership.id)
        .where(Membership.person_id == col(Person.id))
        .where(col(Membership.ended_at).is_(None))
        .exists()
    )
    wanted = (
        select(Person).where(Person.email == address).where(col(Person.left_at).is_(None)).where(holds_a_role)
    )
    return session.exec(wanted.with_for_update()).first()


def links_asked_for(session: Session, address: str, *, since: datetime) -> int:
    """How many links were sent to this normal address after ``since``."""
    counted = select(func.count()).select_from(SignInLink)
    return session.exec(
        counted.where(SignInLink.email == address).where(col(SignInLink.sent_at) > since)
    ).one()


def address_of_link(session: Session, token_hash: str, at: datetime) -> str:
    """The address a usable link was sent to; empty when the link can't be used."""
    found = session.exec(
        select(SignInLink.email)
        .where(SignInLink.token_hash == token_hash)
        .where(col(SignInLink.used_at).is_(None))
        .where(col(SignInLink.expires_at) > at)
        .where(col(SignInLink.person_id).is_not(None))
    ).first()
    return found or ""


def open_session_by_hash(session: Session, token_hash: str) -> SignInSession | None:
    return session.exec(
        select(SignInSession)
        .where(SignInSession.token_hash == token_hash)
        .where(col(SignInSession.ended_at).is_(None))
    ).first()


@dataclass(frozen=True)
class OpenSession:
    """A session as its own person sees it."""

    id: UUID
    started_at: datetime
    seen_at: datetime
    is_this: bool


def open_sessions(
    session: Session, person_id: UUID, token_hash: str, *, seen_since: datetime, started_since: datetime
) -> list[OpenSession]:
    """The person's sessions that still hold, the one used last first."""
    rows = session.exec(
        select(SignInSession.id, SignInSession.started_at, SignInSession.seen_at, SignInSession.token_hash)
        .where(SignInSession.person_id == person_id)
        .where(col(SignInSession.ended_at).is_(None))
        .where(col(SignInSession.seen_at) > seen_since)
        .where(col(SignInSession.started_at) > started_since)
        .order_by(col(SignInSession.seen_at).desc(), col(SignInSession.id))
    ).all()
    return [OpenSession(id_, started, seen, hash_ == token_hash) for id_, started, seen, hash_ in rows]


@dataclass(frozen=True)
class DemoPerson:
    """Somebody to play. ``part`` names them by what they do and where: "EDI lead, demo trust 1"."""

    id: UUID
    part: str
    name: str
    role: Role


def demo_people(session: Session) -> list[DemoPerson]:
    """The people of the demonstration who hold a role, in the order in which the story meets them."""
    rows = session.exec(
        select(Person.id, Person.demo_part, Person.name, Membership.role)
        .join(Membership, col(Membership.person_id) == Person.id)
        .where(Person.demo_part != "")
        .where(col(Person.left_at).is_(None))
        .where(col(Membership.ended_at).is_(None))
    ).all()
    first: dict[UUID, DemoPerson] = {}
    people = [DemoPerson(id_, part, name, Role(role)) for id_, part, name, role in rows]
    for person in sorted(people, key=_in_the_story):
        first.setdefault(person.id, person)
    return list(first.values())


def _in_the_story(person: DemoPerson) -> tuple[bool, bool, str, int, str]:
    """Organisations first, one after the other; then the Assembly; then those who look on."""
    place = person.part.partition(", ")[2] if person.role in ORGANISATION_ROLES else ""
    is_assembly, is_viewer = person.role in ASSEMBLY_ROLES, person.role in VIEWER_ROLES
    return is_viewer, is_assembly, place, list(Role).index(person.role), person.part


def newest_mails(session: Session, most: int) -> list[Mail]:
    """The mails written last, delivered or not, newest first."""
    return list(
        session.exec(select(Mail).order_by(col(Mail.written_at).desc(), col(Mail.id)).limit(most)).all()
    )


def mail(session: Session, mail_id: UUID) -> Mail | None:
    return session.get(Mail, mail_id)
