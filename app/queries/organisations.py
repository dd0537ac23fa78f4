"""Organisations by id, and what they were called on a day."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlmodel import Session, col, or_, select

from app.models import Organisation, OrganisationChange


def names(session: Session, ids: Collection[UUID]) -> list[tuple[UUID, str]]:
    """Id and name of each, by name."""
    rows = session.exec(
        select(Organisation.id, Organisation.name)
        .where(col(Organisation.id).in_(ids))
        .order_by(col(Organisation.name))
    ).all()
    return list(rows)


def name_on(session: Session, organisation: Organisation, day: date) -> str:
    """What the organisation was called on ``day``, as is known now; its row's name where no change is recorded."""
    query = (
        select(OrganisationChange.name)
        .where(OrganisationChange.organisation_id == organisation.id)
        .where(or_(col(OrganisationChange.from_on).is_(None), col(OrganisationChange.from_on) <= day))
        .where(col(OrganisationChange.void_at).is_(None))
        .order_by(
            col(OrganisationChange.from_on).is_(None),
            col(OrganisationChange.from_on).desc(),
            col(OrganisationChange.recorded_at).desc(),
        )
        .limit(1)
    )
    return session.exec(query).first() or organisation.name
