"""A reviewer's score sheet, on its way back in."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from app.adapters.forms import KEY_COLUMN, NotReadable, unlettered
from app.adapters.spreadsheets.cells import rows, shown
from app.adapters.spreadsheets.reading import from_book, identity_in, joined, keyed
from app.adapters.spreadsheets.score_sheets import (
    CONDITIONS,
    EVIDENCE,
    PORTAL,
    SCORES,
    VERDICT,
    WAS_DONE,
    WRITTEN_IN,
    FilledSheet,
    SheetIdentity,
    condition_name,
    identity_of,
    key_of,
    link_name,
    reference,
)


def read(source: bytes) -> FilledSheet:
    """What a sheet holds that was written by ``score_sheets.write`` and filled in since. Raises NotReadable.

    The file must have passed the structure check: nothing here looks for bombs or macros.
    """
    return from_book(source, _found)


def _found(book: Any) -> FilledSheet:
    identity = identity_of(unlettered(identity_in(book, PORTAL)))
    texts, places = _table(book, SCORES, WRITTEN_IN, list(identity.versions))
    for sheet, column, name_of in ((EVIDENCE, VERDICT, link_name), (CONDITIONS, WAS_DONE, condition_name)):
        known = _known(identity, name_of)
        if not known:  # a sheet from before there was such a table has none to bring
            continue
        chosen, where = _table(book, sheet, (column,), list(known))
        for named, (code, name) in known.items():
            texts[code][name] = chosen[named][column]
            places[code][name] = f"{where[named][column]} of the sheet “{sheet}”"
    return FilledSheet(identity, texts, places)


def _known(identity: SheetIdentity, name_of: Callable[[int], str]) -> dict[str, tuple[str, str]]:
    """Criterion code and name of each link, or condition, that the sheet went out with, by reference."""
    found: dict[str, tuple[str, str]] = {}
    for code in identity.versions:
        number = 1
        while key_of(code, name_of(number)) in identity.written:
            found[reference(code, number)] = (code, name_of(number))
            number += 1
    return found


def _table(
    book: Any, sheet: str, columns: Sequence[str], known: Sequence[str]
) -> tuple[dict[str, dict[str, str]], dict[str, dict[str, str]]]:
    """The texts of a sheet by reference and column, and the place of each, as a spreadsheet program names it.

    Raises NotReadable unless each of ``known``, and nothing else, is there once.
    """
    if sheet not in book.sheetnames:
        raise NotReadable(_no_sheet(sheet))
    lines = list(rows(book[sheet]))
    head = [shown(one.value) for one in (lines[0] if lines else ())]
    if missing := [name for name in (KEY_COLUMN, *columns) if name not in head]:
        raise NotReadable(_no_column(sheet, missing[0]))
    key = head.index(KEY_COLUMN)
    texts: dict[str, dict[str, str]] = {}
    for column in columns:
        found = list(joined(keyed(iter(lines[1:]), key, head.index(column), sheet)))
        _require_known([named for named, _ in found], known)
        for named, text in found:
            texts.setdefault(named, {})[column] = text
    return texts, dict(_places(lines[1:], head, key, columns))


def _require_known(found: list[str], known: Sequence[str]) -> None:
    if unknown := [one for one in found if one not in known]:
        raise NotReadable(_unknown(unknown[0]))
    if twice := [one for one, times in Counter(found).items() if times > 1]:
        raise NotReadable(_twice(twice[0]))
    if gone := [one for one in known if one not in found]:
        raise NotReadable(_gone(gone))


def _places(
    lines: Sequence[Sequence[Any]], head: list[str], key: int, columns: Sequence[str]
) -> Iterator[tuple[str, dict[str, str]]]:
    for line in lines:
        if len(line) > key and shown(line[key].value):
            number = line[key].row
            yield (
                shown(line[key].value),
                {name: f"{chr(ord('A') + head.index(name))}{number}" for name in columns},
            )


def _no_sheet(sheet: str) -> str:
    return f"The sheet “{sheet}” is not in this file. Download the score sheet again."


def _no_column(sheet: str, name: str) -> str:
    return (
        f"The sheet “{sheet}” has no column called {name} in its first row. Put it back, or download the score "
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
