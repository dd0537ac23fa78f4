"""A portal in this process, and how many statements its pages send."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from fastapi import FastAPI

from app.config import Environment, Settings
from app.db import Database
from app.main import create_app

ADDRESS = "http://127.0.0.1:8000"


def production_app(folder: Path, url: str) -> FastAPI:
    """The portal with production's settings and this database."""
    settings = Settings(
        environment=Environment.PRODUCTION,
        data_dir=folder,
        base_url=ADDRESS,
        scanner="tcp://127.0.0.1:1",
        database_url=url,
    )
    return create_app(settings)


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
