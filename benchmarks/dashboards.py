"""The dashboards of an ICB, a region and all regions, on random days of five years: time and number of statements."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random

from fastapi.testclient import TestClient

from app.db import Database
from app.rules.days import uk_day
from benchmarks import oversight
from benchmarks.goals import DASHBOARD_P95_MS
from benchmarks.growth import ADDRESS, counted, production_app
from benchmarks.load import percentile
from benchmarks.postgres import postgresql
from benchmarks.tables import head, row

AREAS = ("ICB", "region", "all regions")
PAGES = (("dashboard", ""), ("its list", "/organisations"))


@dataclass(frozen=True)
class Line:
    """One page of one area in one database. Milliseconds."""

    database: str
    organisations: int
    page: str
    area: str
    times: list[float]
    cpu: float  # of this process, a page
    statements: set[int]

    def percentile(self, share: float) -> float:
        return percentile(self.times, share)


def measured(folder: Path, url: str, organisations: int, pages: int) -> list[Line]:
    """Open each page ``pages`` times in this process, half of them today, the others on days of the past."""
    database = Database(url)
    world = oversight.made(database, organisations)
    kind = "SQLite" if database.is_sqlite else "PostgreSQL"
    database.close()
    app = production_app(folder, url)
    found = []
    with counted(app.state.portal.database) as statements:
        for area in AREAS:
            client = TestClient(app, base_url=ADDRESS, cookies={"portal": world.tokens[area]})
            for name, more in PAGES:
                found.append(_line(client, world, kind, organisations, name, area, more, pages, statements))
    app.state.portal.database.close()
    return found


def _line(
    client: TestClient,
    world: oversight.Oversight,
    kind: str,
    organisations: int,
    name: str,
    area: str,
    more: str,
    pages: int,
    statements: list[int],
) -> Line:
    dice, today = Random(area), uk_day(world.now)
    days = [
        today - timedelta(days=dice.choice((0, dice.randint(1, 365 * oversight.YEARS - 30))))
        for _ in range(pages)
    ]
    path = world.path(area) + more
    return opened(
        client, statements, [f"{path}?on={day}" for day in (today, *days)], (kind, organisations, name, area)
    )


def opened(
    client: TestClient, statements: list[int], paths: Sequence[str], what: tuple[str, int, str, str]
) -> Line:
    """Each path once, in turn; the first does not count, for it compiles templates."""
    first, *others = paths
    _milliseconds(client, first)
    begun, times, said = time.process_time(), [], set()
    for path in others:
        times.append(_milliseconds(client, path))
        said.add(statements[-1])
    return Line(*what, times, (time.process_time() - begun) * 1000 / len(others), said)


def _milliseconds(client: TestClient, path: str) -> float:
    begun = time.perf_counter()
    answer = client.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: the portal answered {answer.status_code}")
    return (time.perf_counter() - begun) * 1000


def report(folder: Path, sizes: tuple[int, ...], pages: int) -> str:
    """Every size on both databases, as a table. RuntimeError when the number of statements grows with the size."""
    lines: list[Line] = []
    with postgresql(folder / "pg") as server:
        for size in sizes:
            own = folder / str(size)
            own.mkdir()
            lines += measured(own, f"sqlite:///{own / 'portal.db'}", size, pages)
            lines += measured(own, server.created(f"size_{size}"), size, pages)
    return table(lines)


def table(lines: list[Line]) -> str:
    said = [head("organisations", "database", "page", "area", "p50", "p95", "CPU/page", "statements")]
    for one in lines:
        times = (f"{one.percentile(share):.1f} ms" for share in (0.5, 0.95))
        statements = ", ".join(map(str, sorted(one.statements)))
        size = f"{one.organisations:,}"
        said.append(row(size, one.database, one.page, one.area, *times, f"{one.cpu:.1f} ms", statements))
    said_by: dict[
        tuple[str, str, str], set[int]
    ] = {}  # each database by itself: one of them is asked the time too
    for one in lines:
        said_by.setdefault((one.database, one.page, one.area), set()).update(one.statements)
    for which, numbers in said_by.items():
        if len(numbers) != 1:
            raise RuntimeError(f"the number of statements of {which} is not one: {sorted(numbers)}")
    return "\n".join([*said, "", f"Goal: p95 {DASHBOARD_P95_MS} ms at the largest size."])
