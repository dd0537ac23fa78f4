"""The second version published in a story, and a self-assessment moved to it."""

from datetime import timedelta

from sqlmodel import Session

from app.actions import moving
from app.actions.loading import publish_framework
from app.models import FrameworkVersion, SelfAssessment
from app.queries.frameworks import FrameworkShelf
from tests.criteria.second import second
from tests.story import NOW, Story


def published(session: Session, story: Story) -> FrameworkVersion:
    """The second version, published a day before now."""
    new, said = second(story.framework)
    return publish_framework(session, new, declared=said, at=NOW - timedelta(days=1))


def moved(session: Session, story: Story, made: SelfAssessment, lead: str = "lead_a") -> SelfAssessment:
    """Moved by its lead."""
    return moving.move(session, made, FrameworkShelf(), by=story.who(session, lead), at=NOW)
