"""Calls that executives asked for before they sign."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from app.models import CallBack, Person


@dataclass(frozen=True)
class Asked:
    """One call asked for, with how and when to reach the executive."""

    note: str
    asked_at: datetime
    asked_by: str
    done_at: datetime | None


def listed(session: Session, submission_id: UUID) -> list[Asked]:
    """The calls asked for about a submission, newest first."""
    rows = session.exec(
        select(CallBack.note, CallBack.asked_at, Person.name, CallBack.done_at)
        .join(Person, col(Person.id) == CallBack.asked_by_id)
        .where(CallBack.submission_id == submission_id)
        .order_by(col(CallBack.asked_at).desc(), col(CallBack.id))
    ).all()
    return [Asked(*row) for row in rows]


def waiting(session: Session, submission_id: UUID) -> list[CallBack]:
    """The calls that nobody has said are done."""
    return list(
        session.exec(
            select(CallBack)
            .where(CallBack.submission_id == submission_id, col(CallBack.done_at).is_(None))
            .order_by(col(CallBack.asked_at))
        ).all()
    )
