"""Which day it is in the United Kingdom: what is held, issued or expired counts by it."""

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

UK = ZoneInfo("Europe/London")
NIGHT_HOUR = 2  # UK time: when what is due once a night is done


def uk_day(at: datetime) -> date:
    return at.astimezone(UK).date()


def last_night(at: datetime) -> datetime:
    """The last time that it was the hour of the nightly work."""
    local = at.astimezone(UK)
    night = local.replace(hour=NIGHT_HOUR, minute=0, second=0, microsecond=0)
    return night if night <= local else night - timedelta(days=1)


def end_of(day: date) -> datetime:
    """The first moment after a UK day."""
    return datetime.combine(day + timedelta(days=1), time(), UK)


def in_words(value: date) -> str:
    """``22 November 2026``, as pages and sentences say a day."""
    return f"{value.day} {value:%B %Y}"


def months_before(value: date, months: int) -> date:
    """The same day of the month so many months earlier, or the last day of that month when it is shorter."""
    year, month = divmod(value.year * 12 + value.month - 1 - months, 12)
    return date(year, month + 1, min(value.day, monthrange(year, month + 1)[1]))


def months_after(value: date, months: int) -> date:
    """The same day of the month so many months later, or the last day of that month when it is shorter."""
    return months_before(value, -months)


def month_ends(first: date, last: date) -> list[date]:
    """The last days of the months that end between two days, both counted."""
    found, day = [], first.replace(day=monthrange(first.year, first.month)[1])
    while day <= last:
        found.append(day)
        day = (day + timedelta(days=1)).replace(day=1)
        day = day.replace(day=monthrange(day.year, day.month)[1])
    return found
