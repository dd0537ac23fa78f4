"""Conditions of an earlier decision come back where the next submission is written, and are sealed with it."""

from collections.abc import Mapping

import pytest
from sqlmodel import Session, select

from app.actions import conditions, decisions, submissions
from app.criteria.schema import Framework
from app.db import Database
from app.models import (
    Condition,
    ConditionAnswer,
    Event,
    Organisation,
    Outcome,
    SelfAssessment,
    Submission,
    Window,
)
from app.queries import conditions as queries
from app.queries import sealed_copies, self_assessments, standing_checks, to_sign
from app.queries.frameworks import FrameworkShelf
from app.rules.days import uk_day
from app.rules.errors import Conflict, RuleError, Stale
from app.rules.people import Who
from app.rules.standing_check import Matter
from tests import steps
from tests.actions.test_decisions import ISSUER
from tests.judging import assigned, sealed_submission
from tests.judging import sealed as sealed_review
from tests.letters import letters_read
from tests.second_version import moved, published
from tests.story import NOW, Story

ASKED = {"B02": "Show the minute."}
ON = uk_day(NOW)


def released(
    session: Session,
    story: Story,
    made: SelfAssessment,
    outcome: Outcome = Outcome.NOT_YET,
    asked: Mapping[str, str] = ASKED,
    code: str = "ZZA",
    letter: str = "a",
) -> Submission:
    """A submission of the self-assessment, decided and released."""
    submission = sealed_submission(session, story, code, letter, own_id=made.id)
    score = 2 if outcome is Outcome.RECOGNISED else 1
    for review in assigned(session, story, submission):
        sealed_review(session, story, review, dict.fromkeys(("B01", "B02", "B03"), score))
    by = story.who(session, "administrator")
    decisions.decide(session, submission, story.framework, outcome, "", asked, by=by, at=NOW)
    letters_read(session, story)
    window = session.get_one(Window, story.window_id)
    decisions.release(session, window, story.framework, ISSUER, by=by, at=NOW, on=ON)
    return submission


def say(
    session: Session, story: Story, made: SelfAssessment, text: str, version: int = 0, code: str = "B02"
) -> ConditionAnswer:
    by, id_ = story.who(session, "lead_a"), session.exec(select(Condition.id)).first()
    return conditions.answer(session, made, story.framework, code, id_, text, version=version, by=by, at=NOW)


def gaps(
    session: Session, story: Story, made: SelfAssessment, level: str = "bronze"
) -> dict[str, tuple[str, ...]]:
    found = to_sign.missing(session, made, story.framework, level, on=ON)
    return {gap.code: gap.reasons for gap in found}


def notes(session: Session, story: Story, made: SelfAssessment) -> list[tuple[Matter, str]]:
    organisation = session.get_one(Organisation, made.organisation_id)
    answers = self_assessments.answers(session, made.id)
    found = standing_checks.notes(session, made, story.framework, organisation, answers, on=ON)
    return [(note.kind, note.path) for note in found if note.kind is Matter.CONDITION]


UNANSWERED = {"B02": ("Say what you did about what was asked: “Show the minute.”",)}


def test_an_unanswered_condition_is_a_gap_and_a_note_until_it_is_answered(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        made = steps.finished(session, story)
        assert (gaps(session, story, made), notes(session, story, made)) == ({}, [])
        released(session, story, made)
        path = f"/self-assessments/{made.id}/criteria/B02/conditions"
        assert (gaps(session, story, made), notes(session, story, made)) == (
            UNANSWERED,
            [(Matter.CONDITION, path)],
        )
        with pytest.raises(RuleError, match="B02"):
            steps.hand_over(session, story, made)
        say(session, story, made, "It is in the paper of May.")
        assert (gaps(session, story, made), notes(session, story, made)) == ({}, [])


def test_what_was_done_is_signed_with_the_answer(database: Database, story: Story) -> None:
    with database.write() as session:
        made = steps.finished(session, story)
        released(session, story, made)
        say(session, story, made, "It is in the paper of May.")
        submission = steps.hand_over(session, story, made)
        copy = steps.sign(session, story, submission)
        answers = sealed_copies.document(session, submission.id).content.answers
        told = {
            one.code: [(asked.text, asked.answer) for asked in one.conditions]
            for one in answers
            if one.conditions
        }
        assert told == {"B02": [("Show the minute.", "It is in the paper of May.")]}
        assert '"conditions"' in copy.document


def test_a_word_about_a_condition_changes_what_is_to_be_signed(database: Database, story: Story) -> None:
    """K-01: the executive signs what they read."""
    with database.write() as session:
        made = steps.finished(session, story)
        released(session, story, made)
        say(session, story, made, "Done.")
        window = session.get_one(Window, story.window_id)
        before = to_sign.content(session, made, story.framework, "bronze", window, on=ON)
        say(session, story, made, "Done in May.", version=1)
        assert to_sign.content(session, made, story.framework, "bronze", window, on=ON) != before


def test_a_colleague_s_text_is_not_overwritten_and_a_form_sent_twice_is_saved_once(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        made = steps.finished(session, story)
        released(session, story, made)
        say(session, story, made, "First.")
        say(session, story, made, "First.")
        with pytest.raises(Stale):
            say(session, story, made, "Typed over nothing.")
        row = session.exec(select(ConditionAnswer)).one()
        told = session.exec(select(Event).where(Event.verb == "answer condition")).all()
        assert (row.text, row.version, len(told)) == ("First.", 1, 1)


@pytest.mark.parametrize("code", ["B01", "B03"])
def test_nothing_is_answered_where_nothing_is_asked(code: str, database: Database, story: Story) -> None:
    with database.write() as session:
        made = steps.finished(session, story)
        released(session, story, made)
        with pytest.raises(RuleError, match="no longer asked for"):
            say(session, story, made, "Done.", code=code)
        assert session.exec(select(ConditionAnswer)).all() == []


def test_a01_another_organisation_s_condition_is_not_answered(database: Database, story: Story) -> None:
    with database.write() as session:
        made = steps.finished(session, story)
        other = steps.finished(session, story, code="ZZB", lead="lead_b")
        released(session, story, made)
        with pytest.raises(RuleError):
            say(session, story, other, "Done.")
        assert queries.returned(session, other, story.framework) == []


def test_a_condition_is_fulfilled_when_the_level_is_recognised(database: Database, story: Story) -> None:
    with database.write() as session:
        made = steps.finished(session, story)
        released(session, story, made)
        released(session, story, made, Outcome.RECOGNISED, {})
        assert (queries.returned(session, made, story.framework), gaps(session, story, made)) == ([], {})


def test_a_condition_is_not_seen_before_its_decision_is_released(database: Database, story: Story) -> None:
    with database.write() as session:
        made = steps.finished(session, story)
        submission = sealed_submission(session, story, own_id=made.id)
        for review in assigned(session, story, submission):
            sealed_review(session, story, review, dict.fromkeys(("B01", "B02", "B03"), 1))
        by = story.who(session, "administrator")
        decisions.decide(session, submission, story.framework, Outcome.NOT_YET, "", ASKED, by=by, at=NOW)
        assert queries.returned(session, made, story.framework) == []


def test_conditions_and_answers_follow_their_criteria_to_a_newer_version(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        old = steps.finished(session, story)
        released(session, story, old)
        say(session, story, old, "It is in the paper of May.")
        published(session, story)
        new = moved(session, story, old)
        framework = _framework(session, new)
        found = queries.returned(session, new, framework)
        assert [
            (one.text, one.answer, set(one.codes) <= {c.code for c in framework.criteria}) for one in found
        ] == [("Show the minute.", "It is in the paper of May.", True)]
        with pytest.raises(Conflict):  # the old one is read, not written
            say(session, story, old, "Typed into the old one.", version=1)


def _framework(session: Session, made: SelfAssessment) -> Framework:
    return FrameworkShelf().get(session, made.framework_version_id)


def test_withdrawing_leaves_the_conditions_asked(database: Database, story: Story) -> None:
    with database.write() as session:
        made = steps.finished(session, story)
        released(session, story, made)
        say(session, story, made, "Done.")
        submission = steps.hand_over(session, story, made)
        by: Who = story.who(session, "lead_a")
        submissions.withdraw(session, submission, "Newer figures.", by=by, at=NOW)
        assert [one.text for one in queries.returned(session, made, story.framework)] == ["Show the minute."]
