"""The dashboards of an ICB, a region and all regions, on random days of five years: time and number of statements."""

import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random

from fastapi.testclient import TestClient

from app.config import Environment, Settings
from app.db import Database
from app.main import create_app
from app.rules.days import uk_day
from benchmarks import oversight
from benchmarks.goals import DASHBOARD_P95_MS
from benchmarks.growth import ADDRESS, counted
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
    times: list[float]  # sorted
    cpu: float  # of this process, a page
    statements: set[int]

    def percentile(self, share: float) -> float:
        return self.times[min(len(self.times) - 1, int(len(self.times) * share))]


def measured(folder: Path, url: str, organisations: int, pages: int) -> list[Line]:
    """Open each page ``pages`` times in this process, half of them today, the others on days of the past."""
    database = Database(url)
    world = oversight.made(database, organisations)
    kind = "SQLite" if database.is_sqlite else "PostgreSQL"
    database.close()
    settings = Settings(
        environment=Environment.PRODUCTION,
        data_dir=folder,
        base_url=ADDRESS,
        scanner="tcp://127.0.0.1:1",
        database_url=url,
    )
    app = create_app(settings)
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
    milliseconds(client, f"{path}?on={today}")  # the first one compiles templates
    begun, times, said = time.process_time(), [], set()
    for day in days:
        times.append(milliseconds(client, f"{path}?on={day}"))
        said.add(statements[-1])
    cpu = (time.process_time() - begun) * 1000 / pages
    return Line(kind, organisations, name, area, sorted(times), cpu, said)


def milliseconds(client: TestClient, path: str) -> float:
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
    for which in {(one.page, one.area) for one in lines}:
        numbers = {number for one in lines if (one.page, one.area) == which for number in one.statements}
        if len(numbers) != 1:
            raise RuntimeError(f"the number of statements of {which} is not one: {sorted(numbers)}")
    return "\n".join([*said, "", f"Goal: p95 {DASHBOARD_P95_MS} ms at the largest size."])
