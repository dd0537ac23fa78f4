"""Pages that anyone may open: what they say is what is so."""

import json
import re
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.exc import OperationalError

from app.criteria.loader import to_document
from app.db import Database
from app.models import Person
from tests.conftest import Clock
from tests.holdings import certificate, trust
from tests.story import Story

BrowserOf = Callable[[Person], TestClient]
PAGES = [
    "/",
    "/framework",
    "/framework/B01",
    "/accessibility",
    "/privacy",
    "/cookies",
    "/sign-in",
    "/sign-in/sent",
]


def words(html: str) -> str:
    """What a person reads."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_one_heading_of_its_own_and_names_its_language(client: TestClient, path: str) -> None:
    answer = client.get(path)
    heading = words(answer.text.partition("<h1")[2].partition(">")[2].partition("</h1>")[0])
    assert (answer.status_code, answer.text.count("<h1"), '<html lang="en-GB">' in answer.text) == (
        200,
        1,
        True,
    )
    assert heading


@pytest.mark.parametrize("path", PAGES)
def test_d10_a_page_asks_no_other_host_for_anything_and_sets_no_cookie(client: TestClient, path: str) -> None:
    answer = client.get(path)
    fetched = re.findall(
        r"<(?:link|script|img|iframe|source|use)\b[^>]*?(?:href|src)=\"([^\"]*)\"", answer.text
    )
    assert [one for one in fetched if not one.startswith("/assets/")] == []
    assert ("set-cookie" in answer.headers, "<script>" in answer.text, " style=" in answer.text) == (
        False,
    ) * 3


def test_d10_the_style_sheets_and_scripts_name_no_other_host(client: TestClient) -> None:
    for name in ("portal.css", "portal.js", "nhsuk/nhsuk-frontend.min.css"):
        text = client.get(f"/assets/{name}").text
        assert [name, *re.findall(r"(?:url\(|import\s[^;]*?from\s*)[\"']?(?:https?:)?//[^)\"']*", text)] == [
            name
        ]


def test_d10_there_is_one_cookie_and_the_page_about_cookies_names_it(
    client: TestClient, browser_of: BrowserOf, story: Story
) -> None:
    browser = browser_of(story.people["lead_a"])
    browser.get("/home")
    assert list(browser.cookies) == ["portal"]
    assert "<code>portal</code>" in client.get("/cookies").text


def test_the_portal_says_that_it_is_well(client: TestClient) -> None:
    answer = client.get("/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_the_portal_says_when_its_database_is_away(
    client: TestClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise OperationalError("SELECT 1", {}, Exception("away"))

    monkeypatch.setattr(database, "read", away)
    answer = client.get("/health")
    assert (answer.status_code, answer.json()) == (503, {"status": "the database does not answer"})


def test_the_criteria_stand_under_their_levels_and_carry_the_mark(client: TestClient, story: Story) -> None:
    text = client.get("/framework").text
    listed = re.findall(r'href="/framework/([A-Z]\d\d)"', text)
    assert sorted(listed) == sorted(one.code for one in story.framework.criteria)
    levels = {one.code: one.level for one in story.framework.criteria}
    assert [levels[code] for code in listed] == ["bronze"] * 16 + ["silver"] * 9 + ["gold"] * 6
    assert story.framework.mark in words(text).replace("&#39;", "'")


def test_each_criterion_is_told_whole(client: TestClient, story: Story) -> None:
    for criterion in story.framework.criteria:
        text = (
            words(client.get(f"/framework/{criterion.code}").text).replace("&#39;", "'").replace("&#34;", '"')
        )
        names = {one.id: one.name for one in story.framework.sources}
        wanted = [
            criterion.title,
            *criterion.usual_evidence,
            *criterion.descriptors,
            *(names[source] for source in criterion.serves),
            story.framework.mark,
            " ".join(criterion.guidance.split()),
        ]
        assert [one for one in wanted if " ".join(one.split()) not in text] == []


@pytest.mark.parametrize("code", ["B99", "b01", "B01 ", "B01%0A"])
def test_a_criterion_that_is_none_is_not_found(client: TestClient, code: str) -> None:
    assert client.get(f"/framework/{code}").status_code == 404


def test_the_framework_can_be_had_as_data(client: TestClient, story: Story) -> None:
    answer = client.get("/framework.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == json.loads(json.dumps(to_document(story.framework)))


def test_the_start_page_says_what_is_illustrative_and_shows_three_ways_in(client: TestClient) -> None:
    text = client.get("/").text
    assert [f'href="{way}"' in text for way in ("/sign-in", "/verify", "/register")] == [True] * 3
    assert "The official text of the framework is not public." in text


def test_the_accessibility_statement_claims_no_audit(client: TestClient) -> None:
    text = words(client.get("/accessibility").text)
    assert "No independent audit has been made yet, so we do not claim that the portal meets it." in text
    assert "Not yet by people" in text


@pytest.mark.parametrize(
    ("part", "headings"),
    [
        ("lead_a", ["Self-assessment"]),
        ("contributor_a", ["Self-assessment"]),
        ("sponsor_a", ["Self-assessment"]),
        ("reviewer_1", ["Reviews", "Calibration", "Conflicts of interest"]),
        ("moderator", ["Moderation", "How reviewers judge", "Conflicts of interest"]),
        (
            "administrator",
            [
                "Reviewers to assign",
                "Decisions to record",
                "Outcomes to release",
                "Light checks",
                "Good practice",
                "Organisations",
                "How reviewers judge",
                "Conflicts of interest",
                "Dashboard",
            ],
        ),
        ("icb_viewer_1", ["Dashboard"]),
        ("region_viewer", ["Dashboard"]),
    ],
)
def test_home_shows_what_a_person_holds_and_no_more(
    browser_of: BrowserOf, story: Story, clock: Clock, part: str, headings: list[str]
) -> None:
    text = browser_of(story.people[part]).get("/home").text
    assert re.findall(r'<h2 class="nhsuk-heading-m">([^<]*)</h2>', text) == headings


def test_the_page_in_use_is_marked(browser_of: BrowserOf, story: Story) -> None:
    browser = browser_of(story.people["lead_a"])
    for path, mark in (("/framework", "page"), ("/framework/B01", "true")):
        marked = re.findall(r'<a href="([^"]*)" aria-current="([^"]*)"', browser.get(path).text)
        assert marked == [("/framework", mark)]


@pytest.mark.reaches_past  # a certificate that nothing led to
def test_a_register_page_past_the_end_says_so_and_leads_back(
    client: TestClient, database: Database, story: Story
) -> None:
    def said(path: str) -> str:
        page = client.get(path).text
        return words(page.partition("</form>")[2].partition("</main>")[0])

    assert said("/register?start=100").startswith("No organisation holds a level yet.")
    with database.write() as session:
        certificate(session, story, trust(session, story, "T1"), "silver")
    assert said("/register?start=100").startswith("The register ends before this page. Go to its first page")
    assert (
        'href="/register?level=silver&amp;name=Trust"'
        in client.get("/register?level=silver&name=Trust&start=100").text
    )
    assert said("/register?level=gold&start=100").startswith(
        "No organisation fits. Change what you look for."
    )
