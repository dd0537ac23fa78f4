"""Deciding by the rule, against it, and releasing a window's decisions together."""

from collections.abc import Mapping

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.actions import decisions
from app.actions.certificates import Issuer
from app.db import Database
from app.models import Certificate, Condition, Decision, Mail, Outcome, Status, Submission, Window
from app.rules.days import uk_day
from app.rules.errors import Conflict, RuleError
from tests.judging import CODES, assigned, in_moderation, sealed, sealed_submission
from tests.steps import events
from tests.story import NOW, Story

ISSUER = Issuer("Assembly", ("Director",))


def judged(
    session: Session, story: Story, score: int = 2, code: str = "ZZA", letter: str = "a"
) -> Submission:
    """A submission awaiting its decision, every criterion scored alike by both reviewers."""
    submission = sealed_submission(session, story, code, letter)
    for review in assigned(session, story, submission):
        sealed(session, story, review, dict.fromkeys(CODES, score))
    return submission


def decide(
    session: Session,
    story: Story,
    submission: Submission,
    outcome: Outcome = Outcome.RECOGNISED,
    reason: str = "",
    conditions: Mapping[str, str] = {},
) -> Decision:
    by = story.who(session, "administrator")
    return decisions.decide(session, submission, story.framework, outcome, reason, conditions, by=by, at=NOW)


def release(session: Session, story: Story) -> list[Certificate]:
    window = session.get_one(Window, story.window_id)
    by = story.who(session, "administrator")
    return decisions.release(session, window, story.framework, ISSUER, by=by, at=NOW, on=uk_day(NOW))


def test_c01_a_decision_by_the_rule_is_kept_with_all_it_rests_on(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = judged(session, story)
        decision = decide(session, story, submission)
        assert (decision.outcome, decision.rule_outcome, decision.is_override) == (
            Outcome.RECOGNISED,
            Outcome.RECOGNISED,
            False,
        )
        assert decision.basis["scores"] == dict.fromkeys(CODES, 2)
        assert (decision.basis["met"], decision.basis["not_met"]) == (list(CODES), [])
        assert decision.basis["framework_version"] == story.framework.version
        assert len(decision.basis["copy_sha256"]) == 64
        assert (submission.status, events(session, submission)[-1]) == (Status.DECIDED, ("decide", "decided"))


@pytest.mark.parametrize(
    ("score", "outcome", "reason", "is_override"),
    [
        (2, Outcome.NOT_YET, "The evidence is of another year.", True),
        (1, Outcome.RECOGNISED, "Met by other evidence.", True),
        (1, Outcome.NOT_YET, "", False),
        (2, Outcome.DEFERRED, "Which committee?", False),
    ],
)
def test_an_outcome_other_than_the_rules_is_an_override(
    score: int, outcome: Outcome, reason: str, is_override: bool, database: Database, story: Story
) -> None:
    conditions = {"B02": "Show the minute."} if outcome is Outcome.NOT_YET else {}
    with database.write() as session:
        submission = judged(session, story, score)
        decision = decide(session, story, submission, outcome, reason, conditions)
        kept = session.exec(select(Condition.criterion_code, Condition.text)).all()
        assert (decision.is_override, dict(kept)) == (is_override, conditions)


REFUSED = [
    (2, Outcome.NOT_YET, "", {"B01": "x"}, "reason"),
    (1, Outcome.RECOGNISED, " ", {}, "reason"),
    (1, Outcome.NOT_YET, "", {}, "conditions"),
    (1, Outcome.NOT_YET, "", {"B01": "  "}, "conditions"),
    (2, Outcome.DEFERRED, "", {}, "reason"),
    (2, Outcome.RECOGNISED, "", {"B01": "x"}, "conditions"),
    (1, Outcome.NOT_YET, "", {"Z99": "x"}, "condition-Z99"),
]


@pytest.mark.parametrize(("score", "outcome", "reason", "conditions", "field"), REFUSED)
def test_a_decision_that_lacks_something_is_refused_at_its_field(
    score: int, outcome: Outcome, reason: str, conditions: dict[str, str], field: str,
    database: Database, story: Story,
) -> None:  # fmt: skip
    with database.write() as session:
        submission = judged(session, story, score)
        with pytest.raises(RuleError) as refused:
            decide(session, story, submission, outcome, reason, conditions)
        assert (refused.value.field, submission.status) == (field, Status.AWAITING_DECISION)
        assert session.exec(select(Decision)).all() == []


def test_nothing_is_decided_while_a_score_is_open_or_twice(database: Database, story: Story) -> None:
    with database.write() as session:
        submission, _ = in_moderation(session, story)
        with pytest.raises(Conflict):
            decide(session, story, submission)
        submission.status = Status.AWAITING_DECISION  # as if the status had been set by hand
        with pytest.raises(Conflict, match="every difference agreed"):
            decide(session, story, submission)
        other = judged(session, story, code="ZZB", letter="b")
        decide(session, story, other)
        with pytest.raises(Conflict):
            decide(session, story, other)
        assert session.scalar(sa.select(sa.func.count()).select_from(Decision)) == 1


def test_outcomes_go_out_together_or_not_at_all(database: Database, story: Story) -> None:
    with database.write() as session:
        decided = judged(session, story)
        waiting = judged(session, story, score=1, code="ZZB", letter="b")
        decide(session, story, decided)
        with pytest.raises(Conflict, match="still has submissions without a decision"):
            release(session, story)
        assert session.exec(select(Certificate)).all() == []
        decide(session, story, waiting, Outcome.NOT_YET, "", {"B01": "Do this."})
        issued = release(session, story)
        assert [(one.number, one.level, one.ods_code) for one in issued] == [
            ("ARF-2026-000001", "bronze", "ZZA")
        ]
        assert {decided.status, waiting.status} == {Status.RELEASED}
        with pytest.raises(Conflict, match="no decision to release"):
            release(session, story)


def test_a_released_outcome_is_told_without_saying_which(database: Database, story: Story) -> None:
    with database.write() as session:
        decide(session, story, judged(session, story))
        session.execute(sa.delete(Mail))
        release(session, story)
        rows = session.exec(select(Mail).order_by(col(Mail.to))).all()
        told = [(row.to, row.subject, "recognised" in row.body.lower()) for row in rows]
        assert told == [
            (f"{part}.a@example.invalid", "The outcome of your submission is in the portal", False)
            for part in ("lead", "sponsor")
        ]
