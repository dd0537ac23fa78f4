"""The organisation's clock says the same through the whole of a stage; the Assembly's next step does not."""

from datetime import UTC, date, datetime

import pytest

from app.models import Status
from app.rules.next_steps import Clock, clock, next_step
from app.rules.workflow import STAGE

CLOSES = datetime(2026, 12, 22, tzinfo=UTC)
PROMISED = date(2027, 3, 16)


def test_b07_the_clock_is_the_same_in_every_status_of_a_stage() -> None:
    by_stage: dict[str, set[Clock]] = {}
    for status in Status:
        by_stage.setdefault(STAGE[status], set()).add(clock(status, "Sponsor", CLOSES, PROMISED))
    assert {stage: len(clocks) for stage, clocks in by_stage.items()} == dict.fromkeys(by_stage, 1)


def test_the_clock_says_who_has_it_and_until_when() -> None:
    assert clock(Status.AWAITING_SIGN_OFF, "Sponsor", CLOSES, PROMISED) == Clock(
        "Sponsor", "Sign before", CLOSES
    )
    assert clock(Status.IN_MODERATION, "Sponsor", CLOSES, PROMISED) == Clock(
        "The Assembly", "Decision promised by", PROMISED
    )
    assert clock(Status.WITHDRAWN, "Sponsor", CLOSES, PROMISED) == Clock("Nobody. It is finished", "", None)


@pytest.mark.parametrize(
    ("status", "reviewers", "sealed", "says"),
    [
        (Status.AWAITING_SIGN_OFF, 0, 0, "Wait for the executive sponsor"),
        (Status.SUBMITTED, 0, 0, "Assign 2 reviewers"),
        (Status.IN_REVIEW, 1, 1, "Assign 1 more reviewer"),
        (Status.IN_REVIEW, 2, 1, "Wait for reviews: 1 of 2 sealed"),
        (Status.IN_MODERATION, 2, 2, "Agree the scores that differ"),
        (Status.AWAITING_DECISION, 2, 2, "Decide"),
        (Status.DECIDED, 2, 2, "Release with its window"),
        (Status.RELEASED, 2, 2, "Nothing"),
    ],
)
def test_next_step(status: Status, reviewers: int, sealed: int, says: str) -> None:
    assert next_step(status, reviewers, sealed, 2) == says
