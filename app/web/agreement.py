"""How far reviewers agree in a window: by criterion and over all, on a page and as CSV."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from app.adapters.agreement.apart import NotComputed
from app.adapters.agreement.figures import Figures
from app.models import Window
from app.queries import agreement
from app.rules import agreement as rules
from app.rules.people import Who
from app.rules.permissions import Permission
from app.web.guards import WindowFor
from app.web.pages import go, page
from app.web.portal import Portal, PortalParts
from app.web.spreadsheets import csv_response
from app.web.transaction import Person, Transaction

router = APIRouter()
Measured = Annotated[Window, Depends(WindowFor(Permission.READ_AGREEMENT), scope="function")]


@router.get("/windows/{window_id}/agreement")
async def show(
    request: Request, who: Person, session: Transaction, parts: Portal, window: Measured
) -> Response:
    framework = parts.shelf.get(session, window.framework_version_id)
    context: dict[str, Any] = {"window": window, "framework": framework, "rules": rules}
    try:
        figures = await _figures(session, parts, window, who)
    except NotComputed:
        return page(request, "agreement/show", who, status=503, **context, failed=True)
    lines = rules.lines(framework, figures)
    return page(request, "agreement/show", who, **context, whole=rules.whole(figures), lines=lines)


@router.get("/windows/{window_id}/agreement.csv")
async def as_csv(who: Person, session: Transaction, parts: Portal, window: Measured) -> Response:
    framework = parts.shelf.get(session, window.framework_version_id)
    try:
        figures = await _figures(session, parts, window, who)
    except NotComputed:
        return go(f"/windows/{window.id}/agreement")  # which says so
    together = rules.whole(figures)
    lines = [*([together] if together else []), *rules.lines(framework, figures)]
    return csv_response(f"agreement-{window.id}.csv", rules.COLUMNS, [rules.cells(one) for one in lines])


async def _figures(session: Session, parts: PortalParts, window: Window, who: Who) -> Mapping[str, Figures]:
    """The figures of what this person may know, two statements at most; a known state needs one."""
    reviews = agreement.reviews(session, window.id, who)
    if not reviews:
        return {}
    state = rules.state_of(reviews)
    if known := parts.agreement.known(state):
        return known
    tables = rules.tables(agreement.scores(session, window.id, who))
    session.close()  # computing waits for another process, and must not hold a connection meanwhile
    return await parts.agreement.get(parts.settings.data_dir / "agreement", state, tables)
