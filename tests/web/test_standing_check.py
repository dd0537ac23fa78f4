"""The standing check on its page: each note with its link, for the organisation's own people alone."""

import html
import re
from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.actions import evidence as actions
from app.db import Database
from app.models import Answer, CriterionOwner, Evidence, Membership, ScanState, SelfAssessment
from app.queries.evidence import linked_to
from app.rules.days import uk_day
from tests import steps
from tests.conftest import Clock
from tests.rules.test_repetition import text_of as long_text
from tests.story import NOW, Story
from tests.web.test_evidence_library import counted, file, link, text_of

BrowserOf = Callable[..., TestClient]


@pytest.fixture
def lead(browser_of: BrowserOf, story: Story) -> TestClient:
    return browser_of(story.people["lead_a"])


def made(database: Database, story: Story) -> UUID:
    with database.write() as session:
        return steps.finished(session, story).id


def supports(session: Session, story: Story, id_: UUID, code: str, item_id: UUID) -> None:
    row = session.get_one(SelfAssessment, id_)
    by = story.who(session, "lead_a")
    actions.link(session, row, story.framework, code, item_id, "", by=by, at=NOW)


def notes(page: str) -> list[str]:
    return [text_of(one) for one in re.findall(r'<li class="portal-typed">(.*?)</li>', page, re.DOTALL)]


def test_nothing_to_look_at_is_said(lead: TestClient, database: Database, story: Story) -> None:
    id_ = made(database, story)
    page = lead.get(f"/self-assessments/{id_}/check")
    assert (page.status_code, notes(page.text)) == (200, [])
    assert "Nothing to look at." in text_of(page.text)
    assert "The portal opens none of them" in text_of(page.text)
    assert "The standing check finds nothing to look at." in text_of(
        lead.get(f"/self-assessments/{id_}").text
    )


def test_every_kind_of_note_is_listed_with_its_place(
    lead: TestClient, database: Database, story: Story
) -> None:
    id_ = made(database, story)
    text = long_text(60, 1)
    with database.write() as session:
        old = link(session, story, "Old plan", dated=date(2024, 1, 5), url="http://www.nhs.uk/plan")
        virus = file(session, story, "Virus", scan=ScanState.INFECTED, findings=["NHS number"])
        for item in (old, virus):
            supports(session, story, id_, "B03", item.id)
        for code in ("B05", "B07"):
            answer = _answer(session, id_, code)
            answer.values = {**answer.values, "narrative": text}
            session.add(answer)
        confirm = _answer(session, id_, "B09")
        confirm.needs_confirming = True
        session.add(confirm)
        actions.unlink(
            session,
            session.get_one(SelfAssessment, id_),
            "B10",
            _item_of(session, id_, "B10"),
            by=story.who(session, "lead_a"),
            at=NOW,
        )
        _own(session, story, id_, "B11", "contributor_a")
        leaver = session.exec(
            select(Membership).where(Membership.person_id == story.people["contributor_a"].id)
        ).one()
        leaver.ended_at = NOW
        session.add(leaver)
    page = lead.get(f"/self-assessments/{id_}/check")
    assert notes(page.text) == [
        "B03 : Nobody can open “Virus”. Add a clean file, or unlink it. "
        "Go there : File locked away by the virus scanner, B03",
        "B03 : Answer the warning about “Virus”. Go there : Warning not answered, B03",
        "B10 : You ticked that it is finished. Link at least one item of evidence. "
        "Go there : Ready, but no evidence, B10",
        "B09 : The answer comes from an earlier version of the framework. Confirm that it is still true. "
        "Go there : Carried answer to confirm, B09",
        "B03 : “Old plan” is dated 5 January 2024. Add a newer version if there is one. "
        "Go there : Evidence older than 12 months, B03",
        "B05 , B07 : 100 % of what B05 says stands in B07 too. Say what is particular to each. "
        "Go there : Narrative repeats another criterion, B05, B07",
        "B03 : The address of “Old plan”, http://www.nhs.uk/plan, begins with http://, which can be "
        "changed on its way. "
        "Try it with https:// and use that if it opens. Go there : Link no longer well-formed, B03",
        "B11 : Contributor, trust A looked after it and has left. Give it to a colleague. "
        "Go there : Owner has left, B11",
    ]
    for path in (
        f"/evidence/{old.id}",
        f"/self-assessments/{id_}/criteria/B05#narrative",
        f"/self-assessments/{id_}/owners",
    ):
        assert f'href="{path}"' in page.text
    assert "8 things to look at." in text_of(page.text)
    assert "Look at 8 things before you hand in" in text_of(lead.get(f"/self-assessments/{id_}").text)


def _answer(session: Session, id_: UUID, code: str) -> Answer:
    return session.exec(
        select(Answer).where(Answer.self_assessment_id == id_).where(Answer.criterion_code == code)
    ).one()


def _item_of(session: Session, id_: UUID, code: str) -> UUID:
    return linked_to(session, id_, code)[0].item.id


def _own(session: Session, story: Story, id_: UUID, code: str, part: str) -> None:
    session.add(
        CriterionOwner(
            self_assessment_id=id_,
            criterion_code=code,
            person_id=story.people[part].id,
            assigned_at=NOW,
            assigned_by_id=story.people["lead_a"].id,
        )
    )


def test_owners_who_are_here_are_not_noted(lead: TestClient, database: Database, story: Story) -> None:
    id_ = made(database, story)
    with database.write() as session:
        _own(session, story, id_, "B11", "contributor_a")
        _own(session, story, id_, "B12", "lead_b")
    assert [one[:5] for one in notes(lead.get(f"/self-assessments/{id_}/check").text)] == ["B12 :"]


def test_expired_evidence_takes_ready_away_on_the_next_uk_day(
    browser_of: BrowserOf, database: Database, story: Story, clock: Clock
) -> None:
    """What supports everything expires on 30 June: half past midnight on 1 July is 23:30 UTC of the day before."""
    id_ = made(database, story)
    item_id = _shared_item(database, id_)
    with database.write() as session:
        item = session.get_one(Evidence, item_id)
        item.expires_on = date(2027, 6, 30)
        item.evidence_date = date(2027, 1, 5)
        session.add(item)
    said = []
    for minutes in (-1, 0):
        clock.at = NOW.replace(year=2027, month=6, day=30, hour=23, minute=0) + timedelta(minutes=minutes)
        lead = browser_of(story.people["lead_a"])
        page = lead.get(f"/self-assessments/{id_}")
        missing = text_of(lead.get(f"/self-assessments/{id_}/missing/bronze").text)
        said.append(
            (
                uk_day(clock.at).isoformat(),
                page.text.count(">Ready</strong>"),
                "Nothing is missing" in missing,
            )
        )
        if minutes == 0:
            assert "This evidence expired on 30 June 2027. Link evidence that is in date." in missing
            criterion = text_of(lead.get(f"/self-assessments/{id_}/criteria/B02").text)
            assert "This evidence expired on 30 June 2027. Link evidence that is in date." in criterion
            shown = text_of(lead.get(f"/evidence/{item_id}").text)
            assert "30 June 2027 Expired It stays linked, and no longer makes a criterion ready." in shown
    assert said == [("2027-06-30", 16, True), ("2027-07-01", 0, False)]


def _shared_item(database: Database, id_: UUID) -> UUID:
    with database.read() as session:
        return _item_of(session, id_, "B02")


@pytest.mark.parametrize("number", [1, 3])
def test_the_number_of_queries_does_not_grow(
    lead: TestClient, database: Database, story: Story, number: int
) -> None:
    id_ = made(database, story)
    with database.write() as session:
        for place in range(number):
            item = link(session, story, f"Old {place}", dated=date(2024, 1, 5))
            supports(session, story, id_, "B03", item.id)
    path = f"/self-assessments/{id_}/check"
    lead.get(path)
    with counted(database) as said:
        assert len(notes(lead.get(path).text)) == number
    assert len([one for one in said if one.lstrip().upper().startswith("SELECT")]) == 9


def test_A01_another_organisation_gets_the_page_of_a_random_id(
    browser_of: BrowserOf, database: Database, story: Story
) -> None:
    id_ = made(database, story)
    for part in ("lead_b", "reviewer_1", "icb_viewer_1"):
        stranger = browser_of(story.people[part])
        for end in ("check", "sources"):
            real = stranger.get(f"/self-assessments/{id_}/{end}")
            random = stranger.get(f"/self-assessments/{uuid4()}/{end}")
            assert (real.status_code, real.content) == (404, random.content)
    assert browser_of(story.people["chair_a"]).get(f"/self-assessments/{id_}/check").status_code == 200


def test_hostile_titles_are_text(lead: TestClient, database: Database, story: Story) -> None:
    id_ = made(database, story)
    with database.write() as session:
        item = link(session, story, "<script>alert(1)</script>", dated=date(2024, 1, 5))
        supports(session, story, id_, "B03", item.id)
    page = lead.get(f"/self-assessments/{id_}/check").text
    assert ("<script>alert" in page, html.escape("<script>alert(1)</script>") in page) == (False, True)
