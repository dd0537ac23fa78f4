"""Days in words."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.rules.due import days_since, days_until, due_words, is_dormant

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "until", "due"),
    [
        (0, "today", "Due today"),
        (1, "in 1 day", "Due in 1 day"),
        (12, "in 12 days", "Due in 12 days"),
        (-1, "1 day ago", "1 day overdue"),
        (-40, "40 days ago", "40 days overdue"),
    ],
)
def test_a_day_ahead_or_behind(days: int, until: str, due: str) -> None:
    day = TODAY + timedelta(days=days)
    assert (days_until(day, TODAY), due_words(day, TODAY)) == (until, due)


@pytest.mark.parametrize(
    ("hours", "words"),
    [(0, "today"), (-1, "today"), (1, "yesterday"), (25, "2 days ago"), (24 * 91, "91 days ago")],
)
def test_how_long_ago_counts_calendar_days(hours: int, words: str) -> None:
    assert days_since(NOW - timedelta(hours=hours), NOW) == words


def test_t11_dormant_is_over_ninety_days_since_the_last_visit_or_the_role() -> None:
    long_ago, edge = NOW - timedelta(days=90, seconds=1), NOW - timedelta(days=90)
    assert [is_dormant(long_ago, NOW, NOW), is_dormant(edge, long_ago, NOW)] == [True, False]
    assert [is_dormant(None, long_ago, NOW), is_dormant(None, edge, NOW)] == [True, False]
