"""Organisations by id."""

from collections.abc import Collection
from uuid import UUID

from sqlmodel import Session, col, select

from app.models import Organisation


def names(session: Session, ids: Collection[UUID]) -> list[tuple[UUID, str]]:
    """Id and name of each, by name."""
    rows = session.exec(
        select(Organisation.id, Organisation.name)
        .where(col(Organisation.id).in_(ids))
        .order_by(col(Organisation.name))
    ).all()
    return list(rows)
