"""What is done once a night for dashboards: months that are over are added up, and tallies go into steps."""

from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.actions.history import record
from app.actions.tallies import close_steps
from app.models import Event, StandingCheckpoint, StandingLine
from app.queries import dashboards
from app.rules.days import month_ends, uk_day

STREAM = "dashboards"
VERB = "close the day"
# A transaction that began before midnight may still write lines of the old day for some seconds.
SETTLED = timedelta(days=2)


def is_due(session: Session, since: datetime) -> bool:
    """Whether it was not done since that moment."""
    last = select(Event.at).where(Event.stream == STREAM).order_by(col(Event.number).desc()).limit(1)
    at = session.exec(last).first()
    return at is None or at < since


def close_day(session: Session, *, at: datetime) -> None:
    """Add up the months that are over, and tell what there is enough of by now."""
    facts = {"months": checkpoint(session, at=at), "tallies": close_steps(session, at=at)}
    record(session, STREAM, VERB, by=None, at=at, facts=facts)


def checkpoint(session: Session, *, at: datetime) -> int:
    """Keep what the lines add up to at the end of each month that is over and has none yet. Returns how many months."""
    begin = dashboards.records_begin(session)
    if begin is None:
        return 0
    done = session.scalar(select(sa.func.max(StandingCheckpoint.on_date)))
    wanted = month_ends(begin, uk_day(at) - SETTLED)
    missing = [day for day in wanted if done is None or day > done]
    for day in missing:
        _add_up(session, day)
    return len(missing)


def _add_up(session: Session, day: date) -> None:
    """From the month before and the lines since, so that each line is read once."""
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
