"""The staff network's view: until when, and what the organisation may know of it."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from app.models import Status, View
from app.rules.co_signatures import CoSigning, Given, closes_at, for_organisation, is_open, typed_comment
from app.rules.errors import RuleError
from app.rules.workflow import STAGE, Stage

SIGNED = datetime(2026, 11, 20, 15, tzinfo=UTC)  # a Friday
ENDS = datetime(2026, 12, 5, tzinfo=UTC)  # the end of the 10th working day after it
TICK = timedelta(microseconds=1)


def test_b07_the_time_is_the_same_in_every_status_of_a_stage() -> None:
    """A page that closed with a sealed review would tell the organisation's people that there is one."""
    by_stage: dict[Stage, set[object]] = {}
    for status in Status:
        moments = (SIGNED, ENDS - TICK, ENDS)
        said = tuple(is_open(status, SIGNED, at) for at in moments)
        by_stage.setdefault(STAGE[status], set()).add((closes_at(status, SIGNED), said))
    assert by_stage == {
        Stage.WITH_SPONSOR: {(None, (True, True, True))},
        Stage.CHANGES_REQUESTED: {(None, (True, True, True))},
        Stage.WITH_ASSEMBLY: {(ENDS, (True, True, False))},
        Stage.CLARIFICATION_ASKED: {(ENDS, (True, True, False))},
        Stage.OUTCOME_RELEASED: {(ENDS, (False, False, False))},
        Stage.CLOSED: {(ENDS, (False, False, False))},
    }


def test_under_appeal_no_view_is_given_whatever_the_status() -> None:
    assert {is_open(status, SIGNED, SIGNED, is_appeal=True) for status in Status} == {False}


def signing(view: View, comment: str, view_shared: bool, comment_shared: bool) -> CoSigning:
    given = (Given(SIGNED, "", View.AGREE), Given(ENDS, "R-1", view))
    return CoSigning(SIGNED, given, view, comment, view_shared, comment_shared)


def test_b07_what_is_not_shared_leaves_no_difference() -> None:
    said = [(View.AGREE, ""), (View.AGREE_WITH_COMMENT, "Good"), (View.DISAGREE, "Bad")]
    assert len({for_organisation(signing(view, text, False, False)) for view, text in said}) == 1
    shown = {
        (view_shared, comment_shared): for_organisation(
            signing(View.DISAGREE, "Bad", view_shared, comment_shared)
        )
        for view_shared, comment_shared in product((False, True), repeat=2)
    }
    assert {key: (one.view, one.comment) for key, one in shown.items()} == {
        (False, False): (None, ""),
        (True, False): (View.DISAGREE, ""),
        (False, True): (None, "Bad"),
        (True, True): (View.DISAGREE, "Bad"),
    }
    assert {given.view for one in shown.values() for given in one.given} == {None}


def test_a_shared_comment_that_is_empty_tells_no_more_than_one_not_shared() -> None:
    assert for_organisation(signing(View.AGREE, "", False, True)) == for_organisation(
        signing(View.AGREE, "", False, False)
    )


@pytest.mark.parametrize(
    ("view", "text", "field"),
    [
        (View.AGREE, "But", "view"),
        (View.AGREE_WITH_COMMENT, " ", "comment"),
        (View.DISAGREE, "", "comment"),
        (View.DISAGREE, "x" * 4_001, "comment"),
        (View.DISAGREE, "bell \x07", "comment"),
    ],
)
def test_a_comment_that_does_not_go_with_the_view(view: View, text: str, field: str) -> None:
    with pytest.raises(RuleError) as refused:
        typed_comment(view, text)
    assert refused.value.field == field


def test_a_comment_is_kept_as_it_was_typed() -> None:
    assert typed_comment(View.DISAGREE, " Not yet.\r\nAsk us. ") == "Not yet.\nAsk us."
    assert typed_comment(View.AGREE, " ") == ""
