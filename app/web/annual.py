"""The annual picture for the Assembly: as a page, as Word and as an accessible PDF."""

import asyncio
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from app.adapters.documents.papers import write
from app.adapters.papers import Paper
from app.adapters.structure.check import ACCEPTED
from app.queries import annual, dashboards
from app.rules.annual import Year, chosen, years
from app.rules.annual_papers import paper_of
from app.rules.days import uk_day
from app.rules.errors import RuleError
from app.rules.people import Who
from app.rules.permissions import Permission
from app.web.downloads import disposition
from app.web.errors import NotFound
from app.web.guards import PortalFor
from app.web.pages import page
from app.web.portal import Portal
from app.web.records import drawn
from app.web.transaction import Now, Transaction

router = APIRouter()
Overseer = Annotated[Who, Depends(PortalFor(Permission.READ_DASHBOARD))]


@dataclass(frozen=True)
class Made:
    """The paper of one year, and the years that can be asked for."""

    paper: Paper
    year: Year
    known: list[Year]


async def made(
    _who: Overseer,
    session: Transaction,
    parts: Portal,
    at: Now,
    year: Annotated[str, Query(max_length=10)] = "",
) -> Made:
    """NotFound for a year of which nothing is known, and in a portal without records."""
    begin, today = dashboards.records_begin(session), uk_day(at)
    if begin is None:
        raise NotFound
    known = years(begin, today)
    try:
        one = chosen(year, known, today)
    except RuleError:
        raise NotFound from None
    found = annual.facts(session, parts.shelf, one, begin=begin, today=today)
    settings = parts.settings
    return Made(paper_of(found, portal=settings.portal_name, issuer=settings.issuer_name, at=at), one, known)


OfYear = Annotated[Made, Depends(made, scope="function")]


@router.get("/annual")
async def show(request: Request, who: Overseer, found: OfYear) -> Response:
    return page(request, "papers/annual", who, paper=found.paper, year=found.year, known=found.known)


@router.get("/annual.docx")
async def document(_who: Overseer, session: Transaction, found: OfYear) -> Response:
    session.close()  # what follows needs no database
    content = await asyncio.to_thread(write, found.paper)
    headers = {"content-disposition": disposition(f"{_name(found)}.docx")}
    return Response(content, media_type=ACCEPTED["docx"], headers=headers)


@router.get("/annual.pdf")
async def pdf(_who: Overseer, session: Transaction, parts: Portal, found: OfYear) -> Response:
    session.close()
    return await drawn(parts, "papers/paper.html.jinja", f"{_name(found)}.pdf", {"paper": found.paper})


def _name(found: Made) -> str:
    return f"annual-picture-{found.year.first}-{found.year.first + 1}"
