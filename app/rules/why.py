"""Why a decision came out as it did: from what it was based on, and never from rows that may have changed since."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.models import Outcome


@dataclass(frozen=True)
class Change:
    """One criterion whose agreed score would have to become another."""

    code: str
    was: int
    becomes: int


@dataclass(frozen=True)
class Why:
    """The rule's result, and the smallest change of agreed scores that would have turned it.

    Of a level that is not awarded, ``together`` are the changes that would all have been needed. Of one that is, each
    of ``alone`` would have been enough by itself; several are equally small.
    """

    met_at: int
    met: tuple[str, ...]
    not_met: tuple[str, ...]
    levels_missing: tuple[str, ...]  # ids of lower levels that were neither held nor submitted
    is_awarded: bool  # by the rule
    is_override: bool
    together: tuple[Change, ...] = ()
    alone: tuple[Change, ...] = ()


def why(basis: Mapping[str, Any], rule_outcome: Outcome, is_override: bool) -> Why:
    """Read from a decision's basis. ``basis`` is kept for ever, so that of earlier releases must be readable too."""
    scores: dict[str, int] = basis["scores"]
    met_at: int = basis["met_at"]
    not_met = tuple(code for code, score in scores.items() if score < met_at)
    is_awarded = rule_outcome is Outcome.RECOGNISED
    return Why(
        met_at=met_at,
        met=tuple(code for code in scores if code not in not_met),
        not_met=not_met,
        levels_missing=tuple(basis.get("levels_missing", ())),
        is_awarded=is_awarded,
        is_override=is_override,
        together=() if is_awarded else tuple(Change(code, scores[code], met_at) for code in not_met),
        alone=_falls(scores, met_at) if is_awarded else (),
    )


def _falls(scores: Mapping[str, int], met_at: int) -> tuple[Change, ...]:
    """A level needs every criterion, so that one fall undoes it: the smallest is that of the lowest score."""
    lowest = min(scores.values(), default=met_at)
    return tuple(Change(code, score, met_at - 1) for code, score in scores.items() if score == lowest)


def strongest(basis: Mapping[str, Any]) -> tuple[str, ...]:
    """The criteria that are met with the highest agreed score given; none when none is met."""
    scores: dict[str, int] = basis["scores"]
    highest = max(scores.values(), default=0)
    if highest < basis["met_at"]:
        return ()
    return tuple(code for code, score in scores.items() if score == highest)
