"""Honest statuses: nothing is ready that could not be signed, and every reason is told."""

from datetime import date

import pytest

from app.criteria.loader import load_folder
from app.criteria.schema import Framework, OrganisationKind
from app.models import Answer
from app.rules.progress import CriterionState, Gap, Support, gaps, in_words, progress, standings, state
from tests.story import SHIPPED

TRUST = OrganisationKind.TRUST
FULL = {"rating": "2", "narrative": "Done.", "role": "Chief nurse", "date": "2026-01-05"}
RATING = "Which description fits your organisation today? Choose the description that fits."
NONE, ONE = Support(), Support(in_date=1)
EXPIRED = Support(expired=(date(2026, 5, 3),))
EVIDENCE = "Link at least one item of evidence."
TICK = "Tick “I have finished this criterion”."


@pytest.fixture(scope="module")
def framework() -> Framework:
    return load_folder(SHIPPED)


def answer(values: dict[str, str], is_finished: bool = True) -> Answer:
    return Answer(criterion_code="B02", values=values, is_finished=is_finished)


@pytest.mark.parametrize(
    ("values", "is_finished", "support", "expected"),
    [
        ({}, False, NONE, CriterionState.NOT_STARTED),
        ({"narrative": "  ", "rating": ""}, False, NONE, CriterionState.NOT_STARTED),
        ({"narrative": "Begun"}, False, NONE, CriterionState.IN_PROGRESS),
        ({}, False, ONE, CriterionState.IN_PROGRESS),
        ({}, True, NONE, CriterionState.IN_PROGRESS),
        (FULL, False, ONE, CriterionState.IN_PROGRESS),
        (FULL, True, NONE, CriterionState.IN_PROGRESS),
        (FULL | {"narrative": ""}, True, ONE, CriterionState.IN_PROGRESS),
        (FULL | {"narrative": "word " * 201}, True, ONE, CriterionState.IN_PROGRESS),
        (FULL | {"rating": "4"}, True, ONE, CriterionState.IN_PROGRESS),
        (FULL, True, ONE, CriterionState.READY),
        (FULL, True, EXPIRED, CriterionState.IN_PROGRESS),
        ({}, False, EXPIRED, CriterionState.IN_PROGRESS),
        (FULL, True, Support(1, EXPIRED.expired), CriterionState.READY),
    ],
)
def test_the_state_is_what_could_be_signed(
    framework: Framework,
    values: dict[str, str],
    is_finished: bool,
    support: Support,
    expected: CriterionState,
) -> None:
    assert state(framework.criterion("B02"), TRUST, values, is_finished, support) is expected


def test_what_does_not_apply_is_neither_ready_nor_missing(framework: Framework) -> None:
    left_out = next(one for one in framework.criteria if one.not_for)
    kind = left_out.not_for[0]
    assert state(left_out, kind, FULL, True, ONE) is CriterionState.NOT_APPLICABLE
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
    codes = [gap.code for gap in gaps(framework, "silver", TRUST, {"B02": answer(FULL)}, {"B02": ONE})]
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


def test_the_reason_says_when_evidence_expired() -> None:
    assert EXPIRED.reason == "This evidence expired on 3 May 2026. Link evidence that is in date."
    several = Support(expired=(date(2025, 1, 31), date(2026, 5, 3)))
    assert (
        several.reason
        == "All its evidence has expired, the last on 3 May 2026. Link evidence that is in date."
    )
    assert (Support().reason, Support(1, EXPIRED.expired).reason) == (EVIDENCE, "")


def test_expired_evidence_is_told_as_what_is_missing(framework: Framework) -> None:
    found = gaps(framework, "bronze", TRUST, {"B02": answer(FULL)}, {"B02": EXPIRED})
    assert [gap.reasons for gap in found if gap.code == "B02"] == [(EXPIRED.reason,)]


@pytest.mark.parametrize(
    ("last_day", "expected"),
    [
        (None, Support(1)),
        (date(2026, 5, 3), Support(1)),
        (date(2026, 5, 4), Support(1)),
        (date(2026, 5, 2), Support(0, (date(2026, 5, 2),))),
    ],
)
def test_evidence_counts_until_the_end_of_its_last_day(last_day: date | None, expected: Support) -> None:
    assert Support.of([last_day], date(2026, 5, 3)) == expected


def test_expired_days_come_in_order() -> None:
    days = [date(2026, 2, 1), None, date(2025, 2, 1)]
    assert Support.of(days, date(2026, 5, 3)) == Support(1, (date(2025, 2, 1), date(2026, 2, 1)))


def _standings(
    framework: Framework, answers: dict[str, Answer], support: dict[str, Support]
) -> list[tuple[int, ...]]:
    found = progress(framework, TRUST, answers, support)
    return [(one.asked, one.ready, one.met, one.not_ready) for one in standings(framework, found, answers)]


def test_the_standing_of_each_level_keeps_ready_and_rated_apart(framework: Framework) -> None:
    answers = {
        "B02": answer(FULL),
        "B03": answer(FULL | {"rating": "3"}, is_finished=False),
        "B04": answer(FULL | {"rating": "1"}),
        "S01": answer({"rating": "2"}, is_finished=False),
    }
    support = {"B02": ONE, "B04": ONE}
    assert _standings(framework, answers, support) == [(16, 2, 2, 14), (9, 0, 1, 9), (6, 0, 0, 6)]


@pytest.mark.parametrize("rating", ["", "9", "٣", " 2", "two"])
def test_what_nobody_rated_is_not_met(framework: Framework, rating: str) -> None:
    assert _standings(framework, {"B02": answer(FULL | {"rating": rating})}, {}) == [
        (16, 0, 0, 16),
        (9, 0, 0, 9),
        (6, 0, 0, 6),
    ]


def test_a_default_and_an_unconfirmed_rating_count_as_none(framework: Framework) -> None:
    carried = Answer(criterion_code="B02", values=FULL, needs_confirming=True)
    met = [one[2] for one in _standings(framework, {"B02": carried}, {})]
    assert met == [one[2] for one in _standings(framework, {}, {})] == [0, 0, 0]


def test_the_standing_leaves_out_what_does_not_apply(framework: Framework) -> None:
    found = progress(framework, OrganisationKind.REGION, {}, {})
    asked = [one.asked for one in standings(framework, found, {})]
    assert asked == [
        len(framework.of_level(one, OrganisationKind.REGION)) for one in ("bronze", "silver", "gold")
    ]
    assert asked[0] < 16
