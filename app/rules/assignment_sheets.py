"""An assignment as a table of rows, out and back in: one row for each reviewer, and one for each that is lacking."""

import csv
import io
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.rules.assignment import Fault, Pair, Problem, faults
from app.rules.errors import RuleError

COLUMNS = ("Submission", "Organisation", "Level", "Reviewer", "E-mail", "State")
ASSIGNED, PROPOSED, LACKING = "assigned", "proposed", "lacking"
MOST_LINES = 5_000
MOST_LETTERS = 300  # of one cell; ours have far fewer
_REFERENCE, _EMAIL = "submission", "e-mail"
NOT_A_TABLE = "This file can't be read as a table. Download the table, fill it in, and save it as CSV UTF-8."


@dataclass(frozen=True)
class Row:
    """A row of the table: a submission, and a reviewer it has or is to get."""

    reference: str
    organisation_name: str
    level: str
    name: str
    email: str
    state: str

    def cells(self) -> tuple[str, ...]:
        return (self.reference, self.organisation_name, self.level, self.name, self.email, self.state)


@dataclass(frozen=True)
class Line:
    """What one line of a file says that matters: which submission, and whom."""

    number: int  # as a spreadsheet program counts; the headings are line 1
    reference: str
    email: str


@dataclass(frozen=True)
class Wrong:
    """What is wrong with one line of a file."""

    number: int
    sentence: str


@dataclass(frozen=True)
class Brought:
    """What a file would assign, and everything that is wrong with it. ``already``: lines that stand as they are."""

    pairs: tuple[Pair, ...]
    already: int
    wrong: tuple[Wrong, ...]


@dataclass(frozen=True)
class Known:
    """What the rows may name: submissions by reference, reviewers by address, and what is assigned already."""

    submissions: Mapping[str, UUID]
    reviewers: Mapping[str, UUID]
    assigned: Collection[Pair]


def rows_of(problem: Problem, pairs: Iterable[Pair], state: str = PROPOSED) -> list[Row]:
    """A row for each pair, in the order of the submissions, and an empty one for each reviewer still lacking."""
    of_submission: dict[UUID, list[UUID]] = {}
    for submission, reviewer in pairs:
        of_submission.setdefault(submission, []).append(reviewer)
    rows = []
    for one in problem.submissions:
        facts = (one.reference, one.organisation_name, one.level)
        people = [problem.reviewer[id_] for id_ in of_submission.get(one.id, ())]
        rows += [Row(*facts, who.name, who.email, state) for who in people]
        rows += [Row(*facts, "", "", LACKING)] * (one.wanted - len(people))
    return rows


def read(content: bytes) -> list[Line]:
    """The lines that name a reviewer. RuleError when the file is no such table."""
    text = _text(content)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True))
    except csv.Error:
        raise RuleError(NOT_A_TABLE, field="file") from None
    headings = [cell.strip().casefold() for cell in rows[0]] if rows else []
    if _REFERENCE not in headings or _EMAIL not in headings:
        raise RuleError("The first line must have the headings Submission and E-mail.", field="file")
    if len(rows) > MOST_LINES:
        raise RuleError(
            f"The file has more than {MOST_LINES} lines. Split it into smaller files.", field="file"
        )
    at = headings.index(_REFERENCE), headings.index(_EMAIL)
    lines = [Line(n, _cell(row, at[0]), _cell(row, at[1]).lower()) for n, row in enumerate(rows[1:], start=2)]
    return [line for line in lines if line.email]


def _text(content: bytes) -> str:
    """Excel saves either UTF-8 with a mark or the Windows letters; what we read of a row is the same in both."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _delimiter(text: str) -> str:
    """Programs set to another country put semicolons between cells."""
    first = text.partition("\n")[0]
    return ";" if first.count(";") > first.count(",") else ","


def _cell(row: Sequence[str], place: int) -> str:
    """A cell without the apostrophe that keeps a spreadsheet program from running it."""
    return row[place].strip().removeprefix("'")[:MOST_LETTERS] if place < len(row) else ""


def brought(problem: Problem, known: Known, lines: Sequence[Line]) -> Brought:
    """What the lines would assign, checked by the rules that a proposal is checked by too."""
    wrong, at, already = [], dict[Pair, list[int]](), 0
    for line in lines:
        submission, reviewer = known.submissions.get(line.reference), known.reviewers.get(line.email)
        if submission is None:
            wrong.append(
                Wrong(line.number, f"There is no submission {line.reference} to assign in this window.")
            )
        elif (submission, reviewer) in known.assigned:
            already += 1
        elif reviewer is None:
            wrong.append(Wrong(line.number, f"Nobody with the address {line.email} is a reviewer."))
        else:
            at.setdefault((submission, reviewer), []).append(line.number)
    every = [pair for pair, numbers in at.items() for _ in numbers]
    wrong += [_wrong(fault, at) for fault in faults(problem, every)]
    return Brought(tuple(at), already, tuple(sorted(wrong, key=lambda one: one.number)))


def _wrong(fault: Fault, at: Mapping[Pair, Sequence[int]]) -> Wrong:
    """With the last line of a pair: it is the one that was too much."""
    return Wrong(at[fault.pair][-1] if fault.pair else 1, fault.sentence)


def as_text(pairs: Iterable[Pair]) -> str:
    """Pairs as one hidden field of a form carries them."""
    return " ".join(f"{submission}:{reviewer}" for submission, reviewer in pairs)


def from_text(text: str) -> list[Pair]:
    """Pairs from such a field. RuleError when it holds anything else."""
    try:
        found = [tuple(UUID(id_) for id_ in one.split(":")) for one in text.split()]
    except ValueError:
        found = [()]
    if any(len(one) != 2 for one in found) or len(found) > MOST_LINES:
        raise RuleError("This page sent something that can't be read. Make a new proposal.")
    return [(one[0], one[1]) for one in found]
