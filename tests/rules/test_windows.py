"""A window takes its levels from the moment it opens until the moment it closes, by the one clock."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from app.models import LateDoor, Window
from app.rules.errors import RuleError
from app.rules.windows import closing, reminder_due, require_door, require_open

OPENS, CLOSES = datetime(2026, 9, 1, 8, tzinfo=UTC), datetime(2026, 10, 1, 17, tzinfo=UTC)
WINDOW = Window(
    framework_version_id=uuid4(),
    name="Autumn",
    levels=["bronze"],
    opens_at=OPENS,
    closes_at=CLOSES,
    decision_promised_on=date(2027, 1, 1),
)
TICK = timedelta(microseconds=1)


@pytest.mark.parametrize("at", [OPENS, OPENS + TICK, CLOSES - TICK])
def test_open(at: datetime) -> None:
    require_open(WINDOW, "bronze", at)


@pytest.mark.parametrize(
    ("level", "at", "sentence"),
    [
        ("bronze", OPENS - TICK, "Autumn has not opened yet."),
        ("bronze", CLOSES, "Autumn has closed. Nothing you wrote is lost: choose the next window."),
        ("silver", OPENS, "Autumn does not take this level. Choose another window."),
    ],
)
def test_refused(level: str, at: datetime, sentence: str) -> None:
    with pytest.raises(RuleError) as refused:
        require_open(WINDOW, level, at)
    assert refused.value.sentence == sentence


def door(closes_at: datetime) -> LateDoor:
    return LateDoor(
        window_id=uuid4(),
        organisation_id=uuid4(),
        closes_at=closes_at,
        reason="Flood",
        opened_at=OPENS,
        opened_by_id=uuid4(),
    )


def test_k09_r12_a_late_door_moves_the_one_instant_and_nothing_else() -> None:
    late = CLOSES + timedelta(days=2)
    closes = closing(WINDOW, [door(late), door(CLOSES - timedelta(days=1))])
    assert (closes, closing(WINDOW)) == (late, CLOSES)
    require_open(WINDOW, "bronze", late - TICK, closes)
    for at in (late, late + TICK):
        with pytest.raises(RuleError, match="Autumn has closed"):
            require_open(WINDOW, "bronze", at, closes)
    with pytest.raises(RuleError, match="has not opened yet"):
        require_open(WINDOW, "bronze", OPENS - TICK, closes)


@pytest.mark.parametrize(
    ("closes_at", "sentence"),
    [
        (OPENS, "Choose a time that is still to come."),
        (CLOSES, "Choose a time after Autumn closes for everybody."),
        (
            datetime(2027, 1, 1, tzinfo=UTC),
            "Choose a day before the day on which decisions are promised.",
        ),
    ],
)
def test_a_door_that_can_t_be(closes_at: datetime, sentence: str) -> None:
    with pytest.raises(RuleError) as refused:
        require_door(WINDOW, closes_at, OPENS)
    assert (refused.value.sentence, refused.value.field) == (sentence, "closes")


def test_a_door_that_can_be() -> None:
    require_door(WINDOW, CLOSES + TICK, OPENS)
    require_door(WINDOW, datetime(2026, 12, 31, 23, 59, tzinfo=UTC), CLOSES)


def test_the_reminder_that_is_due() -> None:
    """The window closes on Thursday 1 October 2026 at 6pm UK time, so reminders are due at 9am UK time."""
    long_before = OPENS - timedelta(days=60)
    instants = [
        (datetime(2026, 8, 21, 8, tzinfo=UTC) - TICK, None),
        (datetime(2026, 8, 21, 8, tzinfo=UTC), 28),  # the bank holiday of 31 August is no working day
        (datetime(2026, 9, 22, 8, tzinfo=UTC) - TICK, 28),
        (datetime(2026, 9, 22, 8, tzinfo=UTC), 7),
        (datetime(2026, 9, 30, 8, tzinfo=UTC) - TICK, 7),
        (datetime(2026, 9, 30, 8, tzinfo=UTC), 1),
        (CLOSES - TICK, 1),
        (CLOSES, None),
    ]
    assert [reminder_due(long_before, CLOSES, at) for at, _ in instants] == [days for _, days in instants]


def test_what_would_be_due_before_the_window_opens_is_not_sent_later() -> None:
    at = datetime(2026, 9, 10, tzinfo=UTC)
    assert (reminder_due(OPENS, CLOSES, at), reminder_due(OPENS, CLOSES, OPENS - TICK)) == (None, None)
