from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.criteria.schema import Settings
from app.models import Score, Status
from app.rules.errors import RuleError
from app.rules.scoring import (
    differs,
    digest,
    settled,
    status_after_reviews,
    typed_score,
    unscored,
    why_settled,
)

DEFAULT = Settings()
AT = datetime(2026, 11, 22, tzinfo=UTC)
marks = st.integers(0, 3)


def test_every_pair_of_scores_is_settled_or_moderated_as_the_settings_say() -> None:
    found = {(a, b): bool(differs((a, b), DEFAULT)) for a in range(4) for b in range(a, 4)}
    assert found == {
        (0, 0): False,
        (0, 1): False,
        (0, 2): True,  # two apart
        (0, 3): True,
        (1, 1): False,
        (1, 2): True,  # met by one alone
        (1, 3): True,
        (2, 2): False,
        (2, 3): False,
        (3, 3): False,
    }


@given(marks, marks, st.integers(1, 3), st.integers(1, 3))
def test_a_split_is_never_averaged_and_order_does_not_matter(a: int, b: int, gap: int, met_at: int) -> None:
    settings = Settings(moderation_gap=gap, met_at=met_at)
    counts = settled((a, b), None, settings)
    assert counts == settled((b, a), None, settings)
    assert counts in ({None} if differs((a, b), settings) else {min(a, b)})


@given(st.lists(marks, min_size=1, max_size=5), marks)
def test_the_agreed_score_counts_whatever_the_reviewers_gave(scores: list[int], agreed: int) -> None:
    assert settled(scores, agreed, DEFAULT) == agreed


def test_the_rule_that_settled_is_told_in_words() -> None:
    assert why_settled((2, 2), DEFAULT) == "The reviewers gave the same score."
    assert why_settled((3, 2), DEFAULT) == (
        "By both scores the criterion meets the rule, so the lower one counts."
    )
    assert why_settled((0, 1), DEFAULT) == (
        "By both scores the criterion does not meet the rule, so the lower one counts."
    )


def test_f08_one_difference_brings_a_third_reviewer_and_after_that_moderation() -> None:
    assert status_after_reviews([(2, 2), (1, 2)], DEFAULT, 0) is Status.THIRD_REVIEW
    assert status_after_reviews([(2, 2), (1, 2, 2)], DEFAULT, 1) is Status.IN_MODERATION
    assert status_after_reviews([(2, 2), (3, 2)], DEFAULT, 0) is Status.AWAITING_DECISION


@given(st.lists(st.tuples(marks, marks), min_size=1, max_size=16))
def test_f08_whatever_differs_is_never_decided_without_a_third_reviewer(
    scores: list[tuple[int, int]],
) -> None:
    is_apart = any(abs(a - b) >= 2 or (a >= 2) != (b >= 2) for a, b in scores)
    expected = Status.THIRD_REVIEW if is_apart else Status.AWAITING_DECISION
    assert status_after_reviews(scores, DEFAULT, 0) is expected


def test_a_score_is_typed_as_one_of_four_texts_or_not_at_all() -> None:
    assert [typed_score(text) for text in ("", "0", "1", "2", "3")] == [None, 0, 1, 2, 3]


@pytest.mark.parametrize("text", ["4", "-1", "1.5", "٣", "two", "00", "3 "])
def test_any_other_text_is_no_score(text: str) -> None:
    with pytest.raises(RuleError) as refused:
        typed_score(text)
    assert (refused.value.sentence, refused.value.field) == ("Choose a score from 0 to 3.", "score")


def test_a_criterion_is_scored_when_it_has_score_and_reason() -> None:
    scores = {"B01": 0, "B02": None, "B03": 2, "B04": 1}
    reasons = {"B01": "Nothing seen", "B02": "Nothing seen", "B03": "  "}
    assert unscored(scores, scores, reasons) == ["B02", "B03", "B04"]


def test_f06_the_digest_tells_any_change_of_what_a_reviewer_said() -> None:
    def said(code: str = "B01", score: int = 2, reason: str = "Yes", note: str = "") -> str:
        row = Score(
            review_id=UUID(int=1),
            criterion_code=code,
            score=score,
            reason=reason,
            private_note=note,
            saved_at=AT,
        )
        other = Score(review_id=UUID(int=1), criterion_code="B02", score=1, reason="No", saved_at=AT)
        return digest([row, other])

    whole = {said(), said(score=3), said(reason="Yes."), said(note="x"), said(code="B03")}
    assert len(whole) == 5
    assert said() == said()
