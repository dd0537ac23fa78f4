"""F-03: where a submission goes when what was judged no longer counts."""

import pytest

from app.models import Status
from app.rules.strikes import Fell, status_after
from app.rules.workflow import STAGE, TRANSITIONS, Verb

S = Status
EXPECTED = {
    S.AWAITING_SIGN_OFF: (S.AWAITING_SIGN_OFF,) * 4,
    S.SUBMITTED: (S.SUBMITTED,) * 4,
    S.CHANGES_REQUESTED: (S.CHANGES_REQUESTED,) * 4,
    S.IN_REVIEW: (S.IN_REVIEW,) * 4,
    S.APPEALED: (S.APPEALED,) * 4,
    S.THIRD_REVIEW: (S.IN_REVIEW, S.THIRD_REVIEW, S.THIRD_REVIEW, S.THIRD_REVIEW),
    S.IN_MODERATION: (S.IN_REVIEW, S.THIRD_REVIEW, S.IN_MODERATION, S.IN_MODERATION),
    S.AWAITING_ANSWER: (S.IN_REVIEW, S.THIRD_REVIEW, S.AWAITING_ANSWER, S.AWAITING_ANSWER),
    S.AWAITING_DECISION: (S.IN_REVIEW, S.THIRD_REVIEW, S.IN_MODERATION, S.AWAITING_DECISION),
    S.DECIDED: (S.IN_REVIEW, S.THIRD_REVIEW, S.IN_MODERATION, S.AWAITING_DECISION),
}


def test_every_status_in_which_something_can_be_struck_is_here() -> None:
    assert set(EXPECTED) == set(TRANSITIONS[Verb.STRIKE_REVIEW].come_from)


@pytest.mark.parametrize("status", EXPECTED)
def test_f03_the_status_from_which_what_fell_is_done_again(status: Status) -> None:
    after = tuple(status_after(status, fell) for fell in Fell)
    assert after == EXPECTED[status]
    assert set(after) <= set(TRANSITIONS[Verb.STRIKE_REVIEW].lead_to)


def test_b07_the_organisation_sees_no_step_back_before_it_is_asked_something() -> None:
    told = {(STAGE[status], STAGE[status_after(status, fell)]) for status in EXPECTED for fell in Fell}
    assert {(before.name, after.name) for before, after in told if before is not after} == {
        ("CLARIFICATION_ASKED", "WITH_ASSEMBLY")
    }
