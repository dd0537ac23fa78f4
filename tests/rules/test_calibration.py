"""Harsh or lenient, and whether it changes while a window is judged."""

from datetime import date, datetime, timedelta

import pytest

from app.models import Window
from app.rules import calibration
from app.rules.calibration import Compared, Distances, above, apart, course, tendency
from app.rules.errors import RuleError
from tests.story import NOW


@pytest.mark.parametrize(
    ("values", "mean", "exact", "spread"),
    [
        ((), None, 0, ""),
        ((0, 0, 0, 0, 0), 0.0, 5, "always the mark itself"),
        ((-1, -1), -1.0, 0, "always 1 below"),
        ((-2, 0, 1, 0, 0), -0.2, 3, "from 2 below to 1 above"),
        ((0, 3), 1.5, 1, "from the mark itself to 3 above"),
    ],
)
def test_distances(values: tuple[int, ...], mean: float | None, exact: int, spread: str) -> None:
    found = Distances(values, 5)
    assert (found.mean, found.exact, found.spread) == (mean, exact, spread)
    assert found.is_complete == (len(values) == 5)


@pytest.mark.parametrize(
    ("mean", "words", "word"),
    [
        (None, None, "nothing scored yet"),
        (0.0, "0.0", "close to the agreed marks"),
        (-0.04, "0.0", "close to the agreed marks"),
        (-0.2, "0.2 below", "close to the agreed marks"),
        (0.25, "0.2 above", "lenient"),
        (-0.6, "0.6 below", "harsh"),
    ],
)
def test_a_mean_in_words(mean: float | None, words: str | None, word: str) -> None:
    assert tendency(mean) == word
    assert mean is None or above(mean) == words


def test_a_step_in_words() -> None:
    assert [apart(one) for one in (-2, 0, 1)] == ["2 below", "the mark itself", "1 above"]


def compared(*means: float, criteria: int = 16) -> list[Compared]:
    return [Compared(NOW + timedelta(days=day), mean, criteria) for day, mean in enumerate(means)]


@pytest.mark.parametrize(
    ("means", "words"),
    [
        ((), "None to compare."),
        ((1.0,), "Too few to say: 1 of at least 4."),
        ((0.0, 0.0, 1.0), "Too few to say: 3 of at least 4."),
        ((0.1, 0.1, 0.2, 0.2), "Steady: 0.1 above in the first half, 0.2 above in the second."),
        ((0.0, 0.0, 0.5, 0.5), "More lenient later: 0.0 in the first half, 0.5 above in the second."),
        ((0.4, 0.0, -0.2, -0.2), "Harsher later: 0.2 above in the first half, 0.2 below in the second."),
        ((0.0, 0.0, 0.6, 0.6, 0.6), "More lenient later: 0.0 in the first half, 0.6 above in the second."),
    ],
)
def test_the_course_of_a_window(means: tuple[float, ...], words: str) -> None:
    assert course(compared(*means)).words == words
    assert course(reversed(compared(*means))).words == words  # the order is that of sealing


def test_each_criterion_counts_alike() -> None:
    reviews = [*compared(1.0, criteria=3), *compared(0.0, criteria=1), *compared(0.0, 0.0)]
    ordered = [Compared(NOW + timedelta(days=day), one.mean, one.criteria) for day, one in enumerate(reviews)]
    assert course(ordered).halves == (0.75, 0.0)


def window(opens_at: datetime = NOW) -> Window:
    return Window(
        name="Autumn",
        opens_at=opens_at,
        closes_at=NOW + timedelta(days=9),
        decision_promised_on=date(2027, 3, 16),
    )


@pytest.mark.parametrize(
    ("hours", "has_open", "is_over"), [(-1, False, False), (0, False, True), (0, True, False)]
)
def test_a_closed_window_is_over_when_nothing_is_on_its_way(
    hours: int, has_open: bool, is_over: bool
) -> None:
    closing = window().closes_at + timedelta(hours=hours)
    assert calibration.is_over(window(), closing, has_open) is is_over


def test_over_is_over() -> None:
    calibration.require_current(window(), NOW, has_open=False)
    with pytest.raises(RuleError, match="Autumn is over"):
        calibration.require_current(window(), NOW + timedelta(days=400), has_open=False)
    assert [calibration.is_begun(window(NOW + timedelta(hours=hour)), NOW) for hour in (-1, 0, 1)] == [
        True,
        True,
        False,
    ]
