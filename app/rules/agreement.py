"""How far reviewers agree, in words: which criteria to write anew, and what too few submissions can't tell.

Source: the fairness list, "criteria below 0.60 rewritten; at launch a lower bound of 0.67, aim 0.80", for
Krippendorff's alpha (ordinal). The figures themselves come from ``adapters/agreement``.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.adapters.agreement.figures import VERSION, WHOLE, Estimate, Figures, Unit
from app.criteria.schema import Framework

REWRITE = 0.60
LAUNCH, AIM = 0.67, 0.80
FEWEST = 10  # submissions; under it an interval is so wide that a flag would be chance

Given = tuple[UUID, str, int]  # a submission, a criterion's code, what one reviewer gave


@dataclass(frozen=True)
class Line:
    """One criterion, or all together (no code), with what the figures mean."""

    code: str
    title: str
    figures: Figures
    is_flagged: bool
    verdict: str


def state_of(reviews: Iterable[UUID]) -> str:
    """The name of a state of the data, 64 hexadecimal digits: sealed scores don't change, so these reviews tell all."""
    named = f"{VERSION} " + " ".join(sorted(str(one) for one in reviews))
    return hashlib.sha256(named.encode()).hexdigest()


def tables(given: Iterable[Given]) -> dict[str, list[Unit]]:
    """The scores by criterion and submission, submissions numbered in the order of their ids."""
    found: dict[tuple[str, UUID], list[int]] = defaultdict(list)
    for submission_id, code, score in given:
        found[code, submission_id].append(score)
    places = {id_: place for place, id_ in enumerate(sorted({id_ for _, id_ in found}))}
    by_code: dict[str, list[Unit]] = defaultdict(list)
    for (code, submission_id), scores in sorted(found.items()):
        by_code[code].append((places[submission_id], tuple(sorted(scores))))
    return dict(by_code)


def lines(framework: Framework, figures: Mapping[str, Figures]) -> list[Line]:
    """The criteria, those on which reviewers agree least first; what can't be computed at the end."""
    found = [
        Line(
            one.code, one.title, figures[one.code], is_flagged(figures[one.code]), verdict(figures[one.code])
        )
        for one in framework.criteria
        if one.code in figures
    ]
    return sorted(found, key=_by_disagreement)


def whole(figures: Mapping[str, Figures]) -> Line | None:
    """All criteria together; None when there is no pair of scores."""
    found = figures.get(WHOLE)
    if found is None or not found.submissions:
        return None
    return Line("", "All criteria together", found, False, _of_whole(found))


def is_flagged(figures: Figures) -> bool:
    """Whether the criterion should be looked at for rewriting."""
    alpha = figures.alpha.value
    return figures.submissions >= FEWEST and alpha is not None and alpha < REWRITE


def verdict(figures: Figures) -> str:
    """What a criterion's alpha tells, and what it does not."""
    number, alpha = figures.submissions, figures.alpha
    if alpha.value is None:
        return "All scores are the same, so alpha is not defined: nothing varied that could be agreed on."
    if number < FEWEST:
        return f"Too few to say: {number} of at least {FEWEST} submissions."
    if alpha.value >= REWRITE:
        return (
            "No flag." if _is_at_least(alpha.low, REWRITE) else f"No flag, but not sure: {_reaches(alpha)}."
        )
    if alpha.high is not None and alpha.high < REWRITE:
        return f"Consider rewriting: the whole interval lies under {REWRITE:.2f}."
    return f"Consider rewriting: {_reaches(alpha)}, so look again with more submissions."


def _of_whole(figures: Figures) -> str:
    number, alpha = figures.submissions, figures.alpha
    if alpha.value is None:
        return verdict(figures)
    if number < FEWEST:
        return (
            f"Too few to say: {number} of at least {FEWEST} submissions. Read the intervals, not the figures."
        )
    if _is_at_least(alpha.low, AIM):
        return f"The whole interval lies at or above {AIM:.2f}, the aim."
    if _is_at_least(alpha.low, LAUNCH):
        return f"The whole interval lies at or above {LAUNCH:.2f}, which is asked for; the aim is {AIM:.2f}."
    return f"The interval begins under {LAUNCH:.2f}, which is asked for: too little agreement, or too few scores."


def _is_at_least(low: float | None, bound: float) -> bool:
    return low is not None and low >= bound


def _reaches(alpha: Estimate) -> str:
    if alpha.low is None or alpha.high is None:
        return "its interval can't be computed"
    return f"its interval reaches from {shown(alpha.low)} to {shown(alpha.high)}"


def _by_disagreement(line: Line) -> tuple[bool, float, float, str]:
    alpha, difference = line.figures.alpha.value, line.figures.difference
    return alpha is None, alpha or 0.0, -(difference or 0.0), line.code


def shown(value: float | None) -> str:
    """A figure with two decimals, a true minus before what is negative; "not defined" for none."""
    if value is None:
        return "not defined"
    text = f"{value:.2f}"
    return text.removeprefix("-") if text == "-0.00" else text.replace("-", "−")


def interval(estimate: Estimate) -> str:
    """``0.42 to 0.81``; empty when there is none."""
    if estimate.low is None or estimate.high is None:
        return ""
    return f"{shown(estimate.low)} to {shown(estimate.high)}"


COLUMNS = (
    "Criterion",
    "Title",
    "Submissions",
    "Scores",
    "Alpha (ordinal)",
    "Alpha, 95 % from",
    "Alpha, 95 % to",
    "ICC(1,1)",
    "ICC(1,1), 95 % from",
    "ICC(1,1), 95 % to",
    "ICC(1,k)",
    "Raters k",
    "Mean absolute difference",
    "What it tells",
)


def cells(line: Line) -> Sequence[object]:
    """The line as numbers that a spreadsheet reads, empty where a figure is not defined."""
    one = line.figures
    numbers = (one.alpha.value, one.alpha.low, one.alpha.high, one.icc.value, one.icc.low, one.icc.high)
    return (
        line.code,
        line.title,
        one.submissions,
        one.scores,
        *map(_cell, numbers),
        _cell(one.icc_mean),
        _cell(one.raters),
        _cell(one.difference),
        line.verdict,
    )


def _cell(value: float | None) -> float | str:
    return "" if value is None else round(value, 4)
