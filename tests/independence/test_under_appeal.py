"""B-07, B-15 under appeal: until both of the second panel have sealed, nothing that anybody can fetch depends on the
work of either; not for the first panel either, who have read each other's scores by then."""

from datetime import timedelta

import pytest

from app.models import Outcome, Role, Submission
from app.queries import home
from tests.independence.crawl import differences, fetched
from tests.independence.plays import ALONE, Worlds, not_started, whose
from tests.independence.worlds import Play, World, X, Y, how_many_sealed, withdraw_other
from tests.rounds import appealed, cast, decided, released
from tests.steps import assigned

P, Q = "reviewer_4", "reviewer_5"
PANEL = {P: Role.REVIEWER, Q: Role.REVIEWER}  # who judge the appeal
HOUR = timedelta(hours=1)


def on_appeal(world: World) -> None:
    """X and Y judged, the outcome is out, trust A appeals, and P and Q are given its one criterion."""
    for part in (X, Y):
        world.start(part)
        world.score_all(part, 2, "Of the first panel", {"B01": 1})
        world.seal(part)
    with world.database.write() as session:
        submission = session.get_one(Submission, world.submission)
        decided(session, world.story, submission, Outcome.NOT_YET, at=world.at)
        withdraw_other(session, world)
    world.at += HOUR
    with world.database.write() as session:
        released(session, world.story, at=world.at)
        submission = session.get_one(Submission, world.submission)
        appealed(session, world.story, submission, "B01", at=world.at)
        world.story = cast(session, world.story, PANEL)
        for part in PANEL:
            world.reviews[part] = assigned(session, world.story, submission, part).id
    world.at += HOUR


def mine_open(world: World) -> None:
    on_appeal(world)
    world.start(P)
    world.score(P, "B01", 1, "Mine")


def started(world: World) -> None:
    world.start(Q)


def scored(world: World) -> None:
    world.start(Q)
    world.score(Q, "B01", 3, "Theirs, after more thought and in many more words")


def sealed(world: World) -> None:
    scored(world)
    world.seal(Q)


def sealed_otherwise(world: World) -> None:
    world.start(Q)
    world.score(Q, "B01", 0, "Theirs")
    world.seal(Q)


CASES = [(on_appeal, P), (mine_open, P), (mine_open, X), *((on_appeal, part) for part in whose("lead_a"))]


@pytest.mark.parametrize(("mine", "part"), CASES, ids=lambda one: getattr(one, "__name__", one))
def test_b15_under_appeal_nothing_depends_on_the_work_of_the_second_panel(
    mine: Play, part: str, worlds: Worlds
) -> None:
    one = worlds.world(ALONE, mine, not_started)
    told = {}
    for theirs in (started, scored, sealed, sealed_otherwise):
        found, opened = worlds.compare(one, worlds.world(ALONE, mine, theirs), part)
        told[theirs.__name__] = found
        assert opened > 25
    assert told == {key: [] for key in told}


def test_the_comparison_finds_what_is_let_out_under_appeal(
    worlds: Worlds, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = worlds.world(ALONE, mine_open, not_started), worlds.world(ALONE, mine_open, sealed)
    assert differences(fetched(one, P, ["/home"]), fetched(other, P, ["/home"])) == []
    monkeypatch.setattr(home, "to_review", lambda session, who: how_many_sealed(session))
    assert differences(fetched(one, P, ["/home"]), fetched(other, P, ["/home"])) != []
