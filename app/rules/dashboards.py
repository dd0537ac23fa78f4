"""Which day a dashboard may be asked for, and which days its trend shows."""

from datetime import date

from app.rules.days import in_words, month_ends
from app.rules.errors import RuleError

FIELD = "on"
QUARTERS = 12


def check(on: date, *, today: date, begin: date | None) -> None:
    """RuleError for a day that has not ended yet and is not today, and for one before the portal's records began."""
    if on > today:
        raise RuleError("The date must be today or in the past.", field=FIELD)
    if begin is None:
        raise RuleError("This portal holds no records yet.", field=FIELD)
    if on < begin:
        raise RuleError(
            f"The portal's records begin on {in_words(begin)}. What was held before that is not known. "
            "Enter that date or a later one.",
            field=FIELD,
        )


def trend_days(begin: date, on: date) -> list[date]:
    """The ends of the last quarters of a year since the records began, and the day itself."""
    ends = [day for day in month_ends(begin, on) if day.month % 3 == 0 and day < on]
    return [*ends[-QUARTERS:], on]
