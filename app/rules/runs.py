"""Many saves told as one line: a page that saves by itself writes an event each time."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

SAVE_ANSWER = "save answer"


@dataclass(frozen=True)
class Happened:
    """One event of a self-assessment's history, without what a page does not show."""

    number: int
    verb: str
    at: datetime
    by_id: UUID | None
    criterion: str
    reason: str


@dataclass(frozen=True)
class Run:
    """Events that are told in one line: one, or saves of one criterion by one person with nothing in between."""

    first: Happened
    last: Happened
    times: int


def runs(events: Iterable[Happened]) -> Iterator[Run]:
    """The events, first to last, with saves that follow one another joined. Only the telling is shorter."""
    for _, group in groupby(events, key=_of_one_run):
        found = list(group)
        yield Run(found[0], found[-1], len(found))


def _of_one_run(event: Happened) -> tuple[str, UUID | None, int]:
    """Equal for events of one run; an event of any other kind has its own number, which no other has."""
    return (event.criterion, event.by_id, 0) if event.verb == SAVE_ANSWER else ("", None, event.number)
