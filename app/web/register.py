"""What anyone may see: the public register. Whether a certificate is genuine: ``verify``."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.queries import frameworks, register
from app.rules.days import uk_day
from app.web.pages import page
from app.web.portal import Portal
from app.web.spreadsheets import csv_response
from app.web.transaction import MaybePerson, Now, Transaction

router = APIRouter()
Text = Annotated[str, Query(max_length=300)]
COLUMNS = (
    "Organisation",
    "ODS code",
    "Level",
    "Certificate number",
    "Issued on",
    "Expires on",
    "Framework version",
    "Fictional",
)


@router.get("/register")
async def show(
    request: Request,
    who: MaybePerson,
    session: Transaction,
    parts: Portal,
    at: Now,
    level: Text = "",
    name: Text = "",
    start: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> Response:
    on = uk_day(at)
    lines, total = register.page(session, on, level=level, text=name, skip=start)
    return page(
        request,
        "register/show",
        who,
        lines=lines,
        total=total,
        framework=frameworks.newest_parsed(session, parts.shelf),
        level=level,
        name=name,
        start=start,
        size=register.PAGE,
        on=on,
    )


@router.get("/register.csv")
async def as_csv(session: Transaction, at: Now) -> Response:
    on = uk_day(at)
    rows = register.lines(session, on)
    return csv_response(f"register-{on}.csv", COLUMNS, [cells(row) for row in rows])


def cells(line: register.RegisterLine) -> tuple[object, ...]:
    return (
        line.organisation_name,
        line.ods_code,
        line.level_name,
        line.number,
        line.issued_on,
        line.expires_on,
        line.framework_version,
        "yes" if line.is_fictional else "no",
    )
