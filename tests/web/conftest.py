"""What several modules of this folder begin with."""

from collections.abc import Callable
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from app.db import Database
from app.models import Person, Review
from tests.judging import part_of
from tests.story import Story


@pytest.fixture
def browser(
    review: UUID, database: Database, story: Story, browser_of: Callable[[Person], TestClient]
) -> TestClient:
    """The browser of whoever does the ``review``, which each module makes for itself."""
    with database.read() as session:
        part = part_of(story, session.get_one(Review, review).reviewer_id)
    return browser_of(story.people[part])
