"""How long a certificate holds, to the day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.models import Certificate
from app.rules.certificates import Standing, expiry, number, standing
from app.rules.days import uk_day


@pytest.mark.parametrize(
    ("issued", "months", "last"),
    [
        (date(2026, 11, 22), 36, date(2029, 11, 22)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2024, 2, 29), 36, date(2027, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2026, 3, 31), 6, date(2026, 9, 30)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
        (date(2099, 2, 28), 12, date(2100, 2, 28)),
    ],
)
def test_expiry_is_the_same_day_or_the_last_of_a_shorter_month(issued: date, months: int, last: date) -> None:
    assert expiry(issued, months) == last


@given(st.dates(date(2000, 1, 1), date(2150, 1, 1)), st.integers(1, 120))
def test_expiry_keeps_the_month_count_and_never_passes_the_day(issued: date, months: int) -> None:
    last = expiry(issued, months)
    assert (last.year * 12 + last.month) - (issued.year * 12 + issued.month) == months
    assert last.day == issued.day or (last.day < issued.day and (last + timedelta(1)).day == 1)


def made(revoked_on: date | None = None) -> Certificate:
    # Only the days matter here; a row that is never kept needs no more.
    return Certificate(  # type: ignore[call-arg]
        issued_on=date(2026, 1, 1), expires_on=date(2026, 12, 31), revoked_on=revoked_on
    )


@pytest.mark.parametrize(
    ("on", "revoked_on", "expected"),
    [
        (date(2026, 12, 31), None, Standing.GENUINE),
        (date(2027, 1, 1), None, Standing.EXPIRED),
        (date(2026, 6, 1), date(2026, 6, 1), Standing.REVOKED),
        (date(2026, 5, 31), date(2026, 6, 1), Standing.GENUINE),
        (date(2027, 1, 1), date(2026, 6, 1), Standing.REVOKED),
    ],
)
def test_c10_what_is_said_on_a_day(on: date, revoked_on: date | None, expected: Standing) -> None:
    assert standing(made(revoked_on), on) is expected


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 7, 1, 22, 59, 59, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2026, 7, 1, 23, 0, tzinfo=UTC), date(2026, 7, 2)),  # summer time
        (datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC), date(2026, 12, 31)),
    ],
)
def test_c10_the_day_changes_at_midnight_in_the_united_kingdom(at: datetime, day: date) -> None:
    assert uk_day(at) == day


def test_numbers_are_read_aloud_and_sort_by_age() -> None:
    found = [number(2026, 1), number(2026, 10), number(2026, 123_456), number(2027, 1)]
    assert found[0] == "ARF-2026-000001"
    assert found == sorted(found)
