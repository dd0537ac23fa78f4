"""The JSON interface, version 1: the register for anyone, figures of areas for who holds a token.

Made for tools that ask again and again: pages with the address of the next, and an ETag on each answer.
"""

from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from typing import Annotated, TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel

from app.models import Certificate
from app.queries import register, register_changes
from app.rules.certificates import standing
from app.rules.days import uk_day
from app.web.api_shapes import Award, ChangeOfRegister, Failure, Listed
from app.web.errors import BadRequest, NotFound
from app.web.portal import Portal
from app.web.transaction import Now, Transaction

PREFIX = "/api/v1"
PUBLIC_FOR = 60  # seconds: a revocation must be seen within a minute
SIZE = 100
router = APIRouter(
    prefix=PREFIX,
    responses={
        400: {"model": Failure, "description": "The request could not be read"},
        404: {"model": Failure, "description": "There is no such thing"},
    },
)
Shape = TypeVar("Shape", bound=BaseModel)
PageNumber = Annotated[int, Query(ge=1, le=100_000, description="Counted from 1")]
Day = Annotated[date | None, Query(description="UK day, as 2026-11-22. Default: today")]
Text = Annotated[str, Query(max_length=200)]
OdsCode = Annotated[str, Path(pattern=r"^[A-Za-z0-9]{2,10}$", description="ODS code of the organisation")]


def answer(request: Request, shape: BaseModel, *, public: bool = True) -> Response:
    """``shape`` as JSON with an ETag, or 304 when the asker has these very bytes."""
    body = shape.model_dump_json().encode()
    tag = f'"{sha256(body).hexdigest()[:32]}"'
    headers = {
        "etag": tag,
        "cache-control": f"public, max-age={PUBLIC_FOR}" if public else "private, no-cache",
        "vary": "authorization",
        "access-control-allow-origin": "*",
        "cross-origin-resource-policy": "cross-origin",
    }
    if not public:
        del headers["access-control-allow-origin"], headers["cross-origin-resource-policy"]
    known = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    if tag in known or known == ["*"]:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def listed(request: Request, items: Sequence[Shape], total: int, number: int) -> Listed[Shape]:
    """One page of a list, with the address of the next."""
    asked = {**request.query_params, "page": number + 1}
    following = f"{request.url.path}?{urlencode(asked)}" if number * SIZE < total else None
    return Listed(items=list(items), total=total, page=number, next=following)


def whole(items: Sequence[Shape]) -> Listed[Shape]:
    """A list that is short enough never to be cut into pages."""
    return Listed(items=list(items), total=len(items), page=1, next=None)


def not_in_future(on: date | None, today: date) -> date:
    """The day that is asked for, today when none is. Raises BadRequest for a day that has not been."""
    if on is not None and on > today:
        raise BadRequest("The day asked for has not been yet. Give today or an earlier day.")
    return on or today


@router.get("/register", response_model=Listed[Award], summary="Who held what on a day")
async def held(
    request: Request,
    session: Transaction,
    parts: Portal,
    at: Now,
    level: Text = "",
    name: Text = "",
    on: Day = None,
    page: PageNumber = 1,
) -> Response:
    """Each organisation once, with the highest level it held on the day, by name."""
    day = not_in_future(on, uk_day(at))
    rows, total = register.page(session, day, level=level, text=name, skip=(page - 1) * SIZE, most=SIZE)
    awards = [_award(row, day, parts.settings.base_url) for row in rows]
    return answer(request, listed(request, awards, total, page))


@router.get(
    "/register/{ods_code}", response_model=Listed[Award], summary="Every certificate of an organisation"
)
async def of_organisation(
    request: Request, session: Transaction, parts: Portal, at: Now, ods_code: OdsCode
) -> Response:
    """Also those that are revoked, expired or superseded, the newest first."""
    rows = register.of_body(session, ods_code.upper())
    if not rows:
        raise NotFound
    awards = [_award(row, uk_day(at), parts.settings.base_url) for row in rows]
    return answer(request, whole(awards))


@router.get("/changes", response_model=Listed[ChangeOfRegister], summary="Changes of the register")
async def changes(
    request: Request,
    session: Transaction,
    at: Now,
    since: Annotated[date | None, Query(description="Only changes of this UK day and later")] = None,
    page: PageNumber = 1,
) -> Response:
    """The newest first."""
    today = uk_day(at)
    rows = register_changes.changes(session, today, since=since, skip=(page - 1) * SIZE, most=SIZE)
    items = [
        ChangeOfRegister(
            key=row.key,
            change=row.change.value,
            on=row.on,
            certificate_number=row.number,
            organisation=row.organisation_name,
            ods_code=row.ods_code,
            level=row.level,
            level_name=row.level_name,
            reason=row.reason,
            fictional=row.is_fictional,
        )
        for row in rows
    ]
    return answer(
        request, listed(request, items, register_changes.how_many(session, today, since=since), page)
    )


def _award(row: Certificate, on: date, base_url: str) -> Award:
    return Award(
        certificate_number=row.number,
        organisation=row.organisation_name,
        ods_code=row.ods_code,
        level=row.level,
        level_name=row.level_name,
        issued_on=row.issued_on,
        expires_on=row.expires_on,
        standing=standing(row, on).value,
        framework_version=row.framework_version,
        fictional=row.is_fictional,
        address=f"{base_url}/verify?number={row.number}",
    )
