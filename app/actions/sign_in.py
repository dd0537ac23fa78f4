"""Signing in by a link in a mail, and ending it. Nobody has a password."""

from datetime import datetime, timedelta
from secrets import token_urlsafe
from urllib.parse import quote
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.actions import mails
from app.actions.history import record
from app.config import Settings
from app.models import Person, SignInLink, SignInSession
from app.queries import sign_in as look_up
from app.rules.errors import RuleError
from app.rules.sessions import hash_token, normal_address

RANDOM_BYTES = 32  # 256 bits: nobody guesses one
HOUR = timedelta(hours=1)
ASKED_LASTS = timedelta(
    hours=72
)  # of a link in a mail that nobody asked for: an executive reads it days later
MOST_ASKED = 3  # such links an hour to one address; who is asked more often than that signs in as usual
NOT_USABLE = "This link has been used already, is out of time or is not complete. Ask for a new one."


def ask(session: Session, email: str, settings: Settings, *, at: datetime, next_path: str = "") -> None:
    """Send a link to the person with this address, if there is one and the hour's mails are not used up.

    Nothing that can be seen from outside differs between an address that is known and one that isn't: both are
    counted, and for both a mail is written, which is taken back when nobody is to receive it.
    """
    address = normal_address(email)
    person = look_up.person_who_may_sign_in(session, address)
    if look_up.links_asked_for(session, address, since=at - HOUR) >= settings.sign_in_mails_per_hour:
        return
    token = token_urlsafe(RANDOM_BYTES)
    link = SignInLink(
        token_hash=hash_token(token),
        email=address,
        person_id=person.id if person else None,
        sent_at=at,
        expires_at=at + timedelta(minutes=settings.sign_in_link_minutes),
    )
    session.add(link)
    session.flush()
    attempt = session.begin_nested()
    mails.write(session, person.email if person else address, *_mail(settings, token, next_path), at=at)
    if person:
        attempt.commit()
    else:
        attempt.rollback()


def _mail(settings: Settings, token: str, next_path: str) -> tuple[str, str]:
    """Subject and body. The address is the setting's: a request's own host could be anybody's."""
    address = f"{settings.base_url.rstrip('/')}/sign-in/link/{token}"
    if next_path:
        address += f"?next={quote(next_path, safe='/')}"
    body = (
        f"Use this link to sign in to the {settings.portal_name}:\n\n{address}\n\n"
        f"It works once, for {settings.sign_in_link_minutes} minutes. A page opens with a button: choose it.\n\n"
        "If you did not ask for this, you do not need to do anything. Nobody can sign in without the link.\n"
    )
    return f"Sign in to the {settings.portal_name}", body


def link_to(session: Session, person: Person, path: str, *, base_url: str, at: datetime) -> str:
    """The address for a mail that asks ``person`` to do something at ``path``: it signs them in, once, for 72 hours.

    Like every link it opens a page with a button. When the hour's links for the address are used up, the address of
    the page itself, which leads to the usual sign-in: whoever asks too often can't shut anybody out that way.
    """
    address = normal_address(person.email)
    base = base_url.rstrip("/")
    if look_up.links_asked_for(session, address, since=at - HOUR) >= MOST_ASKED:
        return f"{base}{path}"
    token = token_urlsafe(RANDOM_BYTES)
    session.add(
        SignInLink(
            token_hash=hash_token(token),
            email=address,
            person_id=person.id,
            sent_at=at,
            expires_at=at + ASKED_LASTS,
        )
    )
    session.flush()
    return f"{base}/sign-in/link/{token}?next={quote(path, safe='/')}"


def ask_again(session: Session, token: str, settings: Settings, *, at: datetime, next_path: str = "") -> None:
    """Send a new link to the address of one that is used up or out of time, by the limits of any other.

    Who holds only a part of a link, or none, gets nothing and is told nothing.
    """
    email = session.exec(select(SignInLink.email).where(SignInLink.token_hash == hash_token(token))).first()
    if email:
        ask(session, email, settings, at=at, next_path=next_path)


def use(session: Session, token: str, *, at: datetime) -> str:
    """Use up a link and open a session. Returns the session's token; RuleError when the link is not usable."""
    link = session.exec(
        select(SignInLink).where(SignInLink.token_hash == hash_token(token)).with_for_update()
    ).first()
    if link is None or link.used_at is not None or at >= link.expires_at:
        raise RuleError(NOT_USABLE)
    person = look_up.person_who_may_sign_in(session, link.email)
    if person is None or person.id != link.person_id:
        raise RuleError(NOT_USABLE)  # left, or lost every role, since the mail was sent
    link.used_at = at
    return open_session(session, person.id, at=at)


def open_session(session: Session, person_id: UUID, *, at: datetime) -> str:
    """Sign this person in. Returns the token for the cookie; only its hash is kept."""
    session.get_one(Person, person_id, with_for_update=True)
    token = token_urlsafe(RANDOM_BYTES)
    opened = SignInSession(token_hash=hash_token(token), person_id=person_id, started_at=at, seen_at=at)
    session.add(opened)
    session.flush()
    record(session, _stream(person_id), "sign in", by=person_id, at=at, facts={"session": str(opened.id)})
    return token


def note_seen(session: Session, sign_in_session_id: UUID, *, at: datetime) -> None:
    """Write when the session was last used, which is what its idle limit counts from."""
    session.execute(
        sa.update(SignInSession)
        .where(col(SignInSession.id) == sign_in_session_id, col(SignInSession.seen_at) < at)
        .values(seen_at=at)
    )


def sign_out(session: Session, token: str, *, at: datetime) -> None:
    """End the session with this token, if it hasn't ended."""
    found = look_up.open_session_by_hash(session, hash_token(token))
    if found is not None:
        end_sessions(session, found.person_id, [found.id], by=found.person_id, at=at)


def end_sessions(
    session: Session, person_id: UUID, session_ids: list[UUID], *, by: UUID, at: datetime
) -> int:
    """End those of the person's own sessions that are named and open. Returns how many ended."""
    session.get_one(Person, person_id, with_for_update=True)
    ended = session.scalars(
        sa.update(SignInSession)
        .where(col(SignInSession.id).in_(session_ids), col(SignInSession.person_id) == person_id)
        .where(col(SignInSession.ended_at).is_(None))
        .values(ended_at=at)
        .returning(col(SignInSession.id))
    ).all()
    if ended:
        facts = {"sessions": sorted(str(id_) for id_ in ended)}
        record(session, _stream(person_id), "sign out", by=by, at=at, facts=facts)
    return len(ended)


def _stream(person_id: UUID) -> str:
    """A stream a person: two people who sign in at the same moment never race for a number."""
    return f"person:{person_id}"
