"""How long a window's assignment takes, with conflicts as England has them: from the question in values to a proposal
that passed every check, the child process and its imports included."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from statistics import median
from uuid import UUID

from app.adapters.assignment.apart import answer
from app.rules.assignment import Bar, Kind, Lacking, Pair, Problem, Reviewer, covered, faults, spread
from app.rules.assignment_tasks import proposal_of, task_of

SUBMISSIONS, REVIEWERS, ICBS = 250, 80, 42
MOST = 12
PRINCIPLES = tuple(f"principle {number}" for number in range(12))
GOAL_SECONDS = 5.0
CONFLICT = Bar(Kind.CONFLICT, "Works in the same ICB.")


@dataclass(frozen=True)
class Solved:
    """One window: what it took, and how good the proposal is."""

    seconds: float  # by the clock on the wall
    cpu_seconds: float  # of both processes
    pairs: int
    unserved: int
    faults: int
    loads: tuple[int, int]
    known: float  # share of the principles of all submissions that their reviewers know


def window(seed: int, *, most: int = MOST) -> Problem:
    """Each reviewer works for one of the trusts that apply, which bars the whole ICB; some have reviews open."""
    draw = Random(seed)
    homes = [draw.randrange(SUBMISSIONS) for _ in range(REVIEWERS)]
    asked = tuple(
        Lacking(UUID(int=n), UUID(int=n), f"Trust {n}", "Bronze", f"R-{n}", 2, frozenset(PRINCIPLES))
        for n in range(SUBMISSIONS)
    )
    people = tuple(
        Reviewer(
            UUID(int=10_000 + n),
            f"Reviewer {n}",
            f"reviewer.{n}@example.invalid",
            frozenset({UUID(int=home)}),
            frozenset(draw.sample(PRINCIPLES, draw.choice((0, 2, 3, 4)))),
            draw.choice((0, 0, 0, 1, 2)),
            most,
        )
        for n, home in enumerate(homes)
    )
    bars: dict[Pair, tuple[Bar, ...]] = {
        (asked[at].id, people[who].id): (CONFLICT,)
        for at in range(SUBMISSIONS)
        for who in range(REVIEWERS)
        if at % ICBS == homes[who] % ICBS
    }
    return Problem(asked, people, bars, newcomer=most)


def solved(problem: Problem, seed: int) -> Solved:
    begun, spent = time.perf_counter(), _cpu()
    task = task_of(problem, seed)
    found = proposal_of(problem, task, answer(task))
    wrong = faults(problem, found.pairs)
    seconds, cpu = time.perf_counter() - begun, _cpu() - spent
    known = sum(covered(problem, found.pairs).values()) / sum(
        len(one.principles) for one in problem.submissions
    )
    loads = spread(problem, found.pairs)
    return Solved(seconds, cpu, len(found.pairs), len(found.unserved), len(wrong), loads, known)


def _cpu() -> float:
    """Seconds of CPU that this process and its ended children have used."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def report(windows: int) -> str:
    """Windows that can be served, each another one, and one that can't: with a number of reviews too low for all."""
    served = [solved(window(seed), seed) for seed in range(1, windows + 1)]
    short = solved(window(1, most=6), 1)
    return "\n".join(_lines(served, short))


def _lines(served: list[Solved], short: Solved) -> Iterator[str]:
    times = sorted(one.seconds for one in served)
    apart = max(one.loads[1] - one.loads[0] for one in served)
    cells = (
        len(served),
        f"{median(times):.2f}",
        f"{times[0]:.2f} to {times[-1]:.2f}",
        f"{GOAL_SECONDS:.0f}",
        f"{median(one.cpu_seconds for one in served):.2f}",
        f"{apart} apart",
        sum(one.faults for one in served),
        f"{median(one.known for one in served):.0%}",
    )
    yield f"## Reviewers assigned: {SUBMISSIONS} submissions, {REVIEWERS} reviewers, {ICBS} ICBs\n"
    yield "| windows | median s | spread s | goal s | CPU s | loads at most | rules broken | principles known |"
    yield "|---|---|---|---|---|---|---|---|"
    yield f"| {' | '.join(map(str, cells))} |"
    yield (
        f"\nA window that can't be served takes {short.seconds:.2f} s ({short.cpu_seconds:.2f} s of CPU): "
        f"{short.pairs} reviews proposed, {short.unserved} submissions left short, and what would free them.\n"
    )
