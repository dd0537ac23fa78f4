"""What a declared interest must say, and who may take one back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.models import Interest, InterestKind
from app.rules.errors import RuleError
from app.rules.passages import passage

LONGEST_NOTE = 500
KIND_WORDS: Mapping[InterestKind, str] = {
    InterestKind.WORK: "I work or worked there",
    InterestKind.CONTRIBUTION: "I helped with its submission",
    InterestKind.FAMILY: "Family or a close friend works there",
    InterestKind.OTHER: "Another interest",
}


@dataclass(frozen=True)
class Declared:
    """What a person says of one interest. Days are UK days; an open end has none."""

    kind: InterestKind
    note: str = ""
    from_on: date | None = None
    to_on: date | None = None  # last day


def checked(declared: Declared, today: date) -> Declared:
    """The same, tidied. RuleError with its field when the days can't be, or another interest says nothing."""
    note = passage(declared.note, "note")
    if len(note) > LONGEST_NOTE:
        raise RuleError(f"Shorten the note to {LONGEST_NOTE} characters or fewer.", field="note")
    if declared.kind is InterestKind.OTHER and not note:
        raise RuleError("Enter what the interest is.", field="note")
    require_days(declared.from_on, declared.to_on, today)
    return Declared(declared.kind, note, declared.from_on, declared.to_on)


def require_days(from_on: date | None, to_on: date | None, today: date) -> None:
    """RuleError unless the last day is past or today, and not before the first."""
    if to_on and to_on > today:
        raise RuleError("Leave the last day empty while it has not come.", field="to")
    if from_on and to_on and to_on < from_on:
        raise RuleError("Enter a last day that is not before the first.", field="to")


def require_last_day(to_on: date | None, from_on: date | None, on_record_since: date, today: date) -> date:
    """The last day of a tie that is on record as lasting.

    Not before the day it was put on record: on that day it lasted still, so an earlier day would be a way to be rid of
    a conflict, and not the truth.
    """
    if to_on is None:
        raise RuleError("Enter the last day, for example 27 3 2026.", field="to")
    if to_on < on_record_since:
        raise RuleError("Enter a last day that is not before the day it was put on record.", field="to")
    require_days(from_on, to_on, today)
    return to_on


def not_theirs_to_withdraw(interest: Interest, by: UUID) -> str:
    """Why this person can't take the declaration back; empty when they can, or when it is somebody else's.

    Where somebody works or worked is a fact: it ends by date. What an administrator put on record about a person is
    not that person's to take away.
    """
    if interest.person_id != by:
        return ""
    if interest.kind is InterestKind.WORK:
        return "Where you work or worked can't be withdrawn. Enter its last day, or ask an administrator to correct it."
    if interest.declared_by_id != by:
        return "An administrator put this on record. Ask an administrator to correct it."
    return ""
