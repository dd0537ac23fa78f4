"""What a reviewer said of themselves: how much, what, and when not."""

from datetime import date
from uuid import UUID

from sqlmodel import Session, col, select

from app.models import Absence, ReviewerProfile


def profile(session: Session, person_id: UUID) -> ReviewerProfile | None:
    """None for who has said nothing yet."""
    return session.get(ReviewerProfile, person_id)


def absences(session: Session, person_id: UUID, today: date) -> list[Absence]:
    """The absences that are not over, the first one at the top."""
    return list(
        session.exec(
            select(Absence)
            .where(Absence.person_id == person_id, Absence.to_on >= today)
            .order_by(col(Absence.from_on), col(Absence.to_on), col(Absence.id))
        ).all()
    )
