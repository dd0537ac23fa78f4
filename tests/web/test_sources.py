"""Where evidence comes from, which criteria it can serve, and linking it there with one button."""

import re
from collections.abc import Callable
from datetime import date
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select

from app.actions import evidence as evidence_actions
from app.actions import self_assessments as self_assessment_actions
from app.db import Database
from app.models import Event, EvidenceLink, FrameworkVersion, SelfAssessment
from tests.story import NOW, Story
from tests.web.test_evidence_library import link, text_of

BrowserOf = Callable[..., TestClient]


@pytest.fixture
def lead(browser_of: BrowserOf, story: Story) -> TestClient:
    return browser_of(story.people["lead_a"])


@pytest.fixture
def self_assessment(database: Database, story: Story) -> UUID:
    with database.write() as session:
        version = session.get_one(FrameworkVersion, story.version_id)
        who = story.who(session, "lead_a")
        return self_assessment_actions.start(session, story.organisations["ZZA"], version, by=who, at=NOW).id


@pytest.fixture
def served(story: Story) -> list[str]:
    """The criteria that the WRES serves for a trust."""
    kind = story.organisations["ZZA"].kind
    return [one.code for one in story.framework.criteria if "wres" in one.serves and one.applies_to(kind)]


def added(database: Database, story: Story, title: str = "WRES 2026", **facts: object) -> UUID:
    with database.write() as session:
        return link(session, story, title, **facts).id  # type: ignore[arg-type]


def links(database: Database) -> list[tuple[str, str]]:
    with database.read() as session:
        rows = session.exec(
            select(EvidenceLink.criterion_code, EvidenceLink.place).order_by(col(EvidenceLink.criterion_code))
        ).all()
        return [tuple(row) for row in rows]


def offered(page: str) -> list[str]:
    return re.findall(r'name="code" value="(\w+)"', page)


def test_an_item_says_what_it_can_serve_and_links_there(
    lead: TestClient, database: Database, story: Story, self_assessment: UUID, served: list[str]
) -> None:
    item = added(database, story, source="wres")
    page = lead.get(f"/evidence/{item}")
    assert (offered(page.text), "B16" in served) == (served, True)
    assert "Because of where it comes from, it can also serve:" in text_of(page.text)
    form = {"evidence": str(item), "code": "B16", "then": "item"}
    answer = lead.post(f"/self-assessments/{self_assessment}/sources", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/evidence/{item}?linked=B16")
    after = lead.get(answer.headers["location"]).text
    assert "The evidence is linked. Say there which page or passage to look at." in text_of(after)
    assert "Linked already: B16" in text_of(after)
    assert offered(after) == [code for code in served if code != "B16"]
    assert links(database) == [("B16", "")]
    with database.read() as session:
        verbs = session.exec(
            select(Event.verb)
            .where(Event.stream == f"self-assessment:{self_assessment}")
            .order_by(col(Event.number))
        ).all()
    assert verbs[-1] == "link evidence"


def test_an_item_without_a_source_or_self_assessment_offers_nothing(
    lead: TestClient, database: Database, story: Story
) -> None:
    item = added(database, story, source="wres")
    assert "What this item can serve" not in text_of(lead.get(f"/evidence/{item}").text)
    with database.write() as session:
        version = session.get_one(FrameworkVersion, story.version_id)
        self_assessment_actions.start(
            session, story.organisations["ZZA"], version, by=story.who(session, "lead_a"), at=NOW
        )
    plain = added(database, story, "Plain")
    assert "What this item can serve" in text_of(lead.get(f"/evidence/{item}").text)
    assert "What this item can serve" not in text_of(lead.get(f"/evidence/{plain}").text)


def test_linking_again_keeps_the_page_or_passage(
    lead: TestClient, database: Database, story: Story, self_assessment: UUID
) -> None:
    item = added(database, story, source="wres")
    with database.write() as session:
        row, by = session.get_one(SelfAssessment, self_assessment), story.who(session, "lead_a")
        evidence_actions.link(session, row, story.framework, "B16", item, "page 4", by=by, at=NOW)
    form = {"evidence": str(item), "code": "B16"}
    assert lead.post(f"/self-assessments/{self_assessment}/sources", data=form).status_code == 303
    assert links(database) == [("B16", "page 4")]


def test_the_page_of_sources_tells_what_is_there_linked_and_possible(
    lead: TestClient, database: Database, story: Story, self_assessment: UUID, served: list[str]
) -> None:
    item = added(database, story, source="wres")
    added(database, story, "Expired WRES", source="wres", dated=date(2025, 1, 1), expires=date(2026, 1, 1))
    added(database, story, "Plain")
    path = f"/self-assessments/{self_assessment}/sources"
    before = lead.get(path)
    assert offered(before.text) == served
    words = text_of(before.text)
    assert "1 item in the library says nothing of this" in words
    assert "Expired WRES , dated 1 January 2025 Expired Not linked to any of these yet" in words
    assert words.count("Nothing in the library comes from it yet.") == len(story.framework.sources) - 1
    answer = lead.post(path, data={"evidence": str(item), "code": "B16"})
    assert answer.headers["location"] == f"{path}?linked=B16"
    after = lead.get(answer.headers["location"])
    assert "The evidence is linked to B16." in text_of(after.text)
    assert "WRES 2026 , dated 27 March 2026 Linked to B16" in text_of(after.text)
    assert offered(after.text) == [code for code in served if code != "B16"]
    assert "<script" not in lead.get(f"{path}?linked=<script>alert(1)</script>").text.partition("<main")[2]


def test_A07_only_ones_own_evidence_is_linked(
    lead: TestClient, database: Database, story: Story, self_assessment: UUID
) -> None:
    with database.write() as session:
        foreign = link(session, story, "Foreign", code="ZZB", source="wres").id
    own = added(database, story, source="wres")
    for evidence, code in (
        (foreign, "B16"),
        (uuid4(), "B16"),
        ("nonsense", "B16"),
        ("", ""),
        (own, "B99"),
        (own, ""),
    ):
        form = {"evidence": str(evidence), "code": code}
        answer = lead.post(f"/self-assessments/{self_assessment}/sources", data=form)
        assert (answer.status_code, links(database)) == (422, []), (evidence, code)
        assert "Choose evidence from your organisation's library" in text_of(answer.text)


@pytest.mark.parametrize(("part", "status"), [("sponsor_a", 403), ("lead_b", 404), ("reviewer_1", 404)])
def test_A09_who_may_not_write_answers_links_nothing(
    browser_of: BrowserOf, database: Database, story: Story, self_assessment: UUID, part: str, status: int
) -> None:
    item = added(database, story, source="wres")
    form = {"evidence": str(item), "code": "B16"}
    answer = browser_of(story.people[part]).post(f"/self-assessments/{self_assessment}/sources", data=form)
    assert (answer.status_code, links(database)) == (status, [])


def test_a_sponsor_reads_without_buttons(
    browser_of: BrowserOf, database: Database, story: Story, self_assessment: UUID
) -> None:
    item = added(database, story, source="wres")
    sponsor = browser_of(story.people["sponsor_a"])
    for path in (f"/evidence/{item}", f"/self-assessments/{self_assessment}/sources"):
        page = sponsor.get(path)
        assert (page.status_code, offered(page.text)) == (200, [])
