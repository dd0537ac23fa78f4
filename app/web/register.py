"""What anyone may see: the public register, and whether a certificate is genuine."""

import re
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.models import Certificate
from app.queries import certificates, frameworks, register
from app.rules.certificates import standing
from app.rules.days import uk_day
from app.web.pages import page
from app.web.portal import Portal
from app.web.spreadsheets import csv_response
from app.web.transaction import MaybePerson, Now, Transaction

router = APIRouter()
Text = Annotated[str, Query(max_length=300)]
TOKEN = re.compile(r"[0-9a-f]{32}")
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
    return page(
        request,
        "register/show",
        who,
        lines=register.lines(session, on, level=level, text=name, skip=start),
        total=register.count(session, on, level=level, text=name),
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
    rows = register.lines(session, on, most=None)
    return csv_response(f"register-{on}.csv", COLUMNS, [_cells(row) for row in rows])


def _cells(line: register.RegisterLine) -> tuple[object, ...]:
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


@router.get("/verify")
async def ask(
    request: Request, who: MaybePerson, session: Transaction, at: Now, number: Text = ""
) -> Response:
    """The form, and the answer by number: a person reads it off a printed certificate."""
    number = number.strip().upper()
    if not number:
        return page(request, "register/ask", who)
    return _answer(request, who, session, certificates.by_number(session, number), at, number)


@router.get("/verify/{token}")
async def verify(request: Request, who: MaybePerson, session: Transaction, at: Now, token: str) -> Response:
    """The answer by the token in the QR code."""
    known = certificates.by_token(session, token) if TOKEN.fullmatch(token) else None
    return _answer(request, who, session, known, at, "")


def _answer(
    request: Request,
    who: MaybePerson,
    session: Transaction,
    certificate: Certificate | None,
    at: Now,
    number: str,
) -> Response:
    if certificate is None:
        return page(request, "register/not_ours", who, status=404, number=number)
    return page(
        request,
        "register/answer",
        who,
        certificate=certificate,
        standing=standing(certificate, uk_day(at)).value,
        successors=register.successors(session, certificate),
        at=at,
    )
