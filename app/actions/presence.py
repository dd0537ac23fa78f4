"""Being on a page: noted so that colleagues see each other, and forgotten by itself."""

from datetime import datetime

from sqlmodel import Session

from app.models import Presence, SelfAssessment
from app.queries import presence
from app.rules.people import Who


def note_here(session: Session, self_assessment: SelfAssessment, code: str, *, by: Who, at: datetime) -> None:
    """Write that this person is on the criterion's page. No line of history: it tells nothing about the answer.

    The caller holds the self-assessment's row, so that one person's two tabs never add two rows.
    """
    found = presence.of_person(session, self_assessment.id, code, by.person_id)
    here = found or Presence(
        self_assessment_id=self_assessment.id, criterion_code=code, person_id=by.person_id, seen_at=at
    )
    here.seen_at = at
    session.add(here)
    session.flush()
