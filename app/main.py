"""The application: parts, routes, and what stands around them."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from fastapi import FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.staticfiles import StaticFiles

from app.adapters.stores import files_for
from app.config import ROOT, Settings
from app.db import Database
from app.jobs.rounds import beside_requests
from app.web import routes
from app.web.failures import add_failures
from app.web.guards import undeclared
from app.web.pages import environment
from app.web.portal import PortalParts
from app.web.protection import Protection, host_of


def create_app(settings: Settings | None = None) -> FastAPI:
    """The portal with ``settings`` (default: from the environment). Raises when a route declares no permission."""
    settings = settings or Settings()
    configure_log()
    app = FastAPI(
        title=settings.portal_name,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=_lifespan,
    )
    app.state.portal = _parts(settings)
    routes.add_to(app, settings)
    app.mount("/assets", StaticFiles(directory=ROOT / "static"), name="assets")
    add_failures(app)
    app.add_middleware(
        TrustedHostMiddleware, allowed_hosts=[host_of(settings.base_url), "127.0.0.1", "localhost"]
    )
    app.add_middleware(Protection, settings=settings)  # the outermost: its headers stand on every answer
    if missing := undeclared(app, routes.PUBLIC):
        raise RuntimeError(f"these routes declare no permission: {', '.join(missing)}")
    return app


def configure_log() -> None:
    """One JSON object a line. Tracebacks go without local variables: those may hold a token or somebody's text."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ]
    )


def _parts(settings: Settings) -> PortalParts:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return PortalParts(
        settings=settings,
        database=Database(settings.database),
        files=files_for(settings),
        templates=environment(settings),
    )


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    parts: PortalParts = app.state.portal
    gc.collect()
    gc.freeze()  # what was made at start lives as long as the process; walking it again costs 60 ms now and then
    async with beside_requests(parts.settings, parts.database):
        yield
    parts.database.close()
