"""Revocations of certificates: the one that counts now, all there were, and what waits for an administrator."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.models import Certificate, Person, Revocation, Role
from app.queries import people
from app.rules.conflicts import conflict
from app.rules.people import Who
from app.rules.permissions import Permission, Scope, allows
from app.rules.revocations import State, is_among, state
from app.rules.submissions import Party


@dataclass(frozen=True)
class RevocationLine:
    """A revocation with the names of who did what, for administrators."""

    row: Revocation
    state: State
    asked_by: str
    confirmed_by: str
    closed_by: str
    judged_by: str
    settled_by: str


def open_of(session: Session, certificate_id: UUID) -> Revocation | None:
    """The revocation of a certificate that waits to be confirmed; there is one at most."""
    waits = col(Revocation.confirmed_at).is_(None) & col(Revocation.closed_at).is_(None)
    return session.exec(_of(certificate_id).where(waits)).first()


def standing(session: Session, certificate_id: UUID) -> Revocation | None:
    """The revocation that was confirmed last, whether or not an appeal overturned it."""
    confirmed = _of(certificate_id).where(col(Revocation.confirmed_at).is_not(None))
    return session.exec(confirmed.order_by(col(Revocation.confirmed_at).desc()).limit(1)).first()


def every(session: Session, certificate_id: UUID) -> list[RevocationLine]:
    """All there were, newest first."""
    rows = session.exec(_of(certificate_id).order_by(col(Revocation.asked_at).desc())).all()
    ids = {id_ for row in rows for id_ in _people(row) if id_}
    names = dict(session.exec(select(Person.id, Person.name).where(col(Person.id).in_(ids))).all())
    return [
        RevocationLine(row, state(row), *(names.get(id_, "") if id_ else "" for id_ in _people(row)))
        for row in rows
    ]


def _people(row: Revocation) -> tuple[UUID | None, ...]:
    return (row.asked_by_id, row.confirmed_by_id, row.closed_by_id, row.judged_by_id, row.settled_by_id)


def _of(certificate_id: UUID) -> SelectOfScalar[Revocation]:
    return select(Revocation).where(Revocation.certificate_id == certificate_id)


def parties(session: Session, *ids: UUID | None) -> list[Party]:
    """The people with these ids as parties; nobody for None."""
    rows = session.exec(
        select(Person.id, Person.email).where(col(Person.id).in_([one for one in ids if one]))
    ).all()
    return [Party(*row) for row in rows]


def left_to_judge(session: Session, certificate: Certificate, row: Revocation, at: datetime, by: Who) -> int:
    """How many administrators may judge an appeal against ``row``."""
    before = parties(session, row.asked_by_id, row.confirmed_by_id)
    scope = Scope(certificate.organisation_id, certificate.icb_id, certificate.region_id)
    found = people.judges(session, frozenset({Role.ADMINISTRATOR}), at, by.conflict_years)
    return sum(
        allows(Permission.REVOKE, one, scope) and not is_among(Party(one.person_id, one.email), before)
        for one in found
    )


@dataclass(frozen=True)
class WaitingRevocation:
    """A revocation that waits for somebody, as an administrator's first page lists it."""

    certificate_id: UUID
    number: str
    organisation_name: str
    what: str


def waiting(session: Session, who: Who) -> list[WaitingRevocation]:
    """What waits for this administrator: to be confirmed or judged, without what they may not take part in."""
    rows = session.exec(
        select(Revocation, Certificate)
        .join(Certificate, col(Certificate.id) == col(Revocation.certificate_id))
        .where(col(Revocation.closed_at).is_(None), col(Revocation.settled_at).is_(None))
        .where(col(Revocation.confirmed_at).is_(None) | col(Revocation.appealed_at).is_not(None))
        .order_by(col(Revocation.asked_at))
    ).all()
    return [
        WaitingRevocation(certificate.id, certificate.number, certificate.organisation_name, _what(row))
        for row, certificate in rows
        if _is_for(who, row) and not conflict(who.ties, certificate.organisation_id, certificate.icb_id)
    ]


def _is_for(who: Who, row: Revocation) -> bool:
    if row.confirmed_at is None:
        return who.person_id != row.asked_by_id
    return who.person_id not in (row.asked_by_id, row.confirmed_by_id, row.judged_by_id)


def _what(row: Revocation) -> str:
    if row.confirmed_at is None:
        return "confirm or refuse the revocation"
    return (
        "judge the appeal against the revocation" if row.judged_at is None else "confirm how the appeal ends"
    )
