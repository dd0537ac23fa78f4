"""Open data: the register as files and as a feed of changes, and the page that says how to use them."""

from datetime import datetime, time

from fastapi import APIRouter, Request, Response

from app.queries import heads, register, register_changes
from app.rules.days import UK, uk_day
from app.rules.heads import COLUMNS as HEAD_COLUMNS
from app.web.api import PREFIX, PUBLIC_FOR
from app.web.pages import page
from app.web.portal import Portal
from app.web.register import COLUMNS, cells
from app.web.spreadsheets import csv_response, xlsx_response
from app.web.transaction import MaybePerson, Now, Transaction

router = APIRouter()
CHANGE_COLUMNS = (
    "Day",
    "Change",
    "Certificate number",
    "Organisation",
    "ODS code",
    "Level",
    "Reason",
    "Fictional",
)
NEWEST = 200  # changes in the feed


@router.get("/open-data")
async def show(request: Request, who: MaybePerson, session: Transaction) -> Response:
    return page(request, "open_data/show", who, prefix=PREFIX, head=heads.newest(session))


@router.get("/register.xlsx")
async def as_workbook(session: Transaction, at: Now) -> Response:
    on = uk_day(at)
    rows = register.lines(session, on)
    return xlsx_response(f"register-{on}.xlsx", "Register", COLUMNS, [cells(row) for row in rows])


@router.get("/register-changes.csv")
async def changes(session: Transaction, at: Now) -> Response:
    """Every change there ever was, the newest first."""
    on = uk_day(at)
    rows = register_changes.changes(session, on, most=register_changes.how_many(session, on))
    return csv_response(f"register-changes-{on}.csv", CHANGE_COLUMNS, [_cells(row) for row in rows])


@router.get("/history-heads.csv")
async def history_heads(session: Transaction, at: Now) -> Response:
    """The head of each day, the newest first: who keeps this file can tell whether the past was written anew."""
    rows = [(one.day, one.sha256) for one in heads.published(session)]
    return csv_response(f"history-heads-{uk_day(at)}.csv", HEAD_COLUMNS, rows)


@router.get("/register.atom")
async def feed(request: Request, session: Transaction, parts: Portal, at: Now) -> Response:
    """The newest changes as an Atom feed (RFC 4287), for feed readers."""
    rows = register_changes.changes(session, uk_day(at), most=NEWEST)
    template = request.app.state.portal.templates.get_template("open_data/feed.xml.jinja")
    entries = [(row, datetime.combine(row.on, time(), UK)) for row in rows]
    body = template.render(entries=entries, at=at, base_url=parts.settings.base_url)
    kept = {"cache-control": f"public, max-age={PUBLIC_FOR}"}
    return Response(body, media_type="application/atom+xml; charset=utf-8", headers=kept)


def _cells(line: register_changes.ChangeLine) -> tuple[object, ...]:
    return (
        line.on,
        line.change.value,
        line.number,
        line.organisation_name,
        line.ods_code,
        line.level_name,
        line.reason,
        "yes" if line.is_fictional else "no",
    )
