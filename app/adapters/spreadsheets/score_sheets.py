"""A reviewer's score sheet as a spreadsheet: one row a criterion, and no word of anybody else's.

No cell is ever a formula. What says where a sheet belongs lies on a hidden sheet, with a checksum.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import zip_longest
from typing import Any

from xlsxwriter.workbook import Workbook  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from app.adapters.form_texts import escaped, guarded
from app.adapters.forms import DAMAGED, FORMAT, KEY_COLUMN, NOT_OURS, NotReadable, digest, lettered
from app.adapters.spreadsheets.cells import OPTIONS, Looks, cell, pieces
from app.adapters.spreadsheets.writing import IDENTITY_ROW

ABOUT, SCORES, EVIDENCE, CONDITIONS, PORTAL = "About", "Scores", "Evidence", "Asked last time", "Portal"
SCORE, REASON, NOTE = "Score", "Reason", "Private note"
WRITTEN_IN = (SCORE, REASON, NOTE)
SCORE_TEXTS = ("0", "1", "2", "3")
VERDICT = "What it does"
VERDICT_TEXTS = ("Supports", "Partly", "Does not", "Could not open")
WAS_DONE = "Was it done?"
WAS_DONE_TEXTS = ("Done", "Not done")
_COLUMNS = (
    (KEY_COLUMN, 12),
    ("Criterion", 28),
    ("What is asked", 34),
    ("What each score means", 50),
    (SCORE, 9),
    (REASON, 60),
    (NOTE, 40),
)
_FIRST = [name for name, _ in _COLUMNS].index(SCORE)
_LINK_COLUMNS = ((KEY_COLUMN, 12), ("Criterion", 28), ("Evidence", 40), ("Where to look", 40), (VERDICT, 18))
_CONDITION_COLUMNS = (
    (KEY_COLUMN, 12),
    ("Criterion", 28),
    ("Condition", 40),
    ("What the organisation says it did", 50),
    (WAS_DONE, 14),
)
_LINK = "Evidence {}"  # names a link among the texts of its criterion
_CONDITION = "Condition {}"  # and a condition
_KIND = "score sheet"


@dataclass(frozen=True)
class SheetLink:
    """One piece of evidence of a criterion, and the reviewer's own verdict on it; empty where there is none."""

    title: str
    place: str
    verdict: str


@dataclass(frozen=True)
class SheetCondition:
    """What was asked last time, what the organisation says that it did, and the reviewer's own mark."""

    text: str
    answer: str
    mark: str


@dataclass(frozen=True)
class SheetRow:
    """One criterion: what is asked, what each score means, and the reviewer's own texts and verdicts."""

    code: str
    title: str
    asked: tuple[str, ...]
    descriptors: tuple[str, ...]
    texts: Mapping[str, str]  # by the columns that are written in
    links: tuple[SheetLink, ...] = ()
    conditions: tuple[SheetCondition, ...] = ()


@dataclass(frozen=True)
class SheetIdentity:
    """Where a sheet belongs and what was saved when it was made: the version of each row, a digest of each cell."""

    review_id: str
    copy_sha256: str
    made_at: str
    versions: Mapping[str, int] = field(default_factory=dict)  # by criterion code
    written: Mapping[str, str] = field(default_factory=dict)  # by criterion code and column
    kind: str = _KIND
    format: int = FORMAT


@dataclass(frozen=True)
class ScoreSheet:
    title: str
    portal: str  # the only name in the file's own description
    about: tuple[tuple[str, str], ...]
    made_at: datetime
    rows: tuple[SheetRow, ...]
    identity: SheetIdentity


@dataclass(frozen=True)
class FilledSheet:
    """A sheet that came back: texts by criterion code and column, and where each cell is, for what is said of it."""

    identity: SheetIdentity
    texts: dict[str, dict[str, str]]
    places: dict[str, dict[str, str]]


def key_of(code: str, column: str) -> str:
    return f"{code}/{column}"


def link_name(number: int) -> str:
    """How the verdict on a criterion's link is called among its texts; links are counted from 1."""
    return _LINK.format(number)


def condition_name(number: int) -> str:
    """How the mark of a criterion's condition is called among its texts; conditions are counted from 1."""
    return _CONDITION.format(number)


def reference(code: str, number: int) -> str:
    """How the sheets of evidence and of conditions call one of them."""
    return f"{code}/{number}"


def written(rows: Sequence[SheetRow]) -> dict[str, str]:
    """The digest of each cell that may be written in, by key."""
    texts = {
        key_of(row.code, column): digest(row.texts.get(column, "")) for row in rows for column in WRITTEN_IN
    }
    verdicts = {
        key_of(row.code, link_name(number)): digest(link.verdict)
        for row in rows
        for number, link in enumerate(row.links, 1)
    }
    marks = {
        key_of(row.code, condition_name(number)): digest(condition.mark)
        for row in rows
        for number, condition in enumerate(row.conditions, 1)
    }
    return texts | verdicts | marks


def write(sheet: ScoreSheet) -> bytes:
    target = io.BytesIO()
    book = Workbook(target, OPTIONS)
    book.set_properties(
        {"title": sheet.title, "author": sheet.portal, "created": sheet.made_at.replace(tzinfo=None)}
    )
    looks = Looks.of(book)
    _write_about(book.add_worksheet(ABOUT), sheet, looks)
    _write_rows(book.add_worksheet(SCORES), sheet.rows, looks)
    _write_choices(book.add_worksheet(EVIDENCE), _LINK_COLUMNS, _links(sheet.rows), VERDICT_TEXTS, looks)
    if asked := _conditions(sheet.rows):
        _write_choices(book.add_worksheet(CONDITIONS), _CONDITION_COLUMNS, asked, WAS_DONE_TEXTS, looks)
    hidden = book.add_worksheet(PORTAL)
    hidden.write_string(0, 0, IDENTITY_ROW, looks.quiet)
    hidden.write_string(0, 1, lettered(asdict(sheet.identity)), looks.quiet)
    hidden.hide()
    hidden.protect()
    book.close()
    return target.getvalue()


@dataclass(frozen=True)
class _Choice:
    """A row of which one cell is chosen from a list."""

    row: SheetRow
    number: int
    told: tuple[str, str]
    chosen: str


def _links(found: Sequence[SheetRow]) -> list[_Choice]:
    return [
        _Choice(row, number, (one.title, one.place), one.verdict)
        for row in found
        for number, one in enumerate(row.links, 1)
    ]


def _conditions(found: Sequence[SheetRow]) -> list[_Choice]:
    return [
        _Choice(row, number, (one.text, one.answer), one.mark)
        for row in found
        for number, one in enumerate(row.conditions, 1)
    ]


def _write_about(target: Worksheet, sheet: ScoreSheet, looks: Looks) -> None:
    target.set_column(0, 0, 24)
    target.set_column(1, 1, 90)
    target.write_string(0, 0, cell(sheet.title), looks.title)
    for row, (name, text) in enumerate(sheet.about, 2):
        target.write_string(row, 0, cell(name), looks.head)
        target.write_string(row, 1, cell(text), looks.told)
    target.fit_to_pages(1, 0)
    target.protect()


def _write_rows(target: Worksheet, found: Sequence[SheetRow], looks: Looks) -> None:
    _begin(target, _COLUMNS, looks)
    at = 1
    for row in found:
        _offer(target, at, _FIRST, SCORE_TEXTS, "Choose a score from 0 to 3, or leave the cell empty.")
        at = _write_row(target, at, row, looks)
    target.protect("", {"format_rows": True, "format_columns": True})


def _begin(target: Worksheet, columns: Sequence[tuple[str, int]], looks: Looks) -> None:
    for column, (name, width) in enumerate(columns):
        target.set_column(column, column, width)
        target.write_string(0, column, name, looks.head)
    target.freeze_panes(1, 1)
    target.set_landscape()
    target.set_paper(9)
    target.fit_to_pages(1, 0)
    target.repeat_rows(0)


def _offer(target: Worksheet, row: int, column: int, choices: Sequence[str], message: str) -> None:
    rule = {"validate": "list", "source": list(choices), "error_title": "Choose from the list"}
    target.data_validation(row, column, row, column, {**rule, "error_message": message})


def _write_choices(
    target: Worksheet,
    columns: Sequence[tuple[str, int]],
    found: Sequence[_Choice],
    offered: Sequence[str],
    looks: Looks,
) -> None:
    """One row each, with one cell to choose in."""
    _begin(target, columns, looks)
    last = len(columns) - 1
    for at, one in enumerate(found, 1):
        target.write_string(at, 0, reference(one.row.code, one.number), looks.told)
        for column, text in enumerate((f"{one.row.code} {one.row.title}", *one.told), 1):
            target.write_string(at, column, cell(text), looks.told)
        target.write_string(at, last, cell(one.chosen), looks.answer)
        _offer(target, at, last, offered, "Choose from the list, or leave the cell empty.")
    target.protect("", {"format_rows": True, "format_columns": True})


def _write_row(target: Worksheet, at: int, row: SheetRow, looks: Looks) -> int:
    """One row, and more below it, under "B10 (2)", for texts that no cell holds. Returns the row after."""
    told = (row.title, "\n".join(row.asked), "\n".join(row.descriptors))
    split = (pieces(escaped(row.texts.get(column, ""))) for column in WRITTEN_IN)
    for number, texts in enumerate(zip_longest(*split, fillvalue=""), 1):
        target.write_string(at, 0, row.code if number == 1 else f"{row.code} ({number})", looks.told)
        for column, text in enumerate(told, 1):
            target.write_string(at, column, cell(text), looks.told)
        for column, piece in enumerate(texts, _FIRST):
            target.write_string(at, column, guarded(piece), looks.answer)
        at += 1
    return at


def restored(found: Any) -> FilledSheet:
    """The sheet again from the JSON values of ``dataclasses.asdict``."""
    return FilledSheet(identity_of(found["identity"]), found["texts"], found["places"])


def identity_of(found: Any) -> SheetIdentity:
    """The identity in JSON values. Raises NotReadable when they are not those of a score sheet, or damaged."""
    if not isinstance(found, dict) or found.get("kind") != _KIND:
        raise NotReadable(NOT_OURS)
    try:
        made = SheetIdentity(**found)
    except TypeError:
        raise NotReadable(DAMAGED) from None
    texts = (made.review_id, made.copy_sha256, made.made_at)
    if not all(isinstance(text, str) for text in texts) or not isinstance(made.format, int):
        raise NotReadable(DAMAGED)
    if not _is_of(made.versions, int) or not _is_of(made.written, str):
        raise NotReadable(DAMAGED)
    return made


def _is_of(pairs: object, kind: type) -> bool:
    return isinstance(pairs, dict) and all(isinstance(value, kind) for value in pairs.values())
