"""One request, one transaction.

The form is read before the transaction begins, and nothing between its begin and its commit waits for anything
else: routes are ``async def`` around synchronous statements, so within a process writers follow one another by
themselves. The commit happens before the answer is sent (``scope="function"``): a receipt seen is a receipt kept.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from sqlmodel import Session
from starlette.datastructures import UploadFile

from app.actions import sign_in
from app.models import SignInSession
from app.queries import people
from app.rules import sessions
from app.rules.people import Who
from app.web.errors import BadRequest, NotSignedIn
from app.web.portal import Portal, PortalParts

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
MOST_FIELDS = 400
MOST_FILES = 1


def cookie_name(parts: PortalParts) -> str:
    """``__Host-`` binds the cookie to this host over https; browsers refuse it on plain http."""
    return "__Host-portal" if parts.settings.is_https else "portal"


async def person_or_none(request: Request, parts: Portal) -> Who | None:
    """The signed-in person, in a short transaction of its own so that it precedes reading a large body."""
    request.state.who = _signed_in(request, parts)  # a failure's page shows the same header as any other
    who: Who | None = request.state.who
    return who


def _signed_in(request: Request, parts: PortalParts) -> Who | None:
    token = request.cookies.get(cookie_name(parts), "")
    if not token:
        return None
    with parts.database.read() as session:
        found = people.session_and_person(session, sessions.hash_token(token))
        at = parts.database.now(session)
        if found is None or found[1].left_at is not None or not _holds(found[0], at, parts):
            return None
        who = people.who(session, found[1], at, parts.settings.conflict_years)
        used = found[0].id if sessions.is_worth_noting(found[0], at) and _counts_as_use(request) else None
        if used:
            found[0].seen_at = at  # in memory, for the ending; what is written is below
        request.state.ending = _ending(found[0], at, parts)
    if used:
        with parts.database.write() as session:
            sign_in.note_seen(session, used, at=at)
    # Whoever lost every role has left in all but name; a page that answers 404 to everything would tell them nothing.
    return who if who.holdings else None


def _holds(signed_in: SignInSession, at: datetime, parts: PortalParts) -> bool:
    return sessions.holds(signed_in, at, *_limits(parts))


MaybePerson = Annotated[Who | None, Depends(person_or_none)]


async def signed_in_person(who: MaybePerson) -> Who:
    if who is None:
        raise NotSignedIn
    return who


Person = Annotated[Who, Depends(signed_in_person)]


@dataclass(frozen=True)
class Ending:
    """When this sign-in ends unless it is used again, as a page may warn of it."""

    session_id: UUID
    seconds: int  # from now
    longest: int  # seconds from now after which it ends however much it is used

    @property
    def is_final(self) -> bool:
        """No use makes it last longer."""
        return self.seconds >= self.longest


def _ending(found: SignInSession, at: datetime, parts: PortalParts) -> Ending:
    idle, absolute = _limits(parts)
    left = sessions.ends_at(found, idle, absolute) - at
    longest = found.started_at + absolute - at
    return Ending(found.id, int(left.total_seconds()), int(longest.total_seconds()))


def _limits(parts: PortalParts) -> tuple[timedelta, timedelta]:
    settings = parts.settings
    return timedelta(minutes=settings.session_idle_minutes), timedelta(hours=settings.session_hours)


def _counts_as_use(request: Request) -> bool:
    """A page that tells by itself that it is open keeps nobody signed in."""
    return not request.url.path.endswith(("/presence", "/version"))


def ending_of(request: Request) -> Ending | None:
    """When the sign-in that this request came with ends; None for who is not signed in."""
    found: Ending | None = getattr(request.state, "ending", None)
    return found


@dataclass(frozen=True)
class Typed:
    """What the form brought: one text a field, and files."""

    text: dict[str, str] = field(default_factory=dict)
    files: dict[str, UploadFile] = field(default_factory=dict)

    def get(self, name: str) -> str:
        """The text of a field without surrounding space; empty when it was not sent."""
        return self.text.get(name, "").strip()


async def read_form(request: Request, _who: MaybePerson) -> Typed:
    """The fields of the body, each at most once. Raises BadRequest when there is anything else in it."""
    if request.method in SAFE_METHODS:
        return Typed()
    size = request.app.state.portal.settings.form_megabytes * 1024 * 1024
    form = await request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS, max_part_size=size)
    typed = Typed()
    for name, value in form.multi_items():
        if name in typed.text or name in typed.files:
            raise BadRequest("The form sent the same field twice. Go back, reload the page and try again.")
        if isinstance(value, str):
            typed.text[name] = value
        else:
            typed.files[name] = value
    request.state.typed = typed.text  # should anything fail from here on, its page gives the text back
    return typed


Form = Annotated[Typed, Depends(read_form)]


async def get_session(request: Request, parts: Portal, _typed: Form) -> AsyncIterator[Session]:
    """Reading requests see one moment; writing ones commit when the route ends well."""
    is_reading = request.method in SAFE_METHODS
    with parts.database.read() if is_reading else parts.database.write() as session:
        yield session


Transaction = Annotated[Session, Depends(get_session, scope="function")]


async def get_now(parts: Portal, session: Transaction) -> datetime:
    return parts.database.now(session)


Now = Annotated[datetime, Depends(get_now, scope="function")]
