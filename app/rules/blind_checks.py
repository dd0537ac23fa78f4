"""Awards that are reviewed once more, blind: how many are drawn, and how far the second judgement is from the first."""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean

FEWEST = 10  # blind reviews, or scores; below it a share says more about single awards than about the window


def number_to_draw(awards: int, percent: int) -> int:
    """So many of the awards are reviewed once more: ``percent`` of them, rounded up."""
    return -(-awards * percent // 100)


@dataclass(frozen=True)
class Pair:
    """One criterion of one award: the score that counted, and the blind one."""

    code: str
    counted: int
    blind: int
    met_at: int

    @property
    def difference(self) -> int:
        return self.blind - self.counted

    @property
    def is_otherwise(self) -> bool:
        """Whether the blind score says met where the other says not met, or the reverse."""
        return (self.blind >= self.met_at) is not (self.counted >= self.met_at)


@dataclass(frozen=True)
class Comparison:
    """What the pairs of one criterion, or of all, come to."""

    code: str  # empty: all criteria
    number: int
    same: int
    mean: float  # blind minus counted: below 0, the blind reviewers are harsher
    largest: int  # difference in either direction
    otherwise: int

    @property
    def otherwise_share(self) -> str:
        """In words; as a percentage too where there are enough scores for one."""
        percent = f" ({round(100 * self.otherwise / self.number)} %)" if self.number >= FEWEST else ""
        return f"{self.otherwise} of {self.number}{percent}"


def compared(pairs: Iterable[Pair]) -> list[Comparison]:
    """One line a criterion: those that most often would be met otherwise first, then the largest differences."""
    by_code: dict[str, list[Pair]] = {}
    for one in pairs:
        by_code.setdefault(one.code, []).append(one)
    lines = [_line(code, found) for code, found in by_code.items()]
    return sorted(lines, key=lambda one: (-one.otherwise / one.number, -abs(one.mean), one.code))


def overall(pairs: Iterable[Pair]) -> Comparison | None:
    """All criteria together; None when there is nothing to compare."""
    found = list(pairs)
    return _line("", found) if found else None


def _line(code: str, pairs: list[Pair]) -> Comparison:
    return Comparison(
        code,
        len(pairs),
        sum(one.difference == 0 for one in pairs),
        fmean(one.difference for one in pairs),
        max(abs(one.difference) for one in pairs),
        sum(one.is_otherwise for one in pairs),
    )


def small_number(reviews: int) -> str:
    """What to say of a comparison that rests on few blind reviews; empty when it rests on enough."""
    if reviews >= FEWEST:
        return ""
    rests = "1 blind review is sealed" if reviews == 1 else f"{reviews} blind reviews are sealed"
    return f"{rests}. With fewer than {FEWEST}, these figures tell of single awards, not of the window."
