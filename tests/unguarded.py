"""A database whose own guards are gone, as whoever owns it may have it."""

import sqlalchemy as sa
from sqlmodel import Session

from tests.conftest import ON_POSTGRESQL


def unguarded(session: Session, *tables: str) -> None:
    """Drop the triggers that let rows of these tables only be added."""
    for table in tables:
        if ON_POSTGRESQL:
            session.execute(sa.text(f"DROP TRIGGER {table}_only_added_to ON {table}"))
        else:
            for change in ("update", "delete"):
                session.execute(sa.text(f"DROP TRIGGER {table}_no_{change}"))
