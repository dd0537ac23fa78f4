"""The self-assessment away from the portal: as Word, Excel, PDF, or a ZIP with its evidence."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import BinaryIO

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from sqlmodel import Session

from app.adapters import form_pdf
from app.adapters.documents.writing import write as write_document
from app.adapters.forms import Form
from app.adapters.spreadsheets.writing import write as write_spreadsheet
from app.adapters.structure.check import ACCEPTED
from app.models import SelfAssessment
from app.queries import exports as queries
from app.rules.exports import Contents, criteria_of, form_of, levels_of
from app.rules.permissions import Permission, Scope, allows
from app.web.downloads import disposition
from app.web.errors import NotFound
from app.web.export_archives import COLUMNS, Line, Parts, chunks, packed
from app.web.pages import page
from app.web.portal import Portal, PortalParts
from app.web.self_assessments import Readable
from app.web.transaction import Now, Person, Transaction

router = APIRouter()
# Of their own: people who wait for a PDF must not take the threads that check everybody's uploads.
_SLOW = ThreadPoolExecutor(max_workers=2, thread_name_prefix="exports")
ALL = "all"
PATH = "/self-assessments/{self_assessment_id}/export"


@router.get(PATH)
async def show(
    request: Request, who: Person, session: Transaction, parts: Portal, self_assessment: Readable
) -> Response:
    framework = parts.shelf.get(session, self_assessment.framework_version_id)
    scope = Scope(organisation_id=self_assessment.organisation_id)
    return page(
        request,
        "exports/show",
        who,
        self_assessment=self_assessment,
        framework=framework,
        choices=[(ALL, "All levels"), *((one.id, one.name) for one in levels_of(framework, ""))],
        may_write=allows(Permission.WRITE_ANSWERS, who, scope),
    )


@router.get(f"{PATH}.docx")
async def document(
    request: Request, session: Transaction, parts: Portal, at: Now, self_assessment: Readable
) -> Response:
    contents, level = _read(request, session, parts, self_assessment)
    made = await asyncio.to_thread(write_document, _form(parts, contents, level, at))
    return _attachment(made, ACCEPTED["docx"], _name(contents, level, "docx"))


@router.get(f"{PATH}.xlsx")
async def spreadsheet(
    request: Request, session: Transaction, parts: Portal, at: Now, self_assessment: Readable
) -> Response:
    contents, level = _read(request, session, parts, self_assessment)
    made = await asyncio.to_thread(write_spreadsheet, _form(parts, contents, level, at))
    return _attachment(made, ACCEPTED["xlsx"], _name(contents, level, "xlsx"))


@router.get(f"{PATH}.pdf")
async def pdf(
    request: Request, session: Transaction, parts: Portal, at: Now, self_assessment: Readable
) -> Response:
    contents, level = _read(request, session, parts, self_assessment)
    form = _form(parts, contents, level, at)
    made = await asyncio.get_running_loop().run_in_executor(_SLOW, _draw, parts, form)
    return _attachment(made, ACCEPTED["pdf"], _name(contents, level, "pdf"))


@router.get(f"{PATH}.zip")
async def archive(
    request: Request, session: Transaction, parts: Portal, at: Now, self_assessment: Readable
) -> Response:
    contents, level = _read(request, session, parts, self_assessment)
    made = await asyncio.get_running_loop().run_in_executor(_SLOW, _pack, parts, contents, level, at)
    headers = {"content-disposition": disposition(_name(contents, level, "zip"))}
    return StreamingResponse(chunks(made), media_type="application/zip", headers=headers)


def _read(
    request: Request, session: Session, parts: PortalParts, self_assessment: SelfAssessment
) -> tuple[Contents, str]:
    """All that is needed of the database, and the level; then the connection is let go, for what follows is slow."""
    contents = queries.contents(session, parts.shelf, self_assessment)
    asked = request.query_params.get("level", ALL)
    level = "" if asked == ALL else asked
    if level and level not in {one.id for one in contents.framework.levels}:
        raise NotFound
    session.close()
    return contents, level


def _form(parts: PortalParts, contents: Contents, level: str, at: datetime) -> Form:
    return form_of(contents, level, portal=parts.settings.portal_name, at=at)


def _draw(parts: PortalParts, form: Form) -> bytes:
    return form_pdf.draw(parts.templates.get_template("exports/form.html.jinja").render(form=form))


def _pack(parts: PortalParts, contents: Contents, level: str, at: datetime) -> BinaryIO:
    form = _form(parts, contents, level, at)
    forms: Parts = [
        (_name(contents, level, "docx"), "The form as a Word document", write_document(form)),
        (_name(contents, level, "xlsx"), "The form as a spreadsheet", write_spreadsheet(form)),
        (_name(contents, level, "pdf"), "The self-assessment for reading", _draw(parts, form)),
    ]
    codes = {one.code for one in criteria_of(contents, level)}
    items = tuple(one for one in contents.items if one.code in codes)

    def draw_index(lines: list[Line]) -> str:
        template = parts.templates.get_template("exports/index.html.jinja")
        return template.render(form=form, lines=lines, columns=COLUMNS)

    return packed(forms, items, parts.files, draw_index)


def _name(contents: Contents, level: str, ending: str) -> str:
    return f"self-assessment-{contents.ods_code}-{level or 'all-levels'}.{ending}"


def _attachment(made: bytes, media_type: str, name: str) -> Response:
    return Response(made, media_type=media_type, headers={"content-disposition": disposition(name)})
