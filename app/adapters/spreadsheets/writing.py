"""A form as a spreadsheet, on its way out: one sheet a level, the answers in cells that may be written in.

No cell is ever a formula.
"""

import io
import re
from collections import defaultdict

import xlsxwriter  # type: ignore[import-untyped]
from xlsxwriter.workbook import Workbook  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from app.adapters.form_texts import escaped, guarded
from app.adapters.forms import ANSWER_COLUMN, KEY_COLUMN, Chapter, Field, Form, Section, packed
from app.adapters.spreadsheets.cells import OPTIONS, Looks, cell, pieces

ABOUT, EVIDENCE, CHOICES = "About", "Evidence", "Choices"
IDENTITY_ROW = "For the portal (leave as it is)"
_COLUMNS = (
    (KEY_COLUMN, 18),
    ("Criterion", 30),
    ("Question", 34),
    ("Hint", 44),
    (ANSWER_COLUMN, 70),
    ("Status", 24),
)
_ANSWER = [name for name, _ in _COLUMNS].index(ANSWER_COLUMN)
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")


def write(form: Form) -> bytes:
    """The form as a spreadsheet."""
    target = io.BytesIO()
    book = Workbook(target, OPTIONS)
    # The author is written as the one who changed it last, too; no other name is in the file.
    book.set_properties(
        {"title": form.title, "author": form.portal, "created": form.made_at.replace(tzinfo=None)}
    )
    looks = Looks.of(book)
    _write_about(book.add_worksheet(ABOUT), form, looks)
    choices = _Choices()
    taken = {ABOUT.casefold(), EVIDENCE.casefold(), CHOICES.casefold()}
    for chapter in form.chapters:
        _write_chapter(book.add_worksheet(_sheet_name(chapter.name, taken)), chapter, looks, choices)
    _write_evidence(book.add_worksheet(EVIDENCE), form, looks)
    choices.write(book.add_worksheet(CHOICES))
    book.close()
    return target.getvalue()


class _Choices:
    """What may be chosen, on a hidden sheet: a list inside a cell's rule has room for 255 letters only."""

    def __init__(self) -> None:
        self._columns: dict[tuple[str, ...], str] = {}

    def place(self, options: tuple[str, ...]) -> str:
        letter = xlsxwriter.utility.xl_col_to_name(len(self._columns))
        return self._columns.setdefault(options, f"={CHOICES}!${letter}$1:${letter}${len(options)}")

    def write(self, sheet: Worksheet) -> None:
        for column, options in enumerate(self._columns):
            for row, text in enumerate(options):
                sheet.write_string(row, column, cell(text))
        sheet.hide()
        sheet.protect()


def _sheet_name(name: str, taken: set[str]) -> str:
    """A name that Excel takes, at most 31 letters, different from the others."""
    plain = _FORBIDDEN.sub(" ", name)[:25].strip() or "Level"
    found, number = plain, 1
    while found.casefold() in taken or found.casefold() == "history":
        number += 1
        found = f"{plain} {number}"
    taken.add(found.casefold())
    return found


def _write_about(sheet: Worksheet, form: Form, looks: Looks) -> None:
    sheet.set_column(0, 0, 32)
    sheet.set_column(1, 1, 90)
    sheet.write_string(0, 0, cell(form.title), looks.title)
    lines = [
        ("Organisation", form.organisation),
        ("Framework", form.framework),
        ("Exported on", form.made_on),
    ]
    lines += [("Note", form.mark)] if form.mark else []
    lines += [(f"Step {number}", text) for number, text in enumerate(form.how_to, 1)]
    for row, (name, text) in enumerate(lines, 2):
        sheet.write_string(row, 0, cell(name), looks.head)
        sheet.write_string(row, 1, cell(text), looks.told)
    # The identity is a screenful of letters that nobody needs to see: on one line it ends with the cell.
    sheet.write_string(len(lines) + 3, 0, IDENTITY_ROW, looks.quiet)
    sheet.write_string(len(lines) + 3, 1, packed(form.identity), looks.quiet)
    sheet.write_string(len(lines) + 3, 2, " ", looks.quiet)
    sheet.fit_to_pages(1, 0)
    sheet.protect()


def _write_chapter(sheet: Worksheet, chapter: Chapter, looks: Looks, choices: _Choices) -> None:
    for column, (name, width) in enumerate(_COLUMNS):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, name, looks.head)
    sheet.freeze_panes(1, 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    row, chosen = 1, defaultdict[tuple[str, ...], list[int]](list)
    for section in chapter.sections:
        for one in section.fields:
            if one.options:
                chosen[tuple(option.text for option in one.options)].append(row)
            row = _write_field(sheet, row, section, one, looks)
    for options, rows in chosen.items():
        _let_choose(sheet, rows, choices.place(options))
    sheet.protect("", {"format_rows": True, "format_columns": True})


def _write_field(sheet: Worksheet, row: int, section: Section, one: Field, looks: Looks) -> int:
    """One row, and more below it, under "B10/narrative (2)", for a text that no cell holds. Returns the row after."""
    about = [f"{option.text}. {option.about}" if option.about else option.text for option in one.options]
    told = (f"{section.code}: {section.title}", one.label, "\n".join(filter(None, (one.hint, *about))))
    for number, piece in enumerate(pieces(escaped(one.text)), 1):
        texts = (one.key if number == 1 else f"{one.key} ({number})", *map(cell, told))
        for column, text in enumerate(texts):
            sheet.write_string(row, column, text, looks.told)
        sheet.write_string(row, _ANSWER, guarded(piece), looks.answer)
        sheet.write_string(row, _ANSWER + 1, cell(one.status), looks.told)
        row += 1
    return row


def _let_choose(sheet: Worksheet, rows: list[int], source: str) -> None:
    """One rule for all the cells that offer the same answers: the library takes a millisecond for each rule."""
    first, *others = ([row, _ANSWER, row, _ANSWER] for row in rows)
    rule = {"validate": "list", "source": source, "other_cells": others}
    rule |= {"error_title": "Choose from the list", "error_message": "Choose one of the answers in the list."}
    sheet.data_validation(*first, rule)


def _write_evidence(sheet: Worksheet, form: Form, looks: Looks) -> None:
    for column, (name, width) in enumerate((("Criterion", 40), ("Evidence", 60), ("Where to look", 60))):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, name, looks.head)
    sections = [section for chapter in form.chapters for section in chapter.sections]
    rows = [(f"{one.code}: {one.title}", item.title, item.where) for one in sections for item in one.evidence]
    for row, texts in enumerate(rows, 1):
        for column, text in enumerate(texts):
            sheet.write_string(row, column, cell(text), looks.told)
    sheet.freeze_panes(1, 0)
    sheet.protect()
