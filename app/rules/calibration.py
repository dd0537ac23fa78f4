"""How far a reviewer's scores lie from the agreed marks, and whether that changes while a window is judged.

A distance is the score minus what it is held against, in steps of the scale 0 to 3: below is harsh, above is lenient.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean

from app.models import Window
from app.rules.errors import RuleError

CLOSE = 0.25  # of a step; the effect of a reviewer is meant to stay within it
FEWEST_REVIEWS = 4  # under this, two halves say more of the submissions than of the reviewer


@dataclass(frozen=True)
class Distances:
    """The distances of one reviewer from the agreed marks, in the order of the samples."""

    values: tuple[int, ...]
    samples: int  # in the set

    @property
    def is_complete(self) -> bool:
        return len(self.values) == self.samples

    @property
    def mean(self) -> float | None:
        return fmean(self.values) if self.values else None

    @property
    def exact(self) -> int:
        """How many scores are the agreed mark itself."""
        return self.values.count(0)

    @property
    def spread(self) -> str:
        """The furthest below and above, in words; empty when nothing was scored."""
        if not self.values:
            return ""
        lowest, highest = min(self.values), max(self.values)
        if lowest == highest:
            return f"always {apart(lowest)}"
        return f"from {apart(lowest)} to {apart(highest)}"


@dataclass(frozen=True)
class Compared:
    """One sealed review beside the scores that count: its mean distance from them, over so many criteria."""

    sealed_at: datetime
    mean: float
    criteria: int


@dataclass(frozen=True)
class Course:
    """A reviewer's reviews of a window in the order in which they were sealed."""

    reviews: tuple[Compared, ...]

    @property
    def is_enough(self) -> bool:
        return len(self.reviews) >= FEWEST_REVIEWS

    @property
    def halves(self) -> tuple[float, float] | None:
        """The mean distance of the first half of the reviews and of the second; None when they are too few."""
        if not self.is_enough:
            return None
        middle = len(self.reviews) // 2
        return _mean(self.reviews[:middle]), _mean(self.reviews[middle:])

    @property
    def words(self) -> str:
        """Whether the reviewer became harsher or more lenient, or that nobody can say yet."""
        if self.halves is None:
            number = len(self.reviews)
            return f"Too few to say: {number} of at least {FEWEST_REVIEWS}." if number else "None to compare."
        first, second = self.halves
        told = f"{above(first)} in the first half, {above(second)} in the second."
        if abs(second - first) < CLOSE:
            return f"Steady: {told}"
        return f"{'Harsher' if second < first else 'More lenient'} later: {told}"


def course(reviews: Iterable[Compared]) -> Course:
    return Course(tuple(sorted(reviews, key=lambda one: one.sealed_at)))


def _mean(reviews: Sequence[Compared]) -> float:
    """Each criterion counts alike, however many a review has."""
    return sum(one.mean * one.criteria for one in reviews) / sum(one.criteria for one in reviews)


def apart(distance: int) -> str:
    """A distance in whole steps: "2 below", "the mark itself", "1 above"."""
    if distance == 0:
        return "the mark itself"
    return f"{abs(distance)} {'below' if distance < 0 else 'above'}"


def above(mean: float) -> str:
    """A mean distance: "0.4 below", "0.0", "0.4 above"."""
    rounded = f"{abs(mean):.1f}"
    if rounded == "0.0":
        return rounded
    return f"{rounded} {'below' if mean < 0 else 'above'}"


def tendency(mean: float | None) -> str:
    """A mean distance in a word."""
    if mean is None:
        return "nothing scored yet"
    if abs(mean) < CLOSE:
        return "close to the agreed marks"
    return "harsh" if mean < 0 else "lenient"


def is_over(window: Window, at: datetime, has_open: bool) -> bool:
    """Whether a window needs no calibration any more: it is closed, and nothing in it is on its way.

    Who comes in by a late door, or appeals, makes it one that is judged again.
    """
    return window.closes_at <= at and not has_open


def is_begun(window: Window, at: datetime) -> bool:
    """Whether a reviewer may be asked to judge soon, so that the samples wait for them."""
    return window.opens_at <= at


def require_current(window: Window, at: datetime, has_open: bool) -> None:
    """RuleError when the window is over: a score given now would say nothing of its judging."""
    if is_over(window, at, has_open):
        raise RuleError(f"{window.name} is over. Score the samples of the next window.")
