"""The nightly look at the invariants, and who hears when one is broken."""

from datetime import datetime

from sqlmodel import Session, col, select

from app.actions import mails
from app.actions.history import record
from app.models import Event
from app.queries import invariants

STREAM = "invariants"
VERB = "check invariants"

_BODY = (
    "{number} of the portal's records break a rule that must always hold. Nobody is told which in this mail. Run\n\n"
    "    portal check-invariants\n\n"
    "on the server: it names each rule and row. Release no outcome before the cause is known.\n"
)


def is_due(session: Session, since: datetime) -> bool:
    """Whether nobody has looked since that moment."""
    last = select(Event.at).where(Event.stream == STREAM).order_by(col(Event.number).desc()).limit(1)
    at = session.exec(last).first()
    return at is None or at < since


def look(session: Session, *, contact: str, at: datetime) -> list[str]:
    """Check every invariant, put on record how many are broken, and tell the contact address when any is."""
    broken = invariants.broken(session, at=at)
    record(session, STREAM, VERB, by=None, at=at, facts={"broken": len(broken)})
    if broken:
        subject = "The portal's records break a rule"
        mails.write(session, contact, subject, _BODY.format(number=len(broken)), at=at)
    return broken
