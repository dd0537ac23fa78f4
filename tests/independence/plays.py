"""What reviewers X and Y do, as plays; the worlds made by them, and what each person fetched in each."""

import os
from collections.abc import Callable

from app.models import Role
from tests.independence.crawl import Fetched, differences, fetched, mails, paths
from tests.independence.worlds import Beginning, Play, World, X, Y

Make = Callable[[Beginning, Play], World]
ORGANISATION = ("lead_a", "contributor_a", "sponsor_a", "chair_a")
VIEWERS = ("icb_viewer_1", "region_viewer")
OUTSIDERS = ("lead_b", "reviewer_of_a", "administrator_of_a", "")


def whose(*some: str) -> list[str]:
    """A few parts in each run, every part with ``ARF_TEST_PARTS=all``: one part's crawl takes up to a minute."""
    every = [*ORGANISATION, *VIEWERS, *OUTSIDERS]
    return every if os.environ.get("ARF_TEST_PARTS") == "all" else [*some]


def mine_open(world: World) -> None:
    """X has started and scored one criterion."""
    world.start(X)
    world.score(X, "B01", 1, "Mine")


def mine_sealed(world: World) -> None:
    world.start(X)
    world.score_all(X, 2, "Mine")
    world.seal(X)


def not_started(world: World) -> None:
    """Y has done nothing."""


def started(world: World) -> None:
    world.start(Y)


def scored(world: World) -> None:
    world.start(Y)
    world.score(Y, "B01", 1, "Theirs")


def scored_otherwise(world: World) -> None:
    world.start(Y)
    world.score(Y, "B01", 3, "Theirs, after more thought and in many more words")
    world.score(Y, "B02", 0, "Theirs")


def sealed(world: World) -> None:
    world.start(Y)
    world.score_all(Y, 2, "Theirs")
    world.seal(Y)


def sealed_otherwise(world: World) -> None:
    """One score differs."""
    world.start(Y)
    world.score_all(Y, 2, "Theirs", {"B01": 0})
    world.seal(Y)


def after(first: Play, second: Play) -> Play:
    def both(world: World) -> None:
        first(world)
        second(world)

    return both


def nothing(world: World) -> None:
    """X has done nothing."""


def _named(play: Play) -> str:
    """With its file: two files may have a play of the same name."""
    return f"{play.__module__}.{play.__name__}"


class Worlds:
    """Worlds by what makes them, and what each person fetched in each."""

    def __init__(self, make: Make) -> None:
        self.make = make
        self.made: dict[tuple[Beginning, str], World] = {}
        self.seen: dict[tuple[int, str], tuple[dict[str, Fetched], list[tuple[str, str, str]]]] = {}

    def world(self, beginning: Beginning, mine: Play, theirs: Play) -> World:
        key = (beginning, f"{_named(mine)} {_named(theirs)}")
        if key not in self.made:
            self.made[key] = self.make(beginning, after(mine, theirs))
        return self.made[key]

    def all_of(self, world: World, part: str) -> tuple[dict[str, Fetched], list[tuple[str, str, str]]]:
        key = (id(world), part)
        if key not in self.seen:
            self.seen[key] = (fetched(world, part, paths(world)), mails(world, part))
        return self.seen[key]

    def compare(self, one: World, other: World, part: str) -> tuple[list[str], int]:
        """What differs for this person, and how many of the addresses showed something."""
        (seen, letters), (others, other_letters) = self.all_of(one, part), self.all_of(other, part)
        found = differences(seen, others)
        found += [f"mail {mail}" for mail in letters if mail not in other_letters]
        found += [f"mail {mail}" for mail in other_letters if mail not in letters]
        return found, sum(page.status == 200 for page in seen.values())


ALONE, OVERSEEING = Beginning(), Beginning(more_roles=(Role.ADMINISTRATOR, Role.MODERATOR))
