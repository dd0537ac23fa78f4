"""From the question of who reviews what to the solver's numbers, and from its answer back to people and sentences."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.adapters.assignment.tasks import Answer, Edge, Numbers, Rows, Task
from app.rules.assignment import Kind, Lacking, Pair, Problem, Reviewer

RELAXED = frozenset({Kind.CONFLICT, Kind.AWAY, Kind.UNCALIBRATED, Kind.RECIPROCAL})


MOST_NAMED = 8  # people in one sentence


@dataclass(frozen=True)
class Unserved:
    """A submission that is left short: how many reviewers it still lacks, and where they all are."""

    submission: Lacking
    lacks: int
    sentence: str


@dataclass(frozen=True)
class Proposal:
    """What the solver proposes. ``frees`` says, one way a line, what would let everything be served."""

    pairs: tuple[Pair, ...]
    seed: int
    unserved: tuple[Unserved, ...] = ()
    frees: tuple[str, ...] = ()


def task_of(problem: Problem, seed: int) -> Task:
    """The question in numbers. A full reviewer stays in it with no room, so that a higher number can be tried."""
    principles = {
        name: n for n, name in enumerate(sorted({p for s in problem.submissions for p in s.principles}))
    }
    edges = tuple(
        Edge(at, who, bar, _brings(submission, reviewer, principles))
        for at, submission in enumerate(problem.submissions)
        for who, reviewer in enumerate(problem.reviewers)
        if (bar := _single_bar(problem, submission, reviewer)) is not None
    )
    return Task(
        wanted=tuple(one.wanted for one in problem.submissions),
        loads=tuple(one.load for one in problem.reviewers),
        rooms=tuple(one.room for one in problem.reviewers),
        edges=edges,
        pairs=tuple(_reciprocal(problem, edges)),
        newcomer=problem.newcomer,
        seed=seed,
    )


def _single_bar(problem: Problem, submission: Lacking, reviewer: Reviewer) -> str | None:
    """Empty when nothing is in the way but a full list, the kind when one thing is that could give way, else None."""
    kinds = {bar.kind for bar in problem.against(submission, reviewer)} - {Kind.FULL}
    if len(kinds) > 1 or kinds - RELAXED:
        return None
    return next(iter(kinds)).value if kinds else ""


def _brings(submission: Lacking, reviewer: Reviewer, principles: dict[str, int]) -> Numbers:
    return tuple(
        sorted(principles[one] for one in reviewer.principles & submission.principles - submission.known)
    )


def _reciprocal(problem: Problem, edges: Sequence[Edge]) -> Iterator[tuple[int, int]]:
    """Every two edges of which each reviews for the other, by their places."""
    reads: dict[tuple[UUID, UUID], list[int]] = defaultdict(list)  # of a body, by somebody of a body
    for place, edge in enumerate(edges):
        organisation = problem.submissions[edge.submission].organisation_id
        for body in problem.reviewers[edge.reviewer].bodies:
            reads[organisation, body].append(place)
    for (organisation, body), places in reads.items():
        for other in reads.get((body, organisation), ()):
            yield from ((one, other) for one in places if one < other and _differ(edges[one], edges[other]))


def _differ(one: Edge, other: Edge) -> bool:
    return one.reviewer != other.reviewer


def proposal_of(problem: Problem, task: Task, answer: Answer) -> Proposal:
    """The solver's answer in people and sentences."""
    edges = [task.edges[place] for place in answer.chosen]
    pairs = [(problem.submissions[one.submission].id, problem.reviewers[one.reviewer].id) for one in edges]
    unserved = tuple(
        Unserved(problem.submissions[at], lacks, _where_all_are(problem, problem.submissions[at]))
        for at, lacks in answer.unmet
    )
    ways = [_WAYS[kind](problem, answer, rows) for kind, rows in answer.frees.items() if kind in _WAYS]
    return Proposal(tuple(pairs), task.seed, unserved, tuple(ways))


_COUNTED = {
    Kind.ASSIGNED: ("reviews it already", "review it already"),
    Kind.CONFLICT: ("has a conflict of interest", "have a conflict of interest"),
    Kind.JUDGED: ("judged it before", "judged it before"),
    Kind.AWAY: ("is away", "are away"),
    Kind.UNCALIBRATED: ("has not scored the agreed samples", "have not scored the agreed samples"),
    Kind.RECIPROCAL: ("would make a reciprocal pair", "would make a reciprocal pair"),
    Kind.FULL: ("has as many reviews as they take", "have as many reviews as they take"),
}


def _where_all_are(problem: Problem, submission: Lacking) -> str:
    """``Of 14 reviewers, 9 have a conflict of interest, 3 are away and 2 are free, but needed elsewhere.``"""
    first = Counter(
        bars[0].kind if (bars := problem.against(submission, one)) else None for one in problem.reviewers
    )
    parts = [f"{first[kind]} {words[first[kind] != 1]}" for kind, words in _COUNTED.items() if first[kind]]
    if free := first[None]:
        parts.append(f"{free} {'is' if free == 1 else 'are'} free, but not for all that need them")
    total = len(problem.reviewers)
    return (
        f"Of {total} {'reviewer' if total == 1 else 'reviewers'}, {listed(parts)}."
        if parts
        else "There is no reviewer."
    )


def listed(parts: Sequence[str]) -> str:
    """``a, b and c``."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1]))) if parts else ""


def _names(problem: Problem, rows: Iterable[Numbers], place: int = 0) -> str:
    return listed(sorted({problem.reviewers[row[place]].name for row in rows}))


def _newcomers(problem: Problem, answer: Answer, rows: Rows) -> str:
    number = rows[0][0]
    short = sorted({problem.submissions[at].organisation_name for at, _ in answer.unmet})
    people = "1 more reviewer" if number == 1 else f"{number} more reviewers"
    return f"{people} without a conflict of interest with {listed(short)} would be enough."


def _caps(problem: Problem, _answer: Answer, rows: Rows) -> str:
    people = [(problem.reviewers[who], more) for who, more in rows]
    if len(people) > MOST_NAMED:
        least, most = min(more for _, more in people), max(more for _, more in people)
        number = str(least) if least == most else f"{least} to {most}"
        return f"It would be enough if {len(people)} reviewers took {number} more each than they do now."
    each = [
        f"{one.name} took {max(one.most, one.load) + more} in place of {one.most}" for one, more in people
    ]
    return f"It would be enough if {listed(sorted(each))}."


def _away(problem: Problem, _answer: Answer, rows: Rows) -> str:
    verb = "were" if len(rows) > 1 else "was"
    return f"It would be enough if {_names(problem, rows)} {verb} not away."


def _uncalibrated(problem: Problem, _answer: Answer, rows: Rows) -> str:
    return f"It would be enough if {_names(problem, rows)} scored the agreed samples of this window."


def _conflict(problem: Problem, _answer: Answer, rows: Rows) -> str:
    each = [
        f"{problem.reviewers[who].name} with {problem.submissions[at].organisation_name}" for at, who in rows
    ]
    conflicts = "this conflict of interest was" if len(each) == 1 else "these conflicts of interest were"
    return f"It would be enough if {conflicts} waived, which takes two people and a reason: {listed(sorted(each))}."


def _pairs(_problem: Problem, _answer: Answer, rows: Rows) -> str:
    number = "1 reciprocal pair" if len(rows) == 1 else f"{len(rows)} reciprocal pairs"
    return f"It would be possible with {number}, which the portal never makes."


_WAYS = {
    "newcomers": _newcomers,
    "caps": _caps,
    Kind.AWAY.value: _away,
    Kind.UNCALIBRATED.value: _uncalibrated,
    Kind.CONFLICT.value: _conflict,
    Kind.RECIPROCAL.value: _pairs,
}
