"""The form that plans a meeting, when it is refused."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from app.db import Database
from app.models import Meeting, Person
from tests.story import Story

Browser = Callable[[Person], TestClient]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"window": ""}, "Select a window."),
        ({"held-day": "31", "held-month": "2"}, "Enter a real date, for example 27 3 2024."),
        ({"held-day": "", "held-month": "", "held-year": ""}, "Enter the day of the meeting."),
        ({"about": "all"}, "Select what the meeting is about."),
        ({"people": "none"}, "Select who is expected."),
        ({"people": "lead_a"}, "Select people from the list."),
    ],
)
def test_a_plan_that_is_refused_keeps_what_was_typed(
    database: Database, story: Story, browser_of: Browser, changed: dict[str, str], sentence: str
) -> None:
    part = changed.pop("people", "moderator")
    form = {
        "name": "Second meeting",
        "window": str(story.window_id),
        "held-day": "3",
        "held-month": "12",
        "held-year": "2026",
        "about": "both",
        **changed,
    }
    if part != "none":
        form[f"person-{story.people[part].id}"] = "yes"
    answer = browser_of(story.people["moderator"]).post("/meetings/new", data=form)
    assert (answer.status_code, 'value="Second meeting"' in answer.text) == (422, True)
    assert sentence in answer.text
    with database.read() as session:
        assert session.exec(select(Meeting)).all() == []
