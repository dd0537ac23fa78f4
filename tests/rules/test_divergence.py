"""F-08: wherever two reviewers differ, however little, a third reviewer is asked before a moderator settles it."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from app.criteria.loader import load_folder
from app.models import Status
from app.rules import scoring
from tests.story import SHIPPED

SETTINGS = load_folder(SHIPPED).settings
SCORE = st.sampled_from(scoring.SCORES)
PAIRS = st.lists(st.tuples(SCORE, SCORE), min_size=1, max_size=16)


def diverge(one: int, other: int) -> bool:
    """Two apart, or met against not met (2 meets): written out here apart from the rule that is tested."""
    return abs(one - other) >= 2 or {one, other} == {1, 2}


@settings(max_examples=500, deadline=None)
@given(PAIRS)
def test_f08_every_difference_goes_to_a_third_reviewer_and_nothing_else_does(
    pairs: list[tuple[int, int]],
) -> None:
    differing = any(diverge(*pair) for pair in pairs)
    after = scoring.status_after_reviews(pairs, SETTINGS, third_reviews=0)
    assert after is (Status.THIRD_REVIEW if differing else Status.AWAITING_DECISION)


@settings(max_examples=500, deadline=None)
@given(st.lists(st.tuples(SCORE, SCORE, SCORE), min_size=1, max_size=16))
def test_f08_after_the_third_review_a_moderator_settles_what_still_differs(
    given_scores: list[tuple[int, int, int]],
) -> None:
    after = scoring.status_after_reviews(given_scores, SETTINGS, third_reviews=1)
    still = any(
        diverge(one[here], one[there])
        for one in given_scores
        for here in range(3)
        for there in range(here + 1, 3)
    )
    assert after is (Status.IN_MODERATION if still else Status.AWAITING_DECISION)


def test_f08_a_hundred_per_cent_of_ten_thousand_random_copies() -> None:
    dice, routed, differing = Random(8), 0, 0
    for _ in range(10_000):
        pairs = [
            (dice.choice(scoring.SCORES), dice.choice(scoring.SCORES)) for _ in range(dice.randint(1, 16))
        ]
        if any(diverge(*pair) for pair in pairs):
            differing += 1
            routed += scoring.status_after_reviews(pairs, SETTINGS, 0) is Status.THIRD_REVIEW
    assert (routed, differing > 5_000) == (differing, True)
