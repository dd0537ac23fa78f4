"""One value for everything a database holds, to see whether a request changed anything."""

import sqlalchemy as sa
from sqlmodel import SQLModel, func, select

from app.db import Database
from app.models import Event
from app.rules.history import sha256


def digest(database: Database) -> dict[str, str]:
    """SHA-256 of each table's rows, whatever their order. What differs names the table that changed."""
    with database.read() as session:
        return {
            table.name: sha256(
                "\n".join(sorted(repr(tuple(row)) for row in session.execute(sa.select(table))))
            )
            for table in SQLModel.metadata.sorted_tables
        }


def event_count(database: Database) -> int:
    with database.read() as session:
        return session.exec(select(func.count()).select_from(Event)).one()
