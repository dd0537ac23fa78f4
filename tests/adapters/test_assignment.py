"""The solver against a search through everything on small windows, and by the rules on a large one (F-07)."""

import subprocess
import sys
from collections.abc import Iterator
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.adapters.assignment import apart
from app.adapters.assignment.apart import NoAnswer
from app.adapters.assignment.solve import plan
from app.adapters.assignment.tasks import Answer, Edge, Task
from app.config import ROOT
from app.rules.assignment import Bar, Kind, Pair, Problem, covered, faults, loads_after, spread
from app.rules.assignment_tasks import Proposal, proposal_of, task_of
from tests.assigning import body_id, lacking, reviewer, window

RARELY: dict[str, Any] = {
    "suppress_health_check": [HealthCheck.too_slow],
    "deadline": None,
    "derandomize": True,
}
P = ("p", "q", "r")


def proposed(problem: Problem, seed: int = 7) -> Proposal:
    """What the solver says, without a process of its own."""
    task = task_of(problem, seed)
    return proposal_of(problem, task, plan(task))


@st.composite
def windows(draw: st.DrawFn) -> Problem:
    """Up to four submissions and five reviewers, with everything that can stand in the way."""
    number, people = draw(st.integers(1, 4)), draw(st.integers(1, 5))
    asked = tuple(
        lacking(at, draw(st.integers(1, 2)), frozenset(draw(st.sets(st.sampled_from(P)))))
        for at in range(number)
    )
    judges = tuple(
        reviewer(
            who,
            bodies=frozenset(body_id(at) for at in draw(st.sets(st.integers(0, 4), max_size=1))),
            principles=frozenset(draw(st.sets(st.sampled_from(P)))),
            load=draw(st.integers(0, 2)),
            most=draw(st.integers(0, 4)),
        )
        for who in range(people)
    )
    barred = draw(st.sets(st.tuples(st.integers(0, number - 1), st.integers(0, people - 1)), max_size=6))
    bars = {(asked[at].id, judges[who].id): (Bar(Kind.CONFLICT, "No."),) for at, who in barred}
    bodies = st.integers(0, 4).map(body_id)
    earlier = frozenset(draw(st.sets(st.tuples(bodies, bodies), max_size=2)))
    return Problem(asked, judges, bars, earlier, newcomer=draw(st.integers(1, 3)))


def every(problem: Problem, *, whole: bool = True) -> Iterator[list[Pair]]:
    """Every assignment that breaks no rule; with ``whole`` only those that serve everything."""
    choices = []
    for one in problem.submissions:
        free = [who.id for who in problem.reviewers if not problem.against(one, who)]
        sizes = [one.wanted] if whole else range(one.wanted + 1)
        choices.append(
            [[(one.id, who) for who in some] for size in sizes for some in combinations(free, size)]
        )
    for chosen in product(*choices):
        pairs = [pair for of_one in chosen for pair in of_one]
        if not faults(problem, pairs):
            yield pairs


def squares(problem: Problem, pairs: list[Pair]) -> int:
    return sum(load * load for load in loads_after(problem, pairs).values())


def distance(problem: Problem, pairs: list[Pair]) -> int:
    low, high = spread(problem, pairs)
    return high - low


@settings(max_examples=80, **RARELY)
@given(windows())
def test_f07_small_windows_get_what_a_search_through_everything_finds(problem: Problem) -> None:
    """Feasible or not alike; as even as can be; as many principles as the same loads allow; no rule broken."""
    found, searched = proposed(problem), list(every(problem))
    pairs = list(found.pairs)
    assert faults(problem, pairs) == []
    assert (found.unserved == ()) == bool(searched)
    if not searched:
        most = max(len(one) for one in every(problem, whole=False))
        assert (len(pairs), sum(one.lacks for one in found.unserved)) == (most, problem.wanted - most)
        return
    assert len(pairs) == problem.wanted
    least = min(distance(problem, one) for one in searched)
    assert distance(problem, pairs) == least
    as_even = [one for one in searched if distance(problem, one) == least]
    assert squares(problem, pairs) == min(squares(problem, one) for one in as_even)
    if least <= 1:
        best = max(sum(covered(problem, one).values()) for one in as_even)
        assert sum(covered(problem, pairs).values()) == best


@settings(max_examples=40, **RARELY)
@given(windows())
def test_what_is_said_to_free_a_window_frees_it(problem: Problem) -> None:
    task = task_of(problem, 3)
    found = plan(task)
    for kind, rows in found.frees.items():
        assert (kind, bool(found.unmet)) == (kind, True)
        again = plan(_freed(task, kind, rows))
        assert (kind, rows, again.unmet) == (kind, rows, ())


def _freed(task: Task, kind: str, rows: tuple[tuple[int, ...], ...]) -> Task:
    """The task with what ``rows`` name changed."""
    values = {name: getattr(task, name) for name in task.__dataclass_fields__}
    if kind == "newcomers":
        first, number = len(task.loads), rows[0][0]
        new = [Edge(at, first + one) for at in range(len(task.wanted)) for one in range(number)]
        values |= {
            "loads": task.loads + (0,) * number,
            "rooms": task.rooms + (task.newcomer,) * number,
            "edges": (*task.edges, *new),
        }
    elif kind == "caps":
        more = {row[0]: row[1] for row in rows}
        values["rooms"] = tuple(room + more.get(who, 0) for who, room in enumerate(task.rooms))
    else:
        single, people = {row for row in rows if len(row) == 2}, {row[0] for row in rows if len(row) == 1}
        values["edges"] = tuple(
            Edge(one.submission, one.reviewer, "", one.brings)
            if one.bar == kind and (one.reviewer in people or (one.submission, one.reviewer) in single)
            else one
            for one in task.edges
        )
        if kind == "reciprocal":
            values["pairs"] = ()
    return Task(**values)


def test_f07_250_submissions_and_80_reviewers() -> None:
    """Everything served, no reciprocal pair, caps kept, loads one apart at most; and the same again for the seed."""
    problem = window(250, 80, 42, seed=5)
    task = task_of(problem, 11)
    answer = apart.answer(task)
    pairs = proposal_of(problem, task, answer).pairs
    assert (faults(problem, pairs), len(pairs), answer.unmet) == ([], 500, ())
    low, high = spread(problem, pairs)
    assert high - low == 1
    assert max(loads_after(problem, pairs).values()) <= 12
    assert apart.answer(task) == answer


def test_another_seed_draws_another_of_those_that_are_as_good() -> None:
    problem = window(12, 8, 5, seed=2)
    drawn = {proposed(problem, seed).pairs for seed in range(6)}
    assert len(drawn) > 3
    assert {squares(problem, list(one)) for one in drawn} == {squares(problem, list(next(iter(drawn))))}


def test_who_can_be_given_nothing_has_no_say_in_what_is_even() -> None:
    """One is full with 5, one has a conflict with all: the other two share alike."""
    asked = tuple(lacking(at, 1) for at in range(4))
    people = (reviewer(0), reviewer(1), reviewer(2, load=5, most=5), reviewer(3))
    bars = {(one.id, people[3].id): (Bar(Kind.CONFLICT, "No."),) for one in asked}
    found = proposed(Problem(asked, people, bars))
    assert sorted(loads_after(Problem(asked, people, bars), found.pairs).values()) == [0, 2, 2, 5]


def test_uneven_loads_before_are_evened_out_as_far_as_they_can_be() -> None:
    asked = tuple(lacking(at, 1) for at in range(4))
    people = (reviewer(0, load=4), reviewer(1), reviewer(2))
    problem = Problem(asked, people)
    assert sorted(loads_after(problem, proposed(problem).pairs).values()) == [2, 2, 4]


def test_between_loads_that_can_not_be_evened_out_the_others_share_alike() -> None:
    """One has 5 already and one takes 1, so loads lie 4 apart however the other two share the rest."""
    people = (reviewer(0, load=5), reviewer(1, most=1), reviewer(2), reviewer(3))
    problem = Problem(tuple(lacking(at, 1) for at in range(5)), people)
    drawn = [proposed(problem, seed).pairs for seed in range(8)]
    assert [sorted(loads_after(problem, one).values()) for one in drawn] == [[1, 2, 2, 5]] * 8


def test_nothing_wanted_needs_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "output", None)
    assert apart.answer(task_of(Problem((), (reviewer(0),)), 1)) == Answer(())


def test_a_child_that_is_stopped_gives_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "output", lambda *_, **__: None)
    with pytest.raises(NoAnswer):
        apart.answer(task_of(Problem((lacking(0),), (reviewer(0),)), 1))


def test_tasks_and_answers_come_back_as_they_went() -> None:
    task = Task((2, 1), (0, 1), (3, 0), (Edge(0, 1, "away", (2, 3)), Edge(1, 0)), ((0, 1),), 4, 9)
    answer = Answer((1,), ((0, 2),), {"caps": ((0, 1),)})
    assert (Task.read(task.as_json()), Answer.read(answer.as_json())) == (task, answer)


def test_the_portal_never_loads_the_solver() -> None:
    seen = "import sys, app.main; print('scipy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", seen], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
