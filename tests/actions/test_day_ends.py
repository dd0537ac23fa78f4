"""What the night keeps for dashboards: no answer depends on it, and a large portal's pages begin from close by."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import product

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.actions import day_ends, standings
from app.actions.standings import follow_stage
from app.db import Database
from app.models import EndingLine, Organisation, StageCheckpoint, StandingCheckpoint, Status, Submission
from app.queries import dashboards, invariants, pipelines
from app.queries.areas import EVERYWHERE, Area
from app.queries.invariants import standings as rules_of_standings
from tests.boundaries import closed, moved
from tests.holdings import ON, certificate, submission, trust
from tests.story import NOW, Story
from tests.unguarded import unguarded

pytestmark = pytest.mark.reaches_past  # these tests write rows that no action would

DAY = timedelta(days=1)
LATER = NOW + 90 * DAY


def areas(session: Session, story: Story) -> Iterator[Area]:
    yield EVERYWHERE
    for code in ("ZZR", "ZZ1", "ZZ2"):
        yield Area(session.get_one(Organisation, story.organisations[code].id))


@pytest.fixture
def world(database: Database, story: Story) -> None:
    """Submissions that begin, move on and end on different days, before and after the ends of months."""
    with database.write() as session:
        own = session.get_one(Organisation, story.organisations["ZZA"].id)
        bodies = [
            own,
            *(trust(session, story, f"T{number}", icb) for number, icb in enumerate(["ZZ1", "ZZ2", "ZZ2"])),
        ]
        for number, one in enumerate(bodies):
            made = submission(session, story, one, "bronze", Status.AWAITING_SIGN_OFF, at=NOW + number * DAY)
            _move_on(session, made, Status.SUBMITTED, NOW + (3 + 5 * number) * DAY)
            if number % 2:
                _move_on(session, made, Status.WITHDRAWN, NOW + (30 + 9 * number) * DAY)


def _move_on(session: Session, made: Submission, status: Status, at: datetime) -> None:
    made.status = status
    session.flush()
    follow_stage(session, made, at=at)


def broken(session: Session) -> set[str]:
    """The rules of what dashboards count that do not hold."""
    rules = {one.__name__ for one in (*rules_of_standings.QUERIES, *invariants.RULES)}
    return {name for name, _ in invariants.found(session, at=LATER)} & rules


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("part", ["administrator", "administrator_of_a", "region_viewer"])
def test_what_is_on_its_way_reads_alike_with_checkpoints_and_without(
    part: str, database: Database, story: Story
) -> None:
    days = [ON + number * DAY for number in range(0, 90, 3)]
    with database.write() as session:
        who = story.who(session, part)
        asked = [*product(areas(session, story), days)]
        before = [pipelines.pipeline(session, area, day, who) for area, day in asked]
        assert day_ends.checkpoint(session, at=LATER) == 3
        assert dashboards.checkpoint(session, ON + 80 * DAY) == date(2027, 1, 31)
        assert [pipelines.pipeline(session, area, day, who) for area, day in asked] == before
        assert [sum(one.number for one in found) for found in before[:30:5]] == (
            [1, 4, 4, 3, 2, 2] if part != "administrator_of_a" else [0, 2, 2, 2, 1, 1]
        )


@pytest.mark.usefixtures("world")
def test_what_is_kept_agrees_with_the_spans(database: Database) -> None:
    with database.write() as session:
        day_ends.checkpoint(session, at=LATER)
        assert broken(session) == set()
        kept = session.exec(select(StageCheckpoint).order_by(col(StageCheckpoint.on_date)).limit(1)).one()
        kept.number += 1
        session.flush()
        assert broken(session) == {"checkpoint_counts_open_spans"}
        session.rollback()


@pytest.mark.usefixtures("world")
def test_a_day_by_which_many_lines_have_come_is_kept_too(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a page of a large portal adds up a whole release until the month ends."""
    monkeypatch.setattr(day_ends, "MANY", 12)
    with database.write() as session:
        day_ends.checkpoint(session, at=LATER)
        kept = session.scalars(sa.select(StandingCheckpoint.on_date).distinct()).all()  # type: ignore[call-overload]
        assert sorted(kept) == [ON, date(2026, 11, 30), date(2026, 12, 31), date(2027, 1, 31)]
        assert day_ends.checkpoint(session, at=LATER) == 0


def ending(session: Session, story: Story, code: str, on: date, *days: int) -> list[dict[int, int]]:
    area = Area(session.get_one(Organisation, story.organisations[code].id)) if code else EVERYWHERE
    return dashboards.ending(session, area, on, [ON + number * DAY for number in days])


def holdings(session: Session, story: Story) -> None:
    """ZZA falls in two steps, ZZC moves before it falls, T1 closes before it would and T3 after, T2 is renewed."""
    a, c = (session.get_one(Organisation, story.organisations[code].id) for code in ("ZZA", "ZZC"))
    certificate(session, story, a, "bronze", issued=ON, expires=ON + 40 * DAY)
    certificate(session, story, a, "gold", issued=ON, expires=ON + 20 * DAY)
    certificate(session, story, c, "silver", issued=ON, expires=ON + 30 * DAY)
    moved(session, story, "ZZC", "ZZ2", ON + 10 * DAY, ON)
    closing = trust(session, story, "T1")
    certificate(session, story, closing, "bronze", issued=ON, expires=ON + 30 * DAY)
    closing.valid_to = ON + 15 * DAY
    standings.restate(session, closing, cause="organisation:closing", at=NOW)
    falling = trust(session, story, "T3")
    certificate(session, story, falling, "bronze", issued=ON, expires=ON + 12 * DAY)
    falling.valid_to = ON + 15 * DAY
    standings.restate(session, falling, cause="organisation:falling", at=NOW)
    renewed = trust(session, story, "T2")
    certificate(session, story, renewed, "bronze", issued=ON, expires=ON + 30 * DAY)
    certificate(
        session, story, renewed, "bronze", issued=ON + 5 * DAY, expires=ON + 900 * DAY, at=NOW + 5 * DAY
    )


TOLD = [
    # area, asked at the end of, the ranks that end within 25 and 50 days of the first day
    ("", 0, [{3: 1}, {3: 1, 2: 1, 1: 1}]),
    ("", 4, [{3: 1}, {3: 1, 2: 1, 1: 1}]),
    ("", 5, [{3: 1}, {3: 1, 2: 1}]),  # the renewal is known
    ("", 21, [{}, {2: 1, 1: 1}]),  # what fell to Bronze ends again
    ("", 41, [{}, {}]),
    ("ZZR", 5, [{3: 1}, {3: 1, 2: 1}]),
    ("ZZ1", 5, [{3: 1}, {3: 1}]),  # one is to leave before its level ends
    ("ZZ1", 12, [{3: 1}, {3: 1}]),
    ("ZZ2", 5, [{}, {}]),
    ("ZZ2", 12, [{}, {2: 1}]),  # and has come here
]


def told(session: Session, story: Story) -> list[tuple[str, int, list[dict[int, int]]]]:
    return [(code, day, ending(session, story, code, ON + day * DAY, 25, 50)) for code, day, _ in TOLD]


def test_what_ends_is_told_as_it_was_known(database: Database, story: Story) -> None:
    with database.write() as session:
        holdings(session, story)
        assert told(session, story) == TOLD
        assert broken(session) == set()


def test_whoever_left_and_is_to_come_back_lower_holds_nothing_that_ends(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        more = {"held_from": ON, "held_until": ON + 2 * DAY, "lower_from": ON + 9 * DAY, "recorded_on": ON}
        session.add(EndingLine(organisation_id=story.organisations["ZZA"].id, rank=2, delta=1, **more))
        session.flush()
        found = [ending(session, story, "", ON + day * DAY, 20) for day in (0, 1, 2, 8, 9)]
        assert found == [[{2: 1}], [{2: 1}], [{}], [{}], [{}]]


def test_an_ending_of_which_the_lines_know_nothing_is_found(database: Database, story: Story) -> None:
    with database.write() as session:
        holdings(session, story)
        more = {"held_from": ON, "held_until": ON + DAY, "lower_from": ON + DAY, "recorded_on": ON}
        session.add(EndingLine(organisation_id=story.organisations["ZZA"].id, rank=2, delta=1, **more))
        session.flush()
        assert broken(session) == {"lines_say_what_is_known"}


def test_lines_of_before_say_what_ended_when_a_portal_is_upgraded(database: Database, story: Story) -> None:
    """With the days on which it was known, so that no past day is told otherwise than it was."""
    with database.write() as session:
        holdings(session, story)
        closed(session, story, "ZZB", [], ON + 9 * DAY, ON)
        unguarded(session, "ending_line")
        session.execute(sa.delete(EndingLine))
        assert ending(session, story, "", ON, 50) == [{}]
        standings.state_all(session, at=LATER)
        assert told(session, story) == TOLD
        number = session.scalar(sa.select(sa.func.count()).select_from(EndingLine))
        standings.state_all(session, at=LATER)
        assert session.scalar(sa.select(sa.func.count()).select_from(EndingLine)) == number
