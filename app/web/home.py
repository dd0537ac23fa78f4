"""The page after signing in: what waits for this person."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.queries import home
from app.queries.frameworks import newest_parsed
from app.rules.people import Who
from app.rules.permissions import Permission
from app.web.guards import PortalFor
from app.web.pages import page
from app.web.portal import Portal
from app.web.transaction import Transaction

router = APIRouter()


@router.get("/home")
async def show(
    request: Request,
    who: Annotated[Who, Depends(PortalFor(Permission.OWN_ACCOUNT))],
    session: Transaction,
    parts: Portal,
) -> Response:
    framework = newest_parsed(session, parts.shelf)
    waiting = home.waiting(session, who, reviewers=framework.settings.reviewers)
    levels = {level.id: level.name for level in framework.levels}
    return page(request, "home/home", who, waiting=waiting, criteria=len(framework.criteria), levels=levels)
