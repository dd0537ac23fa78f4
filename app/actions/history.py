"""Adding a line of history, in the transaction of what it tells."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.models import Event
from app.rules.history import FIRST, line_hash


def record(
    session: Session,
    stream: str,
    verb: str,
    *,
    by: UUID | None,
    at: datetime,
    reason: str = "",
    facts: dict[str, Any] | None = None,
) -> Event:
    """Add the next line to ``stream``. ``facts`` are JSON values and hold no evidence text and no names.

    The caller holds the row the stream is about, so two lines never race for a number; the unique constraint on
    stream and number is the second guard.
    """
    number, previous = _end_of(session, stream)
    event = Event(
        stream=stream,
        number=number + 1,
        verb=verb,
        at=at,
        by_id=by,
        reason=reason,
        facts=facts or {},
        previous_hash=previous,
        hash=line_hash(stream, number + 1, verb, at, by, reason, facts or {}, previous),
    )
    session.add(event)
    session.flush()
    return event


def _end_of(session: Session, stream: str) -> tuple[int, str]:
    last = session.exec(
        select(Event.number, Event.hash)
        .where(Event.stream == stream)
        .order_by(col(Event.number).desc())
        .limit(1)
    ).first()
    return (last[0], last[1]) if last else (0, FIRST)
