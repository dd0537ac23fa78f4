"""The life of a signing key: first used, retired, distrusted. The private half is never seen here."""

from contextlib import suppress
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from app.actions.history import record
from app.adapters.signing.keys import Key, KeyPlace, kid_of, public_key
from app.adapters.signing.opening import opened
from app.models import SigningKey
from app.queries import signing_keys as queries
from app.rules.errors import Conflict, RuleError


def ready(session: Session, place: KeyPlace, *, at: datetime) -> tuple[Key, SigningKey]:
    """The key that signs now, to be closed by the caller, and its row. Raises NoKey."""
    key = opened(place, at, queries.unusable(session))
    return key, known(session, key.certificate_pem, at=at)


def known(session: Session, certificate_pem: str, *, at: datetime) -> SigningKey:
    """The row of the key that a certificate is of; written when the key is about to sign for the first time.

    What a key signs can only be checked with this row, so it is in the transaction of what was signed or before it.
    """
    kid = kid_of(public_key(certificate_pem))
    row = queries.by_kid(session, kid)
    if row is not None:
        return row
    # Two processes that first use a key at the same moment: the second waits at the key, and finds the row after.
    with suppress(IntegrityError), session.begin_nested():
        session.add(SigningKey(kid=kid, certificate_pem=certificate_pem, first_used_at=at))
        session.flush()
        record(session, _stream(kid), "begin", by=None, at=at, facts={"certificate_pem": certificate_pem})
    return _found(session, kid)


def retire(session: Session, kid: str, *, at: datetime) -> SigningKey:
    """The key signs no more; what it signed stays good."""
    row = _found(session, kid)
    if row.retired_at is not None:
        raise Conflict(f"The key {kid} is retired already.")
    row.retired_at = at
    record(session, _stream(kid), "retire", by=None, at=at, facts={"retired_at": at.isoformat()})
    return row


def distrust(session: Session, kid: str, *, since: datetime, reason: str, at: datetime) -> SigningKey:
    """The key may have been in other hands from `since` on: it signs no more, and what is not proven older is refused.

    May be said again with an earlier moment, when more is known; never with a later one, which would make forgeries
    genuine.
    """
    row = _found(session, kid)
    if not reason.strip():
        raise RuleError("Give the reason why the key is distrusted.")
    if row.distrusted_from is not None and since >= row.distrusted_from:
        raise Conflict(f"The key {kid} is distrusted from {row.distrusted_from:%d %B %Y %H:%M} UTC already.")
    row.distrusted_from, row.distrust_reason = since, reason.strip()
    row.retired_at = row.retired_at or at
    facts = {"distrusted_from": since.isoformat(), "retired_at": row.retired_at.isoformat()}
    record(session, _stream(kid), "distrust", by=None, at=at, reason=reason.strip(), facts=facts)
    return row


def _found(session: Session, kid: str) -> SigningKey:
    row = queries.by_kid(session, kid)
    if row is None:
        raise RuleError(f"There is no key {kid}. `portal keys list` shows them all.")
    return row


def _stream(kid: str) -> str:
    return f"key:{kid}"
