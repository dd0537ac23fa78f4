"""In which steps it is told how often a criterion was met, so that nobody's own result can be worked out.

Whom a body was judged with is known: dashboards tell stages and levels by name and day. So is what a recognised body
met, nearly always all. What must stay hidden is what each of the others met. A step is therefore large enough in all,
and holds none of the others or as many again; each tally goes into one step only; each figure is a sum of whole steps.
So two dates, or a region and its ICBs, differ by whole steps and never by less.
"""

from collections.abc import Sequence
from typing import Protocol

from app.rules.small_numbers import SMALLEST


class Tally(Protocol):
    """What one ICB's organisations of one release met of one criterion."""

    judged: int
    not_yet: int  # of those judged, whom it did not recognise
    not_yet_met: int  # of these, how many met it


def is_enough(tallies: Sequence[Tally]) -> bool:
    """Whether these may be told together. It looks at nothing that is not known of them anyway."""
    not_yet = sum(one.not_yet for one in tallies)
    return sum(one.judged for one in tallies) >= SMALLEST and (not_yet == 0 or not_yet >= SMALLEST)


def shift(tallies: Sequence[Tally]) -> int:
    """By how much the number told differs from the true one: by one, where it would say that none, or that all, of
    those not recognised met the criterion, for then it would tell of each."""
    not_yet, met = sum(one.not_yet for one in tallies), sum(one.not_yet_met for one in tallies)
    if not not_yet:
        return 0
    return 1 if met == 0 else -1 if met == not_yet else 0
