"""The public register as certificates grow: its first page, a later one, and a search by name."""

import time
from collections.abc import Sequence
from pathlib import Path

from fastapi.testclient import TestClient

from app.config import Environment, Settings
from app.main import create_app
from benchmarks import seeding
from benchmarks.dashboards import Line, milliseconds, table
from benchmarks.growth import ADDRESS, counted
from benchmarks.postgres import postgresql

PAGES = {
    "register": "/register",
    "its page 5": "/register?start=200",
    "search by name": "/register?name=trust+0012",
}


def report(folder: Path, sizes: Sequence[int], pages: int) -> str:
    """Every size on both databases, as a table. RuntimeError when the number of statements grows with the size."""
    lines: list[Line] = []
    with postgresql(folder / "pg") as server:
        for size in sizes:
            own = folder / str(size)
            lines += _measured(own, "SQLite", f"sqlite:///{own / 'portal.db'}", size, pages)
            lines += _measured(own, "PostgreSQL", server.created(f"register_{size}"), size, pages)
    return table(lines)


def _measured(folder: Path, kind: str, url: str, organisations: int, pages: int) -> list[Line]:
    seeding.for_growth(folder, organisations, url)
    settings = Settings(
        environment=Environment.PRODUCTION,
        data_dir=folder,
        base_url=ADDRESS,
        scanner="tcp://127.0.0.1:1",
        database_url=url,
    )
    app = create_app(settings)
    client, found = TestClient(app, base_url=ADDRESS), []
    with counted(app.state.portal.database) as statements:
        for name, path in PAGES.items():
            milliseconds(client, path)  # the first one compiles templates
            begun, times, said = time.process_time(), [], set()
            for _ in range(pages):
                times.append(milliseconds(client, path))
                said.add(statements[-1])
            cpu = (time.process_time() - begun) * 1000 / pages
            found.append(Line(kind, organisations, name, "everyone", sorted(times), cpu, said))
    app.state.portal.database.close()
    return found
