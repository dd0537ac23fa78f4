"""Which conditions of earlier decisions are still asked for, and what is missing while nobody says what was done."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.models import Outcome

FIELD = "condition-"  # the form's field of a condition is this and its id


@dataclass(frozen=True)
class Released:
    """A decision that its organisation has read. ``version_id``: of the framework it was judged by."""

    decision_id: UUID
    level: str
    version_id: UUID
    outcome: Outcome
    released_at: datetime


def still_asked(decisions: Iterable[Released], ranks: Mapping[str, int]) -> list[Released]:
    """The decisions whose conditions are not fulfilled yet, from all released ones in the order of their release.

    The newest decision on a level says what is still asked there: what it does not ask again is done. Being
    recognised at a level fulfils what was asked at it and at each lower one. ``ranks``: rank by level id.
    """
    asking: dict[str, Released] = {}
    for one in decisions:
        asking[one.level] = one
        if one.outcome is Outcome.RECOGNISED:
            done = ranks.get(one.level, 0)
            asking = {level: kept for level, kept in asking.items() if ranks.get(level, 0) > done}
    return list(asking.values())


def unanswered(texts: Sequence[tuple[str, str]]) -> list[str]:
    """What to do about each condition nobody has answered; ``texts``: what was asked, and what was answered."""
    return [
        f"Say what you did about what was asked: “{_short(asked)}”" for asked, answer in texts if not answer
    ]


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 80 else f"{line[:79]}…"
