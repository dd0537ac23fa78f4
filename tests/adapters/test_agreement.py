"""Agreement figures against what was published, and against another's library."""

import asyncio
import math
import os
import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import krippendorff
import numpy as np
import pytest

from app.adapters.agreement import apart, computing
from app.adapters.agreement.apart import FiguresShelf, NotComputed, computed
from app.adapters.agreement.computing import Metric
from app.adapters.agreement.figures import (
    WHOLE,
    Estimate,
    Figures,
    Unit,
    answer,
    figures_of,
    question,
    tables_of,
)
from app.config import ROOT

N = None
# K. Krippendorff, "Computing Krippendorff's alpha-reliability" (2011), section C: 4 observers, 12 units, gaps.
OBSERVERS: list[list[int | None]] = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, N, N, N],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, N, 3],
    [N, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, N],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, N],
]
# P. E. Shrout and J. L. Fleiss (1979), table 2: 6 targets, 4 judges.
TARGETS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


def by_unit(rows: Sequence[Sequence[int | None]]) -> list[list[int]]:
    return [[one for one in column if one is not None] for column in zip(*rows, strict=True)]


def alpha_of(units: Sequence[Sequence[int]], metric: Metric = "ordinal", values: int = 4) -> float:
    met = sum((computing.coincidences(one, values) for one in units), np.zeros((values, values)))
    return float(computing.alpha(met, metric))


@pytest.mark.parametrize(
    ("metric", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)]
)
def test_alpha_of_the_published_example(metric: Metric, published: float) -> None:
    units = [[value - 1 for value in one] for one in by_unit(OBSERVERS)]
    assert round(alpha_of(units, metric, values=5), 3) == published


def test_icc_of_the_published_example() -> None:
    """Table 4: between 11.24, within 6.26, ICC(1,1) .17, ICC(1,4) .44. The other models are controls that a two-way
    table would be another figure: ICC(2,1) .29, ICC(3,1) .71."""
    summed = sum((computing.sums(one) for one in TARGETS), np.zeros(6))
    between, within, raters = computing.one_way(summed)
    assert (round(float(between), 2), round(float(within), 2), float(raters)) == (11.24, 6.26, 4.0)
    single = float(computing.icc(summed))
    assert round(single, 2) == 0.17
    mean = computing._for_mean(single, 4.0)
    assert mean is not None
    assert round(mean, 2) == 0.44
    low, high = computing.icc_interval(summed)
    assert (round(low, 3), round(high, 3)) == (-0.133, 0.723)
    assert {round(single, 2), round(mean, 2)} & {0.29, 0.71} == set()


@pytest.mark.parametrize("seed", range(150))
def test_alpha_is_that_of_another_library(seed: int) -> None:
    """Random tables of 2 to 5 raters and 2 to 40 units with gaps, each metric."""
    dice = random.Random(seed)
    raters, units = dice.randint(2, 5), dice.randint(2, 40)
    given = [[dice.choice([0, 1, 2, 3, None]) for _ in range(units)] for _ in range(raters)]
    with_gaps = np.array([[math.nan if one is None else one for one in row] for row in given], dtype=float)
    for metric in ("nominal", "ordinal", "interval"):
        found = alpha_of(by_unit(given), metric)
        paired = {one for column in by_unit(given) if len(column) > 1 for one in column}
        if len(paired) < 2:
            assert math.isnan(found)
            continue
        theirs = krippendorff.alpha(reliability_data=with_gaps, level_of_measurement=metric)
        assert found == pytest.approx(theirs, abs=1e-12)


def table(*scores: tuple[int, ...]) -> list[Unit]:
    return list(enumerate(scores))


def test_figures_of_a_small_table() -> None:
    found = computing.figures({"B01": table((3, 3), (0, 1), (2, 2), (1,)), "B02": table((1, 3), (2, 2))})
    assert (found["B01"].submissions, found["B01"].scores) == (3, 6)
    assert found["B01"].difference == pytest.approx(1 / 3)
    assert (found[WHOLE].submissions, found[WHOLE].scores) == (3, 10)
    assert found["B01"].alpha.value == pytest.approx(alpha_of([[3, 3], [0, 1], [2, 2]]))


def test_what_does_not_vary_has_no_alpha_and_no_icc() -> None:
    (found,) = {computing.figures({"B01": table(*[(2, 2)] * 30)})["B01"]}
    assert (found.alpha, found.icc, found.icc_mean, found.difference) == (Estimate(), Estimate(), None, 0.0)


def test_full_agreement_is_one() -> None:
    found = computing.figures({"B01": table(*[(score, score) for score in (0, 1, 2, 3) * 5])})["B01"]
    assert found.alpha == Estimate(1.0, 1.0, 1.0)
    assert found.icc == Estimate(1.0, 1.0, 1.0)


@pytest.mark.parametrize("units", [[], table((2,), (3,)), table((1, 2)), table(*[(1, 2)] * 4)])
def test_too_little_for_an_interval(units: list[Unit]) -> None:
    found = computing.figures({"B01": units})["B01"]
    assert (found.alpha.low, found.icc.low) == (None, None)


def test_the_same_table_gives_the_same_intervals_and_more_submissions_narrower_ones() -> None:
    dice = random.Random(7)
    few, many = (
        table(*[(level, min(3, max(0, level + dice.choice((-1, 0, 0, 1))))) for level in (0, 1, 2, 3) * size])
        for size in (5, 60)
    )
    found = [computing.figures({"B01": units})["B01"] for units in (few, few, many)]
    assert found[0] == found[1]
    widths = [(one.alpha.high or 0) - (one.alpha.low or 0) for one in found]
    assert widths[2] < widths[0] / 2
    for one in found:
        assert (one.alpha.low or 0) < (one.alpha.value or 0) < (one.alpha.high or 0)
        assert (one.icc.low or 0) < (one.icc.value or 0) < (one.icc.high or 0)


def test_the_interval_holds_the_true_figure_about_as_often_as_it_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """100 windows of 60 submissions whose raters err by a known law; "true" is alpha over 5,000 of them."""

    def drawn(dice: random.Random, number: int) -> list[tuple[int, int]]:
        truth = [dice.randint(0, 3) for _ in range(number)]
        return [
            (min(3, max(0, one + dice.choice((-1, 0, 0)))), min(3, max(0, one + dice.choice((0, 0, 1)))))
            for one in truth
        ]

    true = alpha_of([list(one) for one in drawn(random.Random(0), 5_000)])
    monkeypatch.setattr(computing, "DRAWS", 400)
    computing._draws.cache_clear()
    held = 0
    for seed in range(100):
        alpha = computing.figures({"B01": table(*drawn(random.Random(seed + 1), 60))})["B01"].alpha
        assert alpha.low is not None
        assert alpha.high is not None
        held += alpha.low <= true <= alpha.high
    computing._draws.cache_clear()
    assert 88 <= held <= 100


def test_whole_submissions_are_drawn_not_single_criteria() -> None:
    """Sixteen criteria that repeat the same scores say no more than one of them: the interval stays as wide."""
    dice = random.Random(3)
    one = table(*[(dice.randint(0, 3), dice.randint(0, 3)) for _ in range(40)])
    alone = computing.figures({"B01": one})["B01"].alpha
    together = computing.figures({f"B{place:02}": one for place in range(16)})[WHOLE].alpha
    assert alone.low is not None
    assert together.low is not None
    assert together.low == pytest.approx(alone.low, abs=0.06)


def test_there_and_back() -> None:
    tables = {"B01": table((3, 3), (0, 1)), "B02": []}
    assert tables_of(question(tables)) == tables
    figures = {"": Figures(2, 4, 2.0, 0.5, Estimate(0.5, 0.1, 0.9), Estimate(), None)}
    assert figures_of(answer(figures)) == figures


def test_the_process_apart_answers_as_the_function_does() -> None:
    tables = {"B01": table(*[(score, (score + place) % 4) for place, score in enumerate((0, 1, 2, 3) * 4)])}
    assert figures_of(computed(question(tables))) == computing.figures(tables)


def test_what_is_no_table_is_not_computed() -> None:
    with pytest.raises(NotComputed):
        computed(b"{")


def test_the_web_process_never_loads_scipy() -> None:
    code = (
        "import sys, app.main; "
        "print([name for name in sys.modules if name.partition('.')[0] == 'scipy' or name.endswith('computing')])"
    )
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


STATE = "0" * 64
TABLES = {"B01": table((3, 3), (0, 1), (2, 2))}


def test_a_state_is_computed_once_for_all_who_ask_and_for_the_next_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bytes] = []

    def counting(data: bytes) -> bytes:
        asked.append(data)
        return computed(data)

    monkeypatch.setattr(apart, "computed", counting)

    async def play() -> None:
        shelf = FiguresShelf()
        found = await asyncio.gather(*[shelf.get(tmp_path, STATE, TABLES) for _ in range(8)])
        assert [one == found[0] for one in found] == [True] * 8
        assert shelf.known(STATE) == found[0]
        assert await FiguresShelf().get(tmp_path, STATE, TABLES) == found[0]

    asyncio.run(play())
    assert len(asked) == 1
    assert [one.name for one in tmp_path.iterdir()] == [f"{STATE}.json"]


@pytest.mark.parametrize("damage", [b"", b"{", b"[1]", b'{"B01": {}}', b'{"B01": 1}'])
def test_damaged_kept_figures_are_computed_again(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / f"{STATE}.json").write_bytes(damage)
    found = asyncio.run(FiguresShelf().get(tmp_path, STATE, TABLES))
    assert found == computing.figures(TABLES)
    assert figures_of((tmp_path / f"{STATE}.json").read_bytes()) == found


def test_only_so_many_states_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = computed(question(TABLES))
    monkeypatch.setattr(apart, "computed", lambda data: made)

    async def play() -> FiguresShelf:
        shelf = FiguresShelf()
        for number in range(apart.MOST_KEPT + 3):
            await shelf.get(tmp_path, f"{number:064x}", TABLES)
            os.utime(tmp_path / f"{number:064x}.json", (number, number))
        return shelf

    shelf = asyncio.run(play())
    kept = {f"{number:064x}" for number in range(3, apart.MOST_KEPT + 3)}
    assert {one.stem for one in tmp_path.iterdir()} == kept
    assert [shelf.known(f"{number:064x}") is None for number in (2, 3)] == [True, False]


def test_a_state_is_never_a_path(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="64 hexadecimal digits"):
        asyncio.run(FiguresShelf().get(tmp_path, "../" * 20 + "etcd", TABLES))


def test_where_nothing_can_be_kept_the_figures_come_all_the_same(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    assert asyncio.run(FiguresShelf().get(blocked, STATE, TABLES)) == computing.figures(TABLES)
