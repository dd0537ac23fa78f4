"""What one running portal consists of. Routes reach it through ``Portal``."""

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request
from jinja2 import Environment

from app.adapters.agreement.apart import FiguresShelf
from app.adapters.files import Files
from app.adapters.verifying.apart import Looker
from app.config import Settings
from app.db import Database
from app.queries.frameworks import FrameworkShelf
from app.web.throttle import Throttle


@dataclass(frozen=True)
class PortalParts:
    settings: Settings
    database: Database
    files: Files
    templates: Environment
    shelf: FrameworkShelf = field(default_factory=FrameworkShelf)
    agreement: FiguresShelf = field(default_factory=FiguresShelf)
    looker: Looker = field(default_factory=Looker)
    throttle: Throttle = field(default_factory=Throttle)


async def portal_of(request: Request) -> PortalParts:
    parts: PortalParts = request.app.state.portal
    return parts


Portal = Annotated[PortalParts, Depends(portal_of)]
