"""The whole story over HTTP: from an empty self-assessment to a certificate that a stranger verifies."""

import html
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import select

from app.db import Database
from app.models import Event, Person
from app.queries import audit
from app.rules.workflow import Verb
from tests.conftest import Clock
from tests.story import Story
from tests.walk import Walk

BrowserOf = Callable[[Person], TestClient]


@pytest.fixture
def walk(app: FastAPI, database: Database, story: Story, browser_of: BrowserOf) -> Walk:
    return Walk(app, database, story, browser_of)


def holders(page: str) -> dict[str, int]:
    """Level to number of organisations, from the dashboard's table."""
    table = page.partition("Organisations by highest level held")[2].partition("</table>")[0]
    rows = re.findall(r'<th scope="row">([^<]*)</th><td[^>]*>(\d+)</td>', table)
    return {html.unescape(level): int(number) for level, number in rows}


def test_the_whole_story_is_played_by_buttons(walk: Walk) -> None:
    """Before each step the page offers its button, after it the event is there: see ``Walk.take``."""
    walk.play()
    assert {verb for verb, _ in walk.taken} == set(Verb)
    assert [
        status for verb, status in walk.taken if verb in (Verb.SEAL_REVIEW, Verb.AGREE_SCORE, Verb.DECIDE)
    ] == [
        "in review",
        "in moderation",
        "awaiting decision",
        "decided",
    ]
    with walk.database.read() as session:
        assert audit.verify(session) == []


def test_the_story_ends_with_a_certificate_that_a_stranger_verifies(
    walk: Walk, client: TestClient, clock: Clock
) -> None:
    dashboard = f"/dashboards/{walk.story.organisations['ZZ1'].id}"
    before = holders(walk.get("icb_viewer_1", dashboard))
    submission = walk.play()

    outcome = walk.get("lead_a", f"{submission}/outcome")
    (certificate,) = set(re.findall(r"/certificates/[0-9a-f-]{36}", outcome))
    (token,) = set(re.findall(r"/verify/[0-9a-f]{32}", outcome))
    drawn = [walk.browser("lead_a").get(f"{certificate}/pdf") for _ in range(2)]
    assert drawn[0].content == drawn[1].content
    assert drawn[0].content[:5] == b"%PDF-"
    assert drawn[0].headers["content-disposition"] == 'attachment; filename="ARF-2026-000001.pdf"'

    verified = client.get(token).text
    assert "<title>Genuine and in date: ARF-2026-000001" in verified
    assert [
        part for part in ("Fictional trust A", "Bronze", "22 November 2026") if part not in verified
    ] == []
    assert "Fictional trust A" in client.get("/verify?number=arf-2026-000001").text
    assert "Fictional trust A" in client.get("/register").text
    lines = client.get("/register.csv").content.decode("utf-8-sig").splitlines()
    assert [line.split(",")[:4] for line in lines[1:]] == [
        ["Fictional trust A", "ZZA", "Bronze", "ARF-2026-000001"]
    ]

    after = holders(walk.get("icb_viewer_1", dashboard))
    assert before == {"No level held": 3, "Bronze": 0, "Silver": 0, "Gold": 0}
    assert after == {"No level held": 2, "Bronze": 1, "Silver": 0, "Gold": 0}
    clock.at += timedelta(days=1)
    walk.post("administrator", f"{certificate}/revoke", {"reason": "A figure was wrong."})
    assert "<title>Revoked: ARF-2026-000001" in client.get(token).text
    assert "A figure was wrong." in client.get(token).text
    assert holders(walk.get("icb_viewer_1", dashboard)) == before
    assert "Fictional trust A" not in client.get("/register").text


def test_d11_the_verify_page_tells_the_agreed_facts_and_no_people(walk: Walk, client: TestClient) -> None:
    submission = walk.play()
    (token,) = set(re.findall(r"/verify/[0-9a-f]{32}", walk.get("lead_a", f"{submission}/outcome")))
    page = client.get(token).text
    keys = re.findall(r'<dt class="nhsuk-summary-list__key">\s*(.*?)\s*</dt>', page, re.DOTALL)
    assert keys == [
        "Organisation, as named on the day of issue",
        "Level",
        "Issued on",
        "Last day in date",
        "Framework version",
        "Issued by",
    ]
    names = [person.name for person in walk.story.people.values()]
    assert [name for name in names if name in page] == []
    assert "Reason of reviewer" not in page


def test_b07_nothing_of_the_decision_shows_before_the_release(walk: Walk, client: TestClient) -> None:
    """The organisation's pages are the same bytes with the decision waiting as with the review under way."""
    submission = walk.submit(walk.write_bronze())
    walk.assign(submission)
    walk.review("reviewer_1", {})
    pages = (
        submission,
        f"{submission}/history",
        f"{submission}/receipt",
        "/home",
        "/register",
        "/self-assessments",
    )
    before = {path: walk.browser("lead_a").get(path).content for path in pages}
    walk.review("reviewer_2", {})
    form = {"outcome": "not yet", "condition-B01": "Show the minute.", "reason": "Not shown."}
    walk.take(Verb.DECIDE, "administrator", f"{submission}/decision", form)
    assert {path: walk.browser("lead_a").get(path).content for path in pages} == before
    random = walk.browser("lead_a").get("/submissions/00000000-0000-4000-8000-000000000000/outcome")
    waiting = walk.browser("lead_a").get(f"{submission}/outcome")
    assert (waiting.status_code, waiting.content) == (404, random.content)


def test_every_event_of_the_story_names_who_did_it(walk: Walk) -> None:
    submission = walk.play().rpartition("/")[2]
    with walk.database.read() as session:
        events = session.exec(select(Event).where(Event.stream == f"submission:{submission}")).all()
    parts = {person.id: part for part, person in walk.story.people.items()}
    who = {event.verb: parts[event.by_id] for event in events if event.by_id}
    assert who == {
        "hand over": "lead_a",
        "sign": "sponsor_a",
        "assign reviewer": "administrator",
        "remove reviewer": "administrator",
        "start review": "reviewer_2",
        "seal review": "reviewer_2",
        "agree score": "moderator",
        "decide": "administrator",
        "release": "administrator",
    }
