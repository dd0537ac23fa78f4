"""Krippendorff's alpha and the intraclass correlation, each with a 95 % interval: the process that computes them.

Sources: K. Krippendorff, "Computing Krippendorff's alpha-reliability" (2011), for alpha and its coincidences;
P. E. Shrout and J. L. Fleiss, "Intraclass correlations: uses in assessing rater reliability" (1979), for ICC(1,1),
ICC(1,k) and the F interval. Intervals of alpha, and those over all criteria together, come from drawing whole
submissions anew (a percentile bootstrap with a seed): scores of one submission are not independent of each other.

Numpy and scipy cost 60 MB, so the web process never imports this file (see ``apart``).
"""

import resource
import sys
import zlib
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtri

from app.adapters.agreement.figures import WHOLE, Estimate, Figures, Unit, answer, question, tables_of

CPU_SECONDS, MEMORY = 60, 512 * 1024 * 1024
SCORES = 4  # 0 to 3
DRAWS = 2000
FEWEST = 5  # submissions; drawn from fewer, an interval comes out narrow when it should be wide
LOW, HIGH = 0.025, 0.975
MOST_UNDEFINED = 0.05  # of the draws; beyond it an interval of the rest would be one of chosen draws

Array = NDArray[np.float64]
Metric = Literal["nominal", "ordinal", "interval"]


def weights(metric: Metric, totals: Array) -> Array:
    """The squared difference of each pair of values, for totals of each value (last axis): (..., c, k)."""
    values = totals.shape[-1]
    if metric == "nominal":
        return np.broadcast_to(1.0 - np.eye(values), (*totals.shape[:-1], values, values))
    if metric == "interval":
        grid = np.subtract.outer(np.arange(values), np.arange(values)) ** 2.0
        return np.broadcast_to(grid, (*totals.shape[:-1], values, values))
    # Half of each end and all between: what lies between two values on a scale that only orders them.
    middle = np.cumsum(totals, axis=-1) - totals / 2
    return np.asarray((middle[..., :, None] - middle[..., None, :]) ** 2)


def alpha(coincidences: Array, metric: Metric = "ordinal") -> Array:
    """Alpha of each matrix of coincidences (..., c, k); NaN where all values are the same."""
    totals = coincidences.sum(axis=-1)
    number = totals.sum(axis=-1)
    delta = weights(metric, totals)
    observed = (coincidences * delta).sum(axis=(-2, -1))
    expected = (totals[..., :, None] * totals[..., None, :] * delta).sum(axis=(-2, -1))
    with np.errstate(divide="ignore", invalid="ignore"):
        found = 1 - (number - 1) * observed / expected
    return np.where(expected > 0, found, np.nan)


def coincidences(scores: Sequence[int], values: int = SCORES) -> Array:
    """What one unit adds to the matrix of coincidences; nothing when it has a single score."""
    counts = np.bincount(scores, minlength=values).astype(float)
    if len(scores) < 2:
        return np.zeros((values, values))
    return (np.outer(counts, counts) - np.diag(counts)) / (len(scores) - 1)


def sums(scores: Sequence[int]) -> Array:
    """What one unit adds to the one-way analysis: units, scores, their sum, sum²/n, sum of squares, n²."""
    if len(scores) < 2:
        return np.zeros(6)
    given = np.asarray(scores, dtype=float)
    total, number = given.sum(), len(scores)
    return np.array([1.0, number, total, total**2 / number, (given**2).sum(), number**2])


def one_way(added: Array) -> tuple[Array, Array, Array]:
    """Mean square between and within units, and the raters a unit (...,), from the sums (..., 6)."""
    units, number, total, between, squares, sizes = np.moveaxis(added, -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        raters = (number - sizes / number) / (units - 1)
        return (between - total**2 / number) / (units - 1), (squares - between) / (number - units), raters


def icc(added: Array) -> Array:
    """ICC(1,1) for each row of sums; NaN for fewer than two units or when all scores are the same."""
    between, within, raters = one_way(added)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = (between - within) / (between + (raters - 1) * within)
    is_flat = ~np.isfinite(found) | (np.abs(between) + np.abs(within) < 1e-12)
    return np.where(is_flat, np.nan, found)


def icc_interval(added: Array) -> tuple[float, float]:
    """The F interval of ICC(1,1) for one row of sums; exact for units with equally many scores, else close."""
    (units, number), (between, within, raters) = added[:2], one_way(added)
    if within <= 1e-12:
        return 1.0, 1.0
    observed, above, below = between / within, units - 1, number - units
    lower, upper = observed / fdtri(above, below, HIGH), observed * fdtri(below, above, HIGH)
    return float((lower - 1) / (lower + raters - 1)), float((upper - 1) / (upper + raters - 1))


def figures(tables: dict[str, list[Unit]]) -> dict[str, Figures]:
    """The figures of each criterion, and under WHOLE those over all of them."""
    seed = zlib.crc32(question(tables))  # the same tables give the same intervals
    found = {code: _of(units, seed, with_f=True) for code, units in tables.items()}
    everything = [unit for code in sorted(tables) for unit in tables[code]]
    return {WHOLE: _of(everything, seed, with_f=False), **found}


def _of(units: Sequence[Unit], seed: int, *, with_f: bool) -> Figures:
    pairs = [(place, scores) for place, scores in units if len(scores) > 1]
    places = sorted({place for place, _ in pairs})
    met = _by_submission(places, pairs, lambda scores: coincidences(scores).ravel(), SCORES**2)
    added = _by_submission(places, pairs, sums, 6)
    again = _draws(len(places), seed)

    def alphas(total: Array) -> Array:
        return alpha(total.reshape(*total.shape[:-1], SCORES, SCORES))

    whole, summed = met.sum(axis=0), added.sum(axis=0)
    correlation = _number(icc(summed))
    icc_range = _f(summed) if with_f else _range(icc(again @ added), len(places))
    raters = _number(one_way(summed)[2])
    return Figures(
        submissions=len(places),
        scores=sum(len(scores) for _, scores in pairs),
        raters=raters or 0.0,
        difference=_difference(pairs),
        alpha=_estimate(_number(alphas(whole)), _range(alphas(again @ met), len(places))),
        icc=_estimate(correlation, icc_range),
        icc_mean=_for_mean(correlation, raters),
    )


def _by_submission(
    places: Sequence[int], pairs: Iterable[Unit], of: Callable[[Sequence[int]], Array], width: int
) -> Array:
    """What each submission adds, over all of its units: one row a submission."""
    rows = {place: row for row, place in enumerate(places)}
    found = np.zeros((len(places), width))
    for place, scores in pairs:
        found[rows[place]] += of(scores)
    return found


@lru_cache(maxsize=1)  # criteria of a window mostly have the same submissions
def _draws(number: int, seed: int) -> Array:
    """How often each of ``number`` submissions comes up in each draw of as many, with replacement: (DRAWS, number)."""
    if number == 0:
        return np.zeros((1, 0))
    drawn = np.random.default_rng(seed).integers(0, number, size=(DRAWS, number))
    drawn += number * np.arange(DRAWS)[:, None]
    return np.bincount(drawn.ravel(), minlength=DRAWS * number).reshape(DRAWS, number).astype(float)


def _range(drawn: Array, submissions: int) -> tuple[float | None, float | None]:
    """The middle 95 % of what was drawn; none for too few submissions, or when too much is undefined."""
    known = drawn[np.isfinite(drawn)]
    if submissions < FEWEST or len(known) < (1 - MOST_UNDEFINED) * drawn.size:
        return None, None
    low, high = np.quantile(known, [LOW, HIGH])
    return float(low), float(high)


def _f(summed: Array) -> tuple[float | None, float | None]:
    if summed[0] < FEWEST:
        return None, None
    return icc_interval(summed)


def _number(found: Array) -> float | None:
    return float(found) if np.isfinite(found) else None


def _estimate(value: float | None, ends: tuple[float | None, float | None]) -> Estimate:
    return Estimate(value, *ends) if value is not None else Estimate()


def _for_mean(correlation: float | None, raters: float | None) -> float | None:
    """ICC(1,k) from ICC(1,1), by Spearman and Brown; none where it has no bounds."""
    if correlation is None or raters is None or 1 + (raters - 1) * correlation <= 1e-9:
        return None
    return raters * correlation / (1 + (raters - 1) * correlation)


def _difference(pairs: Sequence[Unit]) -> float | None:
    """The mean over units of the mean absolute difference of two of its scores."""
    if not pairs:
        return None
    return float(np.mean([_apart(scores) for _, scores in pairs]))


def _apart(scores: Sequence[int]) -> float:
    given = np.asarray(scores, dtype=float)
    number = len(scores)
    return float(np.abs(given[:, None] - given[None, :]).sum() / (number * (number - 1)))


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    sys.stdout.buffer.write(answer(figures(tables_of(sys.stdin.buffer.read()))))
