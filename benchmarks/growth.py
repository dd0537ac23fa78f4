"""How many statements a page sends."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from app.db import Database

ADDRESS = "http://127.0.0.1:8000"


@contextmanager
def counted(database: Database) -> Iterator[list[int]]:
    """Statements of each transaction that ends in the block. A page is one transaction after the sign-in's own."""
    ended, running = [0], [0]

    def begin(*_: object) -> None:
        running[0] = 0

    def one_more(*_: object) -> None:
        running[0] += 1

    def end(*_: object) -> None:
        ended.append(running[0])

    listening = (("begin", begin), ("before_cursor_execute", one_more), ("rollback", end), ("commit", end))
    for name, heard in listening:
        sa.event.listen(database.engine, name, heard)
    yield ended
    for name, heard in listening:
        sa.event.remove(database.engine, name, heard)
