"""Where the parts of a framework contradict each other.

Works on the document as it was read, not on checked values: a folder with one misspelt key in one file must
still be told about the unknown level in another, so that its author mends both at once.
"""

from collections.abc import Iterator
from typing import Any

Document = dict[str, Any]
Where = tuple[str | int, ...]
Clash = tuple[Where, str]


def clashes(document: Document) -> Iterator[Clash]:
    """Each contradiction with the place it stands in and what to do, in the order of the document."""
    yield from _repeated(document, "levels", "id")
    yield from _repeated(document, "levels", "rank")
    yield from _repeated(document, "principles", "id")
    yield from _repeated(document, "sources", "id")
    yield from _repeated(document, "criteria", "code")
    yield from _unknown(document, "targets", "level", "levels")
    yield from _unknown(document, "criteria", "level", "levels")
    yield from _unknown(document, "criteria", "principle", "principles")
    yield from _unknown_sources(document)


def empty_levels(document: Document) -> Iterator[Clash]:
    """A level that asks nothing, and would be awarded to anybody.

    Says nothing while a criterion points to an unknown level: it may be the one that is missing here.
    """
    known = _known(document, "levels") or set()
    asked = {str(row.get("level")).strip() for _, row in _rows(document, "criteria")}
    for place, row in _rows(document, "levels") if asked <= known else ():
        name = row.get("id")
        if isinstance(name, str) and name.strip() not in asked:
            yield ("levels", place), f"No criterion belongs to {name.strip()}. Add one or remove the level."


def _rows(document: Document, table: str) -> list[tuple[int, Document]]:
    """The rows of a table that are tables themselves, with their places; the schema speaks of the others."""
    rows = document.get(table)
    if not isinstance(rows, list):
        return []
    return [(place, row) for place, row in enumerate(rows) if isinstance(row, dict)]


def _known(document: Document, table: str) -> set[str] | None:
    """The ids a table offers, or None when it can't be read and so nothing can be said about them."""
    if not isinstance(document.get(table), list):
        return None
    return {str(row.get("id")).strip() for _, row in _rows(document, table)}


def _repeated(document: Document, table: str, key: str) -> Iterator[Clash]:
    """Two rows with one name. Case is ignored: B01 and b01 would be one file on some computers."""
    seen: set[str] = set()
    for place, row in _rows(document, table):
        value = row.get(key)
        if not isinstance(value, str | int):
            continue
        name = str(value).strip().casefold()
        if name in seen:
            yield (table, place, key), f"{value} is used twice. Give each its own {key}."
        seen.add(name)


def _unknown(document: Document, table: str, key: str, target: str) -> Iterator[Clash]:
    """A row that points to something the framework does not have."""
    known = _known(document, target)
    for place, row in _rows(document, table):
        value = row.get(key)
        if known is not None and isinstance(value, str) and value.strip() not in known:
            yield (table, place, key), _not_one_of(value.strip(), known, target)


def _unknown_sources(document: Document) -> Iterator[Clash]:
    """A criterion served by something that the framework does not list among its sources."""
    known = _known(document, "sources")
    for place, row in _rows(document, "criteria"):
        served = row.get("serves")
        for number, value in enumerate(served if isinstance(served, list) else ()):
            if known is not None and isinstance(value, str) and value.strip() not in known:
                yield ("criteria", place, "serves", number), _not_one_of(value.strip(), known, "sources")


def _not_one_of(value: str, known: set[str], target: str) -> str:
    """Say what is wrong and, where there is a choice, what it is."""
    if not known:
        return f"{value} is not one of the {target}. There are none yet."
    return f"{value} is not one of the {target}. Use one of: {', '.join(sorted(known))}."
