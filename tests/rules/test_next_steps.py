"""The organisation's clock says the same through the whole of a stage; the Assembly's next step does not."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.models import Status
from app.rules.next_steps import Clock, clock, how_late, how_long, next_step
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


DUE = date(2026, 12, 4)


def test_b07_changes_requested_are_the_organisations_to_make() -> None:
    made = clock(Status.CHANGES_REQUESTED, "Sponsor", CLOSES, PROMISED, DUE)
    assert made == Clock("Your organisation", "Change and hand over by", DUE)
    assert clock(Status.AWAITING_SIGN_OFF, "Sponsor", CLOSES, PROMISED, DUE) == Clock(
        "Sponsor", "Sign by", DUE
    )
    assert clock(Status.CHANGES_REQUESTED, "", CLOSES, PROMISED, DUE, "Trust A").holder == "Trust A"


@pytest.mark.parametrize(
    ("status", "due", "at", "says"),
    [
        (Status.IN_REVIEW, None, datetime(2027, 3, 16, 23, 59, tzinfo=UTC), ""),
        (
            Status.IN_REVIEW,
            None,
            datetime(2027, 3, 17, 0, 0, tzinfo=UTC),
            "The promised date has passed. Ask us@example.invalid when the decision comes.",
        ),
        (Status.AWAITING_SIGN_OFF, None, CLOSES - timedelta(microseconds=1), ""),
        (
            Status.AWAITING_SIGN_OFF,
            None,
            CLOSES,
            "The window has closed. Withdraw it, then hand it over in the next window. Nothing written is lost.",
        ),
        (
            Status.CHANGES_REQUESTED,
            DUE,
            datetime(2026, 12, 5, tzinfo=UTC),
            "The date has passed. Ask us@example.invalid what to do.",
        ),
        (Status.RELEASED, None, datetime(2030, 1, 1, tzinfo=UTC), ""),
    ],
)
def test_a_date_that_has_passed_is_said(status: Status, due: date | None, at: datetime, says: str) -> None:
    assert how_late(clock(status, "S", CLOSES, PROMISED, due), at, "us@example.invalid") == says


def test_how_long_it_takes_is_said_from_five_outcomes_on() -> None:
    few = "How long it usually takes can't be said yet: fewer than 5 outcomes have been released."
    assert (how_long([]), how_long([12.0] * 4)) == (few, few)
    assert how_long([3.0, 11.4, 30.0, 10.0, 11.6]).startswith(
        "From signature to outcome it usually takes 11 weeks:"
    )
    assert how_long([0.1] * 5).startswith("From signature to outcome it usually takes 1 week:")
