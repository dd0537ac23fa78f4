"""Counts of people: 0 stays, 1 to 7 become *, others are rounded to 5, and no share is given of a small base."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.small_numbers import people, percent


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0, "0"), (1, "*"), (7, "*"), (8, "10"), (12, "10"), (13, "15"), (17, "15"), (18, "20"), (1002, "1000")],
)
def test_d03_counts_of_people(count: int, shown: str) -> None:
    assert people(count) == shown


@given(st.integers(0, 100_000))
def test_d03_no_number_from_1_to_7_is_ever_shown(count: int) -> None:
    shown = people(count)
    assert shown not in {str(number) for number in range(1, 8)}
    assert shown in {"0", "*"} or (int(shown) % 5 == 0 and abs(int(shown) - count) <= 2)


@given(st.integers(8, 100_000))
def test_d05_a_rounded_number_stands_for_five(count: int) -> None:
    alike = [number for number in range(max(0, count - 5), count + 6) if people(number) == people(count)]
    assert len(alike) >= 5


def test_nobody_counts_less_than_no_people() -> None:
    with pytest.raises(ValueError, match="less than no people"):
        people(-1)


@pytest.mark.parametrize(("part", "base", "found"), [(3, 7, None), (0, 0, None), (4, 8, 50), (7, 9, 77)])
def test_d06_no_share_of_a_base_below_8(part: int, base: int, found: int | None) -> None:
    assert percent(part, base) == found
