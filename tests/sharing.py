"""Steps of sharing the work that several tests take."""

from datetime import date, datetime

from sqlmodel import Session

from app.actions import owners, self_assessments
from app.actions.owners import Care, Change
from app.models import FrameworkVersion, SelfAssessment
from app.queries import owners as look_up
from tests.story import NOW, Story

BASE = "http://127.0.0.1:8000"


def started(session: Session, story: Story, code: str = "ZZA", lead: str = "lead_a") -> SelfAssessment:
    """An empty self-assessment."""
    version = session.get_one(FrameworkVersion, story.version_id)
    by = story.who(session, lead)
    return self_assessments.start(session, story.organisations[code], version, by=by, at=NOW)


def give(
    session: Session,
    story: Story,
    made: SelfAssessment,
    part: str,
    *codes: str,
    due_on: date | None = None,
    by: str = "lead_a",
    at: datetime = NOW,
) -> int:
    """Give criteria to somebody, as if the page was opened just now."""
    now = look_up.rows(session, made.id)
    wanted = Care(story.people[part].id, due_on) if part else Care()
    changes = {
        code: Change(Care(now[code].person_id, now[code].due_on) if code in now else Care(), wanted)
        for code in codes
    }
    who = story.who(session, by)
    return owners.assign(session, made, story.framework, changes, base_url=BASE, by=who, at=at)
