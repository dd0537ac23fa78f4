"""Is every credential, and every status list, the one that the history says was signed?"""

from hashlib import sha256

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.adapters.credentials.tokens import claims_of
from app.models import Credential, Event, StatusList
from app.rules.status_lists import bits_of

AT_ONCE = 500  # rows held in memory


def changed_since_signed(session: Session) -> list[str]:
    """A sentence for each whose text, or whose bits, are others than those that were signed last."""
    return [*_credentials(session), *_lists(session)]


def _credentials(session: Session) -> list[str]:
    signed = {
        stream: (facts["jwt_sha256"], facts["status_index"])
        for stream, facts in _told(session, "sign credential")
    }
    found = []
    for row in session.exec(select(Credential).execution_options(yield_per=AT_ONCE)):
        stream = f"certificate:{row.certificate_id}"
        if signed.pop(stream, None) != (sha256(row.jwt.encode()).hexdigest(), row.status_index):
            found.append(f"{stream}: the credential is not the one that was signed")
    return found + [f"{stream}: the credential is gone" for stream in sorted(signed)]


def _lists(session: Session) -> list[str]:
    published = {stream: facts["content_sha256"] for stream, facts in _told(session, "publish status list")}
    return [
        f"status-list:{row.purpose}: the list is not the one that was published"
        for row in session.exec(select(StatusList))
        if published.get(f"status-list:{row.purpose}") != _digest(row)
    ]


def _digest(row: StatusList) -> str:
    """Of the bits that the signed list carries."""
    return sha256(bits_of(claims_of(row.jwt)["credentialSubject"]["encodedList"])).hexdigest()


def _told(session: Session, verb: str) -> list[tuple[str, dict[str, object]]]:
    """The lines of history with this verb, stream by stream, the last of each last."""
    query = sa.select(col(Event.stream), col(Event.facts)).where(col(Event.verb) == verb)
    return [(stream, facts) for stream, facts in session.execute(query.order_by(col(Event.number)))]
