"""A window takes its levels from the moment it opens until the moment it closes, by the one clock."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from app.models import Window
from app.rules.errors import RuleError
from app.rules.windows import require_open

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
