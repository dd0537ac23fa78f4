"""The paper for a board: as a page, as Word and as an accessible PDF."""

import asyncio
from datetime import datetime

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.adapters.documents.papers import write
from app.adapters.papers import Paper
from app.adapters.structure.check import ACCEPTED
from app.criteria.schema import Level
from app.models import Organisation, SelfAssessment
from app.queries import board_packs
from app.rules.board_packs import paper_of
from app.rules.days import uk_day
from app.web.downloads import disposition
from app.web.errors import NotFound
from app.web.pages import page
from app.web.portal import Portal, PortalParts
from app.web.records import drawn
from app.web.self_assessments import Readable
from app.web.transaction import Now, Person, Transaction

router = APIRouter()
PATH = "/self-assessments/{self_assessment_id}/board-pack"


@router.get(PATH)
async def show(
    request: Request, who: Person, session: Transaction, parts: Portal, at: Now, self_assessment: Readable
) -> Response:
    paper, aim, _ = _made(request, session, parts, self_assessment, at)
    framework = parts.shelf.get(session, self_assessment.framework_version_id)
    levels = sorted(framework.levels, key=lambda one: one.rank)
    return page(
        request,
        "papers/board_pack",
        who,
        self_assessment=self_assessment,
        paper=paper,
        aim=aim,
        levels=levels,
    )


@router.get(f"{PATH}.docx")
async def document(
    request: Request, session: Transaction, parts: Portal, at: Now, self_assessment: Readable
) -> Response:
    paper, _, name = _made(request, session, parts, self_assessment, at)
    session.close()  # what follows needs no database
    made = await asyncio.to_thread(write, paper)
    headers = {"content-disposition": disposition(f"{name}.docx")}
    return Response(made, media_type=ACCEPTED["docx"], headers=headers)


@router.get(f"{PATH}.pdf")
async def pdf(
    request: Request, session: Transaction, parts: Portal, at: Now, self_assessment: Readable
) -> Response:
    paper, _, name = _made(request, session, parts, self_assessment, at)
    session.close()
    return await drawn(parts, "papers/paper.html.jinja", f"{name}.pdf", {"paper": paper})


def _made(
    request: Request, session: Session, parts: PortalParts, self_assessment: SelfAssessment, at: datetime
) -> tuple[Paper, Level, str]:
    """The paper, the level it aims at and the name of its file. NotFound for a level that there is not."""
    framework = parts.shelf.get(session, self_assessment.framework_version_id)
    asked = request.query_params.get("level", "")
    if asked and asked not in {one.id for one in framework.levels}:
        raise NotFound
    own = self_assessment.organisation_id
    aim = framework.level(asked) if asked else board_packs.aim_of(session, own, framework, uk_day(at))
    found = board_packs.facts(session, self_assessment, framework, aim, at=at)
    code = session.get_one(Organisation, own).ods_code
    return (
        paper_of(found, portal=parts.settings.portal_name, at=at),
        aim,
        f"board-pack-{code}-{aim.id}-{uk_day(at)}",
    )
