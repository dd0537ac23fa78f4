"""The organisations of an area on any day: name, level and stage as they were then."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from app.criteria.schema import OrganisationKind
from app.models import Organisation, OrganisationChange, StageSpan, StandingLine
from app.queries import dashboards, pipelines
from app.queries.areas import Area
from app.rules.days import end_of
from app.rules.people import Who
from app.rules.standings import NONE_HELD, Place, held_until, place_on

PAGE = 50
AT_ONCE = 500


@dataclass(frozen=True)
class Filters:
    rank: int | None = None  # NONE_HELD: no level held
    stage: str = ""
    text: str = ""

    @property
    def is_any(self) -> bool:
        return self.rank is not None or bool(self.stage or self.text)

    def takes(self, rank: int) -> bool:
        """Whether the organisations that hold ``rank`` are asked for."""
        return self.rank is None or self.rank == max(rank, NONE_HELD)


@dataclass(frozen=True)
class OrganisationLine:
    """Where one organisation of the area was on the day. ``expires_on``: the last day of its level, as known then."""

    organisation_id: UUID
    name: str
    name_now: str
    ods_code: str
    kind: OrganisationKind
    rank: int
    expires_on: date | None
    in_pipeline: list[tuple[str, str, date]] = field(default_factory=list)  # level, stage, since


def organisations(
    session: Session,
    area: Area,
    on: date,
    filters: Filters,
    who: Who,
    *,
    skip: int = 0,
    most: int | None = PAGE,
) -> list[OrganisationLine]:
    """The organisations by the name they have now, narrowed by ``filters``. A submission that ``who`` may not know of
    is as if there were none."""
    ids = session.scalars(
        _chosen(area, on, filters, who)
        .order_by(col(Organisation.name), col(Organisation.id))
        .offset(skip)
        .limit(most)
    ).all()
    found: list[OrganisationLine] = []
    for first in range(0, len(ids), AT_ONCE):
        found += _lines(session, area, on, who, ids[first : first + AT_ONCE])
    return found


def how_many(session: Session, area: Area, on: date, filters: Filters, who: Who) -> int:
    if not filters.text and not filters.stage:  # these are added up already
        ranks = dashboards.counted(session, area, on).ranks
        return sum(number for (_, rank), number in ranks.items() if filters.takes(rank))
    chosen = _chosen(area, on, filters, who).subquery()
    return session.scalar(sa.select(sa.func.count()).select_from(chosen)) or 0


def _chosen(area: Area, on: date, filters: Filters, who: Who) -> sa.Select[UUID]:
    """The organisations of the area on that day.

    What a line must be stands within the sum: as a condition beside it, SQLite would read all of the area's lines
    once for each organisation.
    """
    line = StandingLine
    wanted = [area.holds(line), col(line.counts_on) <= on]
    if filters.rank is not None:
        wanted.append(
            col(line.rank) == filters.rank if filters.rank > NONE_HELD else col(line.rank) <= NONE_HELD
        )
    counts = sa.select(sa.func.sum(sa.case((sa.and_(*wanted), col(line.delta)), else_=0))).where(
        col(line.organisation_id) == col(Organisation.id)
    )
    query = sa.select(col(Organisation.id)).where(counts.correlate(Organisation).scalar_subquery() > 0)
    if filters.text:
        query = query.where(sa.func.lower(Organisation.name).contains(filters.text.lower(), autoescape=True))
    if filters.stage:
        query = query.where(col(Organisation.id).in_(_at_stage(area, on, filters.stage, who)))
    return query


def _at_stage(area: Area, on: date, stage: str, who: Who) -> sa.Select[UUID]:
    return sa.select(col(StageSpan.organisation_id)).where(
        area.holds(StageSpan),
        pipelines.covers(on),
        col(StageSpan.stage) == stage,
        pipelines.known_to(who, area),
    )


def _lines(
    session: Session, area: Area, on: date, who: Who, ids: Collection[UUID]
) -> Iterator[OrganisationLine]:
    rows = {
        row.id: row for row in session.scalars(sa.select(Organisation).where(col(Organisation.id).in_(ids)))
    }
    known = _known_of(session, on, ids)
    names = _names(session, on, ids)
    stages = pipelines.of_bodies(session, area, on, who, ids)
    for id_ in ids:
        row, place = rows[id_], place_on(known[id_], on)
        name, rank = names.get(id_, row.name), place.rank if place else NONE_HELD
        until = held_until(known[id_], on)
        yield OrganisationLine(id_, name, row.name, row.ods_code, row.kind, rank, until, stages.get(id_, []))


def _known_of(session: Session, on: date, ids: Collection[UUID]) -> dict[UUID, dict[tuple[Place, date], int]]:
    """The lines of each organisation that were recorded by the end of ``on``, those dated ahead among them."""
    line = StandingLine
    rows = session.execute(
        sa.select(
            col(line.organisation_id),
            col(line.kind),
            col(line.icb_id),
            col(line.region_id),
            col(line.rank),
            col(line.on_date),
            sa.func.sum(col(line.delta)),
        )
        .where(col(line.organisation_id).in_(ids), col(line.recorded_on) <= on)
        .group_by(
            col(line.organisation_id),
            col(line.kind),
            col(line.icb_id),
            col(line.region_id),
            col(line.rank),
            col(line.on_date),
        )
    )
    found: dict[UUID, dict[tuple[Place, date], int]] = defaultdict(dict)
    for id_, kind, icb_id, region_id, rank, day, delta in rows:
        found[id_][Place(kind, icb_id, region_id, rank), day] = int(delta)
    return found


def _names(session: Session, on: date, ids: Collection[UUID]) -> dict[UUID, str]:
    """The name of each on the day, as it was known then: of its changes the last that had come into force."""
    change: Any = OrganisationChange
    end = end_of(on)
    rows = session.execute(
        sa.select(change.organisation_id, change.name)
        .where(change.organisation_id.in_(ids), change.recorded_at < end)
        .where(sa.or_(change.from_on.is_(None), change.from_on <= on))
        .where(sa.or_(change.void_at.is_(None), change.void_at >= end))
        .order_by(sa.func.coalesce(change.from_on, date.min), change.recorded_at, change.id)
    )
    return {row.organisation_id: row.name for row in rows}
