"""Working days in England: Monday to Friday without the bank holidays.

Source of the bank holidays: the ``holidays`` library for England, substitute days included. Which days these are is
the Government's to say each year; the tests hold published years against it.
"""

from datetime import date, datetime, time, timedelta

import holidays

from app.rules.days import UK, uk_day

_DAY = timedelta(days=1)
_SATURDAY = 5
_BANK_HOLIDAYS = holidays.country_holidays("GB", subdiv="ENG")  # works out a year when it is asked for
REMINDED_AT = time(9)  # UK time of day, when people begin to read


def is_working_day(day: date) -> bool:
    return day.weekday() < _SATURDAY and day not in _BANK_HOLIDAYS


def before(day: date, number: int) -> date:
    """The working day that lies ``number`` working days before ``day``, which itself need not be one."""
    return _stepped(day, number, -_DAY)


def after(day: date, number: int) -> date:
    """The working day that lies ``number`` working days after ``day``, which itself need not be one."""
    return _stepped(day, number, _DAY)


def _stepped(day: date, number: int, step: timedelta) -> date:
    while number > 0:
        day += step
        number -= is_working_day(day)
    return day


def last_day(closes_at: datetime) -> date:
    """The last UK day on which something may still be done. ``closes_at`` is the first moment that is too late."""
    return uk_day(closes_at - timedelta(microseconds=1))


def reminder_due_at(closes_at: datetime, number: int) -> datetime:
    """When to remind: in the morning of the day that lies ``number`` working days before the last one."""
    return datetime.combine(before(last_day(closes_at), number), REMINDED_AT, UK)


def end_of(day: date) -> datetime:
    """The first moment of the next day, UK time."""
    return datetime.combine(day + _DAY, time(0), UK)
