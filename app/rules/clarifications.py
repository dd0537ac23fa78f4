"""One question to the organisation about one criterion: what makes it sound, and until when it waits."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from app.rules.days import in_words
from app.rules.errors import Conflict, RuleError
from app.rules.passages import required_passage

USUAL_WORKING_DAYS = 10  # proposed to who asks; the Assembly has published no time for an answer
LONGEST_DAYS = 60


@dataclass(frozen=True)
class Question:
    """What is asked, about which criterion, and until which day."""

    code: str
    text: str
    due_on: date | None


def sound(asked: Question, *, codes: Collection[str], today: date) -> tuple[str, str, date]:
    """Criterion, text tidied, and day. RuleError with its field when one of them is missing or wrong.

    ``codes`` are the criteria of the sealed copy.
    """
    if asked.code not in codes:
        raise RuleError("Choose the criterion that the question is about.", field="criterion")
    text = required_passage(asked.text, "question", "Enter the question.")
    if asked.due_on is None:
        raise RuleError("Enter the day the answer is needed by, for example 27 3 2027.", field="due")
    if not today < asked.due_on <= today + timedelta(days=LONGEST_DAYS):
        raise RuleError(f"The day must be after today and within {LONGEST_DAYS} days.", field="due")
    return asked.code, text, asked.due_on


def require_past(due_on: date, today: date) -> None:
    """Raise Conflict while the organisation may still be expected to answer."""
    if today <= due_on:
        raise Conflict(
            f"The organisation has until {in_words(due_on)} to answer. Wait until that day has passed."
        )
