"""The public register as certificates grow: its first page, the next one, and a search by name."""

from collections.abc import Sequence
from pathlib import Path

from fastapi.testclient import TestClient

from benchmarks import seeding
from benchmarks.dashboards import Line, opened, table
from benchmarks.growth import ADDRESS, counted, production_app
from benchmarks.postgres import postgresql

PAGES = {
    "register": "/register",
    "its page 2": "/register?start=50",
    "search by name": "/register?name=trust+0000",
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
    app = production_app(folder, url)
    client = TestClient(app, base_url=ADDRESS)
    with counted(app.state.portal.database) as statements:
        found = [
            opened(client, statements, [path] * (pages + 1), (kind, organisations, name, "everyone"))
            for name, path in PAGES.items()
        ]
    app.state.portal.database.close()
    return found
