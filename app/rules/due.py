"""Days told in words: until when something is due, how long ago somebody was here."""

from datetime import date, datetime, timedelta

from app.rules.days import uk_day

DORMANT_AFTER = timedelta(
    days=90
)  # threat T-11: an account that nobody uses is an account that nobody watches
SOON = timedelta(
    days=61
)  # two months: what a report that is to replace another needs on its way through a board


def days_until(day: date, today: date) -> str:
    """``today``, ``in 3 days``, ``2 days ago``."""
    left = (day - today).days
    if left == 0:
        return "today"
    return f"in {_days(left)}" if left > 0 else f"{_days(-left)} ago"


def due_words(day: date, today: date) -> str:
    """``Due today``, ``Due in 3 days``, ``2 days overdue``."""
    left = (day - today).days
    return f"{_days(-left)} overdue" if left < 0 else f"Due {days_until(day, today)}"


def days_since(at: datetime, now: datetime) -> str:
    """``today``, ``yesterday``, ``5 days ago``, by the calendar of the United Kingdom."""
    passed = (uk_day(now) - uk_day(at)).days
    if passed <= 0:
        return "today"
    return "yesterday" if passed == 1 else f"{_days(passed)} ago"


def is_dormant(last_here: datetime | None, since: datetime, now: datetime) -> bool:
    """Whether a person with a role ``since`` then was not here for 90 days."""
    return now - (last_here or since) > DORMANT_AFTER


def _days(number: int) -> str:
    return f"{number} {'day' if number == 1 else 'days'}"
