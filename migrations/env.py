"""Alembic's entry: the connection comes from ``app.upgrade``."""

from alembic import context
from sqlmodel import AutoString, SQLModel

import app.models  # noqa: F401  (fills the metadata)
from app.db import UtcDateTime


def plain_type(kind: str, thing: object, _context: object) -> str | bool:
    """Migrations name SQLAlchemy's types only, so that old ones run whatever becomes of ours."""
    if kind == "type" and isinstance(thing, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(thing, AutoString):
        return f"sa.String(length={thing.length})"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=True,  # SQLite changes a table by copying it
    compare_type=True,
    render_item=plain_type,
)
with context.begin_transaction():
    context.run_migrations()
