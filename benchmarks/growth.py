"""Pages as organisations grow, on both databases: how long they take over HTTP, and how many statements they send."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.config import Environment, Settings
from app.db import Database
from app.main import create_app
from benchmarks.goals import DASHBOARD_P95_MS
from benchmarks.lines import Line
from benchmarks.load import Measured, measured
from benchmarks.postgres import postgresql
from benchmarks.served import factory_command, free_port, production, served
from benchmarks.tables import head, row
from benchmarks.wire import Answer, Wire

LONGEST = 120.0  # seconds for the pages of one line
COUNTED = 5  # pages of a line whose statements are counted
ADDRESS = "http://127.0.0.1:8000"


@dataclass(frozen=True)
class Asked:
    """A line of the table: the addresses that one person opens, in turn."""

    name: str
    area: str
    paths: Sequence[str]
    token: str = ""


@dataclass(frozen=True)
class Opened:
    """How long the pages of one line took in one database, and how many statements each sent."""

    organisations: int
    database: str
    asked: Asked
    times: Measured
    statements: set[int]


Filled = Callable[[Path, str, int, int], Sequence[Asked]]  # folder, URL, organisations, pages of each line


def report(folder: Path, sizes: Sequence[int], pages: int, filled: Filled) -> str:
    """Every size on both databases, as a table. RuntimeError when the number of statements grows with the size."""
    lines: list[Opened] = []
    with postgresql(folder / "pg") as server:
        for size in sizes:
            own = folder / str(size)
            own.mkdir()
            for kind, url in (
                ("SQLite", f"sqlite:///{own / 'portal.db'}"),
                ("PostgreSQL", server.created(f"size_{size}")),
            ):
                every = filled(own, url, size, pages)
                statements = [_statements(own, url, asked) for asked in every]
                times = _times(own, url, every)
                lines += [Opened(size, kind, *one) for one in zip(every, times, statements, strict=True)]
    _check(lines)
    return _table(lines)


def _check(lines: Sequence[Opened]) -> None:
    said: dict[tuple[str, str, str], set[int]] = {}  # each database by itself: one is asked the time too
    for one in lines:
        said.setdefault((one.database, one.asked.name, one.asked.area), set()).update(one.statements)
    for which, numbers in said.items():
        if len(numbers) != 1:
            raise RuntimeError(f"the number of statements of {which} is not one: {sorted(numbers)}")


def _table(lines: Sequence[Opened]) -> str:
    said = [head("organisations", "database", "page", "area", "p50", "p95", "CPU/page", "statements")]
    for one in lines:
        times = (f"{one.times.percentile(share):.1f} ms" for share in (0.5, 0.95))
        (cpu,), (statements,) = one.times.cpu_ms, one.statements
        named = (f"{one.organisations:,}", one.database, one.asked.name, one.asked.area)
        said.append(row(*named, *times, f"{cpu:.1f} ms", statements))
    return "\n".join([*said, "", f"Goal: p95 {DASHBOARD_P95_MS} ms at the largest size."])


def _times(folder: Path, url: str, every: Sequence[Asked]) -> list[Measured]:
    """One client of one web process opens each page once, after the first of its line, which compiles templates."""
    port, found = free_port(), []
    environment = production(port, folder) | {"ARF_DATABASE_URL": url}
    with served(
        factory_command("benchmarks.growth:create_quiet_app", port, 1), port, environment, 1
    ) as portal:
        for asked in every:
            made = asyncio.run(measured(portal, _line(asked), 1, LONGEST, len(asked.paths)))
            found.append(Measured([made]))
    return found


def _line(asked: Asked) -> Line:
    async def visit(wire: Wire, client: int, turn: int) -> Answer:
        return await wire.get(asked.paths[turn % len(asked.paths)], asked.token)

    return Line(asked.name, visit)


def create_quiet_app() -> FastAPI:
    """The portal without the work beside requests, which would begin with five years of nights in this database."""
    app = create_app()
    app.router.lifespan_context = _frozen
    return app


@asynccontextmanager
async def _frozen(app: FastAPI) -> AsyncIterator[None]:
    gc.collect()
    gc.freeze()  # as the portal does
    yield


def _statements(folder: Path, url: str, asked: Asked) -> set[int]:
    app = _production_app(folder, url)
    client = TestClient(app, base_url=ADDRESS, cookies={"portal": asked.token})
    client.get(asked.paths[0]).raise_for_status()  # the first of a process reads the framework version
    found = set()
    with counted(app.state.portal.database) as statements:
        for path in asked.paths[:COUNTED]:
            client.get(path).raise_for_status()
            found.add(statements[-1])
    app.state.portal.database.close()
    return found


def _production_app(folder: Path, url: str) -> FastAPI:
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
