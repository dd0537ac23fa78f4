"""The public register as certificates grow: its first page, the next one, and a search by name."""

from pathlib import Path

from benchmarks import seeding
from benchmarks.growth import Asked

PAGES = {
    "register": "/register",
    "its page 2": "/register?start=50",
    "search by name": "/register?name=trust+0000",
}


def filled(folder: Path, url: str, organisations: int, pages: int) -> list[Asked]:
    """Fill the database; what is to be opened."""
    seeding.for_growth(folder, organisations, url)
    return [Asked(name, "everyone", [path] * pages) for name, path in PAGES.items()]
