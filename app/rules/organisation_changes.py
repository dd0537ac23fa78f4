"""What an organisation is from which day on, worked out from its changes: a rename says a name, a move says an area.

Each change is kept whole, so that one row answers what a body was on a day. What is recorded or found wrong later,
for an earlier day, therefore has to reach the rows after it; ``wholes`` says what each should hold.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from app.models import ChangeKind, OrganisationChange
from app.rules.days import in_words
from app.rules.errors import RuleError
from app.rules.standings import ALWAYS

LONGEST_NAME = 300
LONGEST_NOTE = 500
_ORDER = list(ChangeKind)


@dataclass(frozen=True)
class Whole:
    """What a body is: all that changes can change."""

    name: str
    icb_id: UUID | None
    region_id: UUID | None
    is_open: bool = True


def whole_of(row: OrganisationChange) -> Whole:
    return Whole(row.name, row.icb_id, row.region_id, row.is_open)


def in_order(rows: Iterable[OrganisationChange]) -> list[OrganisationChange]:
    """By the day they count from; of one day as they were recorded."""
    return sorted(rows, key=lambda row: (row.from_on or ALWAYS, _ORDER.index(row.kind), row.recorded_at))


def wholes(rows: Iterable[OrganisationChange]) -> list[tuple[OrganisationChange, Whole]]:
    """Each change that counts, in order, with what the body is by the end of its day.

    Rows of one day hold the same, so it makes no difference which of them is asked.
    """
    found: list[tuple[OrganisationChange, Whole]] = []
    now = Whole("", None, None)
    for row in in_order(rows):
        now = _after(row, now)
        found = [(one, now if one.from_on == row.from_on else before) for one, before in found]
        found.append((row, now))
    return found


def _after(row: OrganisationChange, before: Whole) -> Whole:
    match row.kind:
        case ChangeKind.RENAMED:
            return replace(before, name=row.name)
        case ChangeKind.MOVED:
            return replace(before, icb_id=row.icb_id, region_id=row.region_id)
        case ChangeKind.CLOSED:
            return replace(before, is_open=False)
        case ChangeKind.RECORDED:
            return whole_of(row)


def on(rows: Iterable[OrganisationChange], day: date) -> Whole | None:
    """What the body is on ``day``; None before it is on record."""
    found = [whole for row, whole in wholes(rows) if (row.from_on or ALWAYS) <= day]
    return found[-1] if found else None


def last_day(rows: Iterable[OrganisationChange]) -> date | None:
    """The last day on which the body exists, as far as is known."""
    closed = [row.from_on for row in rows if row.kind is ChangeKind.CLOSED and row.from_on]
    return min(closed) - timedelta(days=1) if closed else None


def require_recordable(
    rows: Sequence[OrganisationChange], kind: ChangeKind, from_on: date | None, wanted: Whole
) -> date:
    """The day, when a change of ``kind`` can be recorded from it on. RuleError at the field that keeps it from that.

    ``wanted``: the name and area that the change says; others are not looked at.
    """
    if from_on is None:
        raise RuleError("Enter the first day on which this counts, for example 1 4 2027.", field="from")
    _require_day(rows, kind, from_on)
    before = on(rows, from_on)
    if before is None:
        raise RuleError("This organisation is not on record on that day. Choose a later one.", field="from")
    if kind is ChangeKind.RENAMED and wanted.name == before.name:
        raise RuleError("It has this name on that day already.", field="name")
    if kind is ChangeKind.MOVED and (wanted.icb_id, wanted.region_id) == (before.icb_id, before.region_id):
        raise RuleError("It is in this area on that day already.", field="area")
    return from_on


def _require_day(rows: Sequence[OrganisationChange], kind: ChangeKind, from_on: date) -> None:
    if any(row.kind is kind and row.from_on == from_on for row in rows):
        raise RuleError(
            f"A change of this kind is on record for {in_words(from_on)}. Void that one first.", field="from"
        )
    gone = last_day(rows)
    if gone is not None and from_on > gone:
        raise RuleError(
            f"Its last day was {in_words(gone)}. Choose that day or an earlier one.", field="from"
        )
    if kind is not ChangeKind.CLOSED:
        return
    if gone is not None:
        raise RuleError(f"Its last day is on record as {in_words(gone)}. Void that first.", field="from")
    if any((row.from_on or ALWAYS) >= from_on for row in rows):
        raise RuleError("Something is on record for a later day. Void that first.", field="from")
