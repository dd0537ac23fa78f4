"""Heads of the history: for each day one hash over every line up to its end, published so that others can keep it.

Chains and triggers stop whoever may write to the tables, but not who owns the database and writes all of it anew. A
head that somebody else kept stops that one too.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from hashlib import sha256
from itertools import islice

from sqlmodel import Session, col, select

from app.models import Event
from app.rules.days import end_of, in_words
from app.rules.heads import Head, head_hash
from app.rules.history import FIRST

STREAM = "history"
AT_ONCE = 5_000  # rows held in memory


def published(session: Session, most: int | None = None) -> list[Head]:
    """The heads that were published, the newest first."""
    query = select(Event.facts).where(Event.stream == STREAM).order_by(col(Event.number).desc()).limit(most)
    return [Head(date.fromisoformat(facts["day"]), str(facts["sha256"])) for facts in session.exec(query)]


def newest(session: Session) -> Head | None:
    """The head that was published last; None when none was yet."""
    return next(iter(published(session, most=1)), None)


def of_day(session: Session, day: date, before: Head | None) -> Head:
    """The head of ``day`` by the lines as they stand, ``before`` being the one it follows."""
    return _made(session, [day], before)[0]


def faults(session: Session) -> list[str]:
    """The first published head that today's lines no longer lead to: those after it rest on it. Reads every line
    once."""
    said = published(session)[::-1]
    found = _made(session, [one.day for one in said], None)
    wrong = (one.day for one, now in zip(said, found, strict=True) if one != now)
    return [
        f"history head of {in_words(day)}: the lines up to that day are not those it was made of"
        for day in islice(wrong, 1)
    ]


def other_than(session: Session, kept: Iterable[Head]) -> list[str]:
    """Each head that somebody kept and the history does not tell, or tells otherwise."""
    told = {one.day: one.sha256 for one in published(session)}
    return [
        f"history head of {in_words(one.day)}: the kept copy says {one.sha256}, "
        f"the history says {told.get(one.day, 'nothing')}"
        for one in kept
        if told.get(one.day) != one.sha256
    ]


def _made(session: Session, days: Sequence[date], before: Head | None) -> list[Head]:
    """The heads of ``days``, which rise. Lines are taken in the order of their hashes: it is the same in each
    database, whatever language it sorts in."""
    begin = end_of(before.day) if before else None
    ends = [end_of(day) for day in days]
    sums = [sha256() for _ in days]
    for at, line in _hashes(session, begin, ends[-1]) if ends else ():
        sums[bisect_right(ends, at)].update(line.encode())
    found, previous = [], before.sha256 if before else FIRST
    for day, digest in zip(days, sums, strict=True):
        previous = head_hash(day, digest.hexdigest(), previous)
        found.append(Head(day, previous))
    return found


def _hashes(session: Session, begin: datetime | None, end: datetime) -> Iterable[tuple[datetime, str]]:
    query = select(Event.at, Event.hash).where(col(Event.at) < end).order_by(col(Event.hash))
    if begin is not None:
        query = query.where(col(Event.at) >= begin)
    return session.exec(query.execution_options(yield_per=AT_ONCE))
