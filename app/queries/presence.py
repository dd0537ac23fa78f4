"""Who else is on a criterion's page."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from app.models import Person, Presence

LASTS = timedelta(seconds=60)  # three heartbeats: one or two may get lost


@dataclass(frozen=True)
class Other:
    """A colleague who has the page open."""

    name: str
    seen_at: datetime


def of_person(session: Session, self_assessment_id: UUID, code: str, person_id: UUID) -> Presence | None:
    return session.exec(
        select(Presence)
        .where(Presence.self_assessment_id == self_assessment_id)
        .where(Presence.criterion_code == code)
        .where(Presence.person_id == person_id)
    ).first()


def others(session: Session, self_assessment_id: UUID, code: str, *, than: UUID, at: datetime) -> list[Other]:
    """The people other than ``than`` who were on the page within the last minute, by name."""
    rows = session.exec(
        select(Person.name, Presence.seen_at)
        .join(Person, col(Person.id) == Presence.person_id)
        .where(Presence.self_assessment_id == self_assessment_id)
        .where(Presence.criterion_code == code)
        .where(Presence.person_id != than)
        .where(col(Presence.seen_at) > at - LASTS)
        .order_by(col(Person.name))
    ).all()
    return [Other(name, seen_at) for name, seen_at in rows]
