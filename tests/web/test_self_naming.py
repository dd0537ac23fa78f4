"""B-18: a reason that names its reviewer is saved, warned of, and sealed only knowingly."""

import html
from collections.abc import Callable
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from app.db import Database
from app.models import Person, Review
from app.queries import reviews
from app.web.self_naming import ASK
from tests.judging import CODES, assigned, scored, sealed_submission
from tests.story import Story
from tests.walk import errors_of, hidden_of

NAME = "Zorvak Quillim"


@pytest.fixture
def review_id(database: Database, story: Story) -> UUID:
    """Reviewer 1's review with every criterion scored; their name is a person's."""
    with database.write() as session:
        session.get_one(Person, story.people["reviewer_1"].id).name = NAME
        first, _ = assigned(session, story, sealed_submission(session, story))
        scored(session, story, first, dict.fromkeys(CODES, 2))
        return first.id


@pytest.fixture
def reviewer(browser_of: Callable[[Person], TestClient], story: Story) -> TestClient:
    return browser_of(story.people["reviewer_1"])


def save(browser: TestClient, review_id: UUID, reason: str, **more: str) -> str:
    page = f"/reviews/{review_id}/criteria/B02"
    form = {**hidden_of(browser.get(page).text), "score": "2", "reason": reason, "private-note": "", **more}
    answer = browser.post(page, data=form)
    assert answer.status_code == 303, errors_of(answer.text)
    return str(answer.headers["location"])


def test_b18_a_reason_that_names_is_saved_and_asked_about(
    review_id: UUID, reviewer: TestClient, database: Database
) -> None:
    page = f"/reviews/{review_id}/criteria/B02"
    assert save(reviewer, review_id, f"As {NAME} knows, met.") == page
    with database.read() as session:
        assert reviews.scores(session, review_id)["B02"].reason == f"As {NAME} knows, met."
    shown = html.unescape(reviewer.get(page).text)
    assert f"Your reason seems to name <strong>{NAME}</strong>" in shown
    assert shown.index("Your reason seems to name") < shown.index('id="score-form"')


@pytest.mark.parametrize(
    ("reason", "more"), [("Met.", {}), (f"As {NAME} knows, met.", {"keep-names": "yes"})]
)
def test_b18_a_reason_that_names_nobody_or_may_goes_on(
    reason: str, more: dict[str, str], review_id: UUID, reviewer: TestClient
) -> None:
    assert save(reviewer, review_id, reason, **more) == f"/reviews/{review_id}/criteria/B03"


def test_b18_sealing_asks_again_and_takes_a_tick(
    review_id: UUID, reviewer: TestClient, database: Database
) -> None:
    save(reviewer, review_id, f"As {NAME} knows, met.")
    page = f"/reviews/{review_id}/seal"
    form = hidden_of(reviewer.get(page).text)
    refused = reviewer.post(page, data=form)
    assert (refused.status_code, errors_of(refused.text)) == (422, [ASK])
    assert f"B02</a>: {NAME}" in html.unescape(refused.text)
    assert reviewer.post(page, data={**form, "keep-names": "yes"}).status_code == 303
    with database.read() as session:
        assert session.get_one(Review, review_id).sealed_at is not None


def test_b18_sealing_asks_nothing_where_nobody_is_named(review_id: UUID, reviewer: TestClient) -> None:
    page = f"/reviews/{review_id}/seal"
    shown = reviewer.get(page).text
    assert "Somebody may be named" not in shown
    assert reviewer.post(page, data=hidden_of(shown)).status_code == 303
