"""What organisations were, are and will be, as it is on record."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.criteria.schema import OrganisationKind
from app.models import Organisation, OrganisationChange, Person, Succession

PAGE = 100


@dataclass(frozen=True)
class ChangeLine:
    """One change with the names that its page shows."""

    row: OrganisationChange
    icb_name: str
    region_name: str
    recorded_by: str  # empty: a loaded list
    void_by: str


def counting(session: Session, organisation_id: UUID) -> list[OrganisationChange]:
    """The changes of an organisation that were not voided."""
    query = select(OrganisationChange).where(OrganisationChange.organisation_id == organisation_id)
    return list(session.exec(query.where(col(OrganisationChange.void_at).is_(None))).all())


def lines(session: Session, organisation_id: UUID) -> list[ChangeLine]:
    """Every change with the day it counts from, newest day first; those that another row only says anew left out."""
    rows = session.exec(
        select(OrganisationChange)
        .where(OrganisationChange.organisation_id == organisation_id)
        .where(col(OrganisationChange.void_at).is_(None) | (col(OrganisationChange.void_reason) != ""))
        .order_by(col(OrganisationChange.from_on).desc(), col(OrganisationChange.recorded_at).desc())
    ).all()
    bodies = names(session, {id_ for row in rows for id_ in (row.icb_id, row.region_id) if id_})
    ids = {id_ for row in rows for id_ in (row.recorded_by_id, row.void_by_id) if id_}
    people = dict(session.exec(select(Person.id, Person.name).where(col(Person.id).in_(ids))).all())
    return [
        ChangeLine(
            row,
            bodies.get(row.icb_id, "") if row.icb_id else "",
            bodies.get(row.region_id, "") if row.region_id else "",
            people.get(row.recorded_by_id, "") if row.recorded_by_id else "",
            people.get(row.void_by_id, "") if row.void_by_id else "",
        )
        for row in sorted(rows, key=lambda row: row.from_on or date.min, reverse=True)
    ]


def names(session: Session, ids: Collection[UUID]) -> dict[UUID, str]:
    rows = session.exec(select(Organisation.id, Organisation.name).where(col(Organisation.id).in_(ids)))
    return dict(rows.all())


def one(session: Session, organisation_id: UUID, id_: UUID | None) -> OrganisationChange | None:
    found = session.get(OrganisationChange, id_) if id_ else None
    return found if found and found.organisation_id == organisation_id else None


def to_apply(session: Session, on: date) -> list[UUID]:
    """The organisations with a change that counts by the day ``on`` and that their row has not taken over."""
    due = sa.or_(col(OrganisationChange.from_on).is_(None), col(OrganisationChange.from_on) <= on)
    rows = session.exec(
        select(OrganisationChange.organisation_id)
        .where(col(OrganisationChange.void_at).is_(None), col(OrganisationChange.applied_at).is_(None), due)
        .distinct()
        .order_by(col(OrganisationChange.organisation_id))
    )
    return list(rows.all())


def areas(session: Session, kind: OrganisationKind) -> list[tuple[UUID, str]]:
    """Where a body of this kind can move to: a trust to an ICB, an ICB to a region; a region nowhere."""
    above = {
        OrganisationKind.TRUST: OrganisationKind.ICB,
        OrganisationKind.ICB: OrganisationKind.REGION,
    }.get(kind)
    if above is None:
        return []
    query = select(Organisation.id, Organisation.name).where(Organisation.kind == above)
    return list(session.exec(query.order_by(col(Organisation.name))).all())


def bodies_of(session: Session, icb_id: UUID) -> list[Organisation]:
    """The bodies under an ICB now, without itself."""
    query = select(Organisation).where(Organisation.icb_id == icb_id, Organisation.id != icb_id)
    return list(session.exec(query.order_by(col(Organisation.id))).all())


def successors(session: Session, organisation_id: UUID) -> list[tuple[Organisation, Succession]]:
    rows = session.exec(
        select(Organisation, Succession)
        .join(Succession, col(Succession.successor_id) == col(Organisation.id))
        .where(Succession.predecessor_id == organisation_id)
        .order_by(col(Succession.on_date), col(Organisation.name))
    ).all()
    return [(row[0], row[1]) for row in rows]


def predecessors(session: Session, organisation_id: UUID) -> list[tuple[Organisation, Succession]]:
    rows = session.exec(
        select(Organisation, Succession)
        .join(Succession, col(Succession.predecessor_id) == col(Organisation.id))
        .where(Succession.successor_id == organisation_id)
        .order_by(col(Succession.on_date), col(Organisation.name))
    ).all()
    return [(row[0], row[1]) for row in rows]


def search(session: Session, text: str, start: int) -> tuple[list[Organisation], int]:
    """Organisations whose name or code contains ``text``, a page of them, and how many there are."""
    condition: sa.ColumnElement[bool] = sa.true()
    if text:
        condition = sa.or_(
            sa.func.lower(Organisation.name).contains(text.lower(), autoescape=True),
            sa.func.lower(Organisation.ods_code).contains(text.lower(), autoescape=True),
        )
    query = select(Organisation).where(condition).order_by(col(Organisation.name), col(Organisation.id))
    total = session.exec(select(sa.func.count()).select_from(Organisation).where(condition)).one()
    return list(session.exec(query.offset(start).limit(PAGE)).all()), total


def to_come(session: Session, on: date) -> list[tuple[OrganisationChange, str]]:
    """The changes of days after ``on``, the next one first, each with its organisation's name now."""
    rows = session.exec(
        select(OrganisationChange, Organisation.name)
        .join(Organisation, col(Organisation.id) == col(OrganisationChange.organisation_id))
        .where(col(OrganisationChange.void_at).is_(None), col(OrganisationChange.from_on) > on)
        .order_by(col(OrganisationChange.from_on), col(Organisation.name))
        .limit(PAGE)
    ).all()
    return [(row[0], row[1]) for row in rows]
