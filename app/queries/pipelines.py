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

from app.models import StageSpan, Submission
from app.queries.areas import Area
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


def pipeline(session: Session, area: Area, on: date, who: Who) -> list[Waiting]:
    """What was open at the end of the UK day ``on``, by level and stage."""
    parts = sa.union_all(*_open(area, on, who)).subquery()
    since = parts.c.from_on
    short, long = (months_before(on, months) for months in WAITS)
    query = sa.select(
        parts.c.level,
        parts.c.stage,
        sa.func.sum(sa.case((since > short, 1), else_=0)),
        sa.func.sum(sa.case((sa.and_(since <= short, since > long), 1), else_=0)),
        sa.func.sum(sa.case((since <= long, 1), else_=0)),
        sa.func.min(since),
    ).group_by(parts.c.level, parts.c.stage)
    rows = session.execute(query.order_by(parts.c.level, parts.c.stage))
    return [Waiting(level, stage, (a, b, c), oldest) for level, stage, a, b, c, oldest in rows]


def _open(area: Area, on: date, who: Who) -> list[sa.Select[str, str, date]]:
    """The spans that still run, and those that ended later than ``on``: apart, so that an index serves each."""
    made = sa.select(col(StageSpan.level), col(StageSpan.stage), col(StageSpan.from_on)).where(
        area.holds(StageSpan), col(StageSpan.from_on) <= on, known_to(who, area)
    )
    return [made.where(col(StageSpan.until_on).is_(None)), made.where(col(StageSpan.until_on) > on)]


def covers(on: date) -> sa.ColumnElement[bool]:
    """The condition that a span holds at the end of the day ``on``."""
    span = StageSpan
    return sa.and_(col(span.from_on) <= on, sa.or_(col(span.until_on).is_(None), col(span.until_on) > on))


def known_to(who: Who, area: Area) -> sa.ColumnElement[bool]:
    """The condition that the person may know of a span's submission: an area's own viewers of each, of the Assembly's
    people nobody where they have a conflict of interest."""
    if area.is_own_of(who) or not who.ties:
        return sa.true()
    return col(StageSpan.submission_id).in_(sa.select(col(Submission.id)).where(free_of_conflict(who)))


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
