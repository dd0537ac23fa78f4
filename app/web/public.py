"""Pages that anyone may open, about the portal itself."""

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.web.pages import page
from app.web.portal import Portal
from app.web.transaction import MaybePerson, cookie_name

router = APIRouter()
log = structlog.get_logger()


@router.get("/")
async def start(request: Request, who: MaybePerson) -> Response:
    return page(request, "public/start", who)


@router.get("/accessibility")
async def accessibility(request: Request, who: MaybePerson) -> Response:
    return page(request, "public/accessibility", who)


@router.get("/privacy")
async def privacy(request: Request, who: MaybePerson) -> Response:
    return page(request, "public/privacy", who)


@router.get("/cookies")
async def cookies(request: Request, who: MaybePerson, parts: Portal) -> Response:
    return page(request, "public/cookies", who, cookie=cookie_name(parts))


@router.get("/health")
async def health(parts: Portal) -> Response:
    """For whatever watches the portal: 200 when the database answers, else 503."""
    try:
        with parts.database.read() as session:
            session.execute(text("SELECT 1"))
    except SQLAlchemyError as failure:
        log.error("the database does not answer", exc_info=failure)
        return JSONResponse({"status": "the database does not answer"}, 503)
    return JSONResponse({"status": "ok"})
