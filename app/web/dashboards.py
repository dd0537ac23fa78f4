"""Dashboards of an ICB, a region and all regions, as of the end of any day."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from app.criteria.schema import Framework
from app.queries import areas, dashboard_lists
from app.queries.dashboard_lists import Filters
from app.queries.figures import figures
from app.rules.errors import RuleError
from app.rules.people import Who
from app.rules.permissions import Permission
from app.rules.standings import NONE_HELD
from app.web import dashboard_pictures as pictures
from app.web import dashboard_tables as drawn
from app.web.dashboard_visits import ToAll, ToArea, Visit
from app.web.errors import NotFound
from app.web.guards import PortalFor
from app.web.pages import go, page
from app.web.spreadsheets import csv_response
from app.web.transaction import Transaction

router = APIRouter()
Text = Annotated[str, Query(max_length=200)]
Start = Annotated[int, Query(ge=0, le=1_000_000)]
NONE = "none"
COLUMNS = (
    "Organisation",
    "ODS code",
    "Kind",
    "Level held",
    "In date until",
    "In the pipeline",
    "As of",
)


@router.get("/dashboards")
async def choose(
    request: Request,
    who: Annotated[Who, Depends(PortalFor(Permission.OWN_ACCOUNT))],
    session: Transaction,
) -> Response:
    found = areas.open_to(session, who)
    if not found:
        raise NotFound
    if len(found) == 1:
        return go(f"/dashboards/{found[0].key}")
    return page(request, "dashboards/choose", who, areas=found)


@router.get("/dashboards/all")
async def show_all(visit: ToAll) -> Response:
    return _show(visit)


@router.get("/dashboards/{organisation_id}")
async def show(visit: ToArea) -> Response:
    return _show(visit)


@router.get("/dashboards/all/organisations")
async def list_all(
    visit: ToAll, level: Text = "", stage: Text = "", name: Text = "", start: Start = 0
) -> Response:
    return _list(visit, Wish(level, stage, name), start)


@router.get("/dashboards/{organisation_id}/organisations")
async def list_area(
    visit: ToArea, level: Text = "", stage: Text = "", name: Text = "", start: Start = 0
) -> Response:
    return _list(visit, Wish(level, stage, name), start)


@router.get("/dashboards/all/organisations.csv")
async def list_all_as_csv(visit: ToAll, level: Text = "", stage: Text = "", name: Text = "") -> Response:
    return _list_as_csv(visit, Wish(level, stage, name))


@router.get("/dashboards/{organisation_id}/organisations.csv")
async def list_area_as_csv(visit: ToArea, level: Text = "", stage: Text = "", name: Text = "") -> Response:
    return _list_as_csv(visit, Wish(level, stage, name))


@router.get("/dashboards/all/tables/{table}.csv")
async def table_of_all(visit: ToAll, table: str) -> Response:
    return _table_as_csv(visit, table)


@router.get("/dashboards/{organisation_id}/tables/{table}.csv")
async def table_of_area(visit: ToArea, table: str) -> Response:
    return _table_as_csv(visit, table)


@dataclass(frozen=True)
class Wish:
    """How the list is narrowed, as the address says it."""

    level: str = ""
    stage: str = ""
    name: str = ""

    def filters(self, framework: Framework) -> Filters:
        """A word that is not one of the choices narrows nothing."""
        ranks = {one.id: one.rank for one in framework.levels} | {NONE: NONE_HELD}
        stage = self.stage if self.stage in {one.value for one in drawn.STAGES} else ""
        return Filters(ranks.get(self.level), stage, self.name.strip())


def _show(visit: Visit) -> Response:
    try:
        on = visit.day()
    except RuleError as refused:
        return visit.refused("dashboards/show", refused)
    if any(visit.asked.typed.values()):
        return go(f"/dashboards/{visit.area.key}?on={on}")
    found = figures(visit.session, visit.parts.shelf, visit.area, on, visit.begin or on, visit.who)
    tables = drawn.tables(found)
    return page(
        visit.request,
        "dashboards/show",
        visit.who,
        **visit.drawn(on),
        figures=found,
        tables=tables,
        total=sum(found.counted.taking_part.values()),
        targets=drawn.target_results(found),
        bars=pictures.bars(tables["levels"]),
        tiles=pictures.tiles(tables["icbs"]),
        columns=pictures.stacks(tables["trend"]),
        shares=pictures.shares(tables["principles"]),
        is_of_region=drawn.is_of_region(found),
        has_left_out=not visit.area.is_own_of(visit.who) and bool(visit.who.ties),
    )


def _list(visit: Visit, wish: Wish, start: int) -> Response:
    try:
        on = visit.day()
    except RuleError as refused:
        return visit.refused("dashboards/organisations", refused)
    if any(visit.asked.typed.values()):
        return go(f"/dashboards/{visit.area.key}/organisations?on={on}")
    session, area, framework = visit.session, visit.area, visit.framework(on)
    filters = wish.filters(framework)
    return page(
        visit.request,
        "dashboards/organisations",
        visit.who,
        **visit.drawn(on),
        framework=framework,
        lines=dashboard_lists.organisations(session, area, on, filters, visit.who, skip=start),
        found=dashboard_lists.how_many(session, area, on, filters, visit.who),
        wish=wish,
        start=start,
        size=dashboard_lists.PAGE,
        stages=drawn.STAGES,
        level_names={one.rank: one.name for one in framework.levels},
        level_ids={one.id: one.name for one in framework.levels},
        has_left_out=not area.is_own_of(visit.who) and bool(visit.who.ties),
    )


def _list_as_csv(visit: Visit, wish: Wish) -> Response:
    on = _day_or_not_found(visit)
    framework = visit.framework(on)
    lines = dashboard_lists.organisations(
        visit.session, visit.area, on, wish.filters(framework), visit.who, most=None
    )
    ranks = {one.rank: one.name for one in framework.levels}
    names = {one.id: one.name for one in framework.levels}
    rows = [
        (
            line.name,
            line.ods_code,
            line.kind.value,
            ranks.get(line.rank, "none"),
            line.expires_on,
            "; ".join(f"{names.get(level, level)}: {stage}" for level, stage, _ in line.in_pipeline),
            on,
        )
        for line in lines
    ]
    return csv_response(f"organisations-{visit.area.code}-{on}.csv", COLUMNS, rows)


def _table_as_csv(visit: Visit, key: str) -> Response:
    """One table of the page, with the day in each row: files are read apart from their name."""
    on = _day_or_not_found(visit)
    found = figures(visit.session, visit.parts.shelf, visit.area, on, visit.begin or on, visit.who)
    table = drawn.tables(found).get(key)
    if table is None:
        raise NotFound
    rows = [(visit.area.name, on, *row) for row in table.rows]
    return csv_response(f"{table.key}-{visit.area.code}-{on}.csv", ("Area", "As of", *table.columns), rows)


def _day_or_not_found(visit: Visit) -> date:
    try:
        return visit.day()
    except RuleError as refused:
        raise NotFound from refused
