"""The whole story over HTTP: from an empty self-assessment to a certificate that a stranger verifies."""

import html
import re
from collections.abc import Callable

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import col, select

from app.db import Database
from app.models import Event, Person
from app.queries import audit
from app.rules.workflow import Verb
from tests.conftest import Clock
from tests.drawn import draw_all
from tests.story import Story
from tests.walk import Walk, hidden_of, title_of

BrowserOf = Callable[[Person], TestClient]


@pytest.fixture
def walk(app: FastAPI, database: Database, story: Story, browser_of: BrowserOf) -> Walk:
    return Walk(app, database, story, browser_of)


def holders(page: str) -> dict[str, int]:
    """Level to number of organisations, from the dashboard's table."""
    table = page.partition("Organisations by highest level held")[2].partition("</table>")[0]
    rows = re.findall(r'<th scope="row">([^<]*)</th><td[^>]*>(\d+)</td>', table)
    *levels, _ = rows  # the last row adds up the others
    return {html.unescape(level): int(number) for level, number in levels}


def test_the_whole_story_is_played_by_buttons(
    walk: Walk, app: FastAPI, client: TestClient, clock: Clock
) -> None:
    """Before each step the page offers its button, after it the event is there: see ``Walk.take``."""
    dashboard = f"/dashboards/{walk.story.organisations['ZZ1'].id}"
    before = holders(walk.get("icb_viewer_1", dashboard))
    submission = walk.play()
    assert {verb for verb, _ in walk.taken} == set(Verb) - ON_OTHER_WAYS
    assert who_did_what(walk, submission) == STORY
    with walk.database.read() as session:
        assert audit.verify(session) == []

    outcome = walk.get("lead_a", f"{submission}/outcome")
    (certificate,) = set(re.findall(r"/certificates/[0-9a-f-]{36}", outcome))
    (token,) = set(re.findall(r"/verify/[0-9a-f]{32}", outcome))
    both_files_are_drawn_once(walk, app, certificate)
    anyone_can_check_it(client, token)
    the_agreed_facts_and_no_people(walk.story, client.get(token).text)
    assert before == {"No level held": 3, "Bronze": 0, "Silver": 0, "Gold": 0}
    assert holders(walk.get("icb_viewer_1", dashboard)) == {**before, "No level held": 2, "Bronze": 1}

    walk.post("administrator", f"{certificate}/revoke", {"reason": "A figure was wrong."})
    assert title_of(client.get(token).text).startswith("Genuine and in date")
    page = f"{certificate}/revoke"
    walk.post("administrator_2", f"{page}/confirm", hidden_of(walk.get("administrator_2", page)))
    assert title_of(client.get(token).text).startswith("Revoked: ARF-2026-000001")
    assert "A figure was wrong." in client.get(token).text
    assert holders(walk.get("icb_viewer_1", dashboard)) == before
    assert "Fictional trust A" not in client.get("/register").text


# Played by walks of their own, which tests/test_architecture.py adds to this one.
ON_OTHER_WAYS = {
    Verb.STRIKE_REVIEW,
    Verb.ASK_CLARIFICATION,
    Verb.ANSWER_CLARIFICATION,
    Verb.CLOSE_CLARIFICATION,
    Verb.APPEAL,
}
STORY = [
    ("hand over", "lead_a"),
    ("sign", "sponsor_a"),
    ("request changes", "administrator"),
    ("take back the request for changes", "administrator"),
    ("request changes", "administrator"),
    ("hand over", "lead_a"),
    ("sign", "sponsor_a"),
    ("assign reviewer", "administrator"),
    ("assign reviewer", "administrator"),
    ("remove reviewer", "administrator"),
    ("assign reviewer", "administrator"),
    ("start review", "reviewer_1"),
    ("seal review", "reviewer_1"),
    ("start review", "reviewer_2"),
    ("seal review", "reviewer_2"),
    ("assign reviewer", "administrator"),
    ("start review", "reviewer_3"),
    ("seal review", "reviewer_3"),
    ("agree score", "moderator"),
    ("decide", "administrator"),
    ("reopen the decision", "administrator_2"),
    ("decide", "administrator"),
    ("decide", "administrator_2"),
    ("release", "administrator"),
]


def who_did_what(walk: Walk, submission: str) -> list[tuple[str, str]]:
    stream = f"submission:{submission.rpartition('/')[2]}"
    parts = {person.id: part for part, person in walk.story.people.items()}
    with walk.database.read() as session:
        query = select(Event.verb, Event.by_id).where(Event.stream == stream).order_by(col(Event.number))
        return [(verb, parts[by_id]) for verb, by_id in session.exec(query).all() if by_id]


def both_files_are_drawn_once(walk: Walk, app: FastAPI, path: str) -> None:
    assert "The files are not drawn yet." in walk.get("lead_a", path)
    assert (draw_all(app), draw_all(app)) == (1, 0)
    kinds = ("signed", "accessible")
    signed, accessible = (walk.browser("lead_a").get(f"{path}/{kind}.pdf") for kind in kinds)
    assert (accessible.content[:5], signed.content.startswith(accessible.content)) == (b"%PDF-", True)
    assert [one.headers["content-disposition"].partition(";")[0] for one in (signed, accessible)] == [
        "attachment"
    ] * 2
    assert [f'href="{path}/{kind}.pdf"' in walk.get("lead_a", path) for kind in kinds] == [True] * 2


def anyone_can_check_it(client: TestClient, token: str) -> None:
    paths = (token, "/verify?number=arf-2026-000001")
    titles = [title_of(client.get(path).text).partition(" - ")[0] for path in paths]
    assert titles == ["Genuine and in date: ARF-2026-000001"] * 2
    rows = client.get("/register.csv").content.decode("utf-8-sig").splitlines()
    assert [row.split(",")[:4] for row in rows[1:]] == [
        ["Fictional trust A", "ZZA", "Bronze", "ARF-2026-000001"]
    ]
    assert "ARF-2026-000001" in client.get("/register").text


def the_agreed_facts_and_no_people(story: Story, page: str) -> None:
    """D-11: the verify page tells these facts; no scores, no names."""
    facts = re.findall(r"summary-list__(?:key|value)[^>]*>\s*(.*?)\s*</d[td]>", page, re.DOTALL)
    assert [html.unescape(text) for text in facts] == [
        "Organisation, as named on the day of issue",
        "Fictional trust A (ZZA)",
        "Level",
        "Bronze",
        "Issued on",
        "22 November 2026",
        "Last day in date",
        "22 November 2029",
        "Framework version",
        f"{story.framework.title}, {story.framework.version}",
        "Issued by",
        "NHS North West Race Equity Assembly",
    ]
    told = [person.name for person in story.people.values() if person.name in page]
    assert (told, "Reason of" in page, "Score" in page) == ([], False, False)


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
    walk.decide(submission, form)
    assert {path: walk.browser("lead_a").get(path).content for path in pages} == before
    random = walk.browser("lead_a").get("/submissions/00000000-0000-4000-8000-000000000000/outcome")
    waiting = walk.browser("lead_a").get(f"{submission}/outcome")
    assert (waiting.status_code, waiting.content) == (404, random.content)
