"""A score sheet away from the portal: nothing changes before the reviewer says so, and never a sealed review."""

import html
import io
import re
import zipfile
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID, uuid4

import openpyxl
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.actions import reviews as actions
from app.actions import score_sheets
from app.adapters.forms import BROKEN, DAMAGED, NOT_OURS
from app.adapters.spreadsheets.score_sheet_reading import read
from app.adapters.spreadsheets.score_sheets import NOTE, REASON, SCORE, write
from app.db import Database
from app.models import Person, Review, ReviewStatus
from app.queries import reviews
from app.queries import score_sheets as queries
from app.queries.frameworks import FrameworkShelf
from app.rules.errors import Conflict
from app.rules.score_sheets import OTHER_REVIEW, Choice, changes, fingerprint, sheet_of
from tests import samples
from tests.adapters import filled_forms
from tests.digests import digest
from tests.judging import CODES, assigned, part_of, scored, sealed, sealed_submission
from tests.story import NOW, Story
from tests.walk import errors_of, hidden_of

COLUMNS = {SCORE: "E", REASON: "F", NOTE: "G"}
ROW = {code: number for number, code in enumerate(CODES, 2)}


@pytest.fixture
def both(database: Database, story: Story) -> tuple[UUID, UUID]:
    """Two reviews of trust A; the first is started and has a score for B01."""
    with database.write() as session:
        first, second = assigned(session, story, sealed_submission(session, story))
        scored(session, story, first, {"B01": 1})
        return first.id, second.id


@pytest.fixture
def reviewer(
    both: tuple[UUID, UUID], database: Database, story: Story, browser_of: Callable[[Person], TestClient]
) -> TestClient:
    return browser_of(story.people[_part(database, story, both[0])])


def _part(database: Database, story: Story, review_id: UUID) -> str:
    with database.read() as session:
        return part_of(story, session.get_one(Review, review_id).reviewer_id)


def download(browser: TestClient, review_id: UUID) -> bytes:
    answer = browser.get(f"/reviews/{review_id}/sheet.xlsx")
    assert answer.status_code == 200
    return answer.content


def filled(source: bytes, cells: Mapping[str, Any]) -> bytes:
    """The sheet with other texts, by places such as B02/Score."""
    book = openpyxl.load_workbook(io.BytesIO(source))
    for key, value in cells.items():
        code, _, column = key.partition("/")
        book["Scores"][f"{COLUMNS[column]}{ROW[code]}"].value = value
    return filled_forms.saved(book)


def bring(browser: TestClient, review_id: UUID, content: bytes, name: str = "sheet.xlsx") -> Response:
    return browser.post(f"/reviews/{review_id}/sheet", files={"file": (name, content)})


def preview(browser: TestClient, review_id: UUID, content: bytes) -> tuple[str, str]:
    """The page that shows what would change, and its address."""
    answer = bring(browser, review_id, content)
    assert (answer.status_code, errors_of(answer.text) if answer.text else []) == (303, [])
    where = answer.headers["location"]
    page = browser.get(where)
    assert page.status_code == 200
    return html.unescape(page.text), where


def saved(database: Database, review_id: UUID) -> dict[str, tuple[int | None, str, str, int]]:
    with database.read() as session:
        rows = reviews.scores(session, review_id)
        return {code: (row.score, row.reason, row.private_note, row.version) for code, row in rows.items()}


def test_a_sheet_has_a_row_for_each_criterion_and_no_formula(
    both: tuple[UUID, UUID], reviewer: TestClient, story: Story
) -> None:
    book = openpyxl.load_workbook(io.BytesIO(download(reviewer, both[0])))
    sheet = book["Scores"]
    assert [cell.value for cell in sheet[1]] == [
        "Reference",
        "Criterion",
        "What is asked",
        "What each score means",
        "Score",
        "Reason",
        "Private note",
    ]
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == list(CODES)
    criterion = story.framework.criterion("B01")
    assert criterion.guidance in sheet["C2"].value
    assert all(text in sheet["D2"].value for text in criterion.descriptors)
    assert (sheet["E2"].value, sheet["E3"].value, sheet["E2"].number_format) == ("1", "", "@")
    assert (sheet.protection.sheet, book["Portal"].sheet_state, book["Portal"].protection.sheet) == (
        True,
        "hidden",
        True,
    )
    unlocked = {c.coordinate for row in sheet.iter_rows() for c in row if not c.protection.locked}
    assert unlocked == {f"{letter}{number}" for letter in "EFG" for number in (2, 3, 4)}


def test_b14_a_sheet_names_nobody(
    both: tuple[UUID, UUID], reviewer: TestClient, database: Database, story: Story
) -> None:
    """In no part of the file: no reviewer, no address, no id of a person, and of reviews only this one's."""
    with database.write() as session:
        scored(session, story, session.get_one(Review, both[1]), {"B01": 3}, "Canary")
    answer = reviewer.get(f"/reviews/{both[0]}/sheet.xlsx")
    told = {person.name for person in story.people.values()} | {
        person.email for person in story.people.values()
    }
    told |= {str(person.id) for person in story.people.values()} | {"Canary", str(both[1])}
    for name, part in filled_forms.parts_of(answer.content):
        found = [word for word in told if word.encode() in part]
        assert (name, found) == (name, [])
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    properties = book.properties
    assert (properties.creator, properties.lastModifiedBy) == ("Anti-Racist Framework portal",) * 2
    assert [name for name in told if name in answer.headers["content-disposition"]] == []


def test_what_was_scored_away_is_shown_and_then_saved_in_one_step(
    both: tuple[UUID, UUID], reviewer: TestClient, database: Database
) -> None:
    before = saved(database, both[0])
    cells = {"B02/Score": 3, "B02/Reason": "Well shown.", "B02/Private note": "=1+1", "B01/Score": "2"}
    page, where = preview(reviewer, both[0], filled(download(reviewer, both[0]), _text(cells)))
    assert "2 criteria would change. Nothing has changed yet." in page
    assert saved(database, both[0]) == before
    answer = reviewer.post(where, data=hidden_of(page))
    assert answer.headers["location"] == f"/reviews/{both[0]}/sheet?applied=2"
    assert "2 criteria were saved from the score sheet." in reviewer.get(answer.headers["location"]).text
    assert saved(database, both[0]) == {
        "B01": (2, *before["B01"][1:3], 3),
        "B02": (3, "Well shown.", "1+1", 2),
        "B03": before["B03"],
    }
    assert reviewer.get(where).status_code == 404  # what was applied is gone


def _text(cells: dict[str, object]) -> dict[str, object]:
    """openpyxl would write a text with = as a formula."""
    return {key: "1+1" if value == "=1+1" else value for key, value in cells.items()}


def test_a_row_saved_since_the_download_is_shown_with_both_and_not_overwritten_unless_chosen(
    both: tuple[UUID, UUID], reviewer: TestClient, database: Database, story: Story
) -> None:
    away = filled(
        download(reviewer, both[0]), {"B01/Score": "3", "B01/Reason": "Away.", "B02/Reason": "New."}
    )
    with database.write() as session:
        review = session.get_one(Review, both[0])
        scored(session, story, review, {"B01": 0}, "Here")
    since = saved(database, both[0])
    page, where = preview(reviewer, both[0], away)
    assert ("Saved in the portal since the sheet was downloaded." in page, "Here B01" in page) == (True, True)
    form = hidden_of(page)
    refused = reviewer.post(where, data=form)
    assert (refused.status_code, errors_of(refused.text)) == (422, ["Choose what to save for B01."])
    assert saved(database, both[0]) == since
    assert reviewer.post(where, data={**form, "choice-B01": "portal"}).status_code == 303
    assert saved(database, both[0])["B01"] == since["B01"]
    assert saved(database, both[0])["B02"][1] == "New."


def test_a_stale_row_is_saved_when_the_reviewer_chooses_the_sheet(
    both: tuple[UUID, UUID], reviewer: TestClient, database: Database, story: Story
) -> None:
    away = filled(download(reviewer, both[0]), {"B01/Score": "3"})
    with database.write() as session:
        scored(session, story, session.get_one(Review, both[0]), {"B01": 0}, "Here")
    page, where = preview(reviewer, both[0], away)
    before = saved(database, both[0])["B01"]
    assert reviewer.post(where, data={**hidden_of(page), "choice-B01": "sheet"}).status_code == 303
    assert saved(database, both[0])["B01"] == (3, before[1], before[2], before[3] + 1)


def test_what_was_saved_since_the_preview_is_shown_again_and_nothing_applied(
    both: tuple[UUID, UUID], reviewer: TestClient, database: Database, story: Story
) -> None:
    page, where = preview(
        reviewer, both[0], filled(download(reviewer, both[0]), {"B01/Score": "3", "B02/Score": "3"})
    )
    with database.write() as session:
        scored(session, story, session.get_one(Review, both[0]), {"B01": 0}, "Here")
    since = saved(database, both[0])
    refused = reviewer.post(where, data=hidden_of(page))
    assert (refused.status_code, errors_of(refused.text), saved(database, both[0])) == (
        409,
        [score_sheets.SINCE],
        since,
    )


FAULTS = [
    ({"B02/Score": 4}, "Cell E3: Choose a score from 0 to 3. The cell says “4”."),
    ({"B02/Score": "good"}, "Cell E3: Choose a score from 0 to 3. The cell says “good”."),
    ({"B02/Score": 2.5}, "Cell E3: Choose a score from 0 to 3. The cell says “2.5”."),
    ({"B03/Score": -1}, "Cell E4: Choose a score from 0 to 3. The cell says “-1”."),
    ({"B03/Reason": "x" * 10_001}, "Cell F4: Shorten this to 10,000 characters or fewer. It has 10,001."),
]


@pytest.mark.parametrize(("cells", "sentence"), FAULTS)
def test_what_cannot_be_saved_is_told_by_cell_and_stops_the_whole(
    cells: dict[str, object],
    sentence: str,
    both: tuple[UUID, UUID],
    reviewer: TestClient,
    database: Database,
) -> None:
    before = saved(database, both[0])
    page, where = preview(reviewer, both[0], filled(download(reviewer, both[0]), {"B01/Score": "0", **cells}))
    assert (sentence in page, "Apply all of this" in page) == (True, False)
    refused = reviewer.post(where, data=hidden_of(page))
    assert (refused.status_code, errors_of(refused.text), saved(database, both[0])) == (
        422,
        [sentence],
        before,
    )


def _with_rows(source: bytes, change: Callable[[Any], object]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(source))
    change(book["Scores"])
    return filled_forms.saved(book)


SPOILT: list[tuple[Callable[[Any], object], str]] = [
    (
        lambda sheet: sheet.delete_rows(3),
        "The row of B02 is not in the sheet. Put back what was removed, or download the score sheet again.",
    ),
    (
        lambda sheet: sheet.append(["B04", "", "", "", "2", "x", ""]),
        "The sheet has a row for B04, which was not in it when you downloaded it. Remove the row, or put back the "
        "reference that stood there.",
    ),
    (
        lambda sheet: sheet.append(["B01", "", "", "", "2", "x", ""]),
        "The sheet has two rows for B01. Remove one of them and send it again.",
    ),
    (
        lambda sheet: sheet.append(["", "", "", "", "2", "x", ""]),
        "Cell E5 of the sheet “Scores” holds a text in a row without a Reference. "
        "Move it into the row of its question.",
    ),
    (
        lambda sheet: sheet.__setitem__("E3", "=1+1"),
        "Cell E3 of the sheet “Scores” holds a formula. Type its result there as text.",
    ),
    (
        lambda sheet: sheet.__setitem__("F1", "Why"),
        "The sheet “Scores” has no column called Reason in its first row. Put it back, or download "
        "the score sheet again.",
    ),
    (lambda sheet: setattr(sheet, "title", "Mine"), "The sheet “Scores” is not in this file."),
    (lambda sheet: sheet.parent["Portal"].__setitem__("B1", "0.0"), DAMAGED),
    (lambda sheet: sheet.parent.remove(sheet.parent["Portal"]), NOT_OURS),
]


@pytest.mark.parametrize(("change", "sentence"), SPOILT)
def test_a_sheet_that_was_taken_apart_is_refused_with_the_reason(
    change: Callable[[Any], object],
    sentence: str,
    both: tuple[UUID, UUID],
    reviewer: TestClient,
    database: Database,
) -> None:
    before = digest(database)
    answer = bring(reviewer, both[0], _with_rows(download(reviewer, both[0]), change))
    (told,) = errors_of(answer.text)
    assert (answer.status_code, told.startswith(sentence), digest(database)) == (422, True, before)


def _with_macros(source: bytes) -> bytes:
    target = io.BytesIO(source)
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")
    return target.getvalue()


def _bomb(source: bytes) -> bytes:
    target = io.BytesIO(source)
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet9.xml", b" " * 80_000_000)
    return target.getvalue()


BAD_FILES: list[tuple[Callable[[bytes], bytes], str, str]] = [
    (_with_macros, "sheet.xlsx", "This spreadsheet holds macros."),
    (_bomb, "sheet.xlsx", "This file "),
    (lambda source: source[:2000], "sheet.xlsx", "This file "),
    (lambda source: samples.pdf("x"), "sheet.pdf", "Choose the spreadsheet (.xlsx) that was downloaded"),
    (lambda source: samples.pdf("x"), "sheet.xlsx", "The name of this file ends in .xlsx but"),
    (lambda source: b"", "", "Choose a file."),
]


@pytest.mark.parametrize(("spoil", "name", "sentence"), BAD_FILES)
def test_e_what_is_no_sheet_is_refused_before_anything_reads_it(
    spoil: Callable[[bytes], bytes],
    name: str,
    sentence: str,
    both: tuple[UUID, UUID],
    reviewer: TestClient,
    database: Database,
) -> None:
    before = digest(database)
    answer = bring(reviewer, both[0], spoil(download(reviewer, both[0])), name)
    (told,) = errors_of(answer.text)
    assert (answer.status_code, told.startswith(sentence), digest(database)) == (422, True, before)
    assert BROKEN.startswith("This file ")


def test_another_persons_sheet_is_refused_and_so_is_another_reviews(
    both: tuple[UUID, UUID],
    reviewer: TestClient,
    database: Database,
    story: Story,
    browser_of: Callable[[Person], TestClient],
) -> None:
    other = browser_of(story.people[_part(database, story, both[1])])
    with database.write() as session:
        scored(session, story, session.get_one(Review, both[1]), {})
    page, where = preview(reviewer, both[0], filled(download(reviewer, both[0]), {"B01/Score": "3"}))
    before = digest(database)
    answer = bring(reviewer, both[0], download(other, both[1]))
    assert (answer.status_code, errors_of(answer.text)) == (422, [OTHER_REVIEW])
    name = where.rpartition("/")[2]
    for path in (f"/reviews/{both[0]}/sheet/{name}", f"/reviews/{both[1]}/sheet/{name}"):
        assert (path, other.get(path).status_code) == (path, 404)
        assert (path, other.post(path, data=hidden_of(page)).status_code) == (path, 404)
    assert other.get(f"/reviews/{both[0]}/sheet.xlsx").content == other.get(f"/reviews/{uuid4()}").content
    assert digest(database) == before


def test_a_sealed_review_never_changes_by_import(
    both: tuple[UUID, UUID], reviewer: TestClient, database: Database, story: Story
) -> None:
    """Not by a sheet that was brought before the seal, nor by one brought after it."""
    away = filled(download(reviewer, both[0]), {"B01/Score": "3"})
    page, where = preview(reviewer, both[0], away)
    with database.write() as session:
        sealed(session, story, session.get_one(Review, both[0]), dict.fromkeys(CODES, 1))
    before = digest(database)
    for answer in (
        reviewer.post(where, data=hidden_of(page)),
        reviewer.post(where, data={**hidden_of(page), "choice-B01": "sheet"}),
        reviewer.get(where),
        bring(reviewer, both[0], away),
    ):
        assert (answer.status_code, actions.SEALED in html.unescape(answer.text)) == (409, True)
    assert digest(database) == before


def test_a_sealed_review_never_changes_by_the_action_either(
    both: tuple[UUID, UUID], database: Database, story: Story
) -> None:
    with database.write() as session:
        review = session.get_one(Review, both[0])
        sealed(session, story, review, dict.fromkeys(CODES, 1))
        contents = queries.contents(session, FrameworkShelf(), review)
        sheet = read(filled(write(sheet_of(contents, portal="P", at=NOW)), {"B01/Score": "3"}))
        found = changes(sheet, contents)
        by = story.who(session, part_of(story, review.reviewer_id))
        assert [one.code for one in found] == ["B01"]
        with pytest.raises(Conflict, match="You have sealed this review"):
            score_sheets.apply(
                session, review, found, {"B01": Choice.SHEET}, seen=fingerprint(found), by=by, at=NOW
            )


def test_a_review_that_has_not_started_has_no_sheet(
    both: tuple[UUID, UUID], database: Database, story: Story, browser_of: Callable[[Person], TestClient]
) -> None:
    other = browser_of(story.people[_part(database, story, both[1])])
    for path in ("/sheet", "/sheet.xlsx"):
        answer = other.get(f"/reviews/{both[1]}{path}")
        assert (answer.status_code, "Start the review before you score." in answer.text) == (409, True)


texts = filled_forms.texts


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    given_texts=st.lists(st.tuples(st.sampled_from([None, 0, 1, 2, 3]), texts, texts), min_size=3, max_size=3)
)
def test_export_then_import_changes_nothing_whatever_was_saved(
    given_texts: list[tuple[int | None, str, str]],
    both: tuple[UUID, UUID],
    database: Database,
    story: Story,
) -> None:
    with database.write() as session:
        review = session.get_one(Review, both[0])
        for row, (score, reason, note) in zip(
            reviews.scores(session, review.id).values(), given_texts, strict=True
        ):
            row.score, row.reason, row.private_note = score, reason, note
        contents = queries.contents(session, FrameworkShelf(), review)
        sheet = read(write(sheet_of(contents, portal="P", at=NOW)))
        assert changes(sheet, contents) == []
        links: dict[str, dict[str, str]] = {"B01": {"Evidence 1": ""}, "B02": {}, "B03": {}}
        assert sheet.texts == {
            code: {SCORE: "" if score is None else str(score), REASON: reason, NOTE: note, **links[code]}
            for code, (score, reason, note) in zip(CODES, given_texts, strict=True)
        }
        session.rollback()


def test_a_text_longer_than_a_cell_goes_on_below_and_comes_back_whole(
    both: tuple[UUID, UUID], database: Database
) -> None:
    with database.write() as session:
        review = session.get_one(Review, both[0])
        row = reviews.scores(session, review.id)["B02"]
        row.reason, row.private_note = "\u2028x" * 5_000, "\U0001f680" * 10_000
        contents = queries.contents(session, FrameworkShelf(), review)
        source = write(sheet_of(contents, portal="P", at=NOW))
        assert changes(read(source), contents) == []
        keys = [
            line[0].value
            for line in openpyxl.load_workbook(io.BytesIO(source))["Scores"].iter_rows(min_row=2)
        ]
        assert keys == ["B01", "B02", "B02 (2)", "B03"]


def test_the_status_of_a_review_is_not_touched(
    both: tuple[UUID, UUID], reviewer: TestClient, database: Database
) -> None:
    page, where = preview(
        reviewer,
        both[0],
        filled(
            download(reviewer, both[0]),
            {f"{code}/{column}": "2" for code in CODES for column in (SCORE, REASON)},
        ),
    )
    reviewer.post(where, data=hidden_of(page))
    with database.read() as session:
        assert session.get_one(Review, both[0]).status is ReviewStatus.STARTED
    assert re.search("Check and seal", reviewer.get(f"/reviews/{both[0]}").text)
