"""The list, the task list and what is missing, as each person sees them."""

import html
import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from app.db import Database
from app.models import Membership, Role, SelfAssessment
from tests import steps
from tests.story import NOW, Story

BrowserOf = Callable[..., TestClient]


def text_of(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def ids(database: Database) -> list[str]:
    with database.read() as session:
        return [str(id_) for id_ in session.exec(select(SelfAssessment.id)).all()]


def test_a_lead_starts_once_and_then_goes_straight_there(
    browser_of: BrowserOf, story: Story, database: Database
) -> None:
    lead = browser_of(story.people["lead_a"])
    first = lead.get("/self-assessments")
    assert "Start for Fictional trust A" in text_of(first.text)
    start = f"/organisations/{story.organisations['ZZA'].id}/self-assessments"
    assert f'action="{start}"' in first.text
    places = [lead.post(start).headers["location"] for _ in range(2)]
    (made,) = ids(database)
    assert places == [f"/self-assessments/{made}"] * 2
    assert lead.get("/self-assessments").headers["location"] == f"/self-assessments/{made}"


def test_a_person_of_two_organisations_chooses(
    browser_of: BrowserOf, story: Story, database: Database
) -> None:
    with database.write() as session:
        steps.finished(session, story)
        steps.finished(session, story, code="ZZC", lead="lead_c")
        person, trust = story.people["lead_a"].id, story.organisations["ZZC"].id
        session.add(
            Membership(person_id=person, role=Role.CONTRIBUTOR, organisation_id=trust, granted_at=NOW)
        )
    words = text_of(browser_of(story.people["lead_a"]).get("/self-assessments").text)
    assert "Fictional trust A Framework version 2023.illustrative, started 22 November 2026" in words
    assert "Fictional trust C" in words
    assert "Start for" not in words


@pytest.mark.parametrize(
    ("part", "status"), [("sponsor_a", 403), ("lead_b", 404), ("moderator", 404), ("administrator", 403)]
)
def test_A09_who_may_not_write_does_not_start(
    browser_of: BrowserOf, story: Story, database: Database, part: str, status: int
) -> None:
    start = f"/organisations/{story.organisations['ZZA'].id}/self-assessments"
    assert browser_of(story.people[part]).post(start).status_code == status
    assert ids(database) == []


def test_the_task_list_tells_the_state_of_each_criterion_and_level(
    browser_of: BrowserOf, story: Story, database: Database
) -> None:
    with database.write() as session:
        made = steps.finished(session, story)
    page = browser_of(story.people["lead_a"]).get(f"/self-assessments/{made.id}")
    words = text_of(page.text)
    assert "16 of 16 ready." in words
    assert "0 of 9 ready, 9 not started." in words
    assert story.framework.mark in words
    assert page.text.count(">Ready</strong>") == 16
    assert "Bronze Ready 16 of 16 Met by your own rating 16 of 16 Still missing 0" in words
    assert "Silver Ready 0 of 9 Met by your own rating 0 of 9 Still missing 9 for Silver" in words
    assert f'href="/self-assessments/{made.id}/missing/gold"' in page.text
    assert f"/self-assessments/{made.id}/submit/silver" in page.text
    chair = browser_of(story.people["chair_a"]).get(f"/self-assessments/{made.id}")
    assert "/submit/" not in chair.text


def test_what_is_missing_for_a_level(browser_of: BrowserOf, story: Story, database: Database) -> None:
    with database.write() as session:
        made = steps.finished(session, story)
    browser = browser_of(story.people["lead_a"])
    bronze = browser.get(f"/self-assessments/{made.id}/missing/bronze")
    assert "Nothing is missing for Bronze." in text_of(bronze.text)
    silver = text_of(browser.get(f"/self-assessments/{made.id}/missing/silver").text)
    assert "9 criteria are not ready." in silver
    assert "S01" in silver
    assert "Link at least one item of evidence. Tick “I have finished this criterion”." in silver
    assert browser.get(f"/self-assessments/{made.id}/missing/platinum").status_code == 404


def test_A01_another_organisation_gets_the_page_of_a_random_id(
    browser_of: BrowserOf, story: Story, database: Database
) -> None:
    with database.write() as session:
        made = steps.finished(session, story)
    stranger = browser_of(story.people["lead_b"])
    for end in ("", "/missing/bronze"):
        real = stranger.get(f"/self-assessments/{made.id}{end}")
        random = stranger.get(f"/self-assessments/{uuid4()}{end}")
        assert (real.status_code, real.content) == (404, random.content)
