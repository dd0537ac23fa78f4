"""Signing in by mail, signing out, and one's own sessions."""

import re
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from app.actions import sign_in
from app.queries import sign_in as look_up
from app.queries.sign_in import OpenSession
from app.rules.errors import RuleError
from app.rules.people import Who
from app.rules.permissions import Permission, Scope, allows
from app.rules.sessions import hash_token
from app.web.addresses import local_path
from app.web.guards import PortalFor
from app.web.pages import again, go, page
from app.web.portal import Portal, PortalParts
from app.web.transaction import Form, MaybePerson, Now, Transaction, cookie_name

router = APIRouter()
OwnAccount = Annotated[Who, Depends(PortalFor(Permission.OWN_ACCOUNT))]

# Only what no mail server could deliver to is refused: one @, something on both sides, nothing that ends a header.
_ADDRESS = re.compile(
    r"[^\s@<>\"(),:;\x00-\x1f\x7f]+@[^\s@<>\"(),:;\x00-\x1f\x7f]+\.[^\s@<>\"(),:;\x00-\x1f\x7f]+"
)
NO_ADDRESS = "Enter an email address in the correct format, like name@example.nhs.uk"


def is_address(email: str) -> bool:
    """Whether a mail could be sent to it at all."""
    return len(email) <= 254 and _ADDRESS.fullmatch(email) is not None


@router.get("/sign-in")
async def show(request: Request, who: MaybePerson) -> Response:
    return page(
        request, "sign_in/ask", who, email="", next_path=local_path(request.query_params.get("next", ""))
    )


@router.post("/sign-in")
async def ask(
    request: Request, who: MaybePerson, typed: Form, session: Transaction, at: Now, parts: Portal
) -> Response:
    email, next_path = typed.get("email"), local_path(typed.get("next"))
    if not is_address(email):
        return again(request, "sign_in/ask", who, {"email": NO_ADDRESS}, email=email, next_path=next_path)
    sign_in.ask(session, email, parts.settings, at=at, next_path=next_path)
    return go("/sign-in/sent")


@router.get("/sign-in/sent")
async def sent(request: Request, who: MaybePerson) -> Response:
    return page(request, "sign_in/sent", who)


@router.get("/sign-in/link/{token}")
async def open_link(
    request: Request, token: str, who: MaybePerson, session: Transaction, at: Now
) -> Response:
    """A page with a button. Opening the link signs nobody in: mail scanners open every link they see."""
    email = look_up.address_of_link(session, hash_token(token), at)
    next_path = local_path(request.query_params.get("next", ""))
    if not email:
        return _spent(request, who, next_path)
    return page(request, "sign_in/link", who, email=email, next_path=next_path)


def _spent(request: Request, who: Who | None, next_path: str) -> Response:
    """The same for a link that is used up, out of time or was never sent."""
    return page(request, "sign_in/spent", who, status=410, next_path=next_path)


@router.post("/sign-in/link/{token}")
async def use_link(
    request: Request, token: str, who: MaybePerson, typed: Form, session: Transaction, at: Now, parts: Portal
) -> Response:
    """Sign in; or, with ``again``, send a new link to the address of one that no longer works."""
    next_path = local_path(typed.get("next"))
    if typed.get("again") == "yes":
        sign_in.ask_again(session, token, parts.settings, at=at, next_path=next_path)
        return go("/sign-in/sent")  # the same whether or not there was such a link
    try:
        with session.begin_nested():
            cookie = sign_in.use(session, token, at=at)
    except RuleError:
        return _spent(request, who, next_path)
    sign_in.sign_out(session, request.cookies.get(cookie_name(parts), ""), at=at)
    return with_session(go(next_path or "/home"), parts, cookie)


@router.post("/sign-out")
async def sign_out(
    request: Request, who: OwnAccount, session: Transaction, at: Now, parts: Portal
) -> Response:
    sign_in.sign_out(session, request.cookies.get(cookie_name(parts), ""), at=at)
    answer = go("/")
    answer.delete_cookie(
        cookie_name(parts), path="/", secure=parts.settings.is_https, httponly=True, samesite="lax"
    )
    return answer


@router.get("/account")
async def account(
    request: Request, who: OwnAccount, session: Transaction, at: Now, parts: Portal
) -> Response:
    return page(
        request,
        "sign_in/account",
        who,
        sessions=_sessions(request, who, session, at, parts),
        may_keep_tokens=allows(Permission.KEEP_TOKENS, who, Scope()),
    )


@router.post("/account")
async def end_sessions(
    request: Request, who: OwnAccount, typed: Form, session: Transaction, at: Now, parts: Portal
) -> Response:
    """End the one session that was named, or with ``others`` all but this one."""
    own = _sessions(request, who, session, at, parts)
    chosen = [one.id for one in own if _is_chosen(one, typed.get("end"))]
    sign_in.end_sessions(session, who.person_id, chosen, by=who.person_id, at=at)
    return go("/account")


def _is_chosen(one: OpenSession, end: str) -> bool:
    return not one.is_this and end in ("others", str(one.id))


def _sessions(
    request: Request, who: Who, session: Session, at: datetime, parts: PortalParts
) -> list[OpenSession]:
    return look_up.open_sessions(
        session,
        who.person_id,
        hash_token(request.cookies.get(cookie_name(parts), "")),
        seen_since=at - timedelta(minutes=parts.settings.session_idle_minutes),
        started_since=at - timedelta(hours=parts.settings.session_hours),
    )


def with_session(answer: Response, parts: PortalParts, token: str) -> Response:
    """The answer with the session's cookie. It ends with the browser: many NHS computers are shared."""
    answer.set_cookie(
        cookie_name(parts), token, path="/", secure=parts.settings.is_https, httponly=True, samesite="lax"
    )
    return answer
