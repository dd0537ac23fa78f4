"""What is done once a night for dashboards: days that are over are added up, and tallies go into steps."""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.actions.history import record
from app.actions.tallies import close_steps
from app.models import Event, StageCheckpoint, StageSpan, StandingCheckpoint, StandingLine
from app.queries import dashboards
from app.queries.pipelines import covers
from app.rules.days import month_ends, uk_day

STREAM = "dashboards"
VERB = "close the day"
# A transaction that began before midnight may still write lines of the old day for some seconds.
SETTLED = timedelta(days=2)
MANY = 1_000  # lines and spans that a page adds up in a few milliseconds


def is_due(session: Session, since: datetime) -> bool:
    """Whether it was not done since that moment."""
    last = select(Event.at).where(Event.stream == STREAM).order_by(col(Event.number).desc()).limit(1)
    at = session.exec(last).first()
    return at is None or at < since


def close_day(session: Session, *, at: datetime) -> None:
    """Add up the days that are over, and tell what there is enough of by now."""
    facts = {"checkpoints": checkpoint(session, at=at), "tallies": close_steps(session, at=at)}
    record(session, STREAM, VERB, by=None, at=at, facts=facts)


def checkpoint(session: Session, *, at: datetime) -> int:
    """Keep what everything adds up to at the ends of the days that are over and that pages shall begin from: the last
    of each month, and each by which many lines have come since the one before. Returns how many were kept."""
    begin = dashboards.records_begin(session)
    if begin is None:
        return 0
    done = session.scalar(select(sa.func.max(StandingCheckpoint.on_date))) or date.min
    days = _days(session, begin, after=done, last=uk_day(at) - SETTLED)
    for day in days:
        _add_up(session, day)
        _keep_open_spans(session, day)
    return len(days)


def _days(session: Session, begin: date, *, after: date, last: date) -> list[date]:
    ends = {day for day in month_ends(begin, last) if day > after}
    changes: Counter[date] = Counter()
    for column in (StandingLine.counts_on, StageSpan.from_on, StageSpan.until_on):
        rows = sa.select(col(column), sa.func.count()).where(col(column) > after, col(column) <= last)
        for day, number in session.execute(rows.group_by(col(column))):
            changes[day] += number
    found, since = [], 0
    for day in sorted({*ends, *changes}):
        since += changes[day]
        if day in ends or since >= MANY:
            found.append(day)
            since = 0
    return found


def _add_up(session: Session, day: date) -> None:
    """From the checkpoint before and the lines since, so that each line is read once."""
    before = session.scalar(select(sa.func.max(StandingCheckpoint.on_date)))
    kept = sa.select(*_place(StandingCheckpoint), col(StandingCheckpoint.number).label("number")).where(
        col(StandingCheckpoint.on_date) == before
    )
    since = sa.select(*_place(StandingLine), col(StandingLine.delta).label("number")).where(
        col(StandingLine.counts_on) <= day
    )
    if before is not None:
        since = since.where(col(StandingLine.counts_on) > before)
    both = sa.union_all(kept, since).subquery()
    places = (both.c.icb_id, both.c.region_id, both.c.kind, both.c.rank)
    sums = sa.select(*places, sa.func.sum(both.c.number)).group_by(*places)
    session.add_all(
        StandingCheckpoint(
            on_date=day, icb_id=icb_id, region_id=region_id, kind=kind, rank=rank, number=int(number)
        )
        for icb_id, region_id, kind, rank, number in session.execute(sums)
        if number
    )
    session.flush()


def _place(model: type[StandingCheckpoint] | type[StandingLine]) -> list[sa.Label[Any]]:
    return [col(getattr(model, name)).label(name) for name in ("icb_id", "region_id", "kind", "rank")]


def _keep_open_spans(session: Session, day: date) -> None:
    names = ("icb_id", "region_id", "level", "stage", "from_on")
    key = [col(getattr(StageSpan, name)) for name in names]
    rows = session.execute(sa.select(*key, sa.func.count()).where(covers(day)).group_by(*key))
    session.add_all(
        StageCheckpoint(on_date=day, **dict(zip(names, values, strict=True)), number=number)
        for *values, number in rows
    )
    session.flush()
