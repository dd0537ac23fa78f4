"""Honest statuses: nothing is ready that could not be signed, and every reason is told."""

import pytest

from app.criteria.loader import load_folder
from app.criteria.schema import Framework, OrganisationKind
from app.models import Answer
from app.rules.progress import CriterionState, Gap, gaps, in_words, progress, state
from tests.story import SHIPPED

TRUST = OrganisationKind.TRUST
FULL = {"rating": "2", "narrative": "Done.", "role": "Chief nurse", "date": "2026-01-05"}
RATING = "Which description fits your organisation today? Choose the description that fits."
EVIDENCE = "Link at least one item of evidence."
TICK = "Tick “I have finished this criterion”."


@pytest.fixture(scope="module")
def framework() -> Framework:
    return load_folder(SHIPPED)


def answer(values: dict[str, str], is_finished: bool = True) -> Answer:
    return Answer(criterion_code="B02", values=values, is_finished=is_finished)


@pytest.mark.parametrize(
    ("values", "is_finished", "evidence_count", "expected"),
    [
        ({}, False, 0, CriterionState.NOT_STARTED),
        ({"narrative": "  ", "rating": ""}, False, 0, CriterionState.NOT_STARTED),
        ({"narrative": "Begun"}, False, 0, CriterionState.IN_PROGRESS),
        ({}, False, 1, CriterionState.IN_PROGRESS),
        ({}, True, 0, CriterionState.IN_PROGRESS),
        (FULL, False, 1, CriterionState.IN_PROGRESS),
        (FULL, True, 0, CriterionState.IN_PROGRESS),
        (FULL | {"narrative": ""}, True, 1, CriterionState.IN_PROGRESS),
        (FULL | {"narrative": "word " * 201}, True, 1, CriterionState.IN_PROGRESS),
        (FULL | {"rating": "4"}, True, 1, CriterionState.IN_PROGRESS),
        (FULL, True, 1, CriterionState.READY),
    ],
)
def test_the_state_is_what_could_be_signed(
    framework: Framework,
    values: dict[str, str],
    is_finished: bool,
    evidence_count: int,
    expected: CriterionState,
) -> None:
    assert state(framework.criterion("B02"), TRUST, values, is_finished, evidence_count) is expected


def test_what_does_not_apply_is_neither_ready_nor_missing(framework: Framework) -> None:
    left_out = next(one for one in framework.criteria if one.not_for)
    kind = left_out.not_for[0]
    assert state(left_out, kind, FULL, True, 1) is CriterionState.NOT_APPLICABLE
    assert left_out.code not in [gap.code for gap in gaps(framework, "gold", kind, {}, {})]


def test_a_tick_over_something_missing_tells_the_reasons(framework: Framework) -> None:
    values = {key: text for key, text in FULL.items() if key != "rating"}
    found = progress(framework, TRUST, {"B02": answer(values)}, {})
    by_code = {one.criterion.code: one for one in found}
    assert (by_code["B02"].state, by_code["B02"].reasons) == (CriterionState.IN_PROGRESS, (RATING, EVIDENCE))
    assert (by_code["B03"].state, by_code["B03"].reasons) == (CriterionState.NOT_STARTED, ())


def test_a_draft_without_the_tick_is_not_nagged(framework: Framework) -> None:
    found = progress(framework, TRUST, {"B02": answer({"narrative": "x"}, is_finished=False)}, {})
    assert [one.reasons for one in found if one.criterion.code == "B02"] == [()]


def test_gaps_of_a_level_include_the_lower_ones_in_order(framework: Framework) -> None:
    codes = [gap.code for gap in gaps(framework, "silver", TRUST, {"B02": answer(FULL)}, {"B02": 1})]
    expected = [
        one.code
        for level in ("bronze", "silver")
        for one in framework.of_level(level, TRUST)
        if one.code != "B02"
    ]
    assert codes == expected


def test_a_gap_tells_everything_to_do(framework: Framework) -> None:
    values = {key: text for key, text in FULL.items() if key != "rating"}
    found = gaps(framework, "bronze", TRUST, {"B02": answer(values, is_finished=False)}, {})
    title = framework.criterion("B02").title
    assert [gap for gap in found if gap.code == "B02"] == [Gap("B02", title, (RATING, EVIDENCE, TICK))]


def test_an_unknown_level_has_no_gaps_to_tell(framework: Framework) -> None:
    with pytest.raises(KeyError):
        gaps(framework, "platinum", TRUST, {}, {})


@pytest.mark.parametrize(
    ("states", "words"),
    [
        ("RRPN", "2 of 4 ready, 1 in progress, 1 not started."),
        ("RR", "2 of 2 ready."),
        ("NNA", "0 of 2 ready, 2 not started. 1 does not apply."),
        ("RAA", "1 of 1 ready. 2 do not apply."),
    ],
)
def test_progress_in_words(states: str, words: str) -> None:
    letters = {
        "R": CriterionState.READY,
        "P": CriterionState.IN_PROGRESS,
        "N": CriterionState.NOT_STARTED,
        "A": CriterionState.NOT_APPLICABLE,
    }
    assert in_words(letters[one] for one in states) == words
