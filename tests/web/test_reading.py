"""Evidence in the reading room: what it shows, to whom, and what a reviewer marks beside it."""

import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import docx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from PIL import Image
from sqlalchemy import event
from sqlmodel import select

from app.adapters.files import Files
from app.config import Settings
from app.db import Database
from app.models import (
    ConditionVerdict,
    EvidenceCheck,
    EvidenceVerdict,
    Person,
    Review,
    ScanState,
    Score,
)
from app.queries import sealed_copies
from app.rules.sealing import SealedCondition
from tests import holdings, samples
from tests.conftest import Clock
from tests.judging import assigned, in_third_review, scored, sealed, sealed_submission
from tests.reading import File, copy_with, pdf
from tests.story import Story

Browser = Callable[[Person], TestClient]
PAPER = pdf("Contents: of the paper", "Aims: fairness", "Actions: recruit panels")


@pytest.fixture
def files(app: FastAPI) -> Files:
    found: Files = app.state.portal.files
    return found


@pytest.fixture
def room(database: Database, story: Story, files: Files) -> Callable[..., list[UUID]]:
    """Started reviews of reviewer 1 and 2 of a copy with these files."""

    def made(*evidence: File, code: str = "ZZA", letter: str = "a", **more: Any) -> list[UUID]:
        with database.write() as session:
            submission = copy_with(session, story, files, evidence, code=code, letter=letter, **more)
            both = assigned(session, story, submission)
            for review in both:
                scored(session, story, review, {})
            return [review.id for review in both]

    return made


def versions(database: Database, review_id: UUID) -> list[UUID]:
    with database.read() as session:
        content = sealed_copies.document(session, session.get_one(Review, review_id).submission_id).content
        return [item.version_id for item in content.answer("B01").evidence]


def address(database: Database, review_id: UUID) -> str:
    return f"/reviews/{review_id}/evidence/{versions(database, review_id)[0]}"


def test_the_criterion_opens_a_pdf_at_the_page_that_was_named(
    room: Callable[..., list[UUID]], database: Database, story: Story, browser_of: Browser
) -> None:
    review = room(File("paper.pdf", PAPER, "page 3"))[0]
    browser, path = browser_of(story.people["reviewer_1"]), address(database, review)
    text = browser.get(f"/reviews/{review}/criteria/B01").text
    (picture,) = re.findall(r"<img [^>]*>", text)
    assert f'src="{path}/pages/3"' in picture
    assert 'alt="Page 3 of 3 of Board paper"' in picture
    assert 'loading="lazy"' in picture
    assert "The answer points to: page 3" in text
    drawn = browser.get(f"{path}/pages/3")
    assert (drawn.status_code, drawn.headers["content-type"]) == (200, "image/png")
    assert Image.open(io.BytesIO(drawn.content)).size[0] == 1000
    assert drawn.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert drawn.headers["cache-control"] == "no-store"
    assert browser.get(f"{path}/pages/3").content == drawn.content


def test_the_whole_file_is_read_page_by_page(
    room: Callable[..., list[UUID]], database: Database, story: Story, browser_of: Browser
) -> None:
    review = room(File("paper.pdf", PAPER, "Aims"))[0]
    browser, path = browser_of(story.people["reviewer_1"]), address(database, review)
    text = browser.get(f"{path}/read?criterion=B01").text
    assert 'alt="Page 2 of 3 of Board paper"' in text
    assert "Aims: fairness" in text  # as text, for who can't see the picture
    assert f'href="{path}/read?criterion=B01&amp;page=1"' in text
    assert f'href="{path}/read?criterion=B01&amp;page=3"' in text
    assert f'href="/reviews/{review}/criteria/B01#evidence"' in text
    last = browser.get(f"{path}/read?page=3").text
    assert ('rel="prev"' in last, 'rel="next"' in last) == (True, False)
    nothing = browser.get(f"/reviews/{review}/evidence/{uuid4()}/read")
    for asked in ("4", "0", "-1", "x", "９", "9" * 30):
        answer = browser.get(f"{path}/read?page={asked}")
        assert (answer.status_code, answer.content) == (404, nothing.content)
        answer = browser.get(f"{path}/pages/{asked}")
        assert (answer.status_code, answer.content) == (404, nothing.content)


def word() -> bytes:
    document = docx.Document()
    document.add_heading("Action plan", 1)
    document.add_paragraph("We <b>recruit</b> with panels.")
    for number in range(40):
        document.add_paragraph(f"Paragraph {number} " + "word " * 60)
    document.add_heading("Staff networks", 1)
    document.add_paragraph("They meet each month.")
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def test_a_word_document_is_shown_as_text_at_the_passage_that_was_named(
    room: Callable[..., list[UUID]], database: Database, story: Story, browser_of: Browser
) -> None:
    review = room(File("plan.docx", word(), "the section Staff networks"))[0]
    browser, path = browser_of(story.people["reviewer_1"]), address(database, review)
    text = browser.get(f"/reviews/{review}/criteria/B01").text
    assert "They meet each month." in text
    assert "recruit" not in text.split('id="evidence"')[1]
    assert "<img" not in text
    read = browser.get(f"{path}/read?criterion=B01").text
    (place,) = re.findall(r'<div id="place"[^>]*>(.*?)</div>', read, re.DOTALL)
    assert "Staff networks</h2>" in place
    first = browser.get(f"{path}/read?page=1").text
    assert "We &lt;b&gt;recruit&lt;/b&gt; with panels." in first
    assert 'id="place"' not in first


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("table.csv", samples.csv(), "Not stated</td><td>-3</td>"),
        ("sheet.xlsx", samples.xlsx(), "<td>2025</td><td>15</td>"),
        ("minutes.txt", samples.txt(), "Minutes of the staff network"),
        ("slides.pptx", samples.pptx(), "Staff network"),
        ("photo.jpg", samples.jpg(), 'alt="Page 1 of 1 of Board paper"'),
        ("photo.png", samples.png(), 'alt="Page 1 of 1 of Board paper"'),
    ],
)
def test_every_kind_of_file_is_shown(
    room: Callable[..., list[UUID]],
    database: Database,
    story: Story,
    browser_of: Browser,
    name: str,
    data: bytes,
    words: str,
) -> None:
    review = room(File(name, data, "page 9"))[0]
    browser = browser_of(story.people["reviewer_1"])
    read = browser.get(f"{address(database, review)}/read")
    assert (read.status_code, words in read.text) == (200, True)
    shown = browser.get(f"/reviews/{review}/criteria/B01").text
    assert words in shown
    assert "The portal can't find that place, so this is how the file begins" in shown


@pytest.mark.parametrize(
    "file",
    [
        File("broken.pdf", b"%PDF-1.7 and nothing"),
        File("broken.docx", b"PK\x03\x04 and nothing"),
        File("broken.png", b"\x89PNG\r\n\x1a\n and nothing"),
    ],
    ids=lambda file: file.name,
)
def test_what_can_not_be_shown_is_a_sentence_and_no_failure(
    room: Callable[..., list[UUID]], database: Database, story: Story, browser_of: Browser, file: File
) -> None:
    review = room(file)[0]
    browser, path = browser_of(story.people["reviewer_1"]), address(database, review)
    for page in (f"/reviews/{review}/criteria/B01", f"{path}/read"):
        answer = browser.get(page)
        assert (answer.status_code, "This file can&#39;t be shown here. Download it" in answer.text) == (
            200,
            True,
        )
        assert f'href="{path}"' in answer.text
    assert browser.get(f"{path}/pages/1").status_code == 404


def test_bytes_that_the_store_lost_are_a_sentence_too(
    room: Callable[..., list[UUID]], database: Database, story: Story, browser_of: Browser, files: Files
) -> None:
    review = room(File("paper.pdf", PAPER))[0]
    for stored in (
        [path.name for path in files.folder.root.rglob("*") if path.is_file()] if files.folder else []
    ):
        files.delete(stored)
    browser, path = browser_of(story.people["reviewer_1"]), address(database, review)
    assert "can&#39;t be shown here" in browser.get(f"/reviews/{review}/criteria/B01").text
    answer = browser.get(f"{path}/pages/1")
    assert (answer.status_code, "Evidence files can&#39;t be reached" in answer.text) == (503, True)


@pytest.mark.parametrize(
    ("scan", "has_copy", "status", "sentence"),
    [
        (ScanState.INFECTED, True, 403, "can&#39;t be opened"),
        (None, False, 409, "is being prepared"),
        (ScanState.CLEAN, False, 409, "is being prepared"),
    ],
)
def test_a_file_that_is_not_clean_or_has_no_copy_gives_nothing(
    room: Callable[..., list[UUID]],
    database: Database,
    story: Story,
    browser_of: Browser,
    scan: ScanState | None,
    has_copy: bool,
    status: int,
    sentence: str,
) -> None:
    review = room(File("paper.pdf", PAPER, scan=scan, has_copy=has_copy))[0]
    browser, path = browser_of(story.people["reviewer_1"]), address(database, review)
    for page in (f"/reviews/{review}/criteria/B01", f"{path}/read"):
        answer = browser.get(page)
        assert (answer.status_code, sentence in answer.text) == (200, True)
        assert "<img" not in answer.text
        assert "Aims" not in answer.text
    held = browser.get(f"{path}/pages/1")
    assert (held.status_code, held.headers["content-type"]) == (status, "text/html; charset=utf-8")


class TestWithScanner:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"scanner": "tcp://127.0.0.1:1"})

    def test_a_file_that_waits_for_the_scanner_gives_nothing(
        self,
        room: Callable[..., list[UUID]],
        database: Database,
        story: Story,
        browser_of: Browser,
    ) -> None:
        review = room(File("minutes.txt", b"Words of the minutes", scan=ScanState.WAITING))[0]
        browser, path = browser_of(story.people["reviewer_1"]), address(database, review)
        for page in (f"/reviews/{review}/criteria/B01", f"{path}/read"):
            answer = browser.get(page)
            assert (answer.status_code, "This file is being checked." in answer.text) == (200, True)
            assert "Words of the minutes" not in answer.text
        assert browser.get(f"{path}/pages/1").status_code == 409


def test_a_file_found_infected_later_is_not_shown_from_what_was_drawn_before(
    room: Callable[..., list[UUID]], database: Database, story: Story, browser_of: Browser
) -> None:
    review = room(File("paper.pdf", PAPER))[0]
    browser, path = browser_of(story.people["reviewer_1"]), address(database, review)
    assert browser.get(f"{path}/pages/1").status_code == 200
    with database.write() as session:
        session.get_one(EvidenceCheck, versions(database, review)[0]).scan = ScanState.INFECTED
    assert browser.get(f"{path}/pages/1").status_code == 403
    assert "Contents" not in browser.get(f"{path}/read").text


def test_a05_pages_come_to_the_assigned_reviewer_alone(
    room: Callable[..., list[UUID]], database: Database, story: Story, browser_of: Browser
) -> None:
    review = room(File("paper.pdf", PAPER, "page 2"))[0]
    path = address(database, review)
    own = browser_of(story.people["reviewer_1"])
    drawn = own.get(f"{path}/pages/2")
    assert drawn.status_code == 200
    for part, person in story.people.items():
        if part == "reviewer_1":
            continue
        browser = browser_of(person)
        random = browser.get(f"/reviews/{uuid4()}/evidence/{uuid4()}/read")
        for page in ("pages/2", "read", "read?criterion=B01&page=2"):
            answer = browser.get(f"{path}/{page}")
            assert (part, answer.status_code, answer.content) == (part, 404, random.content)


def test_a05_no_version_of_another_submission_is_read_through_this_review(
    room: Callable[..., list[UUID]], database: Database, story: Story, browser_of: Browser
) -> None:
    mine = room(File("paper.pdf", PAPER))[0]
    theirs = room(File("paper.pdf", pdf("Secret: of trust B")), code="ZZB", letter="b")[1]
    foreign = versions(database, theirs)[0]
    browser = browser_of(story.people["reviewer_1"])
    nothing = browser.get(f"/reviews/{mine}/evidence/{uuid4()}/read")
    assert nothing.status_code == 404
    for id_ in (foreign, "x", "%00"):
        for page in ("pages/1", "read"):
            answer = browser.get(f"/reviews/{mine}/evidence/{id_}/{page}")
            assert (answer.status_code, answer.content) == (404, nothing.content)


def test_nothing_is_read_before_the_review_is_started(
    database: Database, story: Story, browser_of: Browser, files: Files
) -> None:
    with database.write() as session:
        submission = copy_with(session, story, files, [File("paper.pdf", PAPER)])
        review = assigned(session, story, submission)[0].id
    browser, path = browser_of(story.people["reviewer_1"]), address(database, review)
    answer = browser.get(f"{path}/read")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/reviews/{review}")
    assert browser.get(f"{path}/pages/1").status_code == 404


def test_b15_what_one_reviewer_opened_is_not_kept_for_the_other(
    room: Callable[..., list[UUID]], app: FastAPI, database: Database, story: Story, browser_of: Browser
) -> None:
    """A page that comes at once would tell that the other reviewer has opened it."""
    first, second = room(File("paper.pdf", PAPER))
    browser_of(story.people["reviewer_1"]).get(f"{address(database, first)}/pages/1")
    kept = app.state.portal.settings.data_dir / "readings" / "drawn-1"
    assert {path.name for path in kept.iterdir()} == {str(first)}
    text = browser_of(story.people["reviewer_2"]).get(f"/reviews/{second}/criteria/B01").text
    assert 'alt="Page 1 of 3 of Board paper"' in text
    assert {path.name for path in kept.iterdir()} == {str(first), str(second)}


def saved(database: Database, review: UUID) -> dict[UUID, str]:
    with database.read() as session:
        rows = session.exec(select(EvidenceVerdict).where(EvidenceVerdict.review_id == review)).all()
        return {row.evidence_version_id: row.verdict.value for row in rows}


FORM = {"version": "1", "score": "2", "reason": "Seen."}


def test_marks_are_saved_with_the_score_and_shown_again(
    room: Callable[..., list[UUID]], database: Database, story: Story, browser_of: Browser
) -> None:
    review, other = room(File("a.txt", b"A"), File("b.txt", b"B", title="Minutes"))
    one, two = versions(database, review)
    browser, path = browser_of(story.people["reviewer_1"]), f"/reviews/{review}/criteria/B01"
    assert "What was asked last time" not in browser.get(path).text
    marks = {f"evidence-{one}": "supports", f"evidence-{two}": "could not open"}
    assert browser.post(path, data=FORM | marks).status_code == 303
    assert saved(database, review) == {one: "supports", two: "could not open"}
    shown = browser.get(path).text
    assert re.findall(r'<option value="([^"]+)" selected', shown) == ["supports", "could not open"]
    answer = browser.post(
        path, data=FORM | {"version": "2", f"evidence-{one}": "", f"evidence-{two}": "partly"}
    )
    assert (answer.status_code, saved(database, review)) == (303, {two: "partly"})
    assert browser.post(path, data=FORM | {"version": "3"}).status_code == 303
    assert saved(database, review) == {two: "partly"}  # a form that names no mark changes none
    assert saved(database, other) == {}
    theirs = browser_of(story.people["reviewer_2"]).get(f"/reviews/{other}/criteria/B01").text
    assert re.findall(r'<option value="([^"]+)" selected', theirs) == []


@pytest.mark.parametrize(
    "marks",
    [
        {"evidence-{}": "perhaps"},
        {"evidence-x": "supports"},
        {"evidence-00000000-0000-4000-8000-000000000000": "supports"},
        {"condition-00000000-0000-4000-8000-000000000000": "done"},
        {"condition-{}": "perhaps"},
    ],
)
def test_a_mark_that_no_form_of_ours_has_is_refused_with_the_text_kept(
    room: Callable[..., list[UUID]],
    database: Database,
    story: Story,
    browser_of: Browser,
    marks: dict[str, str],
) -> None:
    review = room(File("a.txt", b"A"))[0]
    (one,) = versions(database, review)
    named = {name.format(one): value for name, value in marks.items()}
    browser = browser_of(story.people["reviewer_1"])
    answer = browser.post(f"/reviews/{review}/criteria/B01", data=FORM | named)
    assert (answer.status_code, "Seen.</textarea>" in answer.text) == (422, True)
    assert saved(database, review) == {}


def test_a_stale_form_keeps_the_marks_that_were_chosen(
    room: Callable[..., list[UUID]], database: Database, story: Story, browser_of: Browser
) -> None:
    review = room(File("a.txt", b"A"))[0]
    (one,) = versions(database, review)
    browser, path = browser_of(story.people["reviewer_1"]), f"/reviews/{review}/criteria/B01"
    browser.post(path, data=FORM | {f"evidence-{one}": "supports"})
    answer = browser.post(path, data=FORM | {f"evidence-{one}": "does not"})
    assert answer.status_code == 409
    assert re.findall(r'<option value="([^"]+)" selected', answer.text) == ["does not"]
    assert saved(database, review) == {one: "supports"}


def test_a_sealed_review_shows_its_marks_and_takes_no_others(
    room: Callable[..., list[UUID]], database: Database, story: Story, browser_of: Browser
) -> None:
    review = room(File("a.txt", b"A"))[0]
    (one,) = versions(database, review)
    browser, path = browser_of(story.people["reviewer_1"]), f"/reviews/{review}/criteria/B01"
    browser.post(path, data=FORM | {f"evidence-{one}": "partly"})
    with database.write() as session:
        sealed(session, story, session.get_one(Review, review), {"B01": 2, "B02": 2, "B03": 2})
    text = browser.get(path).text
    assert ("Supports it in part" in text, "<select" in text, "<form id=" in text) == (True, False, False)
    answer = browser.post(path, data=FORM | {"version": "3", f"evidence-{one}": "does not"})
    assert (answer.status_code, saved(database, review)) == (409, {one: "partly"})


def test_the_time_on_a_criterion_is_counted_and_shown_to_its_reviewer(
    room: Callable[..., list[UUID]], database: Database, story: Story, browser_of: Browser, clock: Clock
) -> None:
    review, other = room(File("a.txt", b"A"))
    browser, path = browser_of(story.people["reviewer_1"]), f"/reviews/{review}/criteria/B01"
    for version, minutes in ((1, 5), (2, 45)):
        (opened,) = re.findall(r'name="opened" value="([^"]+)"', browser.get(path).text)
        clock.at += timedelta(minutes=minutes)
        browser.post(path, data=FORM | {"version": str(version), "opened": opened})
    with database.read() as session:
        spent = {
            row.criterion_code: row.seconds_spent for row in session.exec(select(Score)).all() if row.reason
        }
    assert spent == {"B01": 35 * 60}
    told = "so far: 35 minutes. Only you see that."
    assert (told in browser.get(path).text, told in browser.get(f"/reviews/{review}").text) == (True, True)
    theirs = browser_of(story.people["reviewer_2"])
    assert (
        "so far"
        not in theirs.get(f"/reviews/{other}").text + theirs.get(f"/reviews/{other}/criteria/B01").text
    )


def test_progress_is_told_on_the_page(
    room: Callable[..., list[UUID]], story: Story, browser_of: Browser
) -> None:
    review = room(File("a.txt", b"A"))[0]
    browser = browser_of(story.people["reviewer_1"])
    assert "0 of 3 scored" in browser.get(f"/reviews/{review}/criteria/B01").text
    browser.post(f"/reviews/{review}/criteria/B01", data=FORM)
    browser.post(f"/reviews/{review}/criteria/B02", data=FORM | {"reason": ""})
    assert "1 of 3 scored" in browser.get(f"/reviews/{review}/criteria/B03").text


def test_a_third_reviewer_scores_what_differs_and_reads_the_rest(
    database: Database, story: Story, browser_of: Browser
) -> None:
    with database.write() as session:
        submission, _both = in_third_review(session, story)
        (third,) = assigned(session, story, submission, "reviewer_3")
        path = f"/reviews/{third.id}"
    browser = browser_of(story.people["reviewer_3"])
    assert "Score 2 criteria from 0 to 3" in browser.get(path).text
    browser.post(f"{path}/start")
    listed = browser.get(path).text
    assert "You score B01, B02. The other criteria" in listed
    assert ("0 of 2 scored" in listed, listed.count("For reading")) == (True, 1)
    read_only = browser.get(f"{path}/criteria/B03").text
    assert "You are not asked to score this criterion." in read_only
    assert ("<textarea" in read_only, "The board approved the statement" in read_only) == (False, True)
    assert browser.post(f"{path}/criteria/B03", data=FORM).status_code == 409
    for code, target in (("B01", f"{path}/criteria/B02"), ("B02", path)):
        assert browser.get(f"{path}/criteria/{code}").text.count("by A") == 0
        assert browser.post(f"{path}/criteria/{code}", data=FORM).headers["location"] == target
    asked = browser.get(f"{path}/seal").text
    assert ("B02" in asked, "B03" in asked) == (True, False)
    seen = asked.split('name="seen" value="')[1].split('"')[0]
    assert browser.post(f"{path}/seal", data={"seen": seen}).status_code == 303
    assert browser.get(f"{path}/criteria/B03").status_code == 200


def test_the_seal_is_refused_when_a_mark_changed_since_the_list_was_read(
    room: Callable[..., list[UUID]], database: Database, story: Story, browser_of: Browser
) -> None:
    review = room(File("a.txt", b"A"))[0]
    (one,) = versions(database, review)
    browser, path = browser_of(story.people["reviewer_1"]), f"/reviews/{review}"
    for code in ("B01", "B02", "B03"):
        browser.post(f"{path}/criteria/{code}", data=FORM)
    seen = browser.get(f"{path}/seal").text.split('name="seen" value="')[1].split('"')[0]
    browser.post(f"{path}/criteria/B01", data=FORM | {"version": "2", f"evidence-{one}": "does not"})
    assert browser.post(f"{path}/seal", data={"seen": seen}).status_code == 409


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_c: Any, _u: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield statements
    event.remove(database.engine, "before_cursor_execute", note)


def test_the_number_of_queries_does_not_grow_with_the_evidence(
    room: Callable[..., list[UUID]], database: Database, story: Story, browser_of: Browser
) -> None:
    few = room(File("a.txt", b"A"))[0]
    many = room(
        *(File(f"{number}.txt", b"A", scan=None if number % 2 else ScanState.CLEAN) for number in range(9)),
        code="ZZB",
        letter="b",
    )[0]
    browser, numbers = browser_of(story.people["reviewer_1"]), []
    for review in (few, many):
        path = f"/reviews/{review}/criteria/B01"
        browser.get(path)
        with counted(database) as statements:
            assert browser.get(path).status_code == 200
        numbers.append(len(statements))
    assert numbers[0] == numbers[1]


@pytest.mark.reaches_past  # the earlier decision is a row alone
def test_a_condition_of_an_earlier_decision_is_shown_and_marked(
    room: Callable[..., list[UUID]], database: Database, story: Story, browser_of: Browser, files: Files
) -> None:
    condition = _condition(database, story)
    review = room(File("a.txt", b"A"), code="ZZB", letter="b", conditions=(condition,))[0]
    browser, path = browser_of(story.people["reviewer_1"]), f"/reviews/{review}/criteria/B01"
    text = browser.get(path).text
    assert ("What was asked last time" in text, "Publish the plan." in text) == (True, True)
    assert "It is on our site." in text
    name = f"condition-{condition.condition_id}"
    assert browser.post(path, data=FORM | {name: "not done"}).status_code == 303
    with database.read() as session:
        rows = session.exec(select(ConditionVerdict)).all()
        assert [(row.review_id, row.condition_id, row.is_done) for row in rows] == [
            (review, condition.condition_id, False)
        ]
    assert re.findall(r'<option value="([^"]+)" selected', browser.get(path).text) == ["not done"]
    browser.post(path, data=FORM | {"version": "2", name: ""})
    with database.read() as session:
        assert session.exec(select(ConditionVerdict)).all() == []


def _condition(database: Database, story: Story) -> SealedCondition:
    """A condition of a decision on another submission: only its row matters here."""
    with database.write() as session:
        earlier = sealed_submission(session, story)
        row = holdings.condition(session, story, earlier, "B01", "Publish the plan.")
        return SealedCondition(condition_id=row.id, text=row.text, answer="It is on our site.")
