"""Signing in without a mail, for demonstrations, and reading mails that nobody delivers, while developing.

Neither router is added in production: see ``routes.add_to``.
"""

from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.actions import sign_in
from app.adapters.email import text_in
from app.models import ORGANISATION_ROLES, VIEWER_ROLES
from app.queries import sign_in as look_up
from app.queries.sign_in import DemoPerson
from app.web.errors import NotFound
from app.web.pages import go, page
from app.web.portal import Portal
from app.web.sign_in import with_session
from app.web.transaction import Form, MaybePerson, Now, Transaction, cookie_name

demo_router = APIRouter()
mailbox_router = APIRouter()

MOST_MAILS = 50


@demo_router.get("/sign-in/demo")
async def show(request: Request, who: MaybePerson, session: Transaction) -> Response:
    groups = [
        (heading, list(people)) for heading, people in groupby(look_up.demo_people(session), key=_heading)
    ]
    return page(request, "sign_in/demo", who, groups=groups)


def _heading(person: DemoPerson) -> str:
    if person.role in ORGANISATION_ROLES:
        return "Organisations"
    return "ICBs and the region" if person.role in VIEWER_ROLES else "The Assembly and its reviewers"


@demo_router.post("/sign-in/demo")
async def play(
    request: Request, who: MaybePerson, typed: Form, session: Transaction, at: Now, parts: Portal
) -> Response:
    chosen = next((one for one in look_up.demo_people(session) if str(one.id) == typed.get("person")), None)
    if chosen is None:
        raise NotFound
    sign_in.sign_out(session, request.cookies.get(cookie_name(parts), ""), at=at)
    return with_session(go("/home"), parts, sign_in.open_session(session, chosen.id, at=at))


@dataclass(frozen=True)
class Line:
    """A line of a mail; ``path`` when it is a link to this portal."""

    text: str
    path: str


@mailbox_router.get("/dev/mailbox")
async def mailbox(request: Request, who: MaybePerson, session: Transaction) -> Response:
    return page(request, "dev/mailbox", who, mails=look_up.newest_mails(session, MOST_MAILS))


@mailbox_router.get("/dev/mailbox/{mail_id}")
async def mail(
    request: Request, mail_id: str, who: MaybePerson, session: Transaction, parts: Portal
) -> Response:
    try:
        found = look_up.mail(session, UUID(mail_id))
    except ValueError:
        found = None
    if found is None:
        raise NotFound
    base = parts.settings.base_url.rstrip("/")
    body = found.body or text_in(parts.settings.mail_dir, found.id)  # the database forgets what was delivered
    lines = [Line(text, _path(text, base)) for text in body.splitlines()]
    return page(request, "dev/mail", who, mail=found, lines=lines)


def _path(text: str, base: str) -> str:
    return text.removeprefix(base) if text.startswith(f"{base}/") and " " not in text else ""
