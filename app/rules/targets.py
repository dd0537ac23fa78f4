"""A target against what is held: every share says of how many."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from app.criteria.schema import Framework, OrganisationKind, Target


@dataclass(frozen=True)
class TargetResult:
    """``held`` of ``base`` organisations hold the level or a higher one; ``needed`` would reach the target."""

    level_name: str
    by: date
    share_percent: int
    denominator: str
    held: int
    base: int
    needed: int

    @property
    def percent(self) -> int:
        """Whole percent, rounded down so that a target is never shown as reached before it is."""
        return 100 * self.held // self.base if self.base else 0

    @property
    def is_reached(self) -> bool:
        return self.base > 0 and self.held >= self.needed

    @property
    def said(self) -> str:
        """The result in words, so that no colour has to tell it."""
        if not self.base:
            return "None of these organisations are here"
        return "Reached" if self.is_reached else f"{self.needed - self.held} more needed"


def result(
    target: Target,
    framework: Framework,
    held: Mapping[tuple[OrganisationKind, int], int],
    taking_part: Mapping[OrganisationKind, int],
) -> TargetResult:
    """Hold one target against the counts by kind and highest rank."""
    level = framework.level(target.level)
    base = sum(taking_part.get(kind, 0) for kind in target.kinds)
    reached = sum(
        count for (kind, rank), count in held.items() if kind in target.kinds and rank >= level.rank
    )
    needed = -(-base * target.share_percent // 100)  # rounded up: 75 % of 31 is 24
    return TargetResult(
        level.name, target.by, target.share_percent, target.denominator, reached, base, needed
    )
