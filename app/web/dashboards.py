"""Counts for an ICB, a region and the Assembly."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from app.criteria.schema import Framework, OrganisationKind
from app.models import Organisation
from app.queries import dashboards, frameworks
from app.queries.dashboards import Filters
from app.rules import targets
from app.rules.days import uk_day
from app.rules.people import Who
from app.rules.permissions import Permission
from app.rules.workflow import Stage
from app.web.errors import NotFound
from app.web.guards import OrganisationFor, PortalFor
from app.web.pages import go, page
from app.web.portal import Portal
from app.web.spreadsheets import csv_response
from app.web.transaction import Now, Person, Transaction

router = APIRouter()
Text = Annotated[str, Query(max_length=200)]
STAGES = (Stage.WITH_SPONSOR, Stage.SUBMITTED, Stage.BEING_REVIEWED)
NONE_HELD = "none"
COLUMNS = (
    "Organisation",
    "ODS code",
    "Kind",
    "Level held",
    "In date until",
    "In the pipeline for",
    "Stage",
    "As of",
)


async def area_of(
    organisation: Annotated[
        Organisation, Depends(OrganisationFor(Permission.READ_DASHBOARD), scope="function")
    ],
) -> Organisation:
    if organisation.kind is OrganisationKind.TRUST:
        raise NotFound
    return organisation


Area = Annotated[Organisation, Depends(area_of, scope="function")]


@dataclass(frozen=True)
class Bar:
    """One bar of the chart: a level, how many hold it as their highest, and the bar's length in percent."""

    label: str
    count: int
    length: int


@router.get("/dashboards")
async def choose(
    request: Request,
    who: Annotated[Who, Depends(PortalFor(Permission.OWN_ACCOUNT))],
    session: Transaction,
) -> Response:
    areas = dashboards.areas(session, who)
    if not areas:
        raise NotFound
    if len(areas) == 1:
        return go(f"/dashboards/{areas[0].id}")
    return page(request, "dashboards/choose", who, areas=areas)


@router.get("/dashboards/{organisation_id}")
async def show(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    area: Area,
    at: Now,
    level: Text = "",
    stage: Text = "",
    name: Text = "",
    start: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> Response:
    framework, on = frameworks.newest_parsed(session, parts.shelf), uk_day(at)
    filters = _filters(framework, level, stage, name)
    taking_part = dashboards.taking_part(session, area, on)
    held = dashboards.held(session, area, on)
    return page(
        request,
        "dashboards/show",
        who,
        area=area,
        on=on,
        framework=framework,
        total=sum(taking_part.values()),
        taking_part=taking_part,
        bars=_bars(framework, held, sum(taking_part.values())),
        targets=[targets.result(target, framework, held, taking_part) for target in framework.targets],
        pipeline=dashboards.pipeline(session, area, on, who),
        stages=STAGES,
        lines=dashboards.organisations(session, area, on, filters, who, skip=start),
        found=dashboards.how_many(session, area, on, filters, who),
        level=level,
        stage=stage,
        name=name,
        start=start,
        size=dashboards.PAGE,
        level_names={one.rank: one.name for one in framework.levels},
    )


@router.get("/dashboards/{organisation_id}/organisations.csv")
async def as_csv(
    who: Person,
    session: Transaction,
    parts: Portal,
    area: Area,
    at: Now,
    level: Text = "",
    stage: Text = "",
    name: Text = "",
) -> Response:
    framework, on = frameworks.newest_parsed(session, parts.shelf), uk_day(at)
    filters = _filters(framework, level, stage, name)
    lines = dashboards.organisations(session, area, on, filters, who, most=None)
    names = {one.rank: one.name for one in framework.levels}
    levels = {one.id: one.name for one in framework.levels}
    rows = [
        (
            line.name,
            line.ods_code,
            line.kind.value,
            names.get(line.rank or 0, "none"),
            line.expires_on,
            levels.get(line.stage_level, ""),
            line.stage,
            on,
        )
        for line in lines
    ]
    return csv_response(f"organisations-{area.ods_code}-{on}.csv", COLUMNS, rows)


def _filters(framework: Framework, level: str, stage: str, name: str) -> Filters:
    """What the address asks for; a word that is not one of the choices narrows nothing."""
    ranks = {one.id: one.rank for one in framework.levels} | {NONE_HELD: 0}
    stages = {one.value: one for one in STAGES}
    return Filters(ranks.get(level), stages.get(stage), name.strip())


def _bars(framework: Framework, held: dict[tuple[OrganisationKind, int], int], total: int) -> list[Bar]:
    """No level first, then each level by rank."""
    by_rank = {
        one.rank: sum(count for (_, rank), count in held.items() if rank == one.rank)
        for one in framework.levels
    }
    counts = [("No level held", total - sum(by_rank.values()))]
    counts += [(one.name, by_rank[one.rank]) for one in sorted(framework.levels, key=lambda one: one.rank)]
    return [Bar(label, count, round(100 * count / total) if total else 0) for label, count in counts]
