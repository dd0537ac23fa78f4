"""Adding a line of history, in the transaction of what it tells."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.actions.standings import follow_stage
from app.models import Event, Submission
from app.rules.history import FIRST, line_hash

SUBMISSION = "submission:"


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
    stream and number is the second guard. A line that tells a submission's status moves its stage with it, so that no
    dashboard can lag behind the history.
    """
    at = at.astimezone(UTC)  # as it is read back later: the hash is of the moment as text
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
    if stream.startswith(SUBMISSION) and "status" in event.facts:
        follow_stage(session, session.get_one(Submission, UUID(stream.removeprefix(SUBMISSION))), at=at)
    return event


def _end_of(session: Session, stream: str) -> tuple[int, str]:
    last = session.exec(_LAST, params={"stream": stream}).first()
    return (last[0], last[1]) if last else (0, FIRST)


_LAST = (  # built once: every change asks it
    select(Event.number, Event.hash)
    .where(Event.stream == sa.bindparam("stream"))
    .order_by(col(Event.number).desc())
    .limit(1)
)
