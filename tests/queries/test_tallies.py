"""D-04, D-05: from everything that is ever told of a criterion, what a small group met can't be worked out.

Random histories are released day by day; every figure of every ICB, the region and all regions on every day is
collected, and an integer solver is asked for the least and the most that each small group can have met.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp
from sqlmodel import Session, select

from app.actions import tallies as actions
from app.db import Database
from app.models import CriterionTally, Organisation
from app.queries import tallies
from app.queries.areas import EVERYWHERE, Area
from app.rules import tallies as rules
from app.rules.days import end_of
from tests.story import Story

pytestmark = pytest.mark.reaches_past  # tallies are written without outcomes behind them

BEGIN = date(2026, 1, 10)
DAYS = [BEGIN + timedelta(days=30 * place) for place in range(5)]
ICBS = ("ZZ1", "ZZ2", "ZZ3")
CODE = "B01"


@dataclass(frozen=True)
class One:
    """An organisation with its outcome: known to everybody, but for whether it met the criterion."""

    icb: str
    day: date
    is_recognised: bool
    met: bool


def history(seed: int) -> list[One]:
    dice = Random(seed)
    failing, meeting = dice.choice((0.1, 0.4, 0.7, 1.0)), dice.choice((0.0, 0.2, 0.5, 1.0))
    found = []
    for _ in range(dice.randint(10, 60)):
        recognised = dice.random() >= failing
        met = recognised or dice.random() < meeting
        found.append(One(dice.choice(ICBS), dice.choice(DAYS[:-1]), recognised, met))
    return found


def written(session: Session, story: Story, bodies: list[One]) -> dict[Any, list[One]]:
    """The tallies of the history, released and put into steps day by day. Returns who stands behind which row."""
    behind: dict[Any, list[One]] = {}
    for day in DAYS:
        groups: dict[str, list[One]] = defaultdict(list)
        for one in bodies:
            if one.day == day:
                groups[one.icb].append(one)
        for icb, group in groups.items():
            others = [one for one in group if not one.is_recognised]
            row = CriterionTally(
                icb_id=story.organisations[icb].id,
                region_id=story.organisations["ZZR"].id,
                framework_version_id=story.version_id,
                level="bronze",
                criterion_code=CODE,
                released_on=day,
                judged=len(group),
                met=sum(one.met for one in group),
                not_yet=len(others),
                not_yet_met=sum(one.met for one in others),
            )
            session.add(row)
            behind[row.id] = group
        session.flush()
        actions.close_steps(session, at=end_of(day))
    return behind


Step = tuple[date, str, str]  # closed on, of which area, of which kind


def steps(session: Session, story: Story, behind: dict[Any, list[One]]) -> dict[Step, list[One]]:
    """Which organisations went into which step. Anybody can work this out: it depends on known things alone."""
    codes = {story.organisations[code].id: code for code in (*ICBS, "ZZR")}
    found: dict[Step, list[One]] = defaultdict(list)
    for row in session.exec(select(CriterionTally)).all():
        if row.step_on:
            icb = codes[row.icb_id] if row.icb_id else ""
            key = (row.step_on, icb if row.is_of_icb else "ZZR", "icb" if row.is_of_icb else "region")
            found[key] += behind[row.id]
    return dict(found)


@dataclass
class Puzzle:
    """What an attacker knows, as an integer programme: whether each met it (those recognised did), what each step
    tells of the others after its shift, and every figure as a sum of steps."""

    others: list[One]
    made: list[tuple[Step, list[One]]]
    rows: list[tuple[dict[int, float], float, float]]

    def __init__(self, bodies: list[One], made: dict[Step, list[One]]) -> None:
        self.others = [one for one in bodies if not one.is_recognised]
        self.made = [(key, [one for one in group if not one.is_recognised]) for key, group in made.items()]
        self.recognised = {key: len(group) for key, group in made.items()}
        self.place = {id(one): number for number, one in enumerate(self.others)}
        self.rows = []
        self.figures: set[tuple[int, tuple[int, ...]]] = set()
        for number, (_, group) in enumerate(self.made):
            self._step(number, group)

    @property
    def size(self) -> int:
        return len(self.others) + 3 * len(self.made)

    def told(self, number: int) -> int:
        """The variable of what a step tells; the next two say that none, and that all, met it."""
        return len(self.others) + 3 * number

    def _step(self, number: int, group: list[One]) -> None:
        told, none, all_ = (self.told(number) + more for more in range(3))
        met = {self.place[id(one)]: 1.0 for one in group}
        size = float(len(group))
        if not group:
            self.rows.append(({told: 1.0}, 0.0, 0.0))
            return
        less = dict.fromkeys(met, -1.0)
        self.rows.append(({told: 1.0, none: -1.0, all_: 1.0} | less, 0.0, 0.0))  # told = met + none - all
        self.rows.append((met | {none: size}, -np.inf, size))  # none: met is 0
        self.rows.append((met | {none: 1.0}, 1.0, np.inf))  # and only then
        self.rows.append((met | {all_: -size}, 0.0, np.inf))  # all: met is everyone
        self.rows.append((met | {all_: -1.0}, -np.inf, size - 1))  # and only then

    def figure(self, chosen: Callable[[Step], bool], met: int) -> None:
        """A figure that is told: those recognised in its steps, and what the steps tell of the others."""
        numbers = [number for number, (key, _) in enumerate(self.made) if chosen(key)]
        if (met, tuple(numbers)) in self.figures:
            return
        self.figures.add((met, tuple(numbers)))
        known = sum(self.recognised[self.made[number][0]] - len(self.made[number][1]) for number in numbers)
        self.rows.append(({self.told(number): 1.0 for number in numbers}, met - known, met - known))

    def least_and_most(self, group: list[One]) -> tuple[int, int]:
        aim = np.zeros(self.size)
        for one in group:
            aim[self.place[id(one)]] = 1
        table = np.zeros((len(self.rows), self.size))
        for number, (row, _, _) in enumerate(self.rows):
            for place, weight in row.items():
                table[number, place] = weight
        limits = LinearConstraint(table, [row[1] for row in self.rows], [row[2] for row in self.rows])
        upper = np.ones(self.size)
        upper[len(self.others) :: 3] = len(self.others) + 1
        found = [
            milp(sign * aim, constraints=limits, integrality=np.ones(self.size), bounds=Bounds(0, upper))
            for sign in (1, -1)
        ]
        assert all(one.success for one in found), "the figures contradict one another"
        return round(found[0].fun), round(-found[1].fun)


def puzzle(session: Session, story: Story, bodies: list[One]) -> Puzzle:
    """Everything that any dashboard ever tells of this history."""
    made = Puzzle(bodies, steps(session, story, written(session, story, bodies)))
    areas = [Area(session.get_one(Organisation, story.organisations[code].id)) for code in (*ICBS, "ZZR")]
    for area in (*areas, EVERYWHERE):
        for day in (DAYS[0] - timedelta(days=1), *(day + timedelta(days=1) for day in DAYS)):
            for told in tallies.told(session, area, story.version_id, day).area:
                made.figure(_in(area, day), told.met)
    return made


def _in(area: Area, day: date) -> Callable[[Step], bool]:
    def chosen(key: Step) -> bool:
        return key[0] <= day and (not area.is_icb or key[1] == area.code)

    return chosen


def pinned(found: Puzzle) -> list[tuple[int, int]]:
    """The small groups of which it is certain how many met it: those of one ICB and day, and single ones of each."""
    groups: dict[tuple[str, date], list[One]] = defaultdict(list)
    for one in found.others:
        groups[one.icb, one.day].append(one)
    small = [group for group in groups.values() if len(group) < 8]
    small += [group[:1] for group in groups.values()]
    bounds = [found.least_and_most(group) for group in small]
    return [(least, most) for least, most in bounds if least == most]


@pytest.mark.parametrize("seed", range(12))
def test_d04_no_small_group_can_be_worked_out_from_all_that_is_told(
    seed: int, database: Database, story: Story
) -> None:
    with database.write() as session:
        assert pinned(puzzle(session, story, history(seed))) == []
        session.rollback()


def test_the_histories_tell_something(database: Database, story: Story) -> None:
    """A solver that is given no figures would find nothing either."""
    told = 0
    for seed in range(12):
        with database.write() as session:
            found = puzzle(session, story, history(seed))
            told += sum(len(group) >= 8 for _, group in found.made)
            session.rollback()
    assert told > 5


GUARDS = {
    "small steps": ("is_enough", lambda rows: sum(one.judged for one in rows) >= 3),
    "few who were not recognised": ("is_enough", lambda rows: sum(one.judged for one in rows) >= 8),
    "none or all of them": ("shift", lambda rows: 0),
}


@pytest.mark.parametrize("name", GUARDS)
def test_the_solver_finds_what_each_guard_keeps_back(
    name: str, database: Database, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, *GUARDS[name])
    monkeypatch.setattr(Puzzle, "_step", _exactly if name == "none or all of them" else Puzzle._step)
    found: list[tuple[int, int]] = []
    for seed in range(12):
        with database.write() as session:
            made = written_puzzle(session, story, seed)
            found += made
            session.rollback()
    assert found != []


def written_puzzle(session: Session, story: Story, seed: int) -> list[tuple[int, int]]:
    return pinned(puzzle(session, story, history(seed)))


def _exactly(self: Puzzle, number: int, group: list[One]) -> None:
    """Without a shift a step tells what was met."""
    self.rows.append(({self.told(number): 1.0} | {self.place[id(one)]: -1.0 for one in group}, 0.0, 0.0))


def test_a_step_is_large_enough_and_shifts_by_one() -> None:
    def row(judged: int, not_yet: int, met: int) -> CriterionTally:
        return CriterionTally.model_construct(judged=judged, not_yet=not_yet, not_yet_met=met)

    enough = [rules.is_enough([row(*values, 0)]) for values in ((7, 0), (8, 0), (8, 1), (15, 7), (16, 8))]
    assert enough == [False, True, False, False, True]
    assert [rules.shift([row(16, 8, met)]) for met in (0, 1, 7, 8)] == [1, 0, 0, -1]
    assert rules.shift([row(8, 0, 0)]) == 0
