"""``python -m app.adapters.assignment.solve``: the child that assigns reviewers. A task on its input, an answer out.

In this order: everything is served; no reciprocal pair; loads as even as they can be; then pairs that know as many of
the principles as possible. What is still open is drawn by the task's seed.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from app.adapters.assignment.model import HALF, Model
from app.adapters.assignment.relaxing import frees, shortfall
from app.adapters.assignment.served import Served, keep_rooms, serve
from app.adapters.assignment.tasks import Answer, Task
from app.adapters.structure.child import produce

CPU_SECONDS = 60
MEMORY = 1536 * 1024 * 1024
EVEN = 1  # loads that differ by no more can't be more even
# How many reviewers of each submission the search for knowledge looks at besides those it has: with all of them it
# takes five times as long for one or two per cent more (see docs/decisions/0014).
NEAREST = 10
GOOD_ENOUGH = 5e-3


def plan(task: Task) -> Answer:
    """The answer to ``task``; the same one whenever the same task is given."""
    found = balanced(task)
    if found is not None:
        return Answer(tuple(sorted(knowing(task, found))))
    unmet = shortfall(task)
    wanted = tuple(wanted - unmet.get(place, 0) for place, wanted in enumerate(task.wanted))
    rest = replace(task, wanted=wanted)
    chosen = balanced(rest) or []
    return Answer(tuple(sorted(knowing(rest, chosen))), tuple(sorted(unmet.items())), frees(task))


def balanced(task: Task) -> list[int] | None:
    """Edges that serve everything with loads as even as possible; None when not everything can be served."""
    found = _squared(task, None)
    if found is None or _spread(task, found) <= EVEN:
        return found
    least = _least_spread(task)
    return _squared(task, least) if least < _spread(task, found) else found


def _squared(task: Task, spread: int | None) -> list[int] | None:
    """The least sum of squared loads: where loads can differ by one at most, this is where they do."""
    model = Model()
    draw = random.Random(task.seed)  # noqa: S311  nobody gains by guessing a tie-break
    total = max(1, sum(task.wanted))
    served = serve(model, task, cost=lambda _: draw.random() * HALF / total)
    heaviest = max(task.loads, default=0) + total
    for reviewer, edges in served.of_reviewer.items():
        first, room = task.loads[reviewer], min(task.rooms[reviewer], total)
        steps = [model.variable(2.0 * (first + step) + 1, whole=False) for step in range(room)]
        model.row([*((one, 1.0) for one in edges), *((one, -1.0) for one in steps)], 0, 0)
    if spread is not None:
        _between(model, task, served, spread)
    # Two different sums of squares lie 2 apart, so whatever is closer to the least one than that is the least one.
    values = model.solve(gap=HALF / (total * (2 * heaviest + 1)))
    return None if values is None else served.chosen(values)


def _between(model: Model, task: Task, served: Served, spread: int | None) -> int:
    """All loads between two variables, which lie ``spread`` apart at most. Returns the variable of the distance."""
    most = max(task.loads, default=0) + sum(task.wanted)
    low, high = (model.variable(limit=most, whole=False) for _ in range(2))
    distance = model.variable(limit=most if spread is None else spread)
    for reviewer in _counted(task):
        edges = [(one, 1.0) for one in served.of_reviewer.get(reviewer, ())]
        model.row([*edges, (high, -1.0)], high=-task.loads[reviewer])
        model.row([*edges, (low, -1.0)], low=-task.loads[reviewer])
    model.row([(high, 1.0), (low, -1.0), (distance, -1.0)], high=0)
    return distance


def _least_spread(task: Task) -> int:
    model = Model()
    served = serve(model, task)
    keep_rooms(model, task, served)
    distance = _between(model, task, served, None)
    model.costs[distance] = 1.0
    values = model.solve()
    return round(values[distance]) if values else max(task.loads) + sum(task.wanted)


def _counted(task: Task) -> list[int]:
    """Those whose loads are compared: everyone who can be given something. Who is away or full has no say in it."""
    open_ = (one for one in task.edges if not one.bar and task.wanted[one.submission])
    return sorted({one.reviewer for one in open_ if task.rooms[one.reviewer] > 0})


def _loads(task: Task, chosen: Sequence[int]) -> list[int]:
    loads = list(task.loads)
    for edge in chosen:
        loads[task.edges[edge].reviewer] += 1
    return loads


def _spread(task: Task, chosen: Sequence[int]) -> int:
    loads = _loads(task, chosen)
    counted = [loads[reviewer] for reviewer in _counted(task)]
    return max(counted) - min(counted) if counted else 0


@dataclass
class _Near:
    """The part of a task that the search for knowledge looks at, with the places of its edges in the whole."""

    task: Task
    places: list[int] = field(default_factory=list)


def knowing(task: Task, chosen: list[int]) -> list[int]:
    """Edges with the same loads whose reviewers together know more of the principles; ``chosen`` when none do."""
    if not any(one.brings for one in task.edges):
        return chosen
    near = _near(task, chosen)
    model = Model()
    served = serve(model, near.task)
    _keep_loads(model, task, served, chosen)
    for edges in served.of_submission.values():
        known = {principle for _, edge in edges for principle in near.task.edges[edge].brings}
        for principle in sorted(known):
            covered = model.variable(-1.0, whole=False)
            who = [(one, 1.0) for one, edge in edges if principle in near.task.edges[edge].brings]
            model.row([*who, (covered, -1.0)], low=0)
    values = model.solve(gap=GOOD_ENOUGH)
    return chosen if values is None else [near.places[edge] for edge in served.chosen(values)]


def _keep_loads(model: Model, task: Task, served: Served, chosen: list[int]) -> None:
    """Even loads may change places; uneven ones stay with whom they are."""
    loads = _loads(task, chosen)
    even = {reviewer: loads[reviewer] for reviewer in _counted(task)} if _spread(task, chosen) <= EVEN else {}
    for reviewer, edges in served.of_reviewer.items():
        low = min(even.values()) if reviewer in even else loads[reviewer]
        high = max(even.values()) if reviewer in even else loads[reviewer]
        before = task.loads[reviewer]
        model.row([(one, 1.0) for one in edges], low - before, min(high - before, task.rooms[reviewer]))


def _near(task: Task, chosen: list[int]) -> _Near:
    draw = random.Random(task.seed + 1)  # noqa: S311  as above
    by_submission: dict[int, list[tuple[float, int]]] = {}
    for place, one in enumerate(task.edges):
        if not one.bar and task.wanted[one.submission]:
            rank = -len(one.brings) - draw.random() * 2.5
            by_submission.setdefault(one.submission, []).append((rank, place))
    nearest = {place for ranked in by_submission.values() for _, place in sorted(ranked)[:NEAREST]}
    places = sorted(nearest | set(chosen))
    draw.shuffle(
        places
    )  # of several answers as good, HiGHS finds another when it meets them in another order
    at = {place: number for number, place in enumerate(places)}
    pairs = tuple((at[one], at[other]) for one, other in task.pairs if one in at and other in at)
    return _Near(replace(task, edges=tuple(task.edges[place] for place in places), pairs=pairs), places)


def work(source: BinaryIO, _arguments: list[str]) -> bytes:
    return plan(Task.read(source.read())).as_json()


if __name__ == "__main__":
    produce(work, cpu_seconds=CPU_SECONDS, memory=MEMORY)
