"""The dashboards of an ICB, a region and all regions, half of the pages today's, half of random days of five years."""

from datetime import timedelta
from pathlib import Path
from random import Random

from app.db import Database
from app.rules.days import uk_day
from benchmarks import oversight
from benchmarks.growth import Asked

AREAS = ("ICB", "region", "all regions")
PAGES = (("dashboard", ""), ("its list", "/organisations"))


def filled(folder: Path, url: str, organisations: int, pages: int) -> list[Asked]:
    """Fill the database; what is to be opened."""
    database = Database(url)
    world = oversight.made(database, organisations)
    database.close()
    return [
        Asked(name, area, _paths(world, area, more, pages), world.tokens[area])
        for area in AREAS
        for name, more in PAGES
    ]


def _paths(world: oversight.Oversight, area: str, more: str, pages: int) -> list[str]:
    dice, today = Random(area), uk_day(world.now)
    days = [
        today - timedelta(days=dice.choice((0, dice.randint(1, 365 * oversight.YEARS - 30))))
        for _ in range(pages)
    ]
    return [f"{world.path(area)}{more}?on={day}" for day in days]
