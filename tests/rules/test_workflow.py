"""The table of transitions: nothing is done from the wrong status, and nothing ends in a dead end."""

import pytest

from app.config import ROOT
from app.models import OPEN_STATUSES, Status
from app.rules.errors import Conflict
from app.rules.permissions import GRANTS
from app.rules.tables import workflow_page
from app.rules.workflow import PIPELINE, STAGE, TRANSITIONS, Stage, Verb, open_verbs, require

EVERYWHERE: list[Status | None] = [None, *Status]
FORBIDDEN = [
    (verb, status) for verb in Verb for status in EVERYWHERE if status not in TRANSITIONS[verb].come_from
]
ALLOWED = [(verb, status) for verb in Verb for status in TRANSITIONS[verb].come_from]


@pytest.mark.parametrize(("verb", "status"), FORBIDDEN)
def test_a_verb_is_refused_from_any_other_status_with_a_sentence(verb: Verb, status: Status | None) -> None:
    with pytest.raises(Conflict) as refused:
        require(verb, status)
    assert refused.value.sentence.endswith(".")


@pytest.mark.parametrize(("verb", "status"), ALLOWED)
def test_a_verb_is_let_through_from_its_own(verb: Verb, status: Status | None) -> None:
    assert require(verb, status) is None  # type: ignore[func-returns-value]


@pytest.mark.parametrize("status", Status)
def test_open_verbs_are_those_that_are_let_through(status: Status) -> None:
    assert open_verbs(status) == tuple(verb for verb in Verb if (verb, status) not in FORBIDDEN)


@pytest.mark.parametrize("status", Status)
def test_a_release_ends_withdrawing_and_nothing_else(status: Status) -> None:
    """Under appeal the same sentence refuses before and after a reviewer starts."""
    left = tuple(verb for verb in open_verbs(status) if verb is not Verb.WITHDRAW)
    with pytest.raises(Conflict) as refused:
        require(Verb.WITHDRAW, status, is_released=True)
    assert (open_verbs(status, is_released=True), refused.value.sentence) == (
        left,
        "The outcome of this submission is released, so it can no longer be withdrawn.",
    )


def test_what_the_rules_say_of_each_status() -> None:
    """Fairness by equality: withdraw until the release, decide only when all is agreed."""
    assert {status: {verb.name for verb in open_verbs(status)} for status in Status} == {
        Status.AWAITING_SIGN_OFF: {"SIGN", "DECLINE", "WITHDRAW", "STRIKE_REVIEW"},
        Status.DECLINED: set(),
        Status.WITHDRAWN: set(),
        Status.SUBMITTED: {
            "WITHDRAW", "ASSIGN_REVIEWER", "REMOVE_REVIEWER", "REQUEST_CHANGES", "START_REVIEW", "STRIKE_REVIEW"
        },
        Status.CHANGES_REQUESTED: {"HAND_OVER", "WITHDRAW", "TAKE_BACK_CHANGES", "STRIKE_REVIEW"},
        Status.IN_REVIEW: {
            "WITHDRAW", "ASSIGN_REVIEWER", "REMOVE_REVIEWER", "REQUEST_CHANGES", "START_REVIEW", "SEAL_REVIEW",
            "STRIKE_REVIEW",
        },
        Status.THIRD_REVIEW: {
            "WITHDRAW", "ASSIGN_REVIEWER", "REMOVE_REVIEWER", "START_REVIEW", "SEAL_REVIEW", "STRIKE_REVIEW"
        },
        Status.IN_MODERATION: {"WITHDRAW", "AGREE_SCORE", "ASK_CLARIFICATION", "STRIKE_REVIEW"},
        Status.AWAITING_ANSWER: {
            "WITHDRAW", "ANSWER_CLARIFICATION", "CLOSE_CLARIFICATION", "STRIKE_REVIEW"
        },
        Status.AWAITING_DECISION: {
            "WITHDRAW", "ASK_CLARIFICATION", "DECIDE", "REOPEN_DECISION", "STRIKE_REVIEW"
        },
        Status.DECIDED: {"WITHDRAW", "RELEASE", "REOPEN_DECISION", "STRIKE_REVIEW"},
        Status.RELEASED: {"APPEAL"},
        Status.APPEALED: {"ASSIGN_REVIEWER", "REMOVE_REVIEWER", "START_REVIEW", "STRIKE_REVIEW"},
    }  # fmt: skip


def test_every_status_is_reached_and_every_open_one_left() -> None:
    reached = {status for one in TRANSITIONS.values() for status in one.lead_to}
    assert reached == set(Status)
    assert {status for status in Status if open_verbs(status)} == {*OPEN_STATUSES, Status.RELEASED}


def test_every_verb_belongs_to_somebody_and_has_a_button_of_its_own() -> None:
    buttons = [one.button for one in TRANSITIONS.values()]
    assert (len(set(buttons)), set(TRANSITIONS)) == (len(Verb), set(Verb))
    assert [verb for verb, one in TRANSITIONS.items() if not GRANTS[one.permission]] == []


def test_b07_the_stage_tells_nothing_between_the_signature_and_the_release() -> None:
    """Nor under appeal: the first start of a reviewer changes the status, and no stage."""
    judged = (
        Status.SUBMITTED,
        Status.APPEALED,
        Status.IN_REVIEW,
        Status.THIRD_REVIEW,
        Status.IN_MODERATION,
        Status.AWAITING_DECISION,
        Status.DECIDED,
    )
    assert {STAGE[status] for status in judged} == {Stage.WITH_ASSEMBLY}
    assert {verb for verb, one in TRANSITIONS.items() if one.told} == {
        Verb.HAND_OVER, Verb.SIGN, Verb.DECLINE, Verb.WITHDRAW, Verb.RELEASE,
        Verb.REQUEST_CHANGES, Verb.TAKE_BACK_CHANGES, Verb.APPEAL,
        Verb.ASK_CLARIFICATION, Verb.ANSWER_CLARIFICATION, Verb.CLOSE_CLARIFICATION,
    }  # fmt: skip


def test_b07_withdrawing_tells_nothing_of_what_is_hidden() -> None:
    """Were it refused in one status of the stage and let through in another, trying would tell which it is.

    Under appeal it is refused in every status, before the table is asked (tests/actions/test_appeals.py).
    """
    hidden = [status for status in Status if STAGE[status] is Stage.WITH_ASSEMBLY]
    judged = [status for status in hidden if status is not Status.APPEALED]
    assert {Verb.WITHDRAW in open_verbs(status) for status in judged} == {True}


def test_the_pipeline_leaves_out_what_is_closed_or_released() -> None:
    assert set(Status) - set(PIPELINE) == {Status.DECLINED, Status.WITHDRAWN, Status.RELEASED}


def test_the_documentation_shows_the_table_that_is_in_force() -> None:
    """Wrong? Run ``portal docs``."""
    assert (ROOT / "docs" / "workflow.md").read_text(encoding="utf-8") == workflow_page()
