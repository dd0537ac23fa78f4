"""The question's pages: who may ask and answer, what each reads, and what the organisation can't tell."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from app.db import Database
from app.models import Clarification, Outcome, Person, Review, Score, Status, Submission
from app.rules.decisions import Clarify
from tests import judging, rounds
from tests.conftest import Clock
from tests.judging import refetched
from tests.story import NOW, Story

Browser = Callable[[Person], TestClient]
ASK = {
    "criterion": "B01",
    "question": "Which board saw it?",
    "due-day": "6",
    "due-month": "12",
    "due-year": "2026",
}


@pytest.fixture
def moderated(database: Database, story: Story) -> UUID:
    with database.write() as session:
        return judging.in_moderation(session, story)[0].id


@pytest.fixture
def asked(database: Database, story: Story, moderated: UUID) -> UUID:
    with database.write() as session:
        rounds.asked(session, story, session.get_one(Submission, moderated))
    return moderated


def status_now(database: Database, id_: UUID) -> Status:
    with database.read() as session:
        return refetched(session, id_).status


def test_the_whole_way_over_the_pages(
    moderated: UUID, database: Database, story: Story, browser_of: Browser
) -> None:
    moderator, lead = browser_of(story.people["moderator"]), browser_of(story.people["lead_a"])
    page = f"/submissions/{moderated}"
    assert "Ask for clarification" in moderator.get(page).text
    sent = moderator.post(f"{page}/clarifications", data=ASK)
    assert (sent.status_code, sent.headers["location"]) == (303, page)
    home = lead.get("/home").text
    assert "Answer the Assembly’s question about B01 of Bronze" in home
    assert f'href="{page}/clarification"' in home
    own = lead.get(page).text
    assert ["Which board saw it?" in own, "Send the answer" in own, "Clarification asked" in own] == [
        True
    ] * 3
    question = lead.get(f"{page}/clarification").text
    assert [text in question for text in ("Which board saw it?", judging.NARRATIVE, "6 December 2026")] == [
        True
    ] * 3
    assert question.count("<textarea") == 1
    sent = lead.post(f"{page}/clarification", data={"answer": "The board of May."})
    assert (sent.status_code, status_now(database, moderated)) == (303, Status.IN_MODERATION)
    assert "The board of May." in lead.get(page).text
    assert lead.get(f"{page}/clarification").status_code == 303
    assert lead.post(f"{page}/clarification", data={"answer": "Another."}).status_code == 409
    shown = moderator.get(f"{page}/moderation/B01").text
    assert ["The board of May." in shown, "Which board saw it?" in shown] == [True, True]
    assert "The board of May." not in moderator.get(f"{page}/moderation/B02").text


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({**ASK, "criterion": ""}, "Choose the criterion that the question is about."),
        ({**ASK, "criterion": "G01"}, "Choose the criterion that the question is about."),
        ({**ASK, "question": ""}, "Enter the question."),
        ({**ASK, "due-day": ""}, "Enter"),
        ({**ASK, "due-year": "2025"}, "The day must be after today and within 60 days."),
    ],
)
def test_what_is_missing_comes_back_with_what_was_typed(
    moderated: UUID,
    database: Database,
    story: Story,
    browser_of: Browser,
    form: dict[str, str],
    sentence: str,
) -> None:
    answer = browser_of(story.people["moderator"]).post(f"/submissions/{moderated}/clarifications", data=form)
    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert form["question"] in answer.text
    assert status_now(database, moderated) is Status.IN_MODERATION


def test_an_empty_answer_comes_back(asked: UUID, story: Story, browser_of: Browser) -> None:
    answer = browser_of(story.people["lead_a"]).post(
        f"/submissions/{asked}/clarification", data={"answer": " "}
    )
    assert (answer.status_code, "Enter your answer." in answer.text) == (422, True)


def test_who_may_ask_and_who_may_answer(
    asked: UUID, database: Database, story: Story, browser_of: Browser
) -> None:
    """403 for who may know of the submission, 404 for everyone else."""
    asking, answering = {}, {}
    for part, person in story.people.items():
        browser, page = browser_of(person), f"/submissions/{asked}"
        asking[part] = (
            browser.get(f"{page}/clarifications").status_code,
            browser.post(f"{page}/clarifications/close", data={"reason": ""}).status_code,
        )
        answering[part] = (
            browser.get(f"{page}/clarification").status_code,
            browser.post(f"{page}/clarification", data={"answer": ""}).status_code,
        )
    judges = {"moderator", "administrator", "administrator_2"}
    knowing = judges | {
        "lead_a",
        "contributor_a",
        "sponsor_a",
        "chair_a",
        "reviewer_1",
        "reviewer_2",
        "reviewer_3",
    }
    assert asking == {
        part: (200, 409) if part in judges else (403, 403) if part in knowing else (404, 404)
        for part in story.people
    }
    assert answering == {
        part: (200, 422) if part == "lead_a" else (403, 403) if part in knowing else (404, 404)
        for part in story.people
    }
    assert status_now(database, asked) is Status.AWAITING_ANSWER


def test_it_is_closed_after_its_day_and_not_before(
    asked: UUID, database: Database, story: Story, browser_of: Browser, clock: Clock
) -> None:
    moderator, path = browser_of(story.people["moderator"]), f"/submissions/{asked}/clarifications"
    assert "The organisation has until 6 December 2026." in moderator.get(path).text
    early = moderator.post(f"{path}/close", data={"reason": "No answer."})
    assert (early.status_code, status_now(database, asked)) == (409, Status.AWAITING_ANSWER)
    clock.at = NOW + timedelta(days=15)
    moderator = browser_of(story.people["moderator"])
    assert 'action="/submissions/' in moderator.get(path).text
    assert moderator.post(f"{path}/close", data={"reason": ""}).status_code == 422
    assert moderator.post(f"{path}/close", data={"reason": "No answer."}).status_code == 303
    assert status_now(database, asked) is Status.IN_MODERATION
    assert "No answer." in browser_of(story.people["lead_a"]).get(f"/submissions/{asked}").text


OWN = ("lead_a", "contributor_a", "sponsor_a", "chair_a")


def fetched(database: Database, story: Story, browser_of: Browser, id_: UUID) -> dict[tuple[str, str], bytes]:
    """Everything about the submission that its organisation can open."""
    paths = ("", "/clarification", "/history", "/receipt", "/copy", "/outcome", "/appeal", "/clarifications")
    found = {}
    for part in OWN:
        browser = browser_of(story.people[part])
        found |= {(part, path): browser.get(f"/submissions/{id_}{path}").content for path in paths}
        found[part, "home"] = browser.get("/home").content
    return found


@pytest.mark.reaches_past  # changes rows that no action changes
def test_b07_the_organisation_can_not_tell_who_asks_or_what_the_scores_are(
    asked: UUID, database: Database, story: Story, browser_of: Browser
) -> None:
    """The same bytes whoever asked and whatever the reviewers gave; and no name of any of them."""
    before = fetched(database, story, browser_of, asked)
    with database.write() as session:
        session.exec(select(Clarification)).one().asked_by_id = story.people["administrator"].id
        for row in session.exec(select(Score)).all():
            row.score, row.reason, row.private_note = 0, "Something else.", "Something else."
    assert fetched(database, story, browser_of, asked) == before
    text = b"".join(before.values()).decode()
    judges = ("moderator", "administrator", "reviewer_1", "reviewer_2", "reviewer_3")
    found = [
        word
        for part in judges
        for word in (story.people[part].name, story.people[part].email, str(story.people[part].id))
        if word in text
    ]
    assert found == []
    assert "Which board saw B01?" in text


@pytest.mark.reaches_past  # changes rows that no action changes
def test_b07_a_question_after_moderation_looks_like_one_before_it(
    database: Database, story: Story, browser_of: Browser, asked: UUID
) -> None:
    """Whether a third reviewer was needed, and whether scores were agreed, shows in nothing."""
    before = fetched(database, story, browser_of, asked)
    with database.write() as session:
        for row in session.exec(select(Review)).all():
            if row.kind.value == "third":
                row.status = row.status.__class__("removed")
    assert fetched(database, story, browser_of, asked) == before


def test_the_outcome_of_a_deferral_stands_while_it_is_answered(
    database: Database, story: Story, browser_of: Browser
) -> None:
    with database.write() as session:
        submission = rounds.judged(session, story, rounds.MET)
        clarify = Clarify("B02", (NOW + timedelta(days=20)).date())
        rounds.decided(session, story, submission, Outcome.DEFERRED, reason="Which group?", clarify=clarify)
        rounds.released(session, story)
        id_ = submission.id
    lead = browser_of(story.people["lead_a"])
    for step in range(2):
        shown = lead.get(f"/submissions/{id_}/outcome")
        assert (shown.status_code, "Deferred" in shown.text, "Which group?" in shown.text) == (
            200,
            True,
            True,
        )
        assert (f'href="/submissions/{id_}/clarification"' in shown.text) is (step == 0)
        page = lead.get(f"/submissions/{id_}").text
        assert ["Read the outcome" in page, "Withdraw" in page] == [True, False]
        if step == 0:
            lead.post(f"/submissions/{id_}/clarification", data={"answer": "The equality group."})
