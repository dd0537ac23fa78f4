"""Signing credentials and status lists. Both are made when somebody first asks, and kept: then they are only read."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from secrets import randbelow
from typing import Any

from sqlmodel import Session, col, select

from app.actions import signing_keys
from app.actions.history import record
from app.adapters.credentials.tokens import claims_of, signed
from app.adapters.signing.keys import KeyPlace
from app.criteria.schema import Framework
from app.models import Certificate, Credential, SigningKey, StatusList
from app.queries import credentials as queries
from app.rules import credentials as rules
from app.rules.credentials import Places
from app.rules.status_lists import LIFE, Purpose, encoded, is_old, next_start, size


@dataclass(frozen=True)
class Issuing:
    """With what is signed, and where the portal is."""

    keys: KeyPlace
    places: Places
    issuer: str


def is_good(session: Session, row: Credential | None, places: Places) -> bool:
    """Whether a kept credential can be checked: its key is trusted still, and the portal where it was."""
    if row is None or not queries.is_trusted(session, row.key_id):
        return False
    return bool(claims_of(row.jwt)["iss"] == places.did)


def of_certificate(
    session: Session, certificate: Certificate, framework: Framework, issuing: Issuing, *, at: datetime
) -> Credential:
    """The credential of a certificate, signed now unless it was before. Raises NoKey and SigningFailed.

    It is signed once. It is signed again, with the same place in the status lists, only when nobody could check it any
    more: its key is distrusted, or the portal has moved.
    """
    # Two who ask at the same moment: the second waits here, and finds what the first made.
    own = select(Certificate.id).where(Certificate.id == certificate.id)
    session.exec(own.with_for_update(key_share=True)).one()
    row = queries.of_certificate(session, certificate.id)
    if row is not None and is_good(session, row, issuing.places):
        return row
    index = row.status_index if row else _free_index(session)
    claims = rules.claims(issuing.places, certificate, framework, index)
    jwt, key = _signed(session, claims, issuing, at)
    if row is None:
        row = Credential(
            certificate_id=certificate.id, status_index=index, key_id=key.id, jwt=jwt, issued_at=at
        )
    row.key_id, row.jwt, row.issued_at = key.id, jwt, at
    session.add(row)
    facts = {"jwt_sha256": sha256(jwt.encode()).hexdigest(), "kid": key.kid, "status_index": index}
    record(session, f"certificate:{certificate.id}", "sign credential", by=None, at=at, facts=facts)
    return row


def _signed(
    session: Session, claims: dict[str, Any], issuing: Issuing, at: datetime
) -> tuple[str, SigningKey]:
    key, row = signing_keys.ready(session, issuing.keys, at=at)
    with key:
        return signed(claims, key, issuing.places.key(row.kid)), row


def _free_index(session: Session) -> int:
    """Drawn at random, so that a place in the list tells nothing of when or to whom. At most half are taken.

    Two that draw the same at the same moment meet at the unique key: the second gets an IntegrityError, and may ask
    again.
    """
    entries = size(queries.how_many(session) + 1)
    while queries.is_index_taken(session, index := randbelow(entries)):
        pass
    return index


def is_current(
    session: Session, row: StatusList | None, content: bytes, places: Places, at: datetime
) -> bool:
    """Whether a kept list still says what is so, and is young enough to be given out."""
    if row is None or row.content_sha256 != sha256(content).hexdigest() or is_old(row.valid_from, at):
        return False
    return queries.is_trusted(session, row.key_id) and bool(claims_of(row.jwt)["iss"] == places.did)


def status_list(
    session: Session, purpose: Purpose, days_of: queries.DaysOf, issuing: Issuing, *, at: datetime
) -> StatusList:
    """The list of ``purpose``, signed anew when the one that is kept is old or says something else.

    The caller knows that there is a credential. Raises NoKey and SigningFailed; IntegrityError to the second of two
    that make the first list at the same moment, who may ask again.
    """
    row = _held(session, purpose)
    content = queries.bits_now(session, purpose, days_of, at)
    if row is not None and is_current(session, row, content, issuing.places, at):
        return row
    since = next_start(at, row.valid_from if row else None)
    claims = rules.status_list(
        issuing.places, purpose, encoded(content), issuer=issuing.issuer, since=since, until=since + LIFE
    )
    jwt, key = _signed(session, claims, issuing, at)
    digest = sha256(content).hexdigest()
    is_news = row is None or row.content_sha256 != digest
    row = row or StatusList(purpose=purpose.value, content_sha256="", jwt="", valid_from=since, key_id=key.id)
    row.content_sha256, row.jwt, row.valid_from, row.key_id = digest, jwt, since, key.id
    session.add(row)
    session.flush()
    if is_news:  # the same list signed for another day is no news
        facts = {"content_sha256": digest, "valid_from": since.isoformat()}
        record(session, f"status-list:{purpose}", "publish status list", by=None, at=at, facts=facts)
    return row


def _held(session: Session, purpose: Purpose) -> StatusList | None:
    """The row of the list, held until the end of the transaction; None before the first."""
    query = select(StatusList).where(col(StatusList.purpose) == purpose.value)
    return session.exec(query.with_for_update().execution_options(populate_existing=True)).first()
