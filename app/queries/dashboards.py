"""What dashboards count of organisations, as of the end of any day, from lines that are only added.

What was said of a past day never changes: a line counts from the later of its two days on. Counts of organisations are
exempt from the small-number rule (they are not people).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from app.criteria.schema import OrganisationKind
from app.models import EndingLine, Organisation, StandingCheckpoint, StandingLine
from app.queries.areas import Area
from app.rules.people import Who
from app.rules.standings import NEVER_BEGUN, NONE_HELD

MOST_CORRECTIONS = 50
Key = tuple[OrganisationKind, int]  # kind of organisation, rank of what it holds


@dataclass(frozen=True)
class Counted:
    """How many organisations of each kind hold which rank as their highest, by ICB. Ranks below 1: none held."""

    by_icb: dict[UUID | None, dict[Key, int]]

    @cached_property
    def ranks(self) -> dict[Key, int]:
        total: Counter[Key] = Counter()
        for counts in self.by_icb.values():
            total.update(counts)
        return dict(total)

    @cached_property
    def taking_part(self) -> dict[OrganisationKind, int]:
        """The denominators."""
        total: Counter[OrganisationKind] = Counter()
        for (kind, _), number in self.ranks.items():
            total[kind] += number
        return {kind: number for kind, number in total.items() if number}

    @cached_property
    def held(self) -> dict[Key, int]:
        return {key: number for key, number in self.ranks.items() if key[1] > NONE_HELD and number}

    @property
    def never_begun(self) -> int:
        return sum(number for (_, rank), number in self.ranks.items() if rank == NEVER_BEGUN)


def records_begin(session: Session) -> date | None:
    """The first day of which anything can be told; None in an empty portal."""
    return session.scalar(sa.select(sa.func.min(StandingLine.counts_on)))


def counted(session: Session, area: Area, on: date, since: date | None = None) -> Counted:
    """What was said at the end of the UK day ``on``: of today, what is said so far. ``since``: its checkpoint."""
    said = _parts(area, since or checkpoint(session, on), on).subquery()
    query = sa.select(said.c.icb_id, said.c.kind, said.c.rank, sa.func.sum(said.c.number)).group_by(
        said.c.icb_id, said.c.kind, said.c.rank
    )
    return _counted([(icb_id, kind, rank, number) for icb_id, kind, rank, number in session.execute(query)])


def _counted(rows: list[tuple[UUID | None, OrganisationKind, int, int]]) -> Counted:
    by_icb: dict[UUID | None, dict[Key, int]] = {}
    for icb_id, kind, rank, number in rows:
        if number:
            by_icb.setdefault(icb_id, {})[kind, rank] = int(number)
    return Counted(by_icb)


def checkpoint(session: Session, on: date) -> date:
    """The last day up to ``on`` at which everything was added up; ``date.min`` when there is none."""
    found = session.scalar(
        sa.select(sa.func.max(StandingCheckpoint.on_date)).where(col(StandingCheckpoint.on_date) <= on)
    )
    return found or date.min


def _parts(area: Area, since: date, on: date) -> sa.CompoundSelect[Any, Any, Any, Any]:
    """The checkpoint's counts and the lines that count since."""
    kept, line = StandingCheckpoint, StandingLine
    before: sa.Select[Any, Any, Any, Any] = sa.select(
        col(kept.icb_id).label("icb_id"),
        col(kept.kind).label("kind"),
        col(kept.rank).label("rank"),
        col(kept.number).label("number"),
    ).where(area.holds(kept), col(kept.on_date) == since)
    after: sa.Select[Any, Any, Any, Any] = (
        sa.select(
            col(line.icb_id).label("icb_id"),
            col(line.kind).label("kind"),
            col(line.rank).label("rank"),
            sa.func.sum(col(line.delta)).label("number"),
        )
        .where(area.holds(line), col(line.counts_on) > since, col(line.counts_on) <= on)
        .group_by(col(line.icb_id), col(line.kind), col(line.rank))
    )
    return sa.union_all(before, after)


def never_begun(session: Session, area: Area, on: date, who: Who, found: Counted) -> int:
    """How many take part and never handed anything over. Whoever has a conflict of interest with some of them is told
    of the others only: that one has begun is for them to know no more than its submissions are."""
    if area.is_own_of(who) or not who.ties:
        return found.never_begun
    boards = {tie.icb_id for tie in who.ties if tie.icb_id}
    free = {icb_id: counts for icb_id, counts in found.by_icb.items() if icb_id not in boards}
    line = StandingLine
    tied = session.scalar(
        sa.select(sa.func.coalesce(sa.func.sum(col(line.delta)), 0)).where(
            col(line.organisation_id).in_({tie.organisation_id for tie in who.ties}),
            area.holds(line),
            col(line.rank) == NEVER_BEGUN,
            col(line.counts_on) <= on,
            sa.or_(col(line.icb_id).is_(None), col(line.icb_id).not_in(boards)),
        )
    )
    return Counted(free).never_begun - int(tied or 0)


def trend(
    session: Session, area: Area, days: list[date], on: date, since: date | None = None
) -> dict[date, dict[int, int]]:
    """How many organisations hold which rank at the end of each of ``days``, of which ``on`` is the last."""
    since = since or checkpoint(session, on)
    kept_row = StandingCheckpoint
    query = (
        sa.select(col(kept_row.on_date), col(kept_row.rank), sa.func.sum(col(kept_row.number)))
        .where(area.holds(kept_row), col(kept_row.on_date).in_({*days, since}))
        .group_by(col(kept_row.on_date), col(kept_row.rank))
    )
    kept: dict[date, Counter[int]] = {day: Counter() for day in (*days, since)}
    for day, rank, number in session.execute(query):
        kept[day][rank] += int(number)
    later = [(day, rank, int(number)) for day, rank, number in session.execute(_since(area, since, on))]
    return {day: dict(kept[day] if day <= since else _after(kept[since], later, day)) for day in days}


def _after(base: Counter[int], later: list[tuple[date, int, int]], on: date) -> Counter[int]:
    """``base`` and all changes up to ``on``."""
    found = Counter(base)
    for day, rank, number in later:
        if day <= on:
            found[rank] += number
    return found


def _since(area: Area, since: date, on: date) -> sa.Select[date, int, int]:
    line = StandingLine
    return (
        sa.select(col(line.counts_on), col(line.rank), sa.func.sum(col(line.delta)))
        .where(area.holds(line), col(line.counts_on) > since, col(line.counts_on) <= on)
        .group_by(col(line.counts_on), col(line.rank))
    )


def ending(session: Session, area: Area, on: date, untils: Sequence[date]) -> list[dict[int, int]]:
    """For each of ``untils``: how many organisations of the area hold which rank on ``on`` and will hold a lower one,
    or none, at the end of that day, as far as was known on ``on``. Those that are to close or leave the area by then
    are not among them."""
    line = EndingLine
    numbers = [
        sa.func.sum(sa.case((_is_lower(until), col(line.delta)), else_=0)).label(f"by_{place}")
        for place, until in enumerate(untils)
    ]
    query = sa.select(col(line.rank), *numbers).where(
        # Not "is not distinct from", for which PostgreSQL takes no index.
        col(line.area_id) == (area.body.id if area.body else None),
        col(line.lower_from) > on,  # as held_until says; the index begins with it
        col(line.lower_from) <= max(untils),
        col(line.recorded_on) <= on,
        col(line.held_from) <= on,
        col(line.held_until) > on,
    )
    rows = session.execute(query.group_by(col(line.rank))).all()
    return [
        {rank: int(counts[place]) for rank, *counts in rows if counts[place]} for place in range(len(untils))
    ]


def _is_lower(on: date) -> sa.ColumnElement[bool]:
    until = col(EndingLine.lower_until)
    return sa.and_(col(EndingLine.lower_from) <= on, sa.or_(until.is_(None), until > on))


@dataclass(frozen=True)
class Correction:
    """What was learnt of one organisation after the day: from when it counts otherwise, and why that is known."""

    organisation_name: str
    on_date: date
    recorded_on: date
    rank: int
    delta: int
    cause: str  # what the line names: "certificate", "organisation", "submission"


@dataclass(frozen=True)
class Corrections:
    """By how much each count differs with what is known today, and the lines behind it, the newest first."""

    by_rank: dict[int, int]
    lines: list[Correction]
    number: int  # of lines; only the first are listed


def corrections(session: Session, area: Area, on: date) -> Corrections:
    """What was recorded after ``on`` of that day or earlier ones."""
    line = StandingLine
    late = (
        area.holds(line),
        col(line.recorded_on) > col(line.on_date),  # what the index of such lines is made of
        col(line.recorded_on) > on,
        col(line.on_date) <= on,
    )
    sums = sa.select(col(line.rank), sa.func.sum(col(line.delta)), sa.func.count()).where(*late)
    rows = session.execute(sums.group_by(col(line.rank))).all()
    listed = (
        sa.select(
            col(Organisation.name),
            col(line.on_date),
            col(line.recorded_on),
            col(line.rank),
            col(line.delta),
            col(line.cause),
        )
        .join(Organisation, col(Organisation.id) == col(line.organisation_id))
        .where(*late)
        .order_by(col(line.recorded_on).desc(), col(Organisation.name), col(line.on_date), col(line.delta))
        .limit(MOST_CORRECTIONS)
    )
    found = [
        Correction(name, day, recorded, rank, delta, cause.partition(":")[0])
        for name, day, recorded, rank, delta, cause in session.execute(listed)
    ]
    return Corrections(
        {rank: int(total) for rank, total, _ in rows}, found, sum(number for _, _, number in rows)
    )
