"""The days in a certificate's life, to the day and around the change of clocks."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.criteria.schema import Settings
from app.models import Certificate
from app.rules.certificate_life import (
    LIGHT_CHECK,
    expiry_kind,
    last_reached,
    light_check,
    reminders_due,
    renews_from,
)
from app.rules.certificates import Standing, expiry, standing
from app.rules.days import months_before, uk_day

SETTINGS = Settings()  # 36 months, a light check at 12, reminders 6 and 2 before
EXPIRES = date(2029, 11, 22)
SIX, TWO = expiry_kind(6), expiry_kind(2)


def test_the_light_check_is_asked_at_12_months_and_overdue_two_months_later() -> None:
    days = light_check(expiry(date(2026, 11, 22), 36), SETTINGS)
    assert (days.opens_on, days.due_on) == (date(2027, 11, 22), date(2028, 1, 22))


def test_a_light_check_shortly_before_the_end_is_due_by_the_end() -> None:
    short = Settings(validity_months=12, light_check_months=11)
    days = light_check(date(2027, 11, 22), short)
    assert (days.opens_on, days.due_on) == (date(2027, 10, 22), date(2027, 11, 22))


def test_pages_offer_to_renew_from_the_first_reminder_on() -> None:
    assert renews_from(EXPIRES, SETTINGS) == date(2029, 5, 22)
    assert renews_from(EXPIRES, Settings(expiry_reminder_months=())) == date(2029, 5, 22)


@pytest.mark.parametrize(
    ("at", "is_checked", "kinds"),
    [
        (datetime(2027, 11, 22, 8, 59, 59, tzinfo=UTC), False, []),
        (datetime(2027, 11, 22, 9, tzinfo=UTC), False, [LIGHT_CHECK]),
        (datetime(2027, 11, 22, 9, tzinfo=UTC), True, []),
        (datetime(2029, 5, 22, 7, 59, 59, tzinfo=UTC), True, []),  # summer time: 9 in London is 8 here
        (datetime(2029, 5, 22, 8, tzinfo=UTC), True, [SIX]),
        (datetime(2029, 5, 22, 8, tzinfo=UTC), False, [LIGHT_CHECK, SIX]),
        (datetime(2029, 9, 22, 8, tzinfo=UTC), True, [TWO]),  # and no word of 6 any more
        (datetime(2029, 11, 22, 23, 59, 59, tzinfo=UTC), True, [TWO]),
        (datetime(2029, 11, 23, tzinfo=UTC), True, []),
    ],
)
def test_each_reminder_has_its_morning(at: datetime, is_checked: bool, kinds: list[str]) -> None:
    assert reminders_due(EXPIRES, SETTINGS, is_checked=is_checked, at=at) == kinds


@given(st.dates(date(2020, 1, 1), date(2120, 1, 1)), st.integers(1, 60))
def test_the_bound_that_the_database_is_asked_with_is_exact(today: date, months: int) -> None:
    last = last_reached(today, months)
    assert months_before(last, months) <= today < months_before(last + timedelta(days=1), months)


# The last good day ends at midnight in London, whatever the clocks do: expiry on the days they change, on the days
# around them, and on the last of the year.
MIDNIGHTS = [
    (date(2027, 3, 28), datetime(2027, 3, 28, 23, 0, tzinfo=UTC)),  # clocks go forward that night
    (date(2027, 3, 27), datetime(2027, 3, 28, 0, 0, tzinfo=UTC)),
    (date(2027, 10, 30), datetime(2027, 10, 30, 23, 0, tzinfo=UTC)),
    (date(2027, 10, 31), datetime(2027, 11, 1, 0, 0, tzinfo=UTC)),  # clocks go back that night
    (date(2027, 12, 31), datetime(2028, 1, 1, 0, 0, tzinfo=UTC)),
    (date(2028, 2, 29), datetime(2028, 3, 1, 0, 0, tzinfo=UTC)),
    (date(2027, 7, 15), datetime(2027, 7, 15, 23, 0, tzinfo=UTC)),
]


@pytest.mark.parametrize(("last", "midnight"), MIDNIGHTS)
def test_c10_the_last_day_is_good_until_midnight_in_london(last: date, midnight: datetime) -> None:
    row = Certificate(issued_on=last - timedelta(days=365), expires_on=last)  # type: ignore[call-arg]
    tick = timedelta(microseconds=1)
    assert standing(row, uk_day(midnight - tick)) is Standing.GENUINE
    assert standing(row, uk_day(midnight)) is Standing.EXPIRED
