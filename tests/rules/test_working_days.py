"""Working days in England, held against the bank holidays that the Government published."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.days import UK
from app.rules.working_days import after, before, end_of, is_working_day, last_day, reminder_due_at

# Source: the Government's list for England and Wales (gov.uk, "UK bank holidays"), substitute days included.
PUBLISHED = {
    2022: "01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27",
    2025: "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26",
    2026: "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
    2027: "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28",
}
DAYS = st.dates(date(2024, 1, 1), date(2032, 12, 31))


@pytest.mark.parametrize("year", PUBLISHED)
def test_the_weekdays_off_are_the_published_ones(year: int) -> None:
    days = [date(year, 1, 1) + timedelta(days=number) for number in range(365)]
    off = [day for day in days if day.weekday() < 5 and not is_working_day(day)]
    assert " ".join(f"{day:%m-%d}" for day in off) == PUBLISHED[year]
    assert not any(is_working_day(day) for day in days if day.weekday() >= 5)


@pytest.mark.parametrize(
    ("day", "number", "found"),
    [
        (date(2026, 12, 22), 1, date(2026, 12, 21)),
        (date(2026, 12, 21), 1, date(2026, 12, 18)),  # a Monday
        (date(2026, 12, 20), 1, date(2026, 12, 18)),  # a Sunday
        (date(2026, 12, 29), 1, date(2026, 12, 24)),  # over Christmas with Boxing Day's substitute
        (date(2027, 12, 29), 1, date(2027, 12, 24)),  # both days substituted
        (date(2027, 3, 30), 1, date(2027, 3, 25)),  # over Easter
        (date(2027, 3, 30), 7, date(2027, 3, 17)),
        (date(2026, 12, 22), 28, date(2026, 11, 12)),
        (date(2026, 12, 22), 0, date(2026, 12, 22)),
    ],
)
def test_before(day: date, number: int, found: date) -> None:
    assert before(day, number) == found


def test_after() -> None:
    assert after(date(2026, 12, 23), 10) == date(2027, 1, 11)  # over two bank holidays
    assert after(date(2026, 11, 22), 10) == date(2026, 12, 4)


@given(DAYS, st.integers(1, 40))
def test_there_and_back_from_a_working_day(day: date, number: int) -> None:
    found = before(day, number)
    assert is_working_day(found)
    between = [found + timedelta(days=step) for step in range((day - found).days)]
    assert sum(is_working_day(one) for one in between) == number
    if is_working_day(day):
        assert after(found, number) == day


def test_r12_reminders_come_at_nine_in_the_morning_whatever_the_clocks_do() -> None:
    """The clocks go forward on 28 March 2027 and back on 31 October 2027."""
    spring = datetime(2027, 3, 31, 17, tzinfo=UK)
    assert [reminder_due_at(spring, days).astimezone(UTC) for days in (28, 7, 1)] == [
        datetime(2027, 2, 17, 9, tzinfo=UTC),
        datetime(2027, 3, 18, 9, tzinfo=UTC),
        datetime(2027, 3, 30, 8, tzinfo=UTC),
    ]
    autumn = datetime(2027, 11, 3, 17, tzinfo=UK)
    assert [reminder_due_at(autumn, days).astimezone(UTC) for days in (7, 1)] == [
        datetime(2027, 10, 25, 8, tzinfo=UTC),
        datetime(2027, 11, 2, 9, tzinfo=UTC),
    ]


def test_a_close_at_midnight_is_the_end_of_the_day_before() -> None:
    midnight = datetime(2027, 6, 30, 23, tzinfo=UTC)  # 1 July, 0:00 UK time
    assert last_day(midnight) == date(2027, 6, 30)
    assert last_day(midnight + timedelta(microseconds=1)) == date(2027, 7, 1)
    assert end_of(date(2027, 6, 30)) == midnight
