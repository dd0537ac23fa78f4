"""Who else is on a criterion's page."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.models import Person, Presence

LASTS = timedelta(seconds=60)  # three heartbeats: one or two may get lost
# Built once, as all statements of the criterion page.
_OF_PERSON = (
    select(Presence)
    .where(Presence.self_assessment_id == sa.bindparam("id"))
    .where(Presence.criterion_code == sa.bindparam("code"))
    .where(Presence.person_id == sa.bindparam("person_id"))
)
_OTHERS = (
    select(Person.name, Presence.seen_at)
    .join(Person, col(Person.id) == Presence.person_id)
    .where(Presence.self_assessment_id == sa.bindparam("id"))
    .where(Presence.criterion_code == sa.bindparam("code"))
    .where(Presence.person_id != sa.bindparam("person_id"))
    .where(col(Presence.seen_at) > sa.bindparam("since"))
    .order_by(col(Person.name))
)


@dataclass(frozen=True)
class Other:
    """A colleague who has the page open."""

    name: str
    seen_at: datetime


def of_person(session: Session, self_assessment_id: UUID, code: str, person_id: UUID) -> Presence | None:
    here = {"id": self_assessment_id, "code": code, "person_id": person_id}
    return session.exec(_OF_PERSON, params=here).first()


def others(session: Session, self_assessment_id: UUID, code: str, *, than: UUID, at: datetime) -> list[Other]:
    """The people other than ``than`` who were on the page within the last minute, by name."""
    here = {"id": self_assessment_id, "code": code, "person_id": than, "since": at - LASTS}
    rows = session.exec(_OTHERS, params=here).all()
    return [Other(name, seen_at) for name, seen_at in rows]
