"""B-07, B-15: the story played again with one thing different, and all that anybody can fetch compared: 0 bytes."""

from collections.abc import Callable
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.actions import standings
from app.models import Person, Review, ReviewStatus, Status
from app.queries import assignments, history, home
from app.queries import submission_lists as lists
from app.rules.workflow import STAGE, Stage
from app.web import submissions as pages
from tests.independence.crawl import differences, fetched
from tests.independence.plays import (
    ALONE,
    OVERSEEING,
    Worlds,
    mine_open,
    mine_sealed,
    not_started,
    nothing,
    scored,
    scored_otherwise,
    sealed,
    sealed_otherwise,
    started,
    whose,
)
from tests.independence.worlds import Beginning, Play, World, X, Y, how_many_sealed

CASES = [
    (ALONE, nothing, started),  # the first start moves the submission on
    (ALONE, nothing, sealed),
    (ALONE, mine_open, started),
    (ALONE, mine_open, scored),
    (ALONE, mine_open, scored_otherwise),
    (ALONE, mine_open, sealed),
    (ALONE, mine_open, sealed_otherwise),
    (OVERSEEING, nothing, started),
    (OVERSEEING, nothing, sealed),
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
    """From "nobody has started" to "both have sealed": not whether reading has begun, how far it is or how it goes."""
    one = worlds.world(ALONE, nothing, not_started)
    told = {}
    for mine, theirs in (
        (nothing, started),  # the first start moves the submission on
        (nothing, sealed),
        (mine_open, not_started),
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


BEGUN = {**STAGE, Status.IN_REVIEW: Stage.CHANGES_REQUESTED}

# The tests above are tested: each of these leaks is let in, and the comparison must find it.
LEAKS: list[tuple[object, str, object, str, Beginning, Play, str]] = [
    (history, "_is_told", lambda verb: True, "lead_a", ALONE, mine_open, "/submissions/{submission}"),
    (home, "to_review", lambda session, who: how_many_sealed(session), X, ALONE, mine_open, "/home"),
    # A stage of its own for what a reviewer has begun to read.
    (pages, "STAGE", BEGUN, X, ALONE, nothing, "/submissions/{submission}"),
    (pages, "STAGE", BEGUN, "lead_a", ALONE, nothing, "/submissions/{submission}"),
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


def _every_name(session: Session) -> dict[UUID, str]:
    """Asks once for each review that is sealed."""
    for _ in range(how_many_sealed(session)):
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


def told_to_dashboards(world: World) -> None:
    """Y starts, and what dashboards count follows the status that has."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(standings, "STAGE", BEGUN)
        started(world)


@pytest.mark.parametrize(("part", "beginning"), [("icb_viewer_1", ALONE), (X, OVERSEEING)])
def test_the_comparison_finds_what_a_dashboard_lets_out(
    part: str, beginning: Beginning, worlds: Worlds
) -> None:
    one = worlds.world(beginning, nothing, not_started)
    wanted = [f"/dashboards/{one.story.organisations['ZZ1'].id}"]
    for play, is_told in ((started, False), (told_to_dashboards, True)):
        other = worlds.world(beginning, nothing, play)
        assert [page.status for page in fetched(one, part, wanted).values()] == [200]
        found = differences(fetched(one, part, wanted), fetched(other, part, wanted))
        assert (play.__name__, found != []) == (play.__name__, is_told)
