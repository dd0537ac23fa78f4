"""The pages of moving: what would happen, the button, the note to confirm, and two self-assessments of one body."""

import re
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from app.db import Database
from app.models import Person, SelfAssessment
from app.queries import self_assessments
from tests import steps
from tests.criteria.second import VERSION
from tests.digests import digest
from tests.second_version import moved, published
from tests.story import Story
from tests.walk import hidden_of

BrowserOf = Callable[[Person], TestClient]


@pytest.fixture
def lead(browser_of: BrowserOf, story: Story) -> TestClient:
    return browser_of(story.people["lead_a"])


@pytest.fixture
def old(database: Database, story: Story) -> str:
    """A finished self-assessment while the second version is published."""
    with database.write() as session:
        made = steps.finished(session, story)
        published(session, story)
        return f"/self-assessments/{made.id}"


def move(browser: TestClient, old: str) -> str:
    answer = browser.post(f"{old}/move")
    assert answer.status_code == 303
    return str(answer.headers["location"])


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page)).replace("&#39;", "'")


def test_the_lead_is_told_of_the_newer_version(lead: TestClient, old: str) -> None:
    page = lead.get(old).text
    assert "A newer version of the framework is published: 2027.second." in text_of(page)
    assert f'href="{old}/move"' in page


def test_nobody_is_told_while_there_is_none(lead: TestClient, database: Database, story: Story) -> None:
    with database.write() as session:
        path = f"/self-assessments/{steps.finished(session, story).id}"
    assert "newer version" not in lead.get(path).text
    assert lead.get(f"{path}/move").status_code == 404
    assert lead.post(f"{path}/move").status_code == 422


def test_the_page_says_what_would_happen_question_by_question(
    lead: TestClient, old: str, story: Story
) -> None:
    page = text_of(lead.get(f"{old}/move").text)
    for sentence in (
        "14 criteria begin with an answer carried over.",
        "12 answers do not carry.",
        "Bronze. Merged from B01 and B02.",
        "Bronze. Split from B03.",
        "Bronze. New.",
        "Bronze. Carried.",
        "Evidence linked to B04 stays in your library and is linked to nothing: Board paper.",
        "Not asked of your kind of organisation: B09.",
        "The texts are joined, each under a line with its old code and title.",
        "Made-up text of trust A about B04.",
    ):
        assert sentence in page, sentence
    assert f"From B02: {story.framework.criterion('B02').questions[2].label}" in page


@pytest.mark.parametrize(
    ("part", "shown", "done"),
    [
        ("contributor_a", 200, 403),
        ("sponsor_a", 200, 403),
        ("chair_a", 200, 403),
        ("lead_b", 404, 404),
        ("administrator", 404, 404),
        ("icb_viewer_1", 404, 404),
    ],
)
def test_only_the_own_lead_moves(
    browser_of: BrowserOf, database: Database, story: Story, old: str, part: str, shown: int, done: int
) -> None:
    browser = browser_of(story.people[part])
    before = digest(database)
    answer = browser.get(f"{old}/move")
    assert (answer.status_code, "Move to version 2027.second</button>" in answer.text) == (shown, False)
    assert browser.post(f"{old}/move").status_code == done
    assert digest(database) == before


def test_moving_leads_to_the_newer_one_and_the_list_leads_there_too(lead: TestClient, old: str) -> None:
    new = move(lead, old)
    assert new != old
    assert (
        lead.get("/self-assessments").headers["location"],
        lead.get(f"{old}/move").headers["location"],
    ) == (
        new,
        new,
    )
    assert (move(lead, old), lead.get(new).status_code) == (new, 200)
    home = lead.get("/home").text
    assert (new in home, old in home) == (True, False)


def test_the_task_list_says_to_confirm(lead: TestClient, old: str) -> None:
    page = lead.get(move(lead, old)).text
    assert page.count(">To confirm</strong>") == 14
    assert "0 of 16 ready, 14 to confirm" in text_of(page)
    assert f'href="{old}"' in page  # where what did not carry stands


def test_what_was_left_is_shown_and_not_asked(lead: TestClient, old: str) -> None:
    new = move(lead, old)
    page = lead.get(old).text
    assert ("It was moved to version 2027.second" in text_of(page), f'href="{new}"' in page) == (True, True)
    assert "/submit/" not in page
    criterion = lead.get(f"{old}/criteria/B04").text
    assert (
        "Made-up text of trust A about B04." in criterion,
        '<form method="post" action="' + old in criterion,
    ) == (
        True,
        False,
    )
    answer = lead.post(
        f"{old}/criteria/B05", data={"form-seen": "", "narrative": "Late.", "form-then": "stay"}
    )
    assert "was moved to a newer framework version" in answer.text
    assert lead.post(f"{old}/submit/bronze", data={}).status_code in (409, 422)


def test_a_carried_answer_is_confirmed_by_its_button(lead: TestClient, database: Database, old: str) -> None:
    new = move(lead, old)
    path = f"{new}/criteria/N1"
    page = lead.get(path).text
    assert "This answer was carried from B01 and B02 of the framework version before." in text_of(page)
    form = {"form-seen": hidden_of(page)["form-seen"], "narrative": "Shorter.", "form-then": "confirm"}
    answer = lead.post(path, data=form)
    assert answer.headers["location"] == f"{path}?done=confirmed"
    after = lead.get(path).text
    assert ("Confirm that this is still true" in after, "Shorter." in after) == (False, True)


def test_saving_without_the_tick_leaves_it_to_confirm(lead: TestClient, old: str) -> None:
    path = f"{move(lead, old)}/criteria/B05"
    form = {"form-seen": hidden_of(lead.get(path).text)["form-seen"], "narrative": "Edited."}
    lead.post(path, data={**form, "form-then": "stay"}, headers={"accept": "application/json"})
    page = lead.get(path).text
    assert ("Confirm that this is still true" in page, "Edited." in page) == (True, True)
    form = {"form-seen": hidden_of(page)["form-seen"], "form-finished": "yes", "form-then": "stay"}
    lead.post(path, data={**form, "narrative": "Edited."})
    assert "Confirm that this is still true" not in lead.get(path).text


def test_every_page_of_the_organisation_works_with_two_self_assessments(
    lead: TestClient, database: Database, story: Story, old: str
) -> None:
    new, organisation = move(lead, old), story.organisations["ZZA"].id
    paths = ["/home", "/self-assessments", f"/organisations/{organisation}/evidence"]
    for one in (old, new):
        paths += [one, f"{one}/check", f"{one}/sources", f"{one}/missing/bronze", f"{one}/criteria/B05"]
    statuses = {path: lead.get(path, follow_redirects=True).status_code for path in paths}
    assert statuses == dict.fromkeys(paths, 200)


def test_a_newer_one_can_not_be_started_beside(
    lead: TestClient, database: Database, story: Story, old: str
) -> None:
    before = digest(database)
    answer = lead.post(f"/organisations/{story.organisations['ZZA'].id}/self-assessments")
    assert (answer.status_code, "writes against another version" in answer.text) == (409, True)
    assert digest(database) == before


def test_a_submission_in_the_way_is_named(lead: TestClient, database: Database, story: Story) -> None:
    with database.write() as session:
        submission = steps.handed_over(session, story)
        published(session, story)
        path = f"/self-assessments/{submission.self_assessment_id}/move"
    page = lead.get(path).text
    assert (
        "A submission waits for its signature" in page,
        f'href="/submissions/{submission.id}"' in page,
    ) == (
        True,
        True,
    )
    assert lead.post(path).status_code == 409


def test_the_current_one_is_the_newest(database: Database, story: Story) -> None:
    with database.write() as session:
        old = steps.finished(session, story)
        published(session, story)
        new = moved(session, story, old)
        found = self_assessments.current_of(session, story.organisations["ZZA"].id, "arf")
        assert (found, session.get_one(SelfAssessment, new.id).moved_at, VERSION) == (
            new.id,
            None,
            "2027.second",
        )
