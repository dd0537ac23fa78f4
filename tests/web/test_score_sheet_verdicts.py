"""The score sheet's second table: what each piece of evidence does, with the same checks and preview as the scores."""

import html
import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select

from app.actions import reviews as actions
from app.adapters.spreadsheets.score_sheet_reading import read
from app.adapters.spreadsheets.score_sheets import write
from app.db import Database
from app.models import Event, EvidenceVersion, Review, Verdict
from app.queries import reviews, verdicts
from app.queries import score_sheets as queries
from app.queries.frameworks import FrameworkShelf
from app.rules.score_sheets import changes, sheet_of
from app.rules.verdicts import Marked
from tests.adapters import filled_forms
from tests.digests import digest
from tests.judging import CODES, assigned, part_of, scored, sealed, sealed_submission
from tests.story import NOW, Story
from tests.walk import errors_of, hidden_of
from tests.web.test_score_sheets import bring, download, preview, saved

PLACE = "E2"


@pytest.fixture
def review(database: Database, story: Story) -> UUID:
    """A started review of trust A, whose copy has one piece of evidence at B01."""
    with database.write() as session:
        first, _ = assigned(session, story, sealed_submission(session, story))
        scored(session, story, first, {"B01": 1})
        return first.id


def marked(database: Database, review_id: UUID) -> list[Verdict]:
    with database.read() as session:
        return list(verdicts.shown_of_evidence(session, review_id, "B01").values())


def mark(database: Database, story: Story, review_id: UUID, verdict: Verdict) -> None:
    """As the page saves it."""
    with database.write() as session:
        review = session.get_one(Review, review_id)
        row = reviews.score(session, review_id, "B01")
        assert row is not None
        actions.save_score(
            session, review, "B01", score=row.score, reason=row.reason, private_note=row.private_note,
            version=row.version, by=story.who(session, part_of(story, review.reviewer_id)), at=NOW,
            marked=Marked({session.exec(select(EvidenceVersion.id)).one(): verdict}),
        )  # fmt: skip


def changed(source: bytes, change: Callable[[Any], object]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(source))
    change(book["Evidence"])
    return filled_forms.saved(book)


def said(source: bytes, text: object) -> bytes:
    return changed(source, lambda sheet: sheet.__setitem__(PLACE, text))


def test_the_table_has_a_row_for_each_piece_with_the_place_that_the_writer_named(
    review: UUID, browser: TestClient, database: Database, story: Story
) -> None:
    mark(database, story, review, Verdict.DOES_NOT)
    sheet = openpyxl.load_workbook(io.BytesIO(download(browser, review)))["Evidence"]
    with database.read() as session:
        (link,) = queries.contents(session, FrameworkShelf(), session.get_one(Review, review)).links["B01"]
    title = f"B01 {story.framework.criterion('B01').title}"
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["Reference", "Criterion", "Evidence", "Where to look", "What it does"],
        ["B01/1", title, link.title, link.place, "Does not"],
    ]
    assert {c.coordinate for row in sheet.iter_rows() for c in row if not c.protection.locked} == {PLACE}
    (choice,) = sheet.data_validations.dataValidation
    assert (str(choice.sqref), choice.formula1) == (PLACE, '"Supports,Partly,Does not,Could not open"')


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("Supports", Verdict.SUPPORTS),
        (" partly ", Verdict.PARTLY),
        ("DOES  NOT", Verdict.DOES_NOT),
        ("Could not open", Verdict.COULD_NOT_OPEN),
    ],
)
def test_a_verdict_is_shown_and_then_saved_with_its_line_of_history(
    text: str, verdict: Verdict, review: UUID, browser: TestClient, database: Database
) -> None:
    before = saved(database, review)["B01"]
    page, where = preview(browser, review, said(download(browser, review), text))
    assert ("1 criterion would change." in page, "Evidence 1: " in page, marked(database, review)) == (
        True,
        True,
        [],
    )
    assert browser.post(where, data=hidden_of(page)).status_code == 303
    assert marked(database, review) == [verdict]
    assert saved(database, review)["B01"] == (*before[:3], before[3] + 1)
    with database.read() as session:
        lines = session.exec(
            select(Event).where(Event.verb == "save score").order_by(col(Event.number))
        ).all()
        assert list(lines[-1].facts["evidence"].values()) == [verdict.value]


def test_an_emptied_cell_takes_the_verdict_away_and_an_untouched_one_leaves_it(
    review: UUID, browser: TestClient, database: Database, story: Story
) -> None:
    mark(database, story, review, Verdict.SUPPORTS)
    away = download(browser, review)
    page, _ = preview(browser, review, away)
    assert "Nothing would change" in page
    page, where = preview(browser, review, said(away, None))
    browser.post(where, data=hidden_of(page))
    assert marked(database, review) == []


def test_a_verdict_marked_in_the_portal_since_is_not_overwritten_unless_chosen(
    review: UUID, browser: TestClient, database: Database, story: Story
) -> None:
    away = said(download(browser, review), "Supports")
    mark(database, story, review, Verdict.DOES_NOT)
    page, where = preview(browser, review, away)
    assert ("Saved in the portal since the sheet was downloaded." in page, "Does not" in page) == (True, True)
    refused = browser.post(where, data=hidden_of(page))
    assert errors_of(refused.text) == ["Choose what to save for B01."]
    assert browser.post(where, data={**hidden_of(page), "choice-B01": "portal"}).status_code == 303
    assert marked(database, review) == [Verdict.DOES_NOT]


def test_a_verdict_that_the_page_does_not_offer_stops_the_whole_and_is_told_by_cell(
    review: UUID, browser: TestClient, database: Database
) -> None:
    before = saved(database, review)
    page, where = preview(browser, review, said(download(browser, review), "Rather good"))
    sentence = (
        "Cell E2 of the sheet “Evidence”: Choose Supports, Partly, Does not or Could not open, or leave the cell "
        "empty. It says “Rather good”."
    )
    assert (sentence in page, "Apply all of this" in page) == (True, False)
    refused = browser.post(where, data=hidden_of(page))
    assert (errors_of(refused.text), saved(database, review), marked(database, review)) == (
        [sentence],
        before,
        [],
    )


SPOILT: list[tuple[Callable[[Any], object], str]] = [
    (lambda sheet: sheet.delete_rows(2), "The row of B01/1 is not in the sheet."),
    (
        lambda sheet: sheet.append(["B01/2", "", "", "", "Partly"]),
        "The sheet has a row for B01/2, which was not",
    ),
    (lambda sheet: sheet.append(["B01/1", "", "", "", "Partly"]), "The sheet has two rows for B01/1."),
    (lambda sheet: sheet.__setitem__(PLACE, "=1+1"), "Cell E2 of the sheet “Evidence” holds a formula."),
    (lambda sheet: sheet.__setitem__("E1", "Why"), "The sheet “Evidence” has no column called What it does"),
    (lambda sheet: setattr(sheet, "title", "Mine"), "The sheet “Evidence” is not in this file."),
]


@pytest.mark.parametrize(("change", "sentence"), SPOILT)
def test_a_table_that_was_taken_apart_is_refused_with_the_reason(
    change: Callable[[Any], object], sentence: str, review: UUID, browser: TestClient, database: Database
) -> None:
    before = digest(database)
    answer = bring(browser, review, changed(download(browser, review), change))
    (told,) = errors_of(answer.text)
    assert (answer.status_code, told.startswith(sentence), digest(database)) == (422, True, before)


def test_a_sealed_review_keeps_its_verdicts(
    review: UUID, browser: TestClient, database: Database, story: Story
) -> None:
    away = said(download(browser, review), "Supports")
    page, where = preview(browser, review, away)
    with database.write() as session:
        sealed(session, story, session.get_one(Review, review), dict.fromkeys(CODES, 1))
    before = digest(database)
    for answer in (browser.post(where, data=hidden_of(page)), bring(browser, review, away)):
        assert (answer.status_code, actions.SEALED in html.unescape(answer.text)) == (409, True)
    assert digest(database) == before


def test_a_sheet_from_before_there_was_such_a_table_comes_back_all_the_same(
    review: UUID, database: Database, story: Story
) -> None:
    mark(database, story, review, Verdict.PARTLY)
    with database.read() as session:
        contents = queries.contents(session, FrameworkShelf(), session.get_one(Review, review))
        older = sheet_of(replace(contents, links={}), portal="P", at=NOW)
        book = openpyxl.load_workbook(io.BytesIO(write(older)))
        book.remove(book["Evidence"])
        book["Scores"]["E3"].value = "3"
        (change,) = changes(read(filled_forms.saved(book)), contents)
    assert (change.code, change.columns, change.marked) == ("B02", ["Score"], Marked())
