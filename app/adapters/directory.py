"""Lists of organisations as files."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path


@dataclass(frozen=True)
class DirectoryEntry:
    """One line of the list: see ``app/organisations/README.md`` for each column."""

    ods_code: str
    name: str
    kind: str
    icb_ods_code: str
    region_ods_code: str
    valid_from: date | None
    valid_to: date | None
    committed: str
    code_status: str
    note: str


@dataclass(frozen=True)
class DirectorySuccession:
    predecessor: str
    successor: str
    on_date: date
    note: str


def entries(path: Path) -> list[DirectoryEntry]:
    """The organisations listed in the CSV file ``path``; ValueError names the line that can't be read."""
    return [_entry(number, row) for number, row in _rows(path)]


def successions(path: Path) -> list[DirectorySuccession]:
    return [
        DirectorySuccession(
            row["predecessor"], row["successor"], date.fromisoformat(row["on_date"]), row["note"]
        )
        for _, row in _rows(path)
    ]


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from enumerate(csv.DictReader(file), start=2)


def _entry(number: int, row: dict[str, str]) -> DirectoryEntry:
    try:
        dates = {key: _date(row[key]) for key in ("valid_from", "valid_to")}
        return DirectoryEntry(**{**row, **dates})  # type: ignore[arg-type]
    except (KeyError, TypeError, ValueError) as fault:
        raise ValueError(f"line {number}: {fault}") from fault


def _date(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
