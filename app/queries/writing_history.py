"""The history of a self-assessment, newest first, page by page."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.models import Event, Person
from app.rules.runs import Happened, Run, runs

A_PAGE = 1000  # events, which are far fewer lines
PORTAL = "The portal"


@dataclass(frozen=True)
class Told:
    """One line, as the page shows it."""

    verb: str
    criterion: str
    actor: str
    first_at: datetime
    last_at: datetime
    times: int
    reason: str


@dataclass(frozen=True)
class Page:
    lines: tuple[Told, ...]
    before: int | None  # the number that the page of earlier events ends before


def of_self_assessment(session: Session, self_assessment_id: UUID, *, before: int | None = None) -> Page:
    """The newest events, or those before a number; saves that follow one another are one line."""
    stream = f"self-assessment:{self_assessment_id}"
    wanted = (
        sa.select(*map(col, (Event.number, Event.verb, Event.at, Event.by_id, Event.facts, Event.reason)))
        .where(col(Event.stream) == stream)
        .order_by(col(Event.number).desc())
        .limit(A_PAGE)
    )
    if before is not None:
        wanted = wanted.where(col(Event.number) < before)
    events = [
        Happened(number, verb, at, by_id, str(facts.get("criterion", "")), reason)
        for number, verb, at, by_id, facts, reason in session.execute(wanted)
    ]
    names = _names(session, {event.by_id for event in events if event.by_id})
    lines = tuple(_told(run, names) for run in reversed(list(runs(reversed(events)))))
    has_more = bool(events) and events[-1].number > 1
    return Page(lines, events[-1].number if has_more else None)


def _told(run: Run, names: dict[UUID, str]) -> Told:
    first, last = run.first, run.last
    actor = names.get(first.by_id, PORTAL) if first.by_id else PORTAL
    return Told(first.verb, first.criterion, actor, first.at, last.at, run.times, first.reason)


def _names(session: Session, ids: set[UUID]) -> dict[UUID, str]:
    return dict(session.exec(select(Person.id, Person.name).where(col(Person.id).in_(ids))).all())
