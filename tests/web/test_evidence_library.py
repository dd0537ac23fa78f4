"""The library as a list: words, filters, pages, what expires, and details that can be changed."""

import html
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event
from sqlmodel import Session, select

from app.actions import evidence as actions
from app.actions.evidence import Content
from app.actions.evidence_details import details_of
from app.db import Database
from app.models import Event, Evidence, EvidenceCheck, ScanState
from app.queries.evidence import newest_version
from app.rules.evidence import Details
from app.rules.marks import mark
from tests import steps
from tests.conftest import Clock
from tests.story import NOW, Story

BrowserOf = Callable[..., TestClient]


@pytest.fixture
def library(story: Story) -> str:
    return f"/organisations/{story.organisations['ZZA'].id}/evidence"


@pytest.fixture
def lead(browser_of: BrowserOf, story: Story) -> TestClient:
    return browser_of(story.people["lead_a"])


def text_of(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def titles(page: str) -> list[str]:
    """The titles in the table, in its order."""
    table = page.partition("<tbody>")[2].partition("</tbody>")[0]
    return [html.unescape(one) for one in re.findall(r'<th scope="row"><a [^>]*>(.*?)</a>', table)]


def link(
    session: Session,
    story: Story,
    title: str,
    *,
    code: str = "ZZA",
    dated: date = date(2026, 3, 27),
    expires: date | None = None,
    source: str = "",
    url: str = "https://trust.example/paper",
) -> Evidence:
    lead_of = {"ZZA": "lead_a", "ZZB": "lead_b"}[code]
    details = Details(title, dated, expires, source)
    by = story.who(session, lead_of)
    return actions.add_link(session, story.organisations[code], details, url, by=by, at=NOW)


def file(
    session: Session,
    story: Story,
    title: str,
    *,
    scan: ScanState = ScanState.CLEAN,
    findings: list[str] | None = None,
) -> Evidence:
    content = Content(f"{title}.pdf", "application/pdf", 2048, "a" * 64, uuid4().hex)
    by, organisation = story.who(session, "lead_a"), story.organisations["ZZA"]
    details = Details(title, date(2026, 3, 27))
    item = actions.add_file(session, organisation, details, content, quota=10**9, by=by, at=NOW)
    version = newest_version(session, item.id)
    check = session.get(EvidenceCheck, version.id) or EvidenceCheck(evidence_version_id=version.id)
    check.scan = scan
    check.findings = [{"kind": kind, "place": "page 1", "text": "x"} for kind in findings or []]
    session.add(check)
    session.flush()
    return item


def test_words_and_filters_narrow_the_list_and_the_count_says_so(
    lead: TestClient, library: str, database: Database, story: Story
) -> None:
    with database.write() as session:
        link(session, story, "Board paper", source="wres", url="https://trust.example/a_b")
        link(session, story, "Old plan", dated=date(2025, 1, 1), url="https://trust.example/c")
        file(session, story, "Räport", findings=["NHS number"])
        file(session, story, "Virus", scan=ScanState.INFECTED)
    everything = lead.get(library)
    assert titles(everything.text) == ["Board paper", "Old plan", "Räport", "Virus"]
    assert "4 items" in text_of(everything.text)
    asks = {
        "?words=RAPORT": ["Räport"],
        "?words=paper+board": ["Board paper"],
        "?words=a_b": ["Board paper"],
        "?words=%25": [],
        "?words=%27+OR+1%3D1+--": [],
        "?kind=file": ["Räport", "Virus"],
        "?source=wres": ["Board paper"],
        "?scan=infected": ["Virus"],
        "?attention=old": ["Old plan"],
        "?attention=warning": ["Räport"],
        "?attention=unused&kind=link": ["Board paper", "Old plan"],
        "?kind=file&order=nonsense&words=": ["Räport", "Virus"],
    }
    for query, expected in asks.items():
        page = lead.get(library + query)
        assert (page.status_code, titles(page.text)) == (200, expected), query
        assert f"{len(expected)} of 4 items" in text_of(page.text)
    nothing = text_of(lead.get(f"{library}?words=zzz").text)
    assert "Nothing in the library fits. Take out a word or a choice, or show everything ." in nothing


def test_hostile_words_come_back_as_text(
    lead: TestClient, library: str, database: Database, story: Story
) -> None:
    with database.write() as session:
        link(session, story, "<b>Board</b> paper")
    words = '"><script>alert(1)</script>'
    page = lead.get(library, params={"words": words})
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert html.escape(words, quote=True).replace("&quot;", "&#34;") in page.text.replace("&quot;", "&#34;")
    assert titles(lead.get(f"{library}?words=%3Cb%3E").text) == ["<b>Board</b> paper"]


def test_an_empty_library_says_what_to_do(
    lead: TestClient, library: str, browser_of: BrowserOf, story: Story
) -> None:
    assert "The library is empty. Upload a file or add a web address to begin." in text_of(
        lead.get(library).text
    )
    assert 'name="words"' not in lead.get(library).text
    sponsor = text_of(browser_of(story.people["sponsor_a"]).get(library).text)
    assert "The library is empty. The lead and contributors of your organisation add to it." in sponsor


def test_states_stand_in_words(lead: TestClient, library: str, database: Database, story: Story) -> None:
    with database.write() as session:
        made = steps.finished(session, story)
        link(session, story, "Gone", expires=date(2026, 11, 21), dated=date(2026, 1, 1))
        link(session, story, "Going", expires=date(2026, 12, 1))
        file(session, story, "Clean one", findings=["comment"])
        file(session, story, "Quarantined", scan=ScanState.INFECTED)
    page = lead.get(library)
    words = text_of(page.text)
    for said in (
        "Gone Link 1 January 2026 21 November 2026 Expired Nothing yet 1",
        "Going Link 27 March 2026 1 December 2026 Expires soon Nothing yet 1",
        "Clean one Answer the warning File, 2 KB",
        "Board paper Link 5 January 2026 Never B01 , B02 ,",
    ):
        assert said in words
    assert f'href="/self-assessments/{made.id}/criteria/B07"' in page.text
    rows = {title: text_of(row) for title, row in _rows(page.text)}
    assert "No virus found" in rows["Clean one"]
    assert "Virus found" in rows["Quarantined"].replace("No virus", "")


def _rows(page: str) -> list[tuple[str, str]]:
    table = page.partition("<tbody>")[2].partition("</tbody>")[0]
    return [(titles(f"<tbody>{row}</tbody>")[0], row) for row in table.split("<tr>")[1:]]


def test_what_expires_soonest_stands_on_top_and_only_when_there_is_some(
    lead: TestClient, library: str, database: Database, story: Story
) -> None:
    with database.write() as session:
        link(session, story, "Later", expires=date(2027, 3, 1))
    assert "Expiring" not in text_of(lead.get(library).text)
    with database.write() as session:
        link(session, story, "Soon", expires=date(2027, 1, 22))
        link(session, story, "Gone", expires=date(2026, 11, 21))
    words = text_of(lead.get(library).text)
    assert "Gone expired on 21 November 2026. Supports: Nothing yet Soon expires on 22 January 2027." in words
    assert titles(lead.get(f"{library}?order=expires").text) == ["Gone", "Soon", "Later"]


def test_the_day_is_the_united_kingdoms(
    lead: TestClient, library: str, database: Database, story: Story, clock: Clock
) -> None:
    """23:30 on 30 June in UTC is half past midnight on 1 July in the United Kingdom."""
    with database.write() as session:
        link(session, story, "Till the end of June", expires=date(2026, 6, 30))
    for at, query in (
        (datetime(2026, 6, 30, 22, 30, tzinfo=UTC), "soon"),
        (datetime(2026, 6, 30, 23, 30, tzinfo=UTC), "expired"),
    ):
        clock.at = at
        assert titles(lead.get(f"{library}?expiry={query}").text) == ["Till the end of June"]


def test_fifty_stand_on_a_page(lead: TestClient, library: str, database: Database, story: Story) -> None:
    with database.write() as session:
        for number in range(52):
            link(session, story, f"Paper {number:02}")
        link(session, story, "Other", url="https://trust.example/other")
    first = lead.get(f"{library}?words=paper")
    assert titles(first.text) == [f"Paper {number:02}" for number in range(50)]
    assert "52 of 53 items , 1 to 50 shown" in text_of(first.text)
    (following,) = re.findall(r'<a href="([^"]*)">Next page', first.text)
    second = lead.get(html.unescape(following))
    assert titles(second.text) == ["Paper 50", "Paper 51"]
    assert "51 to 52 shown" in text_of(second.text)
    assert "Next page" not in second.text
    assert [lead.get(f"{library}?start={start}").status_code for start in ("1000000", "-1", "x", "1e9")] == [
        200,
        400,
        400,
        400,
    ]


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    said: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield said
    event.remove(database.engine, "before_cursor_execute", note)


@pytest.mark.parametrize("number", [1, 3])
def test_the_number_of_queries_does_not_grow(
    lead: TestClient, library: str, database: Database, story: Story, number: int
) -> None:
    with database.write() as session:
        made = steps.finished(session, story)
        by = story.who(session, "lead_a")
        for place in range(number):
            item = file(session, story, f"File {place}", findings=["comment"])
            actions.link(session, made, story.framework, "B02", item.id, "", by=by, at=NOW)
    lead.get(library)
    with counted(database) as said:
        assert len(titles(lead.get(library).text)) == number + 1
    assert len([one for one in said if one.lstrip().upper().startswith("SELECT")]) == QUERIES_OF_LIBRARY


QUERIES_OF_LIBRARY = 9


def test_details_can_be_changed_and_history_tells_what(
    lead: TestClient, library: str, database: Database, story: Story
) -> None:
    with database.write() as session:
        item = link(session, story, "WRES 2025", expires=date(2026, 12, 31))
    path = f"/evidence/{item.id}/details"
    form = lead.get(path)
    assert 'value="WRES 2025"' in form.text
    answer = lead.post(path, data=typed(form.text, title="WRES 2026", source="wres"))
    assert (answer.status_code, answer.headers["location"]) == (303, f"/evidence/{item.id}?changed=1")
    with database.read() as session:
        now = details_of(session.get_one(Evidence, item.id))
        event_ = session.exec(select(Event).where(Event.verb == "change evidence details")).one()
        stream, facts = event_.stream, event_.facts
    assert now == Details("WRES 2026", date(2026, 3, 27), None, "wres")
    assert stream == f"organisation:{story.organisations['ZZA'].id}"
    assert facts == {
        "evidence": str(item.id),
        "before": {"title": mark("WRES 2025"), "expires_on": "2026-12-31", "source": ""},
        "after": {"title": mark("WRES 2026"), "expires_on": "", "source": "wres"},
    }
    assert "The details are changed." in text_of(lead.get(f"/evidence/{item.id}?changed=1").text)


def typed(form: str, **fields: str) -> dict[str, str]:
    (seen,) = re.findall(r'name="seen" value="([^"]*)"', form)
    dates = {"evidence_date-day": "27", "evidence_date-month": "3", "evidence_date-year": "2026"}
    return {"seen": seen, "title": "WRES 2025", **dates, **fields}


def test_the_same_details_write_nothing(lead: TestClient, database: Database, story: Story) -> None:
    with database.write() as session:
        item = link(session, story, "WRES 2025")
    path = f"/evidence/{item.id}/details"
    assert lead.post(path, data=typed(lead.get(path).text)).status_code == 303
    with database.read() as session:
        assert session.exec(select(Event).where(Event.verb == "change evidence details")).all() == []


def test_wrong_details_come_back_as_typed(lead: TestClient, database: Database, story: Story) -> None:
    with database.write() as session:
        item = link(session, story, "WRES 2025")
    path = f"/evidence/{item.id}/details"
    form = lead.get(path).text
    for fields, sentence in (
        ({"title": " "}, "Enter a title."),
        ({"evidence_date-year": "2027"}, "The date of the evidence must be today or in the past."),
        ({"source": "nonsense"}, "Choose one of the sources, or none of them."),
    ):
        answer = lead.post(path, data=typed(form, **{"title": "Kept title", **fields}))
        assert (answer.status_code, sentence in text_of(answer.text)) == (422, True)
        assert 'value="27"' in answer.text
    with database.read() as session:
        assert session.get_one(Evidence, item.id).title == "WRES 2025"


def test_K01_details_that_somebody_changed_meanwhile_are_shown_beside_mine(
    lead: TestClient, database: Database, story: Story, browser_of: BrowserOf
) -> None:
    with database.write() as session:
        item = link(session, story, "WRES 2025")
    path = f"/evidence/{item.id}/details"
    mine = lead.get(path).text
    colleague = browser_of(story.people["contributor_a"])
    assert colleague.post(path, data=typed(colleague.get(path).text, title="Theirs")).status_code == 303
    answer = lead.post(path, data=typed(mine, title="Mine"))
    assert answer.status_code == 409
    assert "Saved meanwhile: “Theirs”, dated 27 March 2026, never expires" in text_of(answer.text)
    assert 'value="Mine"' in answer.text
    with database.read() as session:
        assert session.get_one(Evidence, item.id).title == "Theirs"
    assert lead.post(path, data=typed(answer.text, title="Mine")).status_code == 303
    with database.read() as session:
        assert session.get_one(Evidence, item.id).title == "Mine"


@pytest.mark.parametrize(("part", "status"), [("sponsor_a", 403), ("lead_b", 404), ("reviewer_1", 404)])
def test_A09_only_writers_of_the_organisation_change_details(
    browser_of: BrowserOf, database: Database, story: Story, part: str, status: int
) -> None:
    with database.write() as session:
        item = link(session, story, "WRES 2025")
    visitor = browser_of(story.people[part])
    path = f"/evidence/{item.id}/details"
    fields = {"seen": "", "title": "Taken"} | typed('name="seen" value=""')
    assert [visitor.get(path).status_code, visitor.post(path, data=fields).status_code] == [status, status]
    with database.read() as session:
        assert session.get_one(Evidence, item.id).title == "WRES 2025"


def test_details_of_removed_evidence_stay(lead: TestClient, database: Database, story: Story) -> None:
    with database.write() as session:
        item = link(session, story, "WRES 2025")
        actions.remove(session, item, by=story.who(session, "lead_a"), at=NOW)
    path = f"/evidence/{item.id}/details"
    answer = lead.post(path, data=typed(lead.get(path).text, title="Other"))
    assert (answer.status_code, "was removed from the library" in text_of(answer.text)) == (409, True)


def test_sealed_copies_keep_the_details_that_were_signed(
    lead: TestClient, database: Database, story: Story
) -> None:
    with database.write() as session:
        submission = steps.signed(session, story)
        item_id: UUID = session.exec(select(Evidence.id)).one()
    before = lead.get(f"/submissions/{submission.id}/copy").text
    path = f"/evidence/{item_id}/details"
    assert lead.post(path, data=typed(lead.get(path).text, title="Renamed")).status_code == 303
    after = lead.get(f"/submissions/{submission.id}/copy").text
    assert ("Board paper" in before, "Renamed" in after) == (True, False)
    assert text_of(after) == text_of(before)


def test_a_source_is_chosen_when_evidence_is_added(
    lead: TestClient, library: str, database: Database
) -> None:
    form = lead.get(f"{library}/new-link").text
    assert "Where it comes from (optional)" in form
    fields = typed('name="seen" value=""', url="https://trust.example/x", source="wres")
    del fields["seen"]
    assert lead.post(f"{library}/new-link", data=fields).status_code == 303
    bad = lead.post(f"{library}/new-link", data=fields | {"source": "nonsense"})
    assert (bad.status_code, "Choose one of the sources, or none of them." in text_of(bad.text)) == (
        422,
        True,
    )
    assert lead.post(f"{library}/new-link", data=fields | {"source": "nonsense"}).status_code == 422
    with database.read() as session:
        assert session.exec(select(Evidence.source)).all() == ["wres"]
    assert "Comes from Workforce Race Equality Standard report and action plan" in text_of(
        lead.get(f"/evidence/{_only(database)}").text
    )


def _only(database: Database) -> UUID:
    with database.read() as session:
        return session.exec(select(Evidence.id)).one()
