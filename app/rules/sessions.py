"""How long a sign-in holds, and what is kept of its secrets."""

from datetime import datetime, timedelta
from hashlib import sha256
from unicodedata import normalize

from app.models import SignInSession

SEEN_STEP = timedelta(minutes=1)  # how exactly "last used" is kept, so that not every page view writes


def holds(session: SignInSession, at: datetime, idle: timedelta, absolute: timedelta) -> bool:
    """Whether the session may still be used at ``at``."""
    return session.ended_at is None and at < ends_at(session, idle, absolute)


def ends_at(session: SignInSession, idle: timedelta, absolute: timedelta) -> datetime:
    """When the session ends by itself, if it is not used again."""
    return min(session.seen_at + idle, session.started_at + absolute)


def is_worth_noting(session: SignInSession, at: datetime) -> bool:
    """Whether "last used" is old enough to write anew."""
    return at >= session.seen_at + SEEN_STEP


def hash_token(token: str) -> str:
    """What is kept of a link or cookie: a copy of the database signs nobody in."""
    return sha256(token.encode()).hexdigest()


def normal_address(email: str) -> str:
    """One spelling for one e-mail address, so that limits can't be passed by spelling it otherwise."""
    return normalize("NFKC", email).strip().lower()
