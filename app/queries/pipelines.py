"""At which stage submissions were at the end of any day, since when, and of whom.

Stages tell nothing of reviews, scores or decisions. A submission is never counted for somebody of the Assembly who has
a conflict of interest with it, and so never told by a difference either.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from app.models import StageCheckpoint, StageSpan, Submission
from app.queries.areas import Area
from app.queries.dashboards import checkpoint
from app.queries.submissions import free_of_conflict
from app.rules.days import months_before
from app.rules.people import Who

WAITS = (3, 6)  # months: up to the first, between them, longer


@dataclass(frozen=True)
class Waiting:
    """How many submissions of a level are at a stage, by how long, and since when the one that waits longest."""

    level: str
    stage: str
    by_length: tuple[int, int, int]
    since: date

    @property
    def number(self) -> int:
        return sum(self.by_length)


def pipeline(session: Session, area: Area, on: date, who: Who, since: date | None = None) -> list[Waiting]:
    """What was open at the end of the UK day ``on``, by level and stage. ``since``: its checkpoint."""
    parts = sa.union_all(*_parts(area, since or checkpoint(session, on), on, who)).subquery()
    key = (parts.c.level, parts.c.stage, parts.c.from_on)
    number = sa.func.sum(parts.c.number).label("number")
    spans = sa.select(*key, number).group_by(*key).having(number > 0).subquery()
    from_on, short, long = spans.c.from_on, *(months_before(on, months) for months in WAITS)
    query = sa.select(
        spans.c.level,
        spans.c.stage,
        *(
            sa.func.sum(sa.case((waits, spans.c.number), else_=0))
            for waits in (from_on > short, sa.and_(from_on <= short, from_on > long), from_on <= long)
        ),
        sa.func.min(from_on),
    ).group_by(spans.c.level, spans.c.stage)
    rows = session.execute(query.order_by(spans.c.level, spans.c.stage))
    return [Waiting(level, stage, (int(a), int(b), int(c)), oldest) for level, stage, a, b, c, oldest in rows]


def _parts(area: Area, since: date, on: date, who: Who) -> list[sa.Select[str, str, date, int]]:
    """The open spans of the checkpoint and those begun since, less those that ended since or are not to be known."""
    kept, span = StageCheckpoint, StageSpan
    before: sa.Select[str, str, date, int] = sa.select(
        col(kept.level), col(kept.stage), col(kept.from_on), col(kept.number).label("number")
    ).where(area.holds(kept), col(kept.on_date) == since)
    one = sa.select(col(span.level), col(span.stage), col(span.from_on)).where(area.holds(span))
    more, less = one.add_columns(sa.literal(1)), one.add_columns(sa.literal(-1))
    begun = more.where(col(span.from_on) > since, col(span.from_on) <= on)
    ended = less.where(col(span.until_on) > since, col(span.until_on) <= on)
    if _sees_all(who, area):
        return [before, begun, ended]
    return [before, begun, ended, less.where(covers(on), sa.not_(known_to(who, area)))]


def covers(on: date | sa.ColumnElement[date]) -> sa.ColumnElement[bool]:
    """The condition that a span holds at the end of the day ``on``."""
    span = StageSpan
    return sa.and_(col(span.from_on) <= on, sa.or_(col(span.until_on).is_(None), col(span.until_on) > on))


def known_to(who: Who, area: Area) -> sa.ColumnElement[bool]:
    """The condition that the person may know of a span's submission: an area's own viewers of each, of the Assembly's
    people nobody where they have a conflict of interest."""
    if _sees_all(who, area):
        return sa.true()
    return col(StageSpan.submission_id).in_(sa.select(col(Submission.id)).where(free_of_conflict(who)))


def _sees_all(who: Who, area: Area) -> bool:
    return area.is_own_of(who) or not who.ties


def of_bodies(
    session: Session, area: Area, on: date, who: Who, bodies: Collection[UUID]
) -> dict[UUID, list[tuple[str, str, date]]]:
    """Level, stage and since when of what each of these organisations had open on the day."""
    rows = session.execute(
        sa.select(
            col(StageSpan.organisation_id), col(StageSpan.level), col(StageSpan.stage), col(StageSpan.from_on)
        )
        .where(col(StageSpan.organisation_id).in_(bodies), area.holds(StageSpan), covers(on))
        .where(known_to(who, area))
        .order_by(col(StageSpan.from_on), col(StageSpan.level))
    )
    found: dict[UUID, list[tuple[str, str, date]]] = {}
    for id_, level, stage, since in rows:
        found.setdefault(id_, []).append((level, stage, since))
    return found
