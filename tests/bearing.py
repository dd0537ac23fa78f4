"""The header with which a program reads for somebody of the story."""

from datetime import datetime

from app.actions import tokens as actions
from app.db import Database
from app.queries import tokens
from tests.story import Story


def bearing(database: Database, story: Story, part: str, at: datetime) -> dict[str, str]:
    """Of a token for the one role of the person who plays ``part``."""
    with database.write() as session:
        by = story.who(session, part)
        (reach,) = tokens.reaches(session, by.person_id)
        text = actions.create(session, reach, "Report", 365, by=by, at=at)
    return {"authorization": f"Bearer {text}"}
