"""One's tokens: what a program such as Power BI reads figures with."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from app.actions import tokens as actions
from app.queries import tokens
from app.rules.errors import RuleError
from app.rules.people import Who
from app.rules.permissions import Permission
from app.rules.tokens import LIVES
from app.web.errors import NotFound
from app.web.guards import PortalFor
from app.web.ids import id_or_none
from app.web.pages import again, go, page
from app.web.transaction import Form, Now, Transaction

router = APIRouter()
Keeper = Annotated[Who, Depends(PortalFor(Permission.KEEP_TOKENS))]


@router.get("/tokens")
async def show(request: Request, who: Keeper, session: Transaction, at: Now) -> Response:
    return page(request, "tokens/show", who, **_context(session, who, at))


@router.post("/tokens")
async def create(request: Request, who: Keeper, session: Transaction, at: Now, typed: Form) -> Response:
    """The one page that shows the token: it is kept nowhere, so there is nothing to go to that could show it."""
    days = int(typed.get("days")) if typed.get("days") in map(str, LIVES) else None
    reach = next(
        (
            one
            for one in tokens.reaches(session, who.person_id)
            if str(one.membership_id) == typed.get("reach")
        ),
        None,
    )
    try:
        with session.begin_nested():
            text = actions.create(session, reach, typed.get("name"), days, by=who, at=at)
    except RuleError as refused:
        return again(
            request, "tokens/show", who, refused, **_context(session, who, at) | {"typed": typed.text}
        )
    return page(request, "tokens/made", who, status=201, text=text, reach=reach, name=typed.get("name"))


@router.post("/tokens/{token_id}/revoke")
async def revoke(who: Keeper, session: Transaction, at: Now, token_id: str) -> Response:
    found = id_or_none(token_id)
    token = tokens.of_person(session, found, who.person_id) if found else None
    if token is None:
        raise NotFound
    actions.revoke(session, token, by=who, at=at)
    return go("/tokens")


def _context(session: Session, who: Who, at: datetime) -> dict[str, Any]:
    return {
        "tokens": tokens.own(session, who.person_id, at),
        "reaches": tokens.reaches(session, who.person_id),
        "lives": LIVES,
        "typed": {},
    }
