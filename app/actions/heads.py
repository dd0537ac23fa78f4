"""Publishing the head of each day's history, and the nightly look whether those before still hold."""

from datetime import date, datetime, timedelta

from sqlmodel import Session

from app.actions import mails
from app.actions.history import record
from app.queries import heads
from app.rules.days import last_night, uk_day
from app.rules.heads import Head

VERB = "publish the head"

_BODY = (
    "{number} of the portal's records no longer say what the history says of them. Nobody is told which in this mail. "
    "Run\n\n"
    "    portal audit verify\n\n"
    "on the server: it names each. Release no outcome and trust no certificate before the cause is known.\n"
)


def day_due(at: datetime) -> date:
    """The last day whose head is to be out: the one before the last night's work, so that a transaction that began
    before midnight has long ended."""
    return uk_day(last_night(at)) - timedelta(days=1)


def publish(session: Session, *, at: datetime) -> Head | None:
    """Put the head of the day that is due on record; None when it is there, as another process may have been first."""
    day, before = day_due(at), heads.newest(session)
    if before and before.day >= day:
        return None
    made = heads.of_day(session, day, before)
    facts = {"day": made.day.isoformat(), "sha256": made.sha256}
    record(session, heads.STREAM, VERB, by=None, at=at, facts=facts)
    return made


def tell(session: Session, faults: list[str], *, contact: str, at: datetime) -> None:
    """Let the contact address know that something was changed."""
    mails.write(
        session,
        contact,
        "The portal's history and its records differ",
        _BODY.format(number=len(faults)),
        at=at,
    )
