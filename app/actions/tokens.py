"""Making and revoking tokens. A token is shown once; what is kept signs nobody in."""

from datetime import datetime, timedelta
from secrets import token_urlsafe
from uuid import UUID

from sqlmodel import Session

from app.actions.history import record
from app.models import ApiToken, Membership
from app.queries.tokens import Reach
from app.rules.errors import Conflict, RuleError
from app.rules.people import Who
from app.rules.sessions import hash_token
from app.rules.tokens import LIVES, PREFIX


def create(
    session: Session, reach: Reach | None, name: str, days: int | None, *, by: Who, at: datetime
) -> str:
    """A token for one role of the person. Returns its text, which nobody can read again."""
    if reach is None:
        raise RuleError("Select what the token may read.", field="reach")
    name = " ".join(name.split())
    if not name or len(name) > 120:
        raise RuleError("Enter what the token is for, in 120 characters or fewer.", field="name")
    if days not in LIVES:
        raise RuleError("Select how long the token holds.", field="days")
    text = PREFIX + token_urlsafe(32)
    token = ApiToken(
        membership_id=reach.membership_id,
        name=name,
        token_hash=hash_token(text),
        ending=text[-4:],
        created_at=at,
        expires_at=at + timedelta(days=days),
    )
    session.add(token)
    session.flush()
    facts = {"token": str(token.id), "membership": str(reach.membership_id), "days": days}
    record(session, f"person:{by.person_id}", "create token", by=by.person_id, at=at, facts=facts)
    return text


def revoke(session: Session, token: ApiToken, *, by: Who, at: datetime) -> None:
    """End a token now."""
    if token.revoked_at is not None:
        raise Conflict("This token is revoked already.")
    token.revoked_at, token.revoked_by_id = at, by.person_id
    person_id = session.get_one(Membership, token.membership_id).person_id
    facts = {"token": str(token.id)}
    record(session, f"person:{person_id}", "revoke token", by=by.person_id, at=at, facts=facts)


def note_used(session: Session, token_id: UUID, *, at: datetime) -> None:
    session.get_one(ApiToken, token_id).used_at = at
