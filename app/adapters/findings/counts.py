"""Counts of people under 10 in tables about ethnicity.

A small count tells who is meant: "1" beside "White Irish" on one ward is a person. The detector first asks whether the
table is about ethnicity, then which of its figures count people, from what their row and column say of them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from app.adapters.findings.ethnicity import (
    counts_other,
    counts_people,
    is_category,
    names_nobody,
    speaks_of_ethnicity,
)
from app.adapters.findings.kinds import Finding, Kind, Table, tidied

_FIGURE = re.compile(r"[<>≤~(]?\s*[-+£]?\d[\d,. ]*\s*%?\)?\*?")
_SMALL = re.compile(r"\(?\s*([1-9])\s*(?:\(\s*\d+(?:\.\d+)?\s*%\s*\))?\)?[*†]?")
_YEAR = re.compile(r"(?:19|20)\d\d(?:\s*[-/–]\s*(?:\d\d|(?:19|20)\d\d))?")
_PERCENT_ONLY = re.compile(
    r"\bpercentages?\b|\bper ?cent\b|\(%\)|\blikelihoods?\b|\bscores?\b|\bratios?\b|\brates?\b", re.I
)
_BAND = re.compile(r"^(?:afc\s*)?(?:pay\s*)?bands?\s*$", re.I)
MOST_HEADS = 4
MOST_LABELS = 4


@dataclass(frozen=True)
class Grid:
    """A table with its labels told from its figures."""

    rows: list[list[str]]
    context: str

    @cached_property
    def width(self) -> int:
        return max((len(row) for row in self.rows), default=0)

    @cached_property
    def heads(self) -> int:
        """How many rows at the top are labels: those before the first that holds a figure beside a label."""
        for number, row in enumerate(self.rows[: MOST_HEADS + 1]):
            filled = [cell for cell in row if cell.strip()]
            figures = [cell for cell in filled if _is_figure(cell) and not _YEAR.fullmatch(cell.strip())]
            if figures and (number > 0 or len(figures) * 2 >= len(filled) - 1):
                return number
        return 1

    @cached_property
    def labels(self) -> int:
        """How many columns on the left are labels."""
        body = self.rows[self.heads :]
        for column in range(min(self.width, MOST_LABELS)):
            cells = [row[column] for row in body if column < len(row) and row[column].strip()]
            if cells and sum(map(_is_figure, cells)) * 2 > len(cells) and not self.is_numbering(column):
                return column
        return min(self.width, 1)

    @cached_property
    def numbering(self) -> frozenset[int]:
        return frozenset(
            column for column in range(min(self.width, MOST_LABELS)) if self.is_numbering(column)
        )

    def is_numbering(self, column: int) -> bool:
        """Whether a column only numbers its rows: 1, 2, 3 from the top, with other columns to follow."""
        cells = [row[column].strip().rstrip(".") for row in self.rows[self.heads :] if column < len(row)]
        cells = [cell for cell in cells if cell]
        in_turn = [str(number) for number in range(1, len(cells) + 1)]
        return len(cells) > 1 and cells == in_turn and column + 1 < self.width and column < 2

    def head(self, column: int) -> str:
        """What stands above a column; a head that spans several is written once, at its left."""
        return " ".join(
            part
            for part in dict.fromkeys(self._spanning(row, column) for row in self.rows[: self.heads])
            if part
        )

    def _spanning(self, row: list[str], column: int) -> str:
        if column < len(row) and row[column].strip():
            return row[column].strip()
        if row is self.rows[self.heads - 1]:
            return ""  # the lowest head stands over its own column
        return next((cell.strip() for cell in reversed(row[:column]) if cell.strip()), "")

    @cached_property
    def row_labels(self) -> list[str]:
        """What stands left of each row; one that is empty takes the group that was named above it."""
        found, group = [], ""
        for row in self.rows:
            first = next((cell.strip() for cell in row[:1] if cell.strip() and not _is_figure(cell)), "")
            group = first or group
            own = [
                cell.strip()
                for column, cell in enumerate(row[: self.labels])
                if cell.strip() and column not in self.numbering
            ]
            found.append(" ".join(own if first or not group else [group, *own]))
        return found


def small_counts(table: Table) -> Iterator[Finding]:
    """The cells that count fewer than 10 people, in a table that is about ethnicity."""
    if not any(_SMALL.fullmatch(cell.strip()) for row in table.rows for cell in row):
        return
    grid = Grid(table.rows, table.context)
    heads = [grid.head(column) for column in range(grid.width)]
    if not _is_about_ethnicity(grid, heads):
        return
    for number, row in enumerate(grid.rows[grid.heads :], grid.heads):
        for column, cell in enumerate(row):
            if _SMALL.fullmatch(cell.strip()) and _counts(grid, heads, number, column):
                said = ", ".join(part for part in (grid.row_labels[number], heads[column]) if part)
                text = tidied(f"{said}: {cell.strip()}" if said else cell.strip())
                yield Finding(Kind.SMALL_COUNT, table.place(number, column), text)


def _is_about_ethnicity(grid: Grid, heads: list[str]) -> bool:
    """A caption or head that says so, or labels that name at least two ethnic groups."""
    labels = [grid.row_labels[number] for number in range(grid.heads, len(grid.rows))]
    if any(map(speaks_of_ethnicity, (grid.context, *heads, *labels))):
        return True
    return len({label.lower() for label in (*heads, *labels) if is_category(label)}) > 1


def _counts(grid: Grid, heads: list[str], number: int, column: int) -> bool:
    """Whether the figure is a number of people, by what its row and column say, and failing them its caption."""
    if column < grid.labels or column in grid.numbering:
        return False
    head, label = heads[column], grid.row_labels[number]
    if counts_other(head) or _BAND.match(head) or counts_other(_without_group(label)):
        return False
    if counts_people(head) or counts_people(label):
        return _touches_ethnicity(grid, heads, number, column)
    if _PERCENT_ONLY.search(grid.context) and not counts_people(grid.context):
        return False
    if _column_is_of_fractions(grid, column):
        return False
    return _touches_ethnicity(grid, heads, number, column)


def _touches_ethnicity(grid: Grid, heads: list[str], number: int, column: int) -> bool:
    """The cell's own row or column names an ethnic group, or the whole table is of one by its caption."""
    label, head = grid.row_labels[number], heads[column]
    if is_category(label) or is_category(head) or speaks_of_ethnicity(grid.context):
        return True
    return names_nobody(label) or names_nobody(head) or counts_people(head) or counts_people(label)


def _without_group(label: str) -> str:
    """A row's label without pay bands and grades, which say whose figures these are and not what they count."""
    return re.sub(
        r"\b(?:band|grade|level|ward|team|department|site|directorate|division)s?\b", "", label, flags=re.I
    )


def _column_is_of_fractions(grid: Grid, column: int) -> bool:
    """A column in which other cells hold decimals or percentages is of measures, not of people."""
    cells = [
        row[column].strip() for row in grid.rows[grid.heads :] if column < len(row) and row[column].strip()
    ]
    fractions = [cell for cell in cells if re.fullmatch(r"[-+]?\d[\d,]*\.\d+|[-+]?\d[\d,.]*\s*%", cell)]
    return len(fractions) * 3 >= len(cells)


def _is_figure(cell: str) -> bool:
    return bool(_FIGURE.fullmatch(cell.strip())) or cell.strip() in {"-", "–", "*", "n/a", "N/A", "x", "#"}
