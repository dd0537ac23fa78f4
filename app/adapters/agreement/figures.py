"""What is asked of the process that computes agreement and what it answers, as JSON; nothing here computes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

# Scores by submission: the place of the submission among those of the window, and what its raters gave.
Unit = tuple[int, tuple[int, ...]]
Tables = Mapping[str, Sequence[Unit]]  # by criterion code

VERSION = 1  # of the formulas: figures kept by an older one are not read again
WHOLE = ""  # the key of the figures over all criteria together


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval. Each is None where it can't be computed, as when all scores are the same."""

    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Figures:
    """How far the raters of one criterion agree, or of all together.

    ``icc`` is ICC(1,1): one-way random, a single rater. ``icc_mean`` is ICC(1,k), for the mean of ``raters`` raters.
    """

    submissions: int
    scores: int
    raters: float  # a submission, as the one-way model counts them
    difference: float | None  # mean absolute difference of two raters
    alpha: Estimate
    icc: Estimate
    icc_mean: float | None


def question(tables: Tables) -> bytes:
    """The tables as the computing process reads them; the same tables give the same bytes."""
    return json.dumps(tables, sort_keys=True, separators=(",", ":")).encode()


def tables_of(data: bytes) -> dict[str, list[Unit]]:
    """What ``question`` wrote."""
    return {
        code: [(int(place), tuple(int(one) for one in scores)) for place, scores in units]
        for code, units in json.loads(data).items()
    }


def answer(figures: Mapping[str, Figures]) -> bytes:
    return json.dumps({code: asdict(one) for code, one in figures.items()}, allow_nan=False).encode()


def figures_of(data: bytes) -> dict[str, Figures]:
    """What ``answer`` wrote. Raises ValueError, KeyError or TypeError for anything else."""
    document = json.loads(data)
    if not isinstance(document, dict):
        raise ValueError("figures are a table by criterion")
    return {
        code: Figures(**{**one, "alpha": Estimate(**one["alpha"]), "icc": Estimate(**one["icc"])})
        for code, one in document.items()
    }
