"""The JSON interface's figures of ICBs and regions, for who holds a token. Never evidence, scores or drafts."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from app.queries import areas, dashboard_lists, dashboards, frameworks, pipelines
from app.queries.dashboard_lists import Filters
from app.rules.days import uk_day
from app.rules.people import Who
from app.rules.permissions import Permission
from app.web import api_shapes as shapes
from app.web.api import PREFIX, SIZE, Day, OdsCode, PageNumber, answer, listed, not_in_future, whole
from app.web.api_shapes import Listed
from app.web.errors import NotFound
from app.web.guards import TokenFor
from app.web.portal import Portal
from app.web.transaction import Now, Transaction

router = APIRouter(
    prefix=f"{PREFIX}/areas",
    responses={
        400: {"model": shapes.Failure, "description": "The request could not be read"},
        401: {"model": shapes.Failure, "description": "No token that holds"},
        404: {"model": shapes.Failure, "description": "There is no such area, or the token may not read it"},
    },
)
Bearer = Annotated[Who, Depends(TokenFor(Permission.READ_DASHBOARD), scope="function")]
NONE_HELD = 0  # how the interface writes the rank of who holds no level


@router.get("", response_model=Listed[shapes.Area], summary="The areas that the token may read")
async def index(request: Request, who: Bearer, session: Transaction) -> Response:
    """All regions together for the Assembly, then regions, then ICBs by name."""
    found = [
        shapes.Area(code=one.code, name=one.name, kind=one.body.kind.value if one.body else "all")
        for one in areas.open_to(session, who)
    ]
    return answer(request, whole(found), public=False)


@router.get("/{code}/levels", response_model=Listed[shapes.LevelCount], summary="Levels held on a day")
async def levels(
    request: Request, who: Bearer, session: Transaction, parts: Portal, at: Now, code: OdsCode, on: Day = None
) -> Response:
    """The counts of one kind add up to its organisations on that day."""
    area, day = _area(session, who, code), _told(session, on, uk_day(at))
    counted = dashboards.counted(session, area, day)
    held, taking_part = counted.held, counted.taking_part
    framework = frameworks.newest_parsed(session, parts.shelf)
    counts: list[shapes.LevelCount] = []
    for kind, total in sorted(taking_part.items()):
        numbers = {one.rank: held.get((kind, one.rank), 0) for one in framework.levels}
        of_none = ("No level held", None, NONE_HELD, total - sum(numbers.values()))
        of_levels = [(one.name, one.id, one.rank, numbers[one.rank]) for one in framework.levels]
        counts += [
            shapes.LevelCount(
                on=day, kind=kind.value, level=id_, level_name=name, rank=rank, organisations=number
            )
            for name, id_, rank, number in [of_none, *of_levels]
        ]
    return answer(request, whole(counts), public=False)


@router.get("/{code}/stages", response_model=Listed[shapes.StageCount], summary="Stages on a day")
async def stages(
    request: Request, who: Bearer, session: Transaction, at: Now, code: OdsCode, on: Day = None
) -> Response:
    """Submissions that are closed or released are not among them."""
    area, day = _area(session, who, code), _told(session, on, uk_day(at))
    counts = [
        shapes.StageCount(
            on=day, level=one.level, stage=one.stage, submissions=one.number, waiting_since=one.since
        )
        for one in pipelines.pipeline(session, area, day, who)
    ]
    return answer(request, whole(counts), public=False)


@router.get(
    "/{code}/organisations", response_model=Listed[shapes.Standing], summary="Each organisation on a day"
)
async def organisations(
    request: Request,
    who: Bearer,
    session: Transaction,
    parts: Portal,
    at: Now,
    code: OdsCode,
    on: Day = None,
    page: PageNumber = 1,
) -> Response:
    """By name. What is in the pipeline stands there once for each level."""
    area, day = _area(session, who, code), _told(session, on, uk_day(at))
    names = {one.rank: one.id for one in frameworks.newest_parsed(session, parts.shelf).levels}
    found = dashboard_lists.organisations(
        session, area, day, Filters(), who, skip=(page - 1) * SIZE, most=SIZE
    )
    items = [
        shapes.Standing(
            on=day,
            ods_code=line.ods_code,
            organisation=line.name,
            kind=line.kind.value,
            level=names.get(line.rank),
            expires_on=line.expires_on,
            in_pipeline=[
                shapes.InPipeline(level=level, stage=stage, since=since)
                for level, stage, since in line.in_pipeline
            ],
        )
        for line in found
    ]
    total = dashboard_lists.how_many(session, area, day, Filters(), who)
    return answer(request, listed(request, items, total, page), public=False)


def _area(session: Session, who: Who, code: str) -> areas.Area:
    """The area with this code among those that the token may read: any other is as one that does not exist."""
    for area in areas.open_to(session, who):
        if area.code.upper() == code.upper():
            return area
    raise NotFound


def _told(session: Session, on: date | None, today: date) -> date:
    """The day that is asked for. Raises NotFound for a day before the records began: nothing can be told of it."""
    day = not_in_future(on, today)
    begin = dashboards.records_begin(session)
    if begin is None or day < begin:
        raise NotFound
    return day
