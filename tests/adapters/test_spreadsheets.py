"""The form as a spreadsheet: what is in it comes back exactly, and no cell of it is ever a formula."""

import io
import re
from dataclasses import replace
from datetime import datetime

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.adapters import forms
from app.adapters.forms import NotReadable
from app.adapters.spreadsheets.reading import read
from app.adapters.spreadsheets.writing import write
from app.adapters.structure.check import check
from tests import samples
from tests.adapters import filled_forms as made
from tests.adapters.filled_forms import TEXTS, TRICKY, form, in_spreadsheet, numbered, parts_of, saved
from tests.samples import part, repacked

# U-13: what spreadsheet programs have been made to run, and near relations.
COMMANDS = (
    "cmd|' /C calc'!A0",
    "1+1",
    "SUM(1,1)",
    'HYPERLINK("https://evil.example","x")',
    'DDE("cmd";"/C calc";"A0")',
)
PAYLOADS = tuple(
    f"{sign}{command}"
    for sign in ("=", "+", "-", "@", "\t=", "\n=", "'=", "''+", "\t@", "==")
    for command in COMMANDS
)


def refusal(source: bytes) -> str:
    with pytest.raises(NotReadable) as refused:
        read(source)
    return refused.value.reason


def test_every_text_comes_back_and_so_does_the_identity() -> None:
    asked = form(TEXTS | numbered(TRICKY))
    filled = read(write(asked))
    assert filled.texts == TEXTS | numbered(TRICKY)
    assert filled.identity == asked.identity


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(made.texts, max_size=6))
def test_any_text_comes_back(texts: list[str]) -> None:
    expected = numbered(tuple(texts)) | {"Z/rating": "" if not texts else texts[0]}
    assert read(write(form(expected))).texts == expected


def test_the_portal_itself_would_take_the_file() -> None:
    assert check(io.BytesIO(write(form())), "form.xlsx").extension == "xlsx"


def test_U13_no_cell_is_a_formula_or_begins_like_one() -> None:
    assert len(PAYLOADS) == 50
    texts = {f"C{at}/narrative": text for at, text in enumerate(PAYLOADS)}
    asked = form(texts)
    hostile = replace(asked, title="=1+1", organisation="@x", how_to=("-1",), mark="+x")
    source = write(hostile)
    assert [
        name for name, content in parts_of(source) if re.search(rb"<f[ >/]", content) and "sheet" in name
    ] == []
    book = openpyxl.load_workbook(io.BytesIO(source))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [
        cell.value for cell in cells if cell.value.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    ] == []
    assert read(source).texts == texts


def test_U13_a_formula_somebody_wrote_is_refused_with_its_place() -> None:
    source = in_spreadsheet(write(form()), "A1/role", "=1+1")
    assert refusal(source) == "Cell E4 of the sheet “Bronze” holds a formula. Type its result there as text."


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2, "2"),
        (2.0, "2"),
        (2.5, "2.5"),
        (True, "True"),
        (
            datetime(2026, 3, 27),  # noqa: DTZ001  a cell knows no zone
            "27 3 2026",
        ),
        ("a_x000D_\nb", "a\r\nb"),
        (None, ""),
        ("'=x", "=x"),
        ("two\nlines", "two\nlines"),
    ],
)
def test_what_is_typed_is_read_as_it_was_meant(value: object, text: str) -> None:
    source = in_spreadsheet(write(form()), "A1/role", value)
    assert read(source).texts == TEXTS | {"A1/role": text}


def test_a_text_that_no_cell_holds_goes_on_below() -> None:
    text = "\U0001f680 " * 40_000 + "end"
    source = write(form({"A1/narrative": text}))
    book = openpyxl.load_workbook(io.BytesIO(source))
    keys = [row[0].value for row in book["Bronze"].iter_rows(min_row=2)]
    assert keys == ["A1/narrative", *(f"A1/narrative ({number})" for number in range(2, len(keys) + 1))]
    lengths = [len(row[4].value.encode("utf-16-le")) // 2 for row in book["Bronze"].iter_rows(min_row=2)]
    assert max(lengths) <= 32_767
    assert read(source).texts == {"A1/narrative": text}


def test_a_row_taken_out_of_the_file_is_not_an_empty_answer() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write(form())))
    book["Bronze"].delete_rows(4)
    assert read(saved(book)).texts == {key: text for key, text in TEXTS.items() if key != "A1/role"}


def _with_cell(place: str, value: object, sheet: str = "Bronze") -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(write(form())))
    book[sheet][place] = value
    return saved(book)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (
            _with_cell("A4", "A1/rule"),
            "The reference A1/rule was not in the form that was exported. Put back the reference that stood there.",
        ),
        (
            _with_cell("A4", None),
            "Cell E4 of the sheet “Bronze” holds a text in a row without a Reference. "
            "Move it into the row of its question.",
        ),
        (
            _with_cell("A4", "A1/narrative"),
            "The answer to A1/narrative stands in this file twice, and the two differ. "
            "Remove one of them and send it again.",
        ),
        (
            _with_cell("E1", "Reply"),
            "The sheet “Bronze” has no columns called Reference and Answer in its first row. "
            "Put them back, or remove the sheet if it is not part of the form.",
        ),
        (samples.xlsx(), forms.NOT_OURS),
        (write(form())[:-300], forms.BROKEN),
        (b"PK\x03\x04", forms.BROKEN),
        (repacked(write(form()), {"xl/worksheets/sheet2.xml": b"<not closed"}), forms.BROKEN),
        (write(replace(form(), identity=replace(form().identity, format=2))), forms.NEWER),
        (repacked(write(form()), {"xl/worksheets/sheet3.xml": b"<a>" + b" " * 30_000_000}), forms.TOO_LARGE),
    ],
    ids=[
        "reference",
        "no reference",
        "twice",
        "columns",
        "another",
        "cut",
        "no zip",
        "markup",
        "newer",
        "too large",
    ],
)
def test_a_file_that_is_not_ours_damaged_or_too_large_is_refused(source: bytes, reason: str) -> None:
    assert refusal(source) == reason


def test_a_damaged_identity_is_noticed() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write(form())))
    for row in book["About"].iter_rows():
        if str(row[0].value).startswith("For the portal"):
            row[1].value = row[1].value[:40] + ("B" if row[1].value[40] == "A" else "A") + row[1].value[41:]
    assert refusal(saved(book)) == forms.DAMAGED


def test_B14_no_name_is_in_the_file_but_the_portals() -> None:
    told = openpyxl.load_workbook(io.BytesIO(write(form()))).properties
    assert (told.creator, told.lastModifiedBy, told.title) == (
        made.PORTAL,
        made.PORTAL,
        "Self-assessment form",
    )
    app = part(write(form()), "docProps/app.xml")
    assert re.findall(rb"<(?:Company|Manager)>([^<]+)<", app) == []


def test_only_answers_can_be_written_in_and_ratings_are_chosen() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write(form())))
    assert book.sheetnames == ["About", "Bronze", "Evidence", "Choices"]
    sheet = book["Bronze"]
    assert [cell.value for cell in sheet[1]] == [
        "Reference",
        "Criterion",
        "Question",
        "Hint",
        "Answer",
        "Status",
    ]
    open_cells = {cell.coordinate for row in sheet.iter_rows() for cell in row if not cell.protection.locked}
    assert open_cells == {f"E{row}" for row in range(2, len(TEXTS) + 2)}
    assert {sheet[place].number_format for place in open_cells} == {"@"}
    assert (sheet.protection.sheet, sheet.protection.password) == (True, None)
    rules = {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert rules == {"E2 E7": "Choices!$A$1:$A$3", "E6": "Choices!$B$1:$B$2"}
    assert [cell.value for cell in book["Choices"]["A"]] == [option.text for option in made.CHOICES]
    assert book["Choices"].sheet_state == "hidden"


def test_evidence_is_listed_for_reading() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(write(form())))["Evidence"]
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["Criterion", "Evidence", "Where to look"],
        ["A1: Title of A1", "Board paper", "Look at: page 3"],
        ["B1.2: Title of B1.2", "Board paper", "Look at: page 3"],
    ]


def test_levels_with_names_that_excel_refuses_or_that_are_alike_get_sheets() -> None:
    names = ["a/b:c*[?]", "About", "History", "bronze", "Bronze", "x" * 30, "'"]
    chapter = form().chapters[0]
    asked = replace(form(), chapters=tuple(replace(chapter, name=name, sections=()) for name in names))
    sheets = openpyxl.load_workbook(io.BytesIO(write(asked))).sheetnames
    expected = ["a b c", "About 2", "History 2", "bronze", "Bronze 2", "x" * 25, "Level"]
    assert [re.sub(" +", " ", name) for name in sheets[1:-2]] == expected
