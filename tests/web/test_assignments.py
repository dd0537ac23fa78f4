"""The administrator's page for a submission's reviewers."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from app.db import Database
from app.models import Person, Review, ReviewStatus, Submission
from tests.judging import CODES, assigned, part_of, sealed, sealed_submission
from tests.story import Story

Browser = Callable[[Person], TestClient]


@pytest.fixture
def submission_id(database: Database, story: Story) -> UUID:
    with database.write() as session:
        return sealed_submission(session, story).id


def reviewing(database: Database, story: Story) -> dict[str, ReviewStatus]:
    with database.read() as session:
        return {part_of(story, row.reviewer_id): row.status for row in session.exec(select(Review)).all()}


def form(story: Story, *parts: str) -> dict[str, str]:
    return {f"reviewer-{story.people[part].id}": "yes" for part in parts}


def test_the_page_offers_who_is_free_and_tells_why_others_are_not(
    submission_id: UUID, story: Story, browser_of: Browser
) -> None:
    text = browser_of(story.people["administrator"]).get(f"/submissions/{submission_id}/reviewers").text
    offered = {part for part, person in story.people.items() if f'name="reviewer-{person.id}"' in text}
    assert offered == {"reviewer_1", "reviewer_2", "reviewer_3"}
    assert "Works for Fictional trust A." in text
    assert "Works for Fictional trust C, in the same ICB." in text


def test_two_are_assigned_at_once(
    submission_id: UUID, database: Database, story: Story, browser_of: Browser
) -> None:
    browser, path = browser_of(story.people["administrator"]), f"/submissions/{submission_id}/reviewers"
    answer = browser.post(path, data=form(story, "reviewer_1", "reviewer_2"))
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    assert reviewing(database, story) == dict.fromkeys(("reviewer_1", "reviewer_2"), ReviewStatus.ASSIGNED)
    text = browser.get(path).text
    assert "This submission has all its reviewers." in text
    assert 'name="reviewer-' not in text


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ((), "Select a reviewer."),
        (("reviewer_1", "reviewer_of_a"), "Works for Fictional trust A."),
        (("reviewer_1", "reviewer_of_c"), "Works for Fictional trust C, in the same ICB."),
        (("reviewer_1", "lead_b"), "EDI lead, trust B can&#39;t be assigned."),
        (("reviewer_1", "reviewer_2", "reviewer_3"), "This submission has all its reviewers."),
    ],
)
def test_f01_f02_a_refusal_assigns_nobody(
    submission_id: UUID,
    database: Database,
    story: Story,
    browser_of: Browser,
    parts: tuple[str, ...],
    sentence: str,
) -> None:
    browser = browser_of(story.people["administrator"])
    answer = browser.post(f"/submissions/{submission_id}/reviewers", data=form(story, *parts))
    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert ("checked" in answer.text) is bool(parts)
    assert reviewing(database, story) == {}


@pytest.mark.parametrize("name", ["reviewer-x", "reviewer-00000000-0000-4000-8000-000000000000", "reviewer-"])
def test_made_up_people_are_refused(
    submission_id: UUID, database: Database, story: Story, browser_of: Browser, name: str
) -> None:
    browser = browser_of(story.people["administrator"])
    answer = browser.post(f"/submissions/{submission_id}/reviewers", data={name: "yes"})
    assert answer.status_code == 422
    assert reviewing(database, story) == {}


def test_k13_a_removed_reviewer_finds_nothing_any_more(
    submission_id: UUID, database: Database, story: Story, browser_of: Browser
) -> None:
    with database.write() as session:
        review_id = assigned(session, story, session.get_one(Submission, submission_id))[0].id
    reviewer, administrator = (browser_of(story.people[part]) for part in ("reviewer_1", "administrator"))
    assert reviewer.get(f"/reviews/{review_id}").status_code == 200
    path = f"/submissions/{submission_id}/reviewers/{review_id}/remove"
    assert "Remove Reviewer 1" in administrator.get(path).text
    blank = administrator.post(path, data={"reason": " "})
    assert (blank.status_code, "Enter the reason" in blank.text) == (422, True)
    gone = administrator.post(path, data={"reason": "On leave"})
    assert (gone.status_code, gone.headers["location"]) == (303, f"/submissions/{submission_id}/reviewers")
    for answer in (reviewer.get(f"/reviews/{review_id}"), reviewer.post(f"/reviews/{review_id}/start")):
        assert (answer.status_code, answer.content) == (404, reviewer.get(f"/reviews/{uuid4()}").content)
    assert "Fictional trust A" not in reviewer.get("/reviews").text
    assert administrator.get(path).status_code == 404
    assert administrator.post(path, data={"reason": "Again"}).status_code == 404


def test_a_sealed_review_and_one_of_another_submission_can_not_be_removed_here(
    submission_id: UUID, database: Database, story: Story, browser_of: Browser
) -> None:
    with database.write() as session:
        mine = assigned(session, story, session.get_one(Submission, submission_id))[0]
        sealed(session, story, mine, dict.fromkeys(CODES, 2))
        other = assigned(session, story, sealed_submission(session, story, "ZZB", "b"), "reviewer_3")[0]
        ids = (mine.id, other.id, "x")
    administrator = browser_of(story.people["administrator"])
    for id_ in ids:
        path = f"/submissions/{submission_id}/reviewers/{id_}/remove"
        assert administrator.get(path).status_code == 404
        assert administrator.post(path, data={"reason": "Away"}).status_code == 404
    assert ReviewStatus.REMOVED not in reviewing(database, story).values()


def test_who_may_assign(submission_id: UUID, database: Database, story: Story, browser_of: Browser) -> None:
    path = f"/submissions/{submission_id}/reviewers"
    found = {}
    deciding = {"administrator", "administrator_2"}
    for part, person in story.people.items():
        browser = browser_of(person)
        found[part] = browser.get(path).status_code
        posted = browser.post(path, data=form(story, "reviewer_of_a"))
        assert (part, posted.status_code) == (part, 422 if part in deciding else found[part])
    knowing = {"lead_a", "contributor_a", "sponsor_a", "chair_a", "moderator"}
    assert found == {
        part: 200 if part in deciding else 403 if part in knowing else 404 for part in story.people
    }
    assert reviewing(database, story) == {}
