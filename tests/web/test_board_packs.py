"""The paper for a board: what it says, who reads it, and that Word and PDF say the same, accessibly."""

import html
import io
import re
from collections.abc import Callable
from datetime import date, timedelta

import docx
import pikepdf
import pypdfium2
import pytest
from docx.oxml.ns import qn
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.actions import evidence
from app.adapters.papers import Bar, Bars, Paper
from app.config import Environment, Settings
from app.db import Database
from app.models import Person, SelfAssessment, Submission
from app.rules.declarations import DECLARATION
from app.rules.evidence import Details
from app.web import pages
from tests import sharing, steps
from tests.recognised import recognised
from tests.story import NOW, Story

BrowserOf = Callable[[Person], TestClient]


def position(session: Session, story: Story) -> SelfAssessment:
    """Trust A holds Bronze and writes on: one overdue owner, one item that expires soon and one that has expired."""
    submission = recognised(session, story)
    made = session.get_one(SelfAssessment, submission.self_assessment_id)
    by, today = story.who(session, "lead_a"), NOW.date()
    for title, days in (("Survey", 60), ("Old policy", -1), ("Ten year plan", 3650)):
        details = Details(title, date(2025, 1, 5), today + timedelta(days))
        item = evidence.add_link(
            session, story.organisations["ZZA"], details, f"https://trust.example/{days}", by=by, at=NOW
        )
        for code in ("S01", "S02"):
            evidence.link(session, made, story.framework, code, item.id, "", by=by, at=NOW)
    sharing.give(
        session, story, made, "contributor_a", "S03", due_on=today - timedelta(3), at=NOW - timedelta(10)
    )
    return made


@pytest.fixture
def path(database: Database, story: Story, clock: object) -> str:
    with database.write() as session:
        return f"/self-assessments/{position(session, story).id}/board-pack"


def text_of(page: str) -> str:
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", page).split()))


def test_the_paper_tells_position_gaps_risks_signature_and_dates(
    browser_of: BrowserOf, story: Story, path: str
) -> None:
    page = text_of(browser_of(story.people["lead_a"]).get(path).text)
    for said in (
        "Board pack: North West anti-racist framework, Silver",  # the lowest level that is not held
        "Fictional trust A (ZZA).",
        "Bronze is held until 22 November 2029.",
        "Silver: 0 of 9 criteria are ready to be signed today.",
        "Bronze 0 of 16 ready, 16 not started. 0 of 16 Held, ARF-2026-000001, until 22 November 2029",
        "Silver 0 of 9 ready, 2 in progress, 7 not started. 0 of 9 Not held",
        "Evidence has expired Old policy: S01, S02 21 November 2026",
        "Evidence expires Survey: S01, S02 21 January 2027",
        "Overdue S03: Contributor, trust A 3 days overdue",
        "Contributor, trust A, due on 19 November 2026",
        "No condition is open.",
        DECLARATION,
        "22 December 2026 Autumn 2026 closes",
        "22 November 2029 Last day of Bronze, ARF-2026-000001",
        "Bronze 22 November 2026 Executive sponsor, trust A None given",
        "illustrative",
    ):
        assert said in page, said
    assert "Ten year plan" not in page  # no risk


def test_it_aims_at_the_level_that_is_asked_for(browser_of: BrowserOf, story: Story, path: str) -> None:
    lead = browser_of(story.people["lead_a"])
    assert "Gaps: what Gold still needs" in text_of(lead.get(f"{path}?level=gold").text)
    assert [lead.get(f"{path}{ending}?level=wooden").status_code for ending in ("", ".docx", ".pdf")] == [
        404
    ] * 3


def test_word_has_headings_heads_of_tables_a_language_and_descriptions(
    browser_of: BrowserOf, story: Story, path: str
) -> None:
    answer = browser_of(story.people["sponsor_a"]).get(f"{path}.docx")
    assert answer.headers["content-disposition"].startswith(
        'attachment; filename="board-pack-ZZA-silver-2026-11-22.docx"'
    )
    made = docx.Document(io.BytesIO(answer.content))
    told = made.core_properties
    assert (told.title, told.language, told.author) == (
        "Board pack: North West anti-racist framework, Silver", "en-GB", "Anti-Racist Framework portal",
    )  # fmt: skip
    headings = [one.text for one in made.paragraphs if one.style and one.style.name == "Heading 1"]
    assert headings == [
        "What the board is asked to know",
        "Position",
        "Gaps: what Silver still needs",
        "Risks",
        "Conditions of earlier decisions, and what was done",
        "What the executive sponsor's signature means",
        "Dates",
        "Sign-offs on record",
        "How this was counted",
    ]
    for table in made.tables:
        first = table.rows[0]._tr.trPr
        assert first is not None
        assert first.find(qn("w:tblHeader")) is not None
        described = table._tbl.tblPr.find(qn("w:tblDescription"))
        assert described is not None
        assert len(described.get(qn("w:val"))) > 20
    cells = [cell.text for table in made.tables for row in table.rows for cell in row.cells]
    assert "Old policy: S01, S02" in cells
    assert DECLARATION in [one.text for one in made.paragraphs]


def test_bars_show_how_much_of_each_level_is_ready_beside_the_table_that_says_it(
    browser_of: BrowserOf, story: Story, path: str
) -> None:
    """Hidden from assistive technology on the page; the PDF draws boxes, which are no part of what is read."""
    html = browser_of(story.people["lead_a"]).get(path).text
    picture = html.partition('<svg class="portal-chart"')[2].partition("</svg>")[0]
    assert 'aria-hidden="true"' in picture
    assert re.findall(r">([^<>\n]+)</text>", picture) == [
        *("Bronze", "0 of 16 ready", "Silver", "0 of 9 ready", "Gold", "0 of 6 ready"),
    ]
    assert html.index('<svg class="portal-chart"') < html.index("Position by level</caption>")
    paper = Paper(
        "T", "P", "S", "", "today", NOW, (Bars("ready", (Bar("Bronze", 4, 16), Bar("Gold", 0, 0))),)
    )
    printed = (
        pages.environment(Settings(environment=Environment.DEVELOPMENT))
        .get_template("papers/paper.html.jinja")
        .render(paper=paper)
    )
    assert re.findall(
        r"<p>(.*?)</p><div class=\"bar\">(?:<div.*?width: (.*?)%.*?</div>)?</div>", printed
    ) == [
        ("Bronze: 4 of 16 ready", "25.0"),
        ("Gold: 0 of 0 ready", ""),
    ]


def test_the_pdf_is_tagged_in_english_and_says_the_same(
    browser_of: BrowserOf, story: Story, path: str
) -> None:
    answer = browser_of(story.people["chair_a"]).get(f"{path}.pdf")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    read = pypdfium2.PdfDocument(answer.content)
    words = " ".join(" ".join(page.get_textpage().get_text_bounded() for page in read).split())
    for said in ("Old policy: S01, S02", "Risks", "None given"):
        assert said in words
    with pikepdf.open(io.BytesIO(answer.content)) as opened:
        assert (bool(opened.Root.MarkInfo.Marked), str(opened.Root.Lang)) == (True, "en-GB")
        assert str(opened.docinfo["/Title"]) == "Board pack: North West anti-racist framework, Silver"
        heads = [one for one in _elements(opened.Root.StructTreeRoot) if one.get("/S") == "/TH"]
        assert len(heads) > 10
        assert {str(_scope(one)) for one in heads} == {"/Column", "/Row"}


def _elements(node: pikepdf.Object) -> list[pikepdf.Object]:
    found = []
    kids = node.get("/K")
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            found += [kid, *_elements(kid)]
    return found


def _scope(head: pikepdf.Object) -> object:
    attributes = head.get("/A")
    for one in attributes if isinstance(attributes, pikepdf.Array) else [attributes]:
        if one is not None and "/Scope" in one:
            return one["/Scope"]
    return None


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("contributor_a", 200), ("chair_a", 200), ("lead_b", 404), ("administrator", 404), ("moderator", 404),
        ("reviewer_1", 404), ("icb_viewer_1", 404),
    ],
)  # fmt: skip
def test_who_reads_the_self_assessment_reads_its_paper(
    browser_of: BrowserOf, story: Story, path: str, part: str, expected: int
) -> None:
    browser = browser_of(story.people[part])
    endings = ("", ".docx") if expected == 200 else ("", ".docx", ".pdf")
    assert [browser.get(f"{path}{ending}").status_code for ending in endings] == [expected] * len(endings)


def test_what_was_signed_is_listed_with_its_minute_and_tells_nothing_of_the_judging(
    browser_of: BrowserOf, story: Story, database: Database, clock: object
) -> None:
    with database.write() as session:
        submission = steps.handed_over(session, story)
    sponsor, page = browser_of(story.people["sponsor_a"]), f"/submissions/{submission.id}/sign"
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', sponsor.get(page).text))
    minute = {"minute": " Board, 27 March 2026,\r\n item 8 ", "read": ""}
    again = sponsor.post(page, data=html_free(fields) | minute)
    assert (again.status_code, "Board, 27 March 2026," in again.text) == (422, True)
    long = sponsor.post(page, data=html_free(fields) | {"minute": "x" * 201, "read": "yes"})
    assert (long.status_code, "Shorten this to 200 characters or fewer." in long.text) == (422, True)
    signed = sponsor.post(page, data=html_free(fields) | minute | {"read": "yes"})
    assert signed.status_code == 303
    reference = "Board, 27 March 2026, item 8"
    for place in ("/receipt", "", "/copy"):
        assert f"Minute reference {reference}" in text_of(
            sponsor.get(f"/submissions/{submission.id}{place}").text
        )
    pack = f"/self-assessments/{submission.self_assessment_id}/board-pack"
    line = f"Bronze 22 November 2026 Executive sponsor, trust A {reference}"
    before = sponsor.get(pack).text
    assert line in text_of(before)
    with database.write() as session:
        submission = session.get_one(Submission, submission.id)
        reviews = [steps.assigned(session, story, submission, part) for part in ("reviewer_1", "reviewer_2")]
        for review, part in zip(reviews, ("reviewer_1", "reviewer_2"), strict=True):
            steps.reviewed(session, story, submission, review, part)
    assert sponsor.get(pack).text == before  # byte for byte, whatever the reviewers did


def html_free(fields: dict[str, str]) -> dict[str, str]:
    return {name: html.unescape(value) for name, value in fields.items()}
