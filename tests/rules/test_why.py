"""Why a decision came out as it did: the smallest change that would have turned it, from the frozen basis alone."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.models import Outcome
from app.rules.why import Change, strongest, why

MET_AT = 2


def basis(scores: dict[str, int], **more: Any) -> dict[str, Any]:
    return {"scores": scores, "met_at": MET_AT, **more}


def outcome(scores: dict[str, int], missing: tuple[str, ...] = ()) -> Outcome:
    is_met = all(score >= MET_AT for score in scores.values()) and not missing
    return Outcome.RECOGNISED if is_met else Outcome.NOT_YET


@pytest.mark.parametrize(
    ("scores", "together", "alone"),
    [
        ({"B01": 1, "B02": 2, "B03": 0}, (Change("B01", 1, 2), Change("B03", 0, 2)), ()),
        ({"B01": 2, "B02": 3}, (), (Change("B01", 2, 1),)),
        ({"B01": 3, "B02": 3}, (), (Change("B01", 3, 1), Change("B02", 3, 1))),
        ({"B01": 2, "B02": 2, "B03": 3}, (), (Change("B01", 2, 1), Change("B02", 2, 1))),
    ],
)
def test_the_smallest_change_by_hand(
    scores: dict[str, int], together: tuple[Change, ...], alone: tuple[Change, ...]
) -> None:
    found = why(basis(scores), outcome(scores), False)
    assert (found.together, found.alone) == (together, alone)


@given(st.dictionaries(st.sampled_from(["B01", "B02", "B03", "S01"]), st.integers(0, 3), min_size=1))
def test_the_change_turns_the_result_and_no_smaller_one_does(scores: dict[str, int]) -> None:
    before = outcome(scores)
    found = why(basis(scores), before, False)
    if found.together:
        raised = scores | {one.code: one.becomes for one in found.together}
        assert outcome(raised) is not before
        for left_out in found.together:
            assert outcome(raised | {left_out.code: left_out.becomes - 1}) is before
    for one in found.alone:
        assert outcome(scores | {one.code: one.becomes}) is not before
        assert outcome(scores | {one.code: one.becomes + 1}) is before
        assert one.was == min(scores.values())
    assert bool(found.together) is not bool(found.alone)


def test_a_lower_level_that_is_not_held_is_told() -> None:
    found = why(basis({"S01": 3}, levels_missing=["bronze"]), Outcome.NOT_YET, False)
    assert (found.together, found.alone, found.levels_missing) == ((), (), ("bronze",))


def test_an_override_is_told_beside_what_the_rule_says() -> None:
    found = why(basis({"B01": 3}), Outcome.RECOGNISED, True)
    assert (found.is_override, found.is_awarded, found.alone) == (True, True, (Change("B01", 3, 1),))


def test_the_basis_of_a_decision_made_before_is_still_read() -> None:
    assert why(basis({"B01": 1}), Outcome.NOT_YET, False).levels_missing == ()


@pytest.mark.parametrize(
    ("scores", "codes"),
    [({"B01": 3, "B02": 2}, ("B01",)), ({"B01": 2, "B02": 2}, ("B01", "B02")), ({"B01": 1}, ()), ({}, ())],
)
def test_what_is_strong_is_met_with_the_highest_score(scores: dict[str, int], codes: tuple[str, ...]) -> None:
    assert strongest(basis(scores)) == codes
