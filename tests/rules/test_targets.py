"""Targets against what is held: whole organisations, rounded so that nothing looks reached before it is."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.criteria.loader import load_folder
from app.criteria.schema import OrganisationKind, Target
from app.rules.targets import result
from tests.story import SHIPPED

FRAMEWORK = load_folder(SHIPPED)
TRUST, ICB = OrganisationKind.TRUST, OrganisationKind.ICB


def target(share: int = 75, level: str = "bronze", kinds: tuple[OrganisationKind, ...] = (TRUST,)) -> Target:
    return Target(level=level, share_percent=share, by=date(2025, 3, 31), denominator="trusts", kinds=kinds)


@pytest.mark.parametrize(("base", "needed"), [(30, 23), (31, 24), (34, 26), (35, 27), (4, 3), (1, 1), (0, 0)])
def test_three_quarters_are_rounded_up_to_whole_organisations(base: int, needed: int) -> None:
    assert result(target(), FRAMEWORK, {}, {TRUST: base}).needed == needed


@pytest.mark.parametrize(
    ("held", "percent", "is_reached"), [(22, 73, False), (23, 76, True), (29, 96, True), (30, 100, True)]
)
def test_a_target_is_reached_by_the_last_one_needed(held: int, percent: int, is_reached: bool) -> None:
    found = result(target(), FRAMEWORK, {(TRUST, 1): held}, {TRUST: 30})
    assert (found.held, found.base, found.percent, found.is_reached) == (held, 30, percent, is_reached)


def test_higher_levels_count_and_other_kinds_do_not() -> None:
    held = {(TRUST, 1): 2, (TRUST, 2): 3, (TRUST, 3): 1, (ICB, 2): 5}
    bronze = result(target(), FRAMEWORK, held, {TRUST: 10, ICB: 5})
    silver = result(target(level="silver"), FRAMEWORK, held, {TRUST: 10, ICB: 5})
    both = result(target(kinds=(TRUST, ICB)), FRAMEWORK, held, {TRUST: 10, ICB: 5})
    assert [(one.held, one.base) for one in (bronze, silver, both)] == [(6, 10), (4, 10), (11, 15)]


def test_nothing_is_reached_where_nobody_takes_part() -> None:
    found = result(target(), FRAMEWORK, {}, {})
    assert (found.base, found.percent, found.is_reached) == (0, 0, False)


@given(base=st.integers(1, 70_000), held=st.integers(0, 70_000), share=st.integers(1, 100))
def test_reached_is_never_said_below_the_share_nor_withheld_at_it(base: int, held: int, share: int) -> None:
    held = min(held, base)
    found = result(target(share), FRAMEWORK, {(TRUST, 1): held}, {TRUST: base})
    assert found.is_reached == (100 * held >= share * base)
    assert found.percent <= 100 * held / base < found.percent + 1
