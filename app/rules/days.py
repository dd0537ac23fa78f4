"""Which day it is in the United Kingdom: what is held, issued or expired counts by it."""

from calendar import monthrange
from datetime import date, datetime
from zoneinfo import ZoneInfo

UK = ZoneInfo("Europe/London")


def uk_day(at: datetime) -> date:
    return at.astimezone(UK).date()


def in_words(value: date) -> str:
    """``22 November 2026``, as pages and sentences say a day."""
    return f"{value.day} {value:%B %Y}"


def months_before(value: date, months: int) -> date:
    """The same day of the month so many months earlier, or the last day of that month when it is shorter."""
    year, month = divmod(value.year * 12 + value.month - 1 - months, 12)
    return date(year, month + 1, min(value.day, monthrange(year, month + 1)[1]))
