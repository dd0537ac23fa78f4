"""The score sheet's third table: whether what was asked last time was done, with the same checks and preview."""

import io
from collections.abc import Callable
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import col, select

from app.actions import reviews as actions
from app.db import Database
from app.models import Event, Review
from app.queries import reviews, verdicts
from app.rules.sealing import SealedCondition
from app.rules.verdicts import Marked
from tests import holdings
from tests.adapters import filled_forms
from tests.digests import digest
from tests.judging import assigned, part_of, scored, sealed_submission
from tests.reading import copy_with
from tests.story import NOW, Story
from tests.walk import errors_of, hidden_of
from tests.web.test_score_sheets import bring, download, preview, saved

pytestmark = pytest.mark.reaches_past  # the earlier decision is a row alone
SHEET, PLACE = "Asked last time", "E2"


@pytest.fixture
def condition(database: Database, story: Story) -> UUID:
    """A condition of a decision on another submission: only its row matters here."""
    with database.write() as session:
        earlier = sealed_submission(session, story)
        return holdings.condition(session, story, earlier, "B01", "Publish the plan.").id


@pytest.fixture
def review(database: Database, story: Story, app: FastAPI, condition: UUID) -> UUID:
    """A started review of trust B, whose copy answers the condition at B01."""
    asked = SealedCondition(condition_id=condition, text="Publish the plan.", answer="It is on our site.")
    with database.write() as session:
        files = app.state.portal.files
        submission = copy_with(session, story, files, [], code="ZZB", letter="b", conditions=(asked,))
        first, _ = assigned(session, story, submission)
        scored(session, story, first, {"B01": 1})
        return first.id


def marks(database: Database, review_id: UUID) -> dict[UUID, bool]:
    with database.read() as session:
        return verdicts.shown_of_conditions(session, review_id)


def mark(database: Database, story: Story, review_id: UUID, condition: UUID, is_done: bool) -> None:
    """As the page saves it."""
    with database.write() as session:
        review = session.get_one(Review, review_id)
        row = reviews.score(session, review_id, "B01")
        assert row is not None
        actions.save_score(
            session, review, "B01", score=row.score, reason=row.reason, private_note=row.private_note,
            version=row.version, by=story.who(session, part_of(story, review.reviewer_id)), at=NOW,
            marked=Marked(conditions={condition: is_done}),
        )  # fmt: skip


def changed(source: bytes, change: Callable[[Any], object]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(source))
    change(book[SHEET])
    return filled_forms.saved(book)


def said(source: bytes, text: object) -> bytes:
    return changed(source, lambda sheet: sheet.__setitem__(PLACE, text))


def test_the_table_has_what_was_asked_what_was_done_and_the_reviewers_own_mark(
    review: UUID, condition: UUID, browser: TestClient, database: Database, story: Story
) -> None:
    before = openpyxl.load_workbook(io.BytesIO(download(browser, review)))[SHEET]
    mark(database, story, review, condition, False)
    sheet = openpyxl.load_workbook(io.BytesIO(download(browser, review)))[SHEET]
    title = f"B01 {story.framework.criterion('B01').title}"
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["Reference", "Criterion", "Condition", "What the organisation says it did", "Was it done?"],
        ["B01/1", title, "Publish the plan.", "It is on our site.", "Not done"],
    ]
    assert before[PLACE].value in (None, "")
    assert {c.coordinate for row in sheet.iter_rows() for c in row if not c.protection.locked} == {PLACE}
    (choice,) = sheet.data_validations.dataValidation
    assert (str(choice.sqref), choice.formula1) == (PLACE, '"Done,Not done"')


def test_a_mark_is_shown_and_then_saved_with_its_line_of_history_and_taken_away_again(
    review: UUID, condition: UUID, browser: TestClient, database: Database
) -> None:
    before, away = saved(database, review)["B01"], download(browser, review)
    page, where = preview(browser, review, said(away, " not  DONE"))
    assert ("1 criterion would change." in page, "Condition 1: Publish the plan." in page) == (True, True)
    assert marks(database, review) == {}
    assert browser.post(where, data=hidden_of(page)).status_code == 303
    assert marks(database, review) == {condition: False}
    assert saved(database, review)["B01"] == (*before[:3], before[3] + 1)
    with database.read() as session:
        lines = session.exec(
            select(Event).where(Event.verb == "save score").order_by(col(Event.number))
        ).all()
        assert lines[-1].facts["conditions"] == {str(condition): False}
    away = download(browser, review)
    assert "Nothing would change" in preview(browser, review, away)[0]
    for text, left in (("Done", {condition: True}), (None, {})):
        page, where = preview(browser, review, said(download(browser, review), text))
        assert browser.post(where, data=hidden_of(page)).status_code == 303
        assert marks(database, review) == left


def test_a_mark_made_in_the_portal_since_is_not_overwritten_unless_chosen(
    review: UUID, condition: UUID, browser: TestClient, database: Database, story: Story
) -> None:
    away = said(download(browser, review), "Done")
    mark(database, story, review, condition, False)
    page, where = preview(browser, review, away)
    assert "Saved in the portal since the sheet was downloaded." in page
    assert errors_of(browser.post(where, data=hidden_of(page)).text) == ["Choose what to save for B01."]
    assert browser.post(where, data={**hidden_of(page), "choice-B01": "portal"}).status_code == 303
    assert marks(database, review) == {condition: False}


def test_what_the_page_does_not_offer_stops_the_whole_and_is_told_by_cell(
    review: UUID, browser: TestClient, database: Database
) -> None:
    page, where = preview(browser, review, said(download(browser, review), "Supports"))
    sentence = (
        "Cell E2 of the sheet “Asked last time”: Choose Done or Not done, or leave the cell empty. "
        "It says “Supports”."
    )
    assert (sentence in page, "Apply all of this" in page) == (True, False)
    refused = browser.post(where, data=hidden_of(page))
    assert (errors_of(refused.text), marks(database, review)) == ([sentence], {})


def test_a_table_that_was_taken_apart_is_refused_with_the_reason(
    review: UUID, browser: TestClient, database: Database
) -> None:
    away, before = download(browser, review), digest(database)
    spoilt: list[tuple[Callable[[Any], object], str]] = [
        (lambda sheet: sheet.delete_rows(2), "The row of B01/1 is not in the sheet."),
        (lambda sheet: sheet.append(["B01/2", "", "", "", "Done"]), "The sheet has a row for B01/2"),
        (lambda sheet: sheet.append(["B01/1", "", "", "", "Done"]), "The sheet has two rows for B01/1."),
        (
            lambda sheet: sheet.__setitem__(PLACE, "=1+1"),
            "Cell E2 of the sheet “Asked last time” holds a formula.",
        ),
        (
            lambda sheet: setattr(sheet, "title", "Mine"),
            "The sheet “Asked last time” is not in this file.",
        ),
    ]
    for change, sentence in spoilt:
        answer = bring(browser, review, changed(away, change))
        (told,) = errors_of(answer.text)
        assert (answer.status_code, told.startswith(sentence)) == (422, True), told
    assert digest(database) == before
