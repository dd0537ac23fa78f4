"""The days in the life of a certificate: when the light check is asked, when its holder is reminded, when to renew.

Source: framework settings ``validity_months``, ``light_check_months`` and ``expiry_reminder_months``. Everything is
counted back from the last day in date, so that a certificate that was issued again keeps the days of the first. Two
months to answer the light check is the portal's own default: what a paper needs on its way through a board.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from app.criteria.schema import Settings
from app.rules.certificates import expiry
from app.rules.days import UK, months_before, uk_day
from app.rules.working_days import REMINDED_AT

ANSWER_MONTHS = 2
LIGHT_CHECK = "light check"


@dataclass(frozen=True)
class CheckDays:
    """From which day the light check can be answered, and the last day before it is overdue."""

    opens_on: date
    due_on: date


def light_check(expires_on: date, settings: Settings) -> CheckDays:
    opens_on = months_before(expires_on, settings.validity_months - settings.light_check_months)
    return CheckDays(opens_on, min(expiry(opens_on, ANSWER_MONTHS), expires_on))


def renews_from(expires_on: date, settings: Settings) -> date:
    """The day from which pages offer to renew: that of the first reminder, or half a year before without any."""
    return months_before(expires_on, max(settings.expiry_reminder_months, default=6))


def last_reached(today: date, months: int) -> date:
    """The last day of expiry whose day ``months`` months before has come. Months are of unequal length, so several
    days of expiry can share one."""
    found = expiry(today, months) + timedelta(days=3)
    while months_before(found, months) > today:
        found -= timedelta(days=1)
    return found


def expiry_kind(months: int) -> str:
    return f"expires in {months} months"


def reminders_due(expires_on: date, settings: Settings, *, is_checked: bool, at: datetime) -> list[str]:
    """The kinds of reminder that are due at ``at`` for a certificate in date, whether or not they went out.

    Of several about the expiry that came due while nobody looked, only the last: who is told of 2 months needs no
    word of 6. ``is_checked``: the light check is answered.
    """
    if uk_day(at) > expires_on:
        return []
    found = []
    if not is_checked and _is_morning(light_check(expires_on, settings).opens_on, at):
        found.append(LIGHT_CHECK)
    months = [
        one for one in settings.expiry_reminder_months if _is_morning(months_before(expires_on, one), at)
    ]
    return [*found, expiry_kind(min(months))] if months else found


def _is_morning(day: date, at: datetime) -> bool:
    """Whether the morning of ``day`` has come, UK time."""
    return at >= datetime.combine(day, time(REMINDED_AT.hour, REMINDED_AT.minute), UK)
