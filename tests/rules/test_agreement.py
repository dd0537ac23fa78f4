"""What the figures of agreement tell, and what they don't."""

from uuid import UUID

import pytest

from app.adapters.agreement.figures import WHOLE, Estimate, Figures
from app.criteria.loader import load_folder
from app.rules import agreement
from app.rules.agreement import cells, interval, lines, shown, state_of, tables, verdict, whole
from tests.story import SHIPPED

ARF = load_folder(SHIPPED)
IDS = [UUID(int=number) for number in range(3)]


def figures(
    value: float | None = 0.7,
    low: float | None = 0.65,
    high: float | None = 0.8,
    submissions: int = 30,
    difference: float = 0.4,
) -> Figures:
    alpha = Estimate(value, low, high)
    return Figures(submissions, submissions * 2, 2.0, difference, alpha, Estimate(-0.5, -0.75, 0.25), 0.6)


@pytest.mark.parametrize(
    ("found", "is_flagged", "words"),
    [
        (figures(), False, "No flag."),
        (figures(0.6, 0.6, 0.7), False, "No flag."),
        (
            figures(0.61, 0.4, 0.8),
            False,
            "No flag, but not sure: its interval reaches from 0.40 to 0.80.",
        ),
        (
            figures(0.59, 0.4, 0.7),
            True,
            "Consider rewriting: its interval reaches from 0.40 to 0.70, so look again with more submissions.",
        ),
        (figures(0.3, 0.1, 0.5), True, "Consider rewriting: the whole interval lies under 0.60."),
        (
            figures(0.3, None, None),
            True,
            "Consider rewriting: its interval can't be computed, so look again with more submissions.",
        ),
        (figures(0.3, 0.1, 0.5, submissions=9), False, "Too few to say: 9 of at least 10 submissions."),
        (
            figures(0.3, 0.1, 0.5, submissions=10),
            True,
            "Consider rewriting: the whole interval lies under 0.60.",
        ),
        (
            figures(None, None, None),
            False,
            "All scores are the same, so alpha is not defined: nothing varied that could be agreed on.",
        ),
    ],
)
def test_what_a_criterion_tells(found: Figures, is_flagged: bool, words: str) -> None:
    assert (agreement.is_flagged(found), verdict(found)) == (is_flagged, words)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (figures(0.9, 0.8, 0.95), "The whole interval lies at or above 0.80, the aim."),
        (
            figures(0.8, 0.67, 0.95),
            "The whole interval lies at or above 0.67, which is asked for; the aim is 0.80.",
        ),
        (
            figures(0.8, 0.66, 0.95),
            "The interval begins under 0.67, which is asked for: too little agreement, or too few scores.",
        ),
        (
            figures(0.8, None, None),
            "The interval begins under 0.67, which is asked for: too little agreement, or too few scores.",
        ),
        (
            figures(submissions=3),
            "Too few to say: 3 of at least 10 submissions. Read the intervals, not the figures.",
        ),
        (
            figures(None, None, None),
            "All scores are the same, so alpha is not defined: nothing varied that could be agreed on.",
        ),
    ],
)
def test_what_all_together_tell(found: Figures, words: str) -> None:
    line = whole({WHOLE: found})
    assert line is not None
    assert (line.verdict, line.is_flagged) == (words, False)


def test_without_a_pair_of_scores_there_is_nothing() -> None:
    assert (whole({}), whole({WHOLE: figures(submissions=0)})) == (None, None)


def test_least_agreement_comes_first_and_what_is_not_defined_last() -> None:
    found = {
        "B01": figures(0.9),
        "B02": figures(None, None, None),
        "B03": figures(-0.1),
        "B04": figures(0.4, difference=0.2),
        "B05": figures(0.4, difference=0.6),
        "X99": figures(0.0),
    }
    assert [one.code for one in lines(ARF, found)] == ["B03", "B05", "B04", "B01", "B02"]


def test_scores_are_grouped_by_criterion_and_submission() -> None:
    given = [(IDS[2], "B01", 3), (IDS[0], "B02", 1), (IDS[2], "B01", 1), (IDS[0], "B01", 2)]
    assert tables(given) == {"B01": [(0, (2,)), (1, (1, 3))], "B02": [(0, (1,))]}
    assert tables(reversed(given)) == tables(given)


def test_a_state_is_told_by_its_reviews_in_any_order() -> None:
    assert state_of(IDS) == state_of(reversed(IDS)) != state_of(IDS[:2])
    assert len(state_of([])) == 64


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "not defined"), (0.815, "0.81"), (-0.004, "0.00"), (-0.2, "−0.20"), (1, "1.00")],
)
def test_figures_as_text(value: float | None, text: str) -> None:
    assert shown(value) == text


def test_intervals_as_text() -> None:
    assert interval(Estimate(0.5, -0.1, 0.9)) == "−0.10 to 0.90"
    assert interval(Estimate(0.5)) == ""


def test_a_spreadsheet_gets_numbers() -> None:
    (line,) = lines(ARF, {"B01": figures(0.12345)})
    assert len(cells(line)) == len(agreement.COLUMNS)
    assert cells(line)[2:13] == (30, 60, 0.1235, 0.65, 0.8, -0.5, -0.75, 0.25, 0.6, 2.0, 0.4)
    (line,) = lines(ARF, {"B01": figures(None, None, None)})
    assert cells(line)[4:7] == ("", "", "")
