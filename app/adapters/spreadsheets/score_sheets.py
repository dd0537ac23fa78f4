"""A reviewer's score sheet as a spreadsheet, out and in: one row a criterion, and no word of anybody else's.

No cell is ever a formula. What says where a sheet belongs lies on a hidden sheet, with a checksum.
"""

import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import zip_longest
from typing import Any

from xlsxwriter.workbook import Workbook  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from app.adapters.forms import (
    DAMAGED,
    FORMAT,
    KEY_COLUMN,
    NOT_OURS,
    NotReadable,
    digest,
    escaped,
    guarded,
    lettered,
    unlettered,
)
from app.adapters.spreadsheets.cells import OPTIONS, Looks, cell, pieces, rows, shown
from app.adapters.spreadsheets.reading import from_book, identity_in, joined, keyed
from app.adapters.spreadsheets.writing import IDENTITY_ROW

ABOUT, SCORES, PORTAL = "About", "Scores", "Portal"
SCORE, REASON, NOTE = "Score", "Reason", "Private note"
WRITTEN_IN = (SCORE, REASON, NOTE)
SCORE_TEXTS = ("0", "1", "2", "3")
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
_KIND = "score sheet"


@dataclass(frozen=True)
class SheetRow:
    """One criterion: what is asked, what each score means, and the reviewer's own texts."""

    code: str
    title: str
    asked: tuple[str, ...]
    descriptors: tuple[str, ...]
    texts: Mapping[str, str]  # by the columns that are written in


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


def written(rows: Sequence[SheetRow]) -> dict[str, str]:
    """The digest of each cell that may be written in, by key."""
    return {
        key_of(row.code, column): digest(row.texts.get(column, "")) for row in rows for column in WRITTEN_IN
    }


def write(sheet: ScoreSheet) -> bytes:
    target = io.BytesIO()
    book = Workbook(target, OPTIONS)
    book.set_properties(
        {"title": sheet.title, "author": sheet.portal, "created": sheet.made_at.replace(tzinfo=None)}
    )
    looks = Looks.of(book)
    _write_about(book.add_worksheet(ABOUT), sheet, looks)
    _write_rows(book.add_worksheet(SCORES), sheet.rows, looks)
    hidden = book.add_worksheet(PORTAL)
    hidden.write_string(0, 0, IDENTITY_ROW, looks.quiet)
    hidden.write_string(0, 1, lettered(asdict(sheet.identity)), looks.quiet)
    hidden.hide()
    hidden.protect()
    book.close()
    return target.getvalue()


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
    for column, (name, width) in enumerate(_COLUMNS):
        target.set_column(column, column, width)
        target.write_string(0, column, name, looks.head)
    target.freeze_panes(1, 1)
    target.set_landscape()
    target.set_paper(9)
    target.fit_to_pages(1, 0)
    target.repeat_rows(0)
    at = 1
    for row in found:
        rule = {"validate": "list", "source": list(SCORE_TEXTS), "error_title": "Choose from the list"}
        rule["error_message"] = "Choose a score from 0 to 3, or leave the cell empty."
        target.data_validation(at, _FIRST, at, _FIRST, rule)
        at = _write_row(target, at, row, looks)
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


def read(source: bytes) -> FilledSheet:
    """What a sheet holds that was written by ``write`` and filled in since. Raises NotReadable.

    The file must have passed the structure check: nothing here looks for bombs or macros.
    """
    return from_book(source, _found)


def _found(book: Any) -> FilledSheet:
    identity = _identity(unlettered(identity_in(book, PORTAL)))
    if SCORES not in book.sheetnames:
        raise NotReadable(_no_sheet())
    lines = list(rows(book[SCORES]))
    head = [shown(one.value) for one in (lines[0] if lines else ())]
    if missing := [name for name in (KEY_COLUMN, *WRITTEN_IN) if name not in head]:
        raise NotReadable(_no_column(missing[0]))
    key = head.index(KEY_COLUMN)
    texts: dict[str, dict[str, str]] = {}
    for column in WRITTEN_IN:
        found = list(joined(keyed(iter(lines[1:]), key, head.index(column), SCORES)))
        _require_known([code for code, _ in found], identity)
        for code, text in found:
            texts.setdefault(code, {})[column] = text
    return FilledSheet(identity, texts, dict(_places(lines[1:], head, key)))


def _require_known(codes: list[str], identity: SheetIdentity) -> None:
    if unknown := [code for code in codes if code not in identity.versions]:
        raise NotReadable(_unknown(unknown[0]))
    if twice := [code for code, times in Counter(codes).items() if times > 1]:
        raise NotReadable(_twice(twice[0]))
    if gone := [code for code in identity.versions if code not in codes]:
        raise NotReadable(_gone(gone))


def _places(
    lines: Sequence[Sequence[Any]], head: list[str], key: int
) -> Iterator[tuple[str, dict[str, str]]]:
    """Where each text is written, as a spreadsheet program names a cell."""
    for line in lines:
        if len(line) > key and shown(line[key].value):
            number = line[key].row
            yield (
                shown(line[key].value),
                {name: f"{chr(ord('A') + head.index(name))}{number}" for name in WRITTEN_IN},
            )


def restored(found: Any) -> FilledSheet:
    """The sheet again from the JSON values of ``dataclasses.asdict``."""
    return FilledSheet(_identity(found["identity"]), found["texts"], found["places"])


def _identity(found: Any) -> SheetIdentity:
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


def _no_sheet() -> str:
    return f"The sheet “{SCORES}” is not in this file. Download the score sheet again."


def _no_column(name: str) -> str:
    return (
        f"The sheet “{SCORES}” has no column called {name} in its first row. Put it back, or download the score "
        "sheet again."
    )


def _unknown(code: str) -> str:
    return (
        f"The sheet has a row for {code[:60]}, which was not in it when you downloaded it. Remove the row, or put "
        "back the reference that stood there."
    )


def _twice(code: str) -> str:
    return f"The sheet has two rows for {code}. Remove one of them and send it again."


def _gone(codes: list[str]) -> str:
    told = ", ".join(codes)
    return (
        f"The {'row' if len(codes) == 1 else 'rows'} of {told} {'is' if len(codes) == 1 else 'are'} not in the sheet. "
        "Put back what was removed, or download the score sheet again."
    )
