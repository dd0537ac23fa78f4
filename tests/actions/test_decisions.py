"""Deciding by a quorum, by the rule and against it; reopening; releasing a window's decisions together."""

from collections.abc import Mapping
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.actions import decisions, submissions
from app.actions.certificates import Issuer
from app.actions.decisions import Terms
from app.db import Database
from app.models import (
    AgreedScore,
    Certificate,
    Clarification,
    Condition,
    Decision,
    DecisionVote,
    Letter,
    Mail,
    Outcome,
    Status,
    Submission,
    Window,
)
from app.queries import decisions as queries
from app.queries.feedback import feedback
from app.rules.days import uk_day
from app.rules.decisions import Clarify
from app.rules.errors import Conflict, RuleError
from tests.judging import CODES, agreed, assigned, in_moderation, sealed, sealed_submission, status_of
from tests.letters import letters_read
from tests.steps import events
from tests.story import NOW, Story

ISSUER = Issuer("Assembly", ("Director",))
TWO = Terms(quorum=2)
ASKED = Clarify("B02", date(2027, 1, 31))


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
    *,
    clarify: Clarify = Clarify(),  # noqa: B008
    terms: Terms = Terms(),  # noqa: B008
) -> Decision:
    return decisions.decide(
        session,
        submission,
        story.framework,
        outcome,
        reason,
        conditions,
        clarify=clarify,
        terms=terms,
        by=story.who(session, "administrator"),
        at=NOW,
    )


def confirm(
    session: Session, story: Story, submission: Submission, seen: Decision, part: str = "administrator_2"
) -> Decision:
    by = story.who(session, part)
    return decisions.confirm(session, submission, story.framework, seen=seen.id, terms=TWO, by=by, at=NOW)


def reopen(session: Session, story: Story, submission: Submission, reason: str = "I disagree.") -> None:
    by = story.who(session, "administrator_2")
    decisions.reopen(session, submission, reason, by=by, at=NOW)


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
        assert (decision.basis["agreed_rows"], decision.basis["levels_missing"]) == ({}, [])
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
        decision = decide(session, story, submission, outcome, reason, conditions, clarify=ASKED)
        kept = session.exec(select(Condition.criterion_code, Condition.text)).all()
        asked = (decision.clarify_code, decision.clarify_due_on)
        assert (decision.is_override, dict(kept)) == (is_override, conditions)
        assert asked == (("B02", ASKED.due_on) if outcome is Outcome.DEFERRED else ("", None))


REFUSED = [
    (2, Outcome.NOT_YET, "", {"B01": "x"}, Clarify(), "reason"),
    (1, Outcome.RECOGNISED, " ", {}, Clarify(), "reason"),
    (1, Outcome.NOT_YET, "", {}, Clarify(), "conditions"),
    (1, Outcome.NOT_YET, "", {"B01": "  "}, Clarify(), "conditions"),
    (2, Outcome.RECOGNISED, "", {"B01": "x"}, Clarify(), "conditions"),
    (1, Outcome.NOT_YET, "", {"Z99": "x"}, Clarify(), "condition-Z99"),
    (2, Outcome.DEFERRED, "", {}, ASKED, "reason"),
    (2, Outcome.DEFERRED, "Which?", {"B01": "x"}, ASKED, "conditions"),
    (2, Outcome.DEFERRED, "Which?", {}, Clarify("", ASKED.due_on), "clarify_code"),
    (2, Outcome.DEFERRED, "Which?", {}, Clarify("S01", ASKED.due_on), "clarify_code"),
    (2, Outcome.DEFERRED, "Which?", {}, Clarify("B01"), "clarify_due"),
    (2, Outcome.DEFERRED, "Which?", {}, Clarify("B01", uk_day(NOW)), "clarify_due"),
]


@pytest.mark.parametrize(("score", "outcome", "reason", "conditions", "clarify", "field"), REFUSED)
def test_a_decision_that_lacks_something_is_refused_at_its_field(
    score: int, outcome: Outcome, reason: str, conditions: dict[str, str], clarify: Clarify, field: str,
    database: Database, story: Story,
) -> None:  # fmt: skip
    with database.write() as session:
        submission = judged(session, story, score)
        with pytest.raises(RuleError) as refused:
            decide(session, story, submission, outcome, reason, conditions, clarify=clarify)
        assert (refused.value.field, submission.status) == (field, Status.AWAITING_DECISION)
        assert session.exec(select(Decision)).all() == []


@pytest.mark.reaches_past
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


def test_f05_a_decision_stands_with_the_last_of_its_quorum(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = judged(session, story)
        decision = decide(session, story, submission, terms=TWO)
        one = (
            status_of(submission),
            len(session.exec(select(Letter)).all()),
            events(session, submission)[-1],
        )
        assert one == (Status.AWAITING_DECISION, 0, ("decide", "awaiting decision"))
        with pytest.raises(Conflict, match="still has submissions without a decision"):
            release(session, story)
        confirm(session, story, submission, decision)
        two = (
            status_of(submission),
            len(session.exec(select(Letter)).all()),
            events(session, submission)[-1],
        )
        assert two == (Status.DECIDED, 1, ("decide", "decided"))
        assert [id_ for id_, _, _ in queries.voters(session, decision.id)] == [
            story.people[part].id for part in ("administrator", "administrator_2")
        ]


def test_f05_nobody_is_behind_a_decision_twice(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = judged(session, story)
        decision = decide(session, story, submission, terms=TWO)
        with pytest.raises(Conflict, match="Somebody else must confirm"):
            confirm(session, story, submission, decision, "administrator")
        with pytest.raises(Conflict, match="put forward already"):
            decide(session, story, submission, terms=TWO)
        number = session.scalar(sa.select(sa.func.count()).select_from(DecisionVote))
        assert (number, status_of(submission)) == (1, Status.AWAITING_DECISION)


def test_what_is_confirmed_is_what_was_read(database: Database, story: Story) -> None:
    """Reopened and put forward anew in between: the confirmation was of another decision."""
    with database.write() as session:
        submission = judged(session, story)
        read = decide(session, story, submission, terms=TWO)
        reopen(session, story, submission)
        with pytest.raises(Conflict, match="No decision is put forward"):
            confirm(session, story, submission, read)
        newer = decide(session, story, submission, terms=TWO)
        with pytest.raises(Conflict, match="No decision is put forward"):
            confirm(session, story, submission, read)
        confirm(session, story, submission, newer)
        assert (newer.number, status_of(submission)) == (2, Status.DECIDED)


@pytest.mark.reaches_past
def test_a_decision_whose_basis_is_no_longer_so_is_not_confirmed(database: Database, story: Story) -> None:
    """No status lets scores change behind a decision that is put forward; should it happen all the same, it shows."""
    with database.write() as session:
        submission, _ = in_moderation(session, story)
        for code in ("B01", "B02"):
            agreed(session, story, submission, code, 2)
        decision = decide(session, story, submission, terms=TWO)
        row = session.exec(select(AgreedScore).where(AgreedScore.criterion_code == "B01")).one()
        row.score = 3
        session.flush()
        with pytest.raises(Conflict, match="has changed since it was put forward"):
            confirm(session, story, submission, decision)
        assert status_of(submission) is Status.AWAITING_DECISION


@pytest.mark.parametrize("is_decided", [False, True])
def test_whoever_disagrees_reopens_it_and_it_stays_on_record(
    is_decided: bool, database: Database, story: Story
) -> None:
    with database.write() as session:
        submission = judged(session, story)
        decision = decide(session, story, submission, terms=TWO)
        if is_decided:
            confirm(session, story, submission, decision)
        with pytest.raises(RuleError) as refused:
            reopen(session, story, submission, " ")
        assert refused.value.field == "reopen-reason"
        reopen(session, story, submission)
        assert (status_of(submission), decision.void_reason) == (Status.AWAITING_DECISION, "I disagree.")
        assert [(one.id, name) for one, name in queries.reopened(session, submission.id)] == [
            (decision.id, "Administrator 2")
        ]
        with pytest.raises(Conflict):  # there is nothing left to reopen
            reopen(session, story, submission)
        decide(session, story, submission, Outcome.NOT_YET, "Another year.", {"B01": "Show it."})
        letters_read(session, story)
        assert (release(session, story), decision.released_at) == ([], None)
        assert [
            one.sent_at for one in session.exec(select(Letter).where(Letter.decision_id == decision.id))
        ] == ([None] if is_decided else [])


def test_a_released_decision_is_not_reopened(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = judged(session, story)
        decision = decide(session, story, submission)
        letters_read(session, story)
        release(session, story)
        with pytest.raises(Conflict, match="because it is released"):
            reopen(session, story, submission)
        assert decision.void_at is None


def test_k05_a_decision_of_what_was_withdrawn_is_neither_confirmed_nor_released(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        submission = judged(session, story)
        decision = decide(session, story, submission, terms=TWO)
        submissions.withdraw(session, submission, "Newer figures.", by=story.who(session, "lead_a"), at=NOW)
        with pytest.raises(Conflict):
            confirm(session, story, submission, decision)
        assert (status_of(submission), decision.void_at) == (Status.WITHDRAWN, NOW)


def test_outcomes_go_out_together_or_not_at_all(database: Database, story: Story) -> None:
    with database.write() as session:
        decided = judged(session, story)
        waiting = judged(session, story, score=1, code="ZZB", letter="b")
        decide(session, story, decided)
        letters_read(session, story)
        with pytest.raises(Conflict, match="still has submissions without a decision"):
            release(session, story)
        assert session.exec(select(Certificate)).all() == []
        decide(session, story, waiting, Outcome.NOT_YET, "", {"B01": "Do this."})
        with pytest.raises(Conflict, match="1 letter has not been read yet"):
            release(session, story)
        letters_read(session, story)
        issued = release(session, story)
        assert [(one.number, one.level, one.ods_code) for one in issued] == [
            ("ARF-2026-000001", "bronze", "ZZA")
        ]
        assert {decided.status, waiting.status} == {Status.RELEASED}
        assert {one.sent_at for one in session.exec(select(Letter)).all()} == {NOW}
        with pytest.raises(Conflict, match="no decision to release"):
            release(session, story)


def test_a_released_outcome_is_told_without_saying_which(database: Database, story: Story) -> None:
    with database.write() as session:
        decide(session, story, judged(session, story))
        letters_read(session, story)
        session.execute(sa.delete(Mail))
        release(session, story)
        rows = session.exec(select(Mail).order_by(col(Mail.to))).all()
        told = [(row.to, row.subject, "recognised" in row.body.lower()) for row in rows]
        assert told == [
            (f"{part}.a@example.invalid", "The outcome of your submission is in the portal", False)
            for part in ("lead", "sponsor")
        ]


def test_a_deferral_asks_its_question_when_it_is_released(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = judged(session, story)
        decide(session, story, submission, Outcome.DEFERRED, "Which committee?", clarify=ASKED)
        letters_read(session, story)
        assert session.exec(select(Clarification)).all() == []
        release(session, story)
        asked = session.exec(select(Clarification)).one()
        assert (asked.criterion_code, asked.question, asked.due_on) == (
            "B02",
            "Which committee?",
            ASKED.due_on,
        )
        assert (status_of(submission), events(session, submission)[-1]) == (
            Status.AWAITING_ANSWER,
            ("release", "awaiting an answer"),
        )


def test_a_deferral_whose_day_has_come_is_not_released(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = judged(session, story)
        tomorrow = Clarify("B02", uk_day(NOW) + timedelta(days=1))
        decide(session, story, submission, Outcome.DEFERRED, "Which committee?", clarify=tomorrow)
        letters_read(session, story)
        window, by = session.get_one(Window, story.window_id), story.who(session, "administrator")
        later = NOW + timedelta(days=1)
        with pytest.raises(Conflict, match="The last day to answer"):
            decisions.release(session, window, story.framework, ISSUER, by=by, at=later, on=uk_day(later))
        assert status_of(submission) is Status.DECIDED


@pytest.mark.reaches_past
def test_feedback_is_what_the_decision_rests_on_and_nothing_later(database: Database, story: Story) -> None:
    with database.write() as session:
        submission, _ = in_moderation(session, story)
        for code in ("B01", "B02"):
            agreed(session, story, submission, code, 2)
        decision = decide(session, story, submission)
        assert feedback(session, decision) == {}
        decision.released_at = NOW
        before = feedback(session, decision)
        session.add(_agreed_later(story, submission))
        session.flush()
        assert feedback(session, decision) == before
        assert [one.text for one in before["B01"] if one.author == "Moderation"] == ["Agreed B01"]


def _agreed_later(story: Story, submission: Submission) -> AgreedScore:
    return AgreedScore(
        submission_id=submission.id,
        criterion_code="B01",
        number=2,
        score=0,
        reason="After the answer",
        agreed_at=NOW,
        agreed_by_id=story.people["moderator"].id,
    )
