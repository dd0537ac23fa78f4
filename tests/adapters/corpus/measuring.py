"""Counting what was found, missed and found in error."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.adapters.findings.kinds import Finding, Kind
from tests.adapters.corpus.making import Made

Thing = tuple[Kind, str]  # kind and place


@dataclass(frozen=True)
class Tally:
    """Things by kind and place; those of several files are told apart by the file's name in the place."""

    found: frozenset[Thing] = frozenset()
    missed: frozenset[Thing] = frozenset()
    in_error: frozenset[Thing] = frozenset()

    @classmethod
    def of(cls, tallies: Iterable["Tally"]) -> "Tally":
        """All of them together."""
        found, missed, in_error = zip(
            *((one.found, one.missed, one.in_error) for one in tallies), strict=True
        )
        return cls(frozenset().union(*found), frozenset().union(*missed), frozenset().union(*in_error))

    def only(self, kind: Kind | None) -> "Tally":
        """Those of one kind; None keeps all."""
        parts = (self.found, self.missed, self.in_error)
        return Tally(*(frozenset(one for one in part if kind in (None, one[0])) for part in parts))

    @property
    def recall(self) -> float:
        wanted = len(self.found) + len(self.missed)
        return len(self.found) / wanted if wanted else 1.0

    @property
    def precision(self) -> float:
        told = len(self.found) + len(self.in_error)
        return len(self.found) / told if told else 1.0


def measured(made: Made, findings: Iterable[Finding]) -> Tally:
    """What was found in one file against what is in it."""
    told = {(one.kind, one.place) for one in findings}
    return Tally(
        _of(made, told & made.expected), _of(made, made.expected - told), _of(made, told - made.expected)
    )


def _of(made: Made, things: Iterable[Thing]) -> frozenset[Thing]:
    return frozenset((kind, f"{made.name}: {place}") for kind, place in things)
