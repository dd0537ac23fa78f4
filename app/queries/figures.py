"""Everything one dashboard shows, read once: page, picture and file are drawn from the same figures."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlmodel import Session

from app.criteria.schema import Framework
from app.queries import dashboards, organisations, pipelines, tallies
from app.queries.areas import Area
from app.queries.dashboards import Corrections, Counted
from app.queries.frameworks import FrameworkShelf, in_force
from app.queries.pipelines import Waiting
from app.queries.tallies import ToldOf
from app.rules.dashboards import trend_days
from app.rules.days import end_of, months_after
from app.rules.people import Who


@dataclass(frozen=True)
class Figures:
    """As of the end of the UK day ``on``."""

    area: Area
    on: date
    framework: Framework  # in force that day
    counted: Counted
    corrections: Corrections
    pipeline: list[Waiting]
    never_begun: int
    ending: dict[int, dict[int, int]]  # by months ahead, the furthest first: by rank
    trend: dict[date, dict[int, int]]
    told: ToldOf
    icb_names: list[tuple[UUID, str]]


def figures(session: Session, shelf: FrameworkShelf, area: Area, on: date, begin: date, who: Who) -> Figures:
    """Read them. ``begin``: the first day of which anything is told."""
    version_id, framework = in_force(session, shelf, end_of(on))
    since = dashboards.checkpoint(session, on)
    counted = dashboards.counted(session, area, on, since)
    ahead = framework.settings.expiry_reminder_months
    return Figures(
        area=area,
        on=on,
        framework=framework,
        counted=counted,
        corrections=dashboards.corrections(session, area, on),
        pipeline=pipelines.pipeline(session, area, on, who, since),
        never_begun=dashboards.never_begun(session, area, on, who, counted),
        ending=dict(
            zip(
                ahead,
                dashboards.ending(session, area, on, [months_after(on, one) for one in ahead]),
                strict=True,
            )
        ),
        trend=dashboards.trend(session, area, trend_days(begin, on), on, since),
        told=tallies.told(session, area, version_id, on),
        icb_names=organisations.names(session, [id_ for id_ in counted.by_icb if id_]),
    )
