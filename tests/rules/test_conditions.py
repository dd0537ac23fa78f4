"""Which conditions are still asked for."""

from datetime import timedelta
from uuid import UUID

import pytest

from app.models import Outcome
from app.rules.conditions import Released, still_asked, unanswered
from tests.story import NOW

RANKS = {"bronze": 1, "silver": 2, "gold": 3}
YES, NO = Outcome.RECOGNISED, Outcome.NOT_YET


def decisions(*told: tuple[str, Outcome]) -> list[Released]:
    return [
        Released(UUID(int=place), level, UUID(int=99), outcome, NOW + timedelta(days=place))
        for place, (level, outcome) in enumerate(told)
    ]


@pytest.mark.parametrize(
    ("told", "asked"),
    [
        ([("bronze", NO)], [0]),
        ([("bronze", NO), ("bronze", NO)], [1]),  # what the newest does not ask again is done
        ([("bronze", NO), ("bronze", YES)], []),
        ([("bronze", NO), ("silver", YES)], []),  # recognised above
        ([("silver", NO), ("bronze", YES)], [0]),  # recognised below
        ([("bronze", NO), ("silver", NO)], [0, 1]),
        ([("gold", YES), ("bronze", NO)], [1]),
        ([], []),
    ],
)
def test_the_newest_decision_on_a_level_says_what_is_asked(
    told: list[tuple[str, Outcome]], asked: list[int]
) -> None:
    assert [one.decision_id.int for one in still_asked(decisions(*told), RANKS)] == asked


def test_what_nobody_answered_is_named() -> None:
    long = "Show " * 40
    told = unanswered([("Show the minute.", ""), ("Done?", "Yes."), (long, "")])
    assert told[0] == "Say what you did about what was asked: “Show the minute.”"
    assert (len(told), len(told[1]) < 130) == (2, True)
