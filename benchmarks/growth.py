"""Whether a dashboard stays a dashboard when there are more organisations: time and number of statements."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from fastapi.testclient import TestClient

from app.config import Environment, Settings
from app.db import Database
from app.main import create_app
from benchmarks.seeding import for_growth

ADDRESS = "http://127.0.0.1:8000"


@dataclass(frozen=True)
class Size:
    organisations: int
    times: list[float]  # of each page, milliseconds, sorted
    statements: int

    def percentile(self, share: float) -> float:
        return self.times[min(len(self.times) - 1, int(len(self.times) * share))]


def measured(folder: Path, organisations: int, pages: int) -> Size:
    """Open the region's dashboard ``pages`` times, in this process, with a database of that many organisations."""
    world = for_growth(folder, organisations)
    settings = Settings(
        environment=Environment.PRODUCTION, data_dir=folder, base_url=ADDRESS, scanner="tcp://127.0.0.1:1"
    )
    app = create_app(settings)
    path, cookies = f"/dashboards/{world.region_id}", {"portal": world.token("region viewer")}
    client = TestClient(app, base_url=ADDRESS, cookies=cookies)
    with counted(app.state.portal.database) as statements:
        times = [_milliseconds(client, path) for _ in range(pages + 1)][
            1:
        ]  # the first one compiles templates
    app.state.portal.database.close()
    app.state.portal.press.close()
    return Size(organisations, sorted(times), statements[-1])


def _milliseconds(client: TestClient, path: str) -> float:
    begun = time.perf_counter()
    answer = client.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: the portal answered {answer.status_code}")
    return (time.perf_counter() - begun) * 1000


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
