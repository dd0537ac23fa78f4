"""Agreeing the scores that differ, once."""

from typing import Any

import pytest
from sqlmodel import Session, col, select

from app.actions import decisions, moderation
from app.db import Database
from app.models import AgreedScore, Event, Outcome, Status, Submission
from app.queries import audit_reviews, reviews
from app.queries.feedback import feedback
from app.rules.errors import Conflict, RuleError
from tests.judging import agreed, assigned, in_moderation, sealed, sealed_submission, status_of
from tests.story import NOW, Story


def agree(session: Session, story: Story, submission: Submission, code: str, **changed: Any) -> AgreedScore:
    fields: dict[str, Any] = {"score": 2, "reason": "Agreed", **changed}
    by = story.who(session, "moderator")
    return moderation.agree(
        session, submission, story.framework, code, fields["score"], fields["reason"], by=by, at=NOW
    )


def test_differing_scores_wait_and_the_others_are_settled_by_rule(database: Database, story: Story) -> None:
    with database.write() as session:
        submission, _ = in_moderation(session, story)
        assert status_of(submission) is Status.IN_MODERATION
        assert reviews.settled_scores(session, submission.id, story.framework) == {
            "B01": None,
            "B02": None,
            "B03": 2,
        }


def test_the_last_agreed_score_sends_the_submission_to_its_decision(database: Database, story: Story) -> None:
    with database.write() as session:
        submission, both = in_moderation(session, story)
        before = [row.model_dump() for one in both for row in reviews.scores(session, one.id).values()]
        agree(session, story, submission, "B01", score=3)
        assert status_of(submission) is Status.IN_MODERATION
        agree(session, story, submission, "B02", score=0)
        assert status_of(submission) is Status.AWAITING_DECISION
        assert reviews.settled_scores(session, submission.id, story.framework) == {
            "B01": 3,
            "B02": 0,
            "B03": 2,
        }
        session.expire_all()
        assert [
            row.model_dump() for one in both for row in reviews.scores(session, one.id).values()
        ] == before
        lines = session.exec(
            select(Event).where(Event.verb == "agree score").order_by(col(Event.number))
        ).all()
        assert [(line.facts["criterion"], line.facts["score"], line.facts["status"]) for line in lines] == [
            ("B01", 3, "in moderation"),
            ("B02", 0, "awaiting decision"),
        ]


def test_the_line_of_history_tells_from_what_to_what(database: Database, story: Story) -> None:
    with database.write() as session:
        submission, both = in_moderation(session, story)
        agree(session, story, submission, "B01", score=3)
        line = session.exec(select(Event).where(Event.verb == "agree score")).one()
        first, second = both[0].letter, both[1].letter
        assert {key: line.facts[key] for key in ("from", "before", "score", "round", "number")} == {
            "from": {first: 1, second: 3, "C": 2},
            "before": None,
            "score": 3,
            "round": 1,
            "number": 1,
        }


def test_an_agreed_score_is_never_changed(database: Database, story: Story) -> None:
    with database.write() as session:
        submission, _ = in_moderation(session, story)
        agree(session, story, submission, "B01", score=3)
        with pytest.raises(Conflict, match="agreed already"):
            agree(session, story, submission, "B01", score=1)
        rows = session.exec(select(AgreedScore.criterion_code, AgreedScore.score)).all()
        assert [tuple(row) for row in rows] == [("B01", 3)]


@pytest.mark.parametrize(
    ("code", "changed", "sentence"),
    [
        ("B03", {}, "The scores of this criterion don't differ, so there is nothing to agree."),
        ("B04", {}, "This criterion is not in the sealed copy."),
        ("B01", {"score": None}, "Choose a score from 0 to 3."),
        ("B01", {"score": 4}, "Choose a score from 0 to 3."),
        ("B01", {"reason": " "}, "Enter the reason for the agreed score."),
    ],
)
def test_what_may_not_be_agreed(
    database: Database, story: Story, code: str, changed: dict[str, Any], sentence: str
) -> None:
    with database.write() as session:
        submission, _ = in_moderation(session, story)
        with pytest.raises(RuleError) as refused:
            agree(session, story, submission, code, **changed)
        assert refused.value.sentence == sentence
        assert session.exec(select(AgreedScore)).all() == []


@pytest.mark.reaches_past
@pytest.mark.parametrize("status", sorted(set(Status) - {Status.IN_MODERATION}))
def test_scores_are_agreed_in_moderation_only(database: Database, story: Story, status: Status) -> None:
    with database.write() as session:
        submission, _ = in_moderation(session, story)
        submission.status = status
        session.flush()
        with pytest.raises(Conflict, match="not in moderation"):
            agree(session, story, submission, "B01")


def test_nothing_is_agreed_before_both_have_sealed(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = sealed_submission(session, story)
        both = assigned(session, story, submission)
        sealed(session, story, both[0], {"B01": 3, "B02": 3, "B03": 3})
        with pytest.raises(Conflict):
            agree(session, story, submission, "B01")


@pytest.mark.parametrize("changed", [{"score": 3}, {"reason": "Other words"}])
def test_f06_an_agreed_score_changed_behind_the_portals_back_is_found(
    database: Database, story: Story, changed: dict[str, Any]
) -> None:
    with database.write() as session:
        submission, _ = in_moderation(session, story)
        row = agree(session, story, submission, "B01")
        assert audit_reviews.changed_since_sealed(session) == []
        row.sqlmodel_update(changed)
        session.flush()
        assert audit_reviews.changed_since_sealed(session) == [
            f"submission {submission.id}: the agreed score of B01 is not what was agreed"
        ]


@pytest.mark.reaches_past
def test_what_the_decision_rests_on_and_what_the_organisation_reads(database: Database, story: Story) -> None:
    with database.write() as session:
        submission, both = in_moderation(session, story)
        first, second = both[0].letter, both[1].letter  # the third reviewer is C
        agreed(session, story, submission, "B01", 2)
        agreed(session, story, submission, "B02", 2)
        assert reviews.score_basis(session, submission.id) == {
            "scores": {
                first: {"B01": 1, "B02": 2, "B03": 3},
                second: {"B01": 3, "B02": 1, "B03": 2},
                "C": {"B01": 2, "B02": 2},
            },
            "agreed": {"B01": 2, "B02": 2},
        }
        by = story.who(session, "administrator")
        decision = decisions.decide(
            session, submission, story.framework, Outcome.RECOGNISED, "", {}, by=by, at=NOW
        )
        assert feedback(session, decision) == {}
        decision.released_at = NOW
        told = feedback(session, decision)
        assert {code: [(one.author, one.text) for one in lines] for code, lines in told.items()} == {
            "B01": [
                ("Reviewer A", "Reason B01 by A"),
                ("Reviewer B", "Reason B01 by B"),
                ("Reviewer C", "Reason B01 by C"),
                ("Moderation", "Agreed B01"),
            ],
            "B02": [
                ("Reviewer A", "Reason B02 by A"),
                ("Reviewer B", "Reason B02 by B"),
                ("Reviewer C", "Reason B02 by C"),
                ("Moderation", "Agreed B02"),
            ],
            "B03": [("Reviewer A", "Reason B03 by A"), ("Reviewer B", "Reason B03 by B")],
        }
