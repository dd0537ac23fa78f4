"""Mails to go out: written in the transaction that caused them, tried until they are delivered or parked."""

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, or_, select

from app.models import Mail

LEASE = timedelta(
    minutes=2
)  # longer than a delivery may take; also the pause before the next try, doubled each time
MOST_TRIES = 11  # with doubled pauses 2 days and 20 hours, so that a mail server may be down over a weekend
MOST_ERROR = 500  # characters kept of what a mail server said


def write(session: Session, to: str, subject: str, body: str, *, at: datetime) -> Mail:
    """Put a mail in the queue. It goes out only if the transaction commits.

    The subject is one line whatever a name in it holds: a line break would begin a header of its own.
    """
    mail = Mail(to=to, subject=" ".join(subject.split())[:200], body=body, written_at=at)
    session.add(mail)
    session.flush()
    return mail


def is_any_due(session: Session, *, at: datetime) -> bool:
    """Whether there is a mail that nobody is trying and that may still be tried."""
    return session.exec(select(Mail.id).where(_is_due(at)).limit(1)).first() is not None


def claim(session: Session, *, at: datetime) -> Mail | None:
    """Lease the oldest due mail to the caller; None when nothing is due.

    The mail is detached from the session, so that it can be read after the transaction.
    """
    waiting = select(Mail).where(_is_due(at)).order_by(col(Mail.written_at), col(Mail.id)).limit(1)
    mail = session.exec(waiting.with_for_update(skip_locked=True)).first()
    if mail is None:
        return None
    mail.leased_until = at + LEASE * 2**mail.tries
    mail.tries += 1
    session.flush()
    session.expunge(mail)
    return mail


def note_sent(session: Session, mail_id: UUID, *, at: datetime) -> None:
    """The mail server took it. Its text goes: it may hold a link that signs somebody in, and nobody needs it here."""
    mail = session.get_one(Mail, mail_id)
    mail.sent_at, mail.leased_until, mail.last_error, mail.body = at, None, "", ""


def note_failure(session: Session, mail_id: UUID, error: str) -> None:
    """The mail server did not take it: it waits for the lease to end, or stays parked after the last try."""
    session.get_one(Mail, mail_id).last_error = error[:MOST_ERROR]


def _is_due(at: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(
        col(Mail.sent_at).is_(None),
        col(Mail.tries) < MOST_TRIES,
        or_(col(Mail.leased_until).is_(None), col(Mail.leased_until) <= at),
    )
