"""Engine, transactions and column types. Only this module and ``cli.py`` commit.

SQLite allows one writer. A writer that finds the database busy sleeps in growing steps, so under load some wait
a second while others pass; a file lock taken before ``BEGIN IMMEDIATE`` makes writers queue in the kernel instead,
across processes, and is let go by the kernel when a process is killed.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.types import TypeDecorator
from sqlmodel import Session, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


# Of each index. With 1,000 a region of 85,000 lines looks like one of 1,000, and the wrong index is read; this many are
# read in a second, however large the file is.
_ROWS_LOOKED_AT = 50_000


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC. A naive datetime is refused: nobody can tell which clock it came from."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            return value.replace(tzinfo=UTC)  # SQLite keeps no zone; what went in was UTC
        return value.astimezone(UTC) if value else None


def text_enum(values: type[StrEnum]) -> sa.Enum:
    """A column type that stores the values of ``values`` as text, so that adding one needs no type change."""
    return sa.Enum(
        values, native_enum=False, length=40, values_callable=lambda e: [member.value for member in e]
    )


class Database:
    """One engine and its transactions: ``read()`` sees one moment, ``write()`` commits whole or not at all."""

    def __init__(self, url: str) -> None:
        self.url = sa.make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(self.url) if self.is_sqlite else _postgresql_engine(self.url)
        self._writing = self.engine.execution_options(portal_writes=True)
        # What a page or the audit reads is of one moment; on SQLite every transaction is so already.
        one_moment = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        self._reading = self.engine.execution_options(**one_moment)
        self._lock_file = Path(f"{self.url.database}.lock")

    @contextmanager
    def read(self) -> Iterator[Session]:
        with Session(self._reading, expire_on_commit=False) as session:
            yield session
            session.rollback()

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Commit what the block did when it ends well; nothing of it when it raises."""
        with self._one_writer(), Session(self._writing, expire_on_commit=False) as session:
            yield session
            session.commit()

    @contextmanager
    def _one_writer(self) -> Iterator[None]:
        if not self.is_sqlite:
            yield
            return
        with self._lock_file.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def now(self, session: Session) -> datetime:
        """The one clock: the database's, so that several web processes agree on a deadline."""
        if self.is_sqlite:
            return datetime.now(UTC)  # SQLite reads this very machine's clock
        return session.scalars(sa.select(sa.func.clock_timestamp(type_=UtcDateTime()))).one()

    def learn_sizes(self) -> None:
        """Let SQLite look how large its tables are, to choose the right index. PostgreSQL does so by itself."""
        if self.is_sqlite:
            with self.write() as session:
                session.execute(sa.text(f"PRAGMA analysis_limit={_ROWS_LOOKED_AT}"))
                session.execute(sa.text("ANALYZE"))

    def close(self) -> None:
        self.engine.dispose()


def _sqlite_engine(url: sa.URL) -> Engine:
    engine = sa.create_engine(
        url, connect_args={"check_same_thread": False}, pool_size=8, hide_parameters=True
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # We say BEGIN ourselves; the driver's own begins come too late for reads.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # NORMAL may lose a confirmed submission when the power fails
        "foreign_keys=ON",
        "recursive_triggers=ON",  # or INSERT OR REPLACE would pass the triggers that keep history
        "busy_timeout=10000",
        "cache_size=-8000",  # KB, of each connection; the system keeps the file in memory besides
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("portal_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _postgresql_engine(url: sa.URL) -> Engine:
    # JIT costs more than it saves on short statements; a stuck statement must not hold a web process.
    options = "-c jit=off -c statement_timeout=15000 -c lock_timeout=10000 -c timezone=UTC"
    return sa.create_engine(
        url, pool_size=8, pool_pre_ping=True, hide_parameters=True, connect_args={"options": options}
    )
