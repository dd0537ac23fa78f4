"""An appeal: within its days, on its grounds, judged by others, all other criteria kept."""

from datetime import UTC, datetime

import pytest
from sqlmodel import Session, select

from app.actions import appeals, submissions
from app.actions import reviews as review_actions
from app.db import Database
from app.models import (
    Appeal,
    Decision,
    Mail,
    Outcome,
    Review,
    Role,
    Status,
    Submission,
)
from app.queries import appeals as appeal_queries
from app.queries import reviews
from app.rules.errors import Conflict, RuleError
from tests import judging, rounds
from tests.judging import status_of
from tests.story import NOW, Story

# Released on Monday 30 November 2026: ten working days later is Monday 14 December, in Greenwich time.
RELEASED = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
LAST_MOMENT = datetime(2026, 12, 14, 23, 59, 59, tzinfo=UTC)
TOO_LATE = datetime(2026, 12, 15, 0, 0, tzinfo=UTC)


def test_an_appeal_begins_a_round_and_changes_nothing_released(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = rounds.refused(session, story)
        decision = session.exec(select(Decision)).one()
        before = decision.model_dump()
        mails = len(session.exec(select(Mail)).all())
        made = rounds.appealed(session, story, submission, "B02")
        assert (submission.round, status_of(submission)) == (2, Status.APPEALED)
        assert (made.decision_id, made.round, list(made.grounds)) == (decision.id, 2, ["B02"])
        assert decision.model_dump() == before
        written = session.exec(select(Mail).order_by(Mail.written_at)).all()[mails:]  # type: ignore[arg-type]
        assert sorted(mail.to for mail in written) == sorted(
            [story.people["lead_a"].email, story.people["sponsor_a"].email]
        )
        assert {
            (mail.body.count("http"), "trust A" in mail.body, "not yet" in mail.body) for mail in written
        } == {(1, False, False)}
        assert rounds.faults(session) == []


def test_until_the_last_moment_of_the_tenth_working_day_and_not_after(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        submission = rounds.refused(session, story, at=RELEASED)
        with pytest.raises(Conflict, match="had to be made by 14 December 2026, 10 working days"):
            rounds.appealed(session, story, submission, at=TOO_LATE)
        assert (submission.round, status_of(submission)) == (1, Status.RELEASED)
        rounds.appealed(session, story, submission, at=LAST_MOMENT)
        assert status_of(submission) is Status.APPEALED


def test_a_recognition_is_not_appealed_against(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = rounds.recognised(session, story)
        rounds.released(session, story)
        with pytest.raises(Conflict, match="was recognised"):
            rounds.appealed(session, story, submission)


def test_nothing_is_appealed_before_its_release(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = rounds.judged(session, story, rounds.NOT_MET)
        rounds.decided(session, story, submission, Outcome.NOT_YET)
        with pytest.raises(Conflict, match="no released outcome"):
            rounds.appealed(session, story, submission)


@pytest.mark.parametrize(
    ("grounds", "sentence"),
    [
        ({}, "at least one criterion"),
        ({"B01": " \n"}, "at least one criterion"),
        ({"B01": "Wrong.", "S01": "Wrong."}, "S01 is not in the sealed copy"),
    ],
)
def test_grounds_are_of_the_copy_and_there_is_one_at_least(
    database: Database, story: Story, grounds: dict[str, str], sentence: str
) -> None:
    with database.write() as session:
        submission = rounds.refused(session, story)
        by = story.who(session, "lead_a")
        with pytest.raises(RuleError, match=sentence):
            appeals.appeal(session, submission, story.framework, grounds, by=by, at=NOW)
        assert session.exec(select(Appeal)).all() == []


@pytest.mark.reaches_past  # changes rows that no action changes
def test_each_decision_is_appealed_against_once(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = rounds.refused(session, story)
        rounds.appealed(session, story, submission)
        with pytest.raises(Conflict, match="no released outcome"):
            rounds.appealed(session, story, submission)
        submission.status = Status.RELEASED  # whatever the status says: the decision was appealed against
        with pytest.raises(Conflict, match="can be appealed against once"):
            rounds.appealed(session, story, submission)


@pytest.mark.reaches_past  # changes rows that no action changes
def test_not_beside_another_submission_of_the_level(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = rounds.refused(session, story)
        another = judging.sealed_submission(session, story, own_id=submission.self_assessment_id)
        with pytest.raises(Conflict, match="Another submission of this level is on its way"):
            rounds.appealed(session, story, submission)
        another.status = Status.WITHDRAWN
        session.flush()
        rounds.appealed(session, story, submission)


def second_round(session: Session, story: Story, submission: Submission, scores: dict[str, int]) -> None:
    """Two people who took no part score the appealed criteria."""
    for review in judging.assigned(session, story, submission, "reviewer_4", "reviewer_5"):
        assert set(reviews.scores(session, review.id)) == set(scores)
        judging.sealed(session, story, review, scores)


def test_the_rule_judges_all_criteria_the_appealed_ones_by_their_new_scores(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        story = rounds.cast(session, story)
        submission = rounds.refused(session, story)
        first = session.exec(select(Decision)).one().basis["reviews"]["scores"]
        rounds.appealed(session, story, submission, "B01", "B02")
        assert reviews.settled_scores(session, submission.id, story.framework) == {}
        second_round(session, story, submission, {"B01": 3, "B02": 2})
        assert status_of(submission) is Status.AWAITING_DECISION
        assert reviews.settled_scores(session, submission.id, story.framework) == {
            "B01": 3,
            "B02": 2,
            "B03": 2,
        }
        letters = [one.letter for one in reviews.current(session, submission.id)]
        assert set(letters).isdisjoint(first)
        assert reviews.score_basis(session, submission.id) == {
            "scores": {
                **{letter: {"B03": 2} for letter in first},
                **{letter: {"B01": 3, "B02": 2} for letter in letters},
            },
            "agreed": {},
        }
        second = rounds.decided(session, story, submission, Outcome.RECOGNISED, by="administrator_3")
        assert (second.number, second.round, second.is_override) == (2, 2, False)
        (certificate,) = rounds.released(session, story)
        assert certificate.decision_id == second.id
        assert rounds.faults(session) == []


def test_what_is_not_appealed_keeps_the_score_that_moderation_agreed(
    database: Database, story: Story
) -> None:
    """B01 was agreed at 1, against reviews of 1, 3 and 2; only B02 is judged anew."""
    with database.write() as session:
        story = rounds.cast(session, story)
        submission, _ = judging.in_moderation(session, story)
        judging.agreed(session, story, submission, "B01", 1)
        judging.agreed(session, story, submission, "B02", 1)
        rounds.decided(session, story, submission, Outcome.NOT_YET)
        rounds.released(session, story)
        basis = session.exec(select(Decision)).one().basis
        rounds.appealed(session, story, submission, "B02")
        second_round(session, story, submission, {"B02": 3})
        settled = reviews.settled_scores(session, submission.id, story.framework)
        assert settled == {**basis["scores"], "B02": 3}
        assert {code: row.score for code, row in reviews.agreed_scores(session, submission.id).items()} == {
            "B01": 1
        }
        assert reviews.unsettled(session, submission.id, story.framework) == []


def test_a_kept_criterion_can_be_clarified_and_then_counts_as_agreed_anew(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        story = rounds.cast(session, story)
        submission = rounds.refused(session, story)
        rounds.appealed(session, story, submission, "B01")
        second_round(session, story, submission, {"B01": 2})
        rounds.asked(session, story, submission, "B02", by="moderator_2")
        rounds.answered(session, story, submission)
        assert reviews.unsettled(session, submission.id, story.framework) == ["B02"]
        judging.agreed(session, Story(**{**vars(story), "people": {**story.people, "moderator": story.people["moderator_2"]}}), submission, "B02", 3)  # fmt: skip  # noqa: E501
        assert reviews.settled_scores(session, submission.id, story.framework) == {
            "B01": 2,
            "B02": 3,
            "B03": 2,
        }


def test_a_clarification_of_an_earlier_round_asks_for_nothing_in_the_next(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        story = rounds.cast(session, story)
        submission = rounds.judged(session, story, rounds.NOT_MET)
        rounds.asked(session, story, submission, "B01")
        rounds.answered(session, story, submission)
        judging.agreed(session, story, submission, "B01", 1)
        rounds.decided(session, story, submission, Outcome.NOT_YET)
        rounds.released(session, story)
        rounds.appealed(session, story, submission, "B01", "B02")
        second_round(session, story, submission, {"B01": 2, "B02": 2})
        assert status_of(submission) is Status.AWAITING_DECISION
        assert reviews.settled_scores(session, submission.id, story.framework)["B01"] == 2


def test_three_appeals_each_against_the_decision_before(database: Database, story: Story) -> None:
    parts = {f"reviewer_{number}": Role.REVIEWER for number in range(4, 10)} | {
        f"administrator_{number}": Role.ADMINISTRATOR for number in range(3, 6)
    }
    with database.write() as session:
        story = rounds.cast(session, story, parts)
        submission = rounds.refused(session, story)
        for number in (2, 3, 4):
            rounds.appealed(session, story, submission, "B01")
            pair = (f"reviewer_{2 * number}", f"reviewer_{2 * number + 1}")
            for review in judging.assigned(session, story, submission, *pair):
                judging.sealed(session, story, review, {"B01": number - 1})
            outcome = Outcome.NOT_YET  # B02 is never appealed, so it stays unmet
            rounds.decided(session, story, submission, outcome, by=f"administrator_{number + 1}")
            rounds.released(session, story)
            assert reviews.settled_scores(session, submission.id, story.framework) == {
                "B01": number - 1,
                "B02": 1,
                "B03": 2,
            }
        letters = session.exec(select(Review.letter)).all()
        assert (len(letters), len(set(letters))) == (8, 8)
        assert [one.round for one in appeal_queries.every(session, submission.id)] == [2, 3, 4]
        assert rounds.faults(session) == []


def test_an_appeal_is_not_withdrawn(database: Database, story: Story) -> None:
    with database.write() as session:
        story = rounds.cast(session, story)
        submission = rounds.refused(session, story)
        rounds.appealed(session, story, submission)
        second_round(session, story, submission, {"B01": 2})
        with pytest.raises(Conflict, match="can no longer be withdrawn"):
            submissions.withdraw(session, submission, "Enough.", by=story.who(session, "lead_a"), at=NOW)


def test_b05_the_refusal_is_the_same_before_and_after_a_reviewer_of_the_appeal_starts(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        wide = rounds.cast(session, story)
        submission = rounds.refused(session, wide)
        rounds.appealed(session, wide, submission)
        review = judging.assigned(session, wide, submission, "reviewer_4", "reviewer_5")[0]
        told = []
        for status in (Status.APPEALED, Status.IN_REVIEW):
            assert submission.status is status
            with pytest.raises(Conflict) as found:
                submissions.withdraw(session, submission, "Enough.", by=wide.who(session, "lead_a"), at=NOW)
            told.append(found.value.sentence)
            if status is Status.APPEALED:
                review_actions.start(session, review, by=wide.who(session, "reviewer_4"), at=NOW)
        assert len(set(told)) == 1
