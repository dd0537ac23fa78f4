"""B-07, B-15: the story played again with one thing different, and all that anybody can fetch compared: 0 bytes."""

import os
from collections.abc import Callable
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.models import Person, Review, ReviewStatus, Role
from app.queries import assignments, history, home
from app.queries import submission_lists as lists
from app.web import submissions as pages
from tests.independence.conftest import Make
from tests.independence.crawl import Fetched, differences, fetched, mails, paths
from tests.independence.worlds import Beginning, Play, World, X, Y

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


class Worlds:
    """Worlds by what makes them, and what each person fetched in each."""

    def __init__(self, make: Make) -> None:
        self.make = make
        self.made: dict[tuple[Beginning, str], World] = {}
        self.seen: dict[tuple[int, str], tuple[dict[str, Fetched], list[tuple[str, str, str]]]] = {}

    def world(self, beginning: Beginning, mine: Play, theirs: Play) -> World:
        key = (beginning, f"{mine.__name__} {theirs.__name__}")
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


@pytest.fixture(scope="package")
def worlds(make: Make) -> Worlds:
    return Worlds(make)


ALONE, OVERSEEING = Beginning(), Beginning(more_roles=(Role.ADMINISTRATOR, Role.MODERATOR))
CASES = [
    (ALONE, nothing, started),  # the first start moves the submission on
    (ALONE, nothing, sealed),
    (ALONE, mine_open, started),
    (ALONE, mine_open, scored),
    (ALONE, mine_open, scored_otherwise),
    (ALONE, mine_open, sealed),
    (ALONE, mine_open, sealed_otherwise),
    # Once X has started: before, the dashboard's counts tell an administrator, as they tell an ICB, that reading began.
    (OVERSEEING, mine_open, scored),
    (OVERSEEING, mine_open, scored_otherwise),
    (OVERSEEING, mine_open, sealed_otherwise),
]


@pytest.mark.parametrize(
    ("beginning", "mine", "theirs"), CASES, ids=lambda one: getattr(one, "__name__", None)
)
def test_b15_nothing_a_reviewer_can_fetch_depends_on_the_others_work(
    beginning: Beginning, mine: Play, theirs: Play, worlds: Worlds
) -> None:
    one, other = worlds.world(beginning, mine, not_started), worlds.world(beginning, mine, theirs)
    found, opened = worlds.compare(one, other, X)
    assert (found, opened > 25) == ([], True)


@pytest.mark.parametrize("theirs", [started, scored, scored_otherwise], ids=lambda play: play.__name__)
def test_b15_nor_after_the_own_review_is_sealed(theirs: Play, worlds: Worlds) -> None:
    one, other = (
        worlds.world(ALONE, mine_sealed, not_started),
        worlds.world(ALONE, mine_sealed, theirs),
    )
    found, opened = worlds.compare(one, other, X)
    assert (found, opened > 25) == ([], True)


@pytest.mark.parametrize("part", whose("lead_a", "icb_viewer_1", "administrator_of_a"))
def test_b07_nothing_the_organisation_or_its_icb_can_fetch_depends_on_a_review(
    part: str, worlds: Worlds
) -> None:
    """Reading has begun in all of them, which the stage tells; how far it is, by whom and how it goes, nothing does."""
    one = worlds.world(ALONE, mine_open, not_started)
    told = {}
    for mine, theirs in (
        (mine_open, started),
        (mine_open, sealed),
        (mine_open, sealed_otherwise),
        (mine_sealed, not_started),
        (mine_sealed, sealed),  # goes to a decision
        (mine_sealed, sealed_otherwise),  # goes to a third review
    ):
        found, opened = worlds.compare(one, worlds.world(ALONE, mine, theirs), part)
        told[f"{mine.__name__}, {theirs.__name__}"] = found
        assert opened > 10
    assert told == {key: [] for key in told}


def test_b07_the_first_start_changes_the_stage_of_a_submission_and_nothing_else(worlds: Worlds) -> None:
    """The one thing that an organisation learns: that reading has begun. Not by whom, nor of how many."""
    one, other = worlds.world(ALONE, nothing, not_started), worlds.world(ALONE, nothing, started)
    seen, others = worlds.all_of(one, "lead_a")[0], worlds.all_of(other, "lead_a")[0]
    told = {path: (seen[path].content, others[path].content) for path in seen}
    unlike = [path for path, (a, b) in told.items() if a != b]
    words = (
        (b'nhsuk-tag--purple">Being reviewed', b'nhsuk-tag--blue">Submitted'),
        (b": being reviewed.", b": submitted."),
    )

    def as_before(text: bytes) -> bytes:
        for after_start, before in words:
            text = text.replace(after_start, before)
        return text

    assert unlike != []
    assert [path for path in unlike if as_before(told[path][1]) != as_before(told[path][0])] == []


SWAPPED = Beginning(letters="BA")
OTHER_ORDER = Beginning(order=(Y, X))


def both_at_work(world: World) -> None:
    """Each letter says the same in each world, whoever holds it."""
    for part in (X, Y):
        world.start(part)
        world.score(part, "B01", 1, "Words of a reviewer")


@pytest.mark.parametrize("part", [X, *whose("lead_a")])
def test_b17_nothing_tells_who_has_which_letter(part: str, worlds: Worlds) -> None:
    one, other = worlds.world(ALONE, both_at_work, nothing), worlds.world(SWAPPED, both_at_work, nothing)
    found, opened = worlds.compare(one, other, part)
    assert (found, opened > 10) == ([], True)


def _judged(first: str, second: str) -> Callable[[World], None]:
    """Both reviews, the first assigned before the second; what is said goes with the place, not with the person."""

    def judged(world: World) -> None:
        for part, words in ((first, "Of the first"), (second, "Of the second")):
            world.start(part)
            world.score_all(part, 2, words)
            world.seal(part)

    judged.__name__ = f"judged by {first} and {second}"
    return judged


@pytest.mark.parametrize("part", whose("lead_a", "chair_a"))
def test_b17_nothing_tells_the_organisation_who_its_reviewers_are(part: str, worlds: Worlds) -> None:
    """The whole story with the reviewers swapped, until both have sealed."""
    one = worlds.world(ALONE, _judged(X, Y), nothing)
    other = worlds.world(OTHER_ORDER, _judged(Y, X), nothing)
    found, opened = worlds.compare(one, other, part)
    assert (found, opened > 10) == ([], True)


# The tests above are tested: each of these leaks is let in, and the comparison must find it.
LEAKS: list[tuple[object, str, object, str, Beginning, Play, str]] = [
    (history, "_is_told", lambda verb: True, "lead_a", ALONE, mine_open, "/submissions/{submission}"),
    (home, "to_review", lambda session, who: _sealed(session), X, ALONE, mine_open, "/home"),
    (
        pages,
        "_stage",
        lambda status, who, scope: status.value,
        X,
        ALONE,
        nothing,
        "/submissions/{submission}",
    ),
    (lists, "reviewed_by", lambda who: sa.false(), X, OVERSEEING, mine_open, "/submissions"),
    (
        assignments,
        "still_open",
        lambda asked_by: col(Review.status) != ReviewStatus.SEALED,
        X,
        OVERSEEING,
        mine_open,
        "/windows/{window}/assignment/reviewers",
    ),
    (
        history,
        "_names",
        lambda session, events: _every_name(session),
        "lead_a",
        ALONE,
        mine_open,
        "/submissions/{submission}",
    ),
]


def _sealed(session: Session) -> int:
    return len(session.exec(select(Review).where(Review.status == ReviewStatus.SEALED)).all())


def _every_name(session: Session) -> dict[UUID, str]:
    """Asks once for each review that is sealed."""
    for _ in range(_sealed(session)):
        session.exec(select(Review.letter)).all()
    return {person.id: person.name for person in session.exec(select(Person)).all()}


@pytest.mark.parametrize(("module", "name", "leak", "part", "beginning", "mine", "path"), LEAKS)
def test_the_comparison_finds_what_is_let_out(
    module: object,
    name: str,
    leak: object,
    part: str,
    beginning: Beginning,
    mine: Play,
    path: str,
    worlds: Worlds,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one, other = worlds.world(beginning, mine, not_started), worlds.world(beginning, mine, sealed_otherwise)
    wanted = [path.format(submission=one.submission, window=one.story.window_id)]
    assert [page.status for page in fetched(one, part, wanted).values()] == [200]
    assert differences(fetched(one, part, wanted), fetched(other, part, wanted)) == []
    monkeypatch.setattr(module, name, leak)
    assert differences(fetched(one, part, wanted), fetched(other, part, wanted)) != []
