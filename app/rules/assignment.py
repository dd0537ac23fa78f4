"""Who may review what in a window: the whole question as values, and the checks that every assignment passes.

A proposal of the solver, a spreadsheet that is brought in and the confirmation that is sent all go through ``faults``.
Sources: issue 4, part 3; fairness list of the threats, F-07 and rules 1, 7.

An absence counts when it covers today, or more than half of the days from today to the promised date: whoever is away
for less can still read, and the Assembly promises three months.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from uuid import UUID

from app.rules.days import in_words

Pair = tuple[UUID, UUID]  # a submission and a reviewer


@dataclass(frozen=True)
class Limits:
    """What the portal is set to: open reviews of who sets no number, and whether the agreed samples are a must."""

    most_reviews: int
    calibration_required: bool = False


class Kind(StrEnum):
    """Why somebody can't be given a submission. The values are the solver's words too."""

    ASSIGNED = "assigned"
    CONFLICT = "conflict"
    JUDGED = "judged"
    AWAY = "away"
    UNCALIBRATED = "uncalibrated"
    RECIPROCAL = "reciprocal"
    FULL = "full"


@dataclass(frozen=True)
class Bar:
    """One thing that keeps a reviewer from a submission, in a sentence."""

    kind: Kind
    sentence: str


@dataclass(frozen=True)
class Lacking:
    """A submission that lacks reviewers, and the names of those it has."""

    id: UUID
    organisation_id: UUID
    organisation_name: str
    level: str  # its name
    reference: str  # the receipt of what was signed
    wanted: int
    principles: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()  # of these, what its present reviewers know
    has: tuple[str, ...] = ()
    is_third: bool = False

    @property
    def title(self) -> str:
        return f"{self.organisation_name}, {self.level}"


@dataclass(frozen=True)
class Reviewer:
    """Somebody who reviews, with what they have open and what they take."""

    id: UUID
    name: str
    email: str
    bodies: frozenset[UUID] = frozenset()  # organisations they work for, or did in the years that count
    principles: frozenset[str] = frozenset()
    load: int = 0
    most: int = 1
    bars: tuple[Bar, ...] = ()  # against every submission

    @property
    def room(self) -> int:
        return max(0, self.most - self.load)


@dataclass(frozen=True)
class Problem:
    """All that an assignment of one window depends on. ``bars`` holds what is against single pairs.

    ``earlier``: the body a review of this window is about, and a body that its reviewer works for.
    """

    submissions: tuple[Lacking, ...]
    reviewers: tuple[Reviewer, ...]
    bars: Mapping[Pair, tuple[Bar, ...]] = field(default_factory=dict)
    earlier: frozenset[tuple[UUID, UUID]] = frozenset()
    newcomer: int = 1  # how many reviews somebody new would take

    @cached_property
    def submission(self) -> Mapping[UUID, Lacking]:
        return {one.id: one for one in self.submissions}

    @cached_property
    def reviewer(self) -> Mapping[UUID, Reviewer]:
        return {one.id: one for one in self.reviewers}

    @property
    def wanted(self) -> int:
        return sum(one.wanted for one in self.submissions)

    @property
    def room(self) -> int:
        """How many more reviews all reviewers together take."""
        return sum(one.room for one in self.reviewers if not one.bars)

    def against(self, submission: Lacking, reviewer: Reviewer) -> tuple[Bar, ...]:
        """Everything that keeps this reviewer from this submission; empty when nothing does."""
        own = self.bars.get((submission.id, reviewer.id), ())
        bars = (*own, *reviewer.bars)
        if closes_a_pair(submission.organisation_id, reviewer.bodies, self.earlier):
            bars = (*bars, Bar(Kind.RECIPROCAL, RECIPROCAL))
        if reviewer.room == 0:
            bars = (*bars, Bar(Kind.FULL, full(reviewer)))
        return bars


# It names no organisation and no reviewer: the other assignment may be of a submission that the reader may not know.
RECIPROCAL = "Would make a reciprocal pair with another assignment of this window."


def closes_a_pair(
    organisation_id: UUID, bodies: Collection[UUID], earlier: Collection[tuple[UUID, UUID]]
) -> bool:
    """Whether somebody who works for the organisation reviews one of ``bodies``."""
    return any((body, organisation_id) in earlier for body in bodies if body != organisation_id)


def full(reviewer: Reviewer) -> str:
    return f"Has {open_reviews(reviewer.load)} and takes {reviewer.most} at a time."


def open_reviews(number: int) -> str:
    return "1 open review" if number == 1 else f"{number} open reviews"


def away(absences: Iterable[tuple[date, date]], today: date, promised_on: date) -> str:
    """Why somebody who is away on these days (first and last) is not asked; empty when they are asked."""
    absences = list(absences)
    covering = [last for first, last in absences if first <= today <= last]
    if covering:
        return f"Away until {in_words(max(covering))}."
    days = {today + timedelta(n) for n in range((promised_on - today).days + 1)}
    gone = {day for day in days if any(first <= day <= last for first, last in absences)}
    if 2 * len(gone) > len(days):
        return f"Away on {len(gone)} of the {len(days)} days until decisions are promised."
    return ""


@dataclass(frozen=True)
class Fault:
    """Something wrong with one pair of an assignment, or with all of it when there is no pair."""

    pair: Pair | None
    sentence: str


GONE = "This submission no longer waits for reviewers, or is not yours to assign."
NOT_A_REVIEWER = "This person is not a reviewer."


def faults(problem: Problem, pairs: Sequence[Pair]) -> list[Fault]:
    """Everything that keeps ``pairs`` from being assigned, all of them together; empty when nothing does."""
    found = [fault for pair in dict.fromkeys(pairs) for fault in _of_pair(problem, pair)]
    found += [Fault(pair, "This line is there twice.") for pair, times in Counter(pairs).items() if times > 1]
    known = [pair for pair in dict.fromkeys(pairs) if _is_known(problem, pair)]
    return [*found, *_too_many(problem, known), *_over_caps(problem, known), *_reciprocal(problem, known)]


def _is_known(problem: Problem, pair: Pair) -> bool:
    return pair[0] in problem.submission and pair[1] in problem.reviewer


def _of_pair(problem: Problem, pair: Pair) -> list[Fault]:
    submission, reviewer = problem.submission.get(pair[0]), problem.reviewer.get(pair[1])
    if submission is None:
        return [Fault(pair, GONE)]
    if reviewer is None:
        return [Fault(pair, NOT_A_REVIEWER)]
    return [
        Fault(pair, f"{reviewer.name}: {bar.sentence}")
        for bar in problem.against(submission, reviewer)
        if bar.kind is not Kind.FULL  # told once for the reviewer, with all they would have
    ]


def _too_many(problem: Problem, pairs: Sequence[Pair]) -> list[Fault]:
    found = []
    given: dict[UUID, int] = defaultdict(int)
    for pair in pairs:
        given[pair[0]] += 1
        one = problem.submission[pair[0]]
        if given[one.id] == one.wanted + 1:
            lacks = "1 reviewer" if one.wanted == 1 else f"{one.wanted} reviewers"
            found.append(Fault(pair, f"{one.title} lacks {lacks}, and more are named."))
    return found


def _over_caps(problem: Problem, pairs: Sequence[Pair]) -> list[Fault]:
    last = {pair[1]: pair for pair in pairs}
    after = loads_after(problem, pairs)
    over = [problem.reviewer[id_] for id_ in last if after[id_] > problem.reviewer[id_].most]
    return [
        Fault(last[one.id], f"{one.name} would have {open_reviews(after[one.id])}, and takes {one.most}.")
        for one in over
    ]


def _reciprocal(problem: Problem, pairs: Sequence[Pair]) -> list[Fault]:
    found = []
    reads: set[tuple[UUID, UUID]] = set()
    for pair in pairs:
        submission, reviewer = problem.submission[pair[0]], problem.reviewer[pair[1]]
        if closes_a_pair(submission.organisation_id, reviewer.bodies, reads):
            found.append(Fault(pair, f"{reviewer.name}: {RECIPROCAL}"))
        reads |= {(submission.organisation_id, body) for body in reviewer.bodies}
    return found


def loads_after(problem: Problem, pairs: Iterable[Pair]) -> dict[UUID, int]:
    """Open reviews of every reviewer once ``pairs`` are assigned."""
    more = Counter(reviewer for _, reviewer in pairs)
    return {one.id: one.load + more[one.id] for one in problem.reviewers}


def spread(problem: Problem, pairs: Sequence[Pair]) -> tuple[int, int]:
    """The smallest and the largest load afterwards, among those who can be given something."""
    after = loads_after(problem, pairs)
    counted = [after[one.id] for one in problem.reviewers if _can_be_given(problem, one)]
    return (min(counted), max(counted)) if counted else (0, 0)


def _can_be_given(problem: Problem, reviewer: Reviewer) -> bool:
    return any(not problem.against(submission, reviewer) for submission in problem.submissions)


def covered(problem: Problem, pairs: Iterable[Pair]) -> dict[UUID, int]:
    """How many of its principles the reviewers of each submission know."""
    known = {one.id: set(one.known) for one in problem.submissions}
    for submission, reviewer in pairs:
        known[submission] |= problem.reviewer[reviewer].principles & problem.submission[submission].principles
    return {id_: len(principles) for id_, principles in known.items()}
