"""How often each criterion was met, as far as it is told: sums of whole steps."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from app.criteria.schema import OrganisationKind
from app.models import CriterionFigure, Organisation
from app.queries.areas import Area


@dataclass(frozen=True)
class Told:
    """Of ``judged`` organisations, how many met the criterion at their first outcome for the level."""

    level: str
    code: str
    judged: int
    met: int


@dataclass(frozen=True)
class ToldOf:
    """What is told of the area itself, and of its region where it is an ICB."""

    area: list[Told]
    region: list[Told]


def told(session: Session, area: Area, version_id: UUID, on: date) -> ToldOf:
    """What was told at the end of the day ``on``. An ICB's figures hold its own steps alone, a region's all."""
    figure = CriterionFigure
    # Figures are running totals that never fall, so the last one is the greatest.
    last = (
        sa.select(
            col(figure.area_id).label("area_id"),
            col(figure.level).label("level"),
            col(figure.criterion_code).label("code"),
            sa.func.max(col(figure.judged)).label("judged"),
            sa.func.max(col(figure.met)).label("met"),
        )
        .where(col(figure.area_id).in_(_areas(area)))
        .where(col(figure.framework_version_id) == version_id, col(figure.from_on) <= on)
        .group_by(col(figure.area_id), col(figure.level), col(figure.criterion_code))
        .subquery()
    )
    # Of all regions each is one's own. PostgreSQL groups by no constant, so that is asked of the column.
    is_own = last.c.area_id == area.body.id if area.body else last.c.area_id.is_not(None)
    query = (
        sa.select(is_own, last.c.level, last.c.code, sa.func.sum(last.c.judged), sa.func.sum(last.c.met))
        .group_by(is_own, last.c.level, last.c.code)
        .order_by(last.c.level, last.c.code)
    )
    found = [
        (own, Told(level, code, int(n), int(met))) for own, level, code, n, met in session.execute(query)
    ]
    return ToldOf([one for own, one in found if own], [one for own, one in found if not own])


def _areas(area: Area) -> list[UUID] | sa.Select[UUID]:
    if area.body is None:
        return sa.select(col(Organisation.id)).where(col(Organisation.kind) == OrganisationKind.REGION)
    return [area.body.id, *([area.body.region_id] if area.is_icb and area.body.region_id else [])]
