"""One question to the organisation about one criterion: asked, answered, agreed anew, or closed without an answer."""

from datetime import timedelta

import pytest
from sqlmodel import select

from app.actions import clarifications, moderation
from app.db import Database
from app.models import Clarification, Decision, Mail, Outcome, Status
from app.queries import clarifications as questions
from app.queries import decisions, reviews
from app.rules.clarifications import Question
from app.rules.days import uk_day
from app.rules.decisions import Clarify
from app.rules.errors import Conflict, RuleError
from tests import judging, rounds, steps
from tests.judging import status_of
from tests.story import NOW, Story

LATER = NOW + timedelta(days=15)


def test_a_question_goes_out_to_the_leads_alone_and_nothing_moves_meanwhile(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        submission, _ = judging.in_moderation(session, story)
        before = len(steps.mails(session))
        made = rounds.asked(session, story, submission)
        assert (status_of(submission), made.criterion_code, made.round) == (Status.AWAITING_ANSWER, "B01", 1)
        mails = session.exec(select(Mail).order_by(Mail.written_at)).all()[before:]  # type: ignore[arg-type]
        assert [mail.to for mail in mails] == [story.people["lead_a"].email]
        link = f"{rounds.URL}/submissions/{submission.id}/clarification"
        assert (mails[0].body.count("http"), link in mails[0].body) == (1, True)
        assert [word in mails[0].body for word in ("Fictional trust A", "B01", "Which board")] == [False] * 3
        with pytest.raises(Conflict, match="can only be asked for between"):
            rounds.asked(session, story, submission, "B02")
        with pytest.raises(Conflict, match="not in moderation"):
            judging.agreed(session, story, submission, "B01", 2)


def test_the_answer_reopens_that_criterion_alone_even_where_nobody_differed(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        submission = rounds.judged(session, story, rounds.MET)
        assert submission.status is Status.AWAITING_DECISION
        rounds.asked(session, story, submission, "B03", by="administrator")
        rounds.answered(session, story, submission)
        assert status_of(submission) is Status.IN_MODERATION
        assert reviews.unsettled(session, submission.id, story.framework) == ["B03"]
        assert reviews.settled_scores(session, submission.id, story.framework) == {
            "B01": 2,
            "B02": 3,
            "B03": None,
        }
        with pytest.raises(RuleError, match="don't differ"):
            judging.agreed(session, story, submission, "B01", 1)
        judging.agreed(session, story, submission, "B03", 1)
        assert status_of(submission) is Status.AWAITING_DECISION
        assert reviews.settled_scores(session, submission.id, story.framework) == {
            "B01": 2,
            "B02": 3,
            "B03": 1,
        }
        assert questions.to_agree(session, submission.id) == set()
        assert rounds.faults(session) == []


def test_what_was_agreed_before_the_answer_is_agreed_once_more_and_both_stay(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        submission, _ = judging.in_moderation(session, story)
        judging.agreed(session, story, submission, "B01", 1)
        rounds.asked(session, story, submission, "B01")
        rounds.answered(session, story, submission)
        assert reviews.unsettled(session, submission.id, story.framework) == ["B01", "B02"]
        judging.agreed(session, story, submission, "B01", 3)
        with pytest.raises(Conflict, match="agreed already"):
            judging.agreed(session, story, submission, "B01", 2)
        assert [reviews.times_agreed(session, submission, code) for code in ("B01", "B02")] == [2, 0]
        assert reviews.settled_scores(session, submission.id, story.framework)["B01"] == 3
        assert reviews.score_basis(session, submission.id)["agreed"] == {"B01": 3}
        assert rounds.faults(session) == []


def test_a_second_question_about_the_same_criterion_asks_for_a_third_agreement(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        submission = rounds.judged(session, story, rounds.MET)
        for score in (1, 2):
            rounds.asked(session, story, submission, "B02")
            rounds.answered(session, story, submission)
            assert questions.to_agree(session, submission.id) == {"B02"}
            judging.agreed(session, story, submission, "B02", score)
        assert reviews.settled_scores(session, submission.id, story.framework)["B02"] == 2
        assert [one.answer for one in questions.answered(session, submission.id, "B02")] == [
            "The board of May."
        ] * 2


@pytest.mark.parametrize(
    ("code", "text", "days", "field"),
    [
        ("S01", "Which?", 14, "criterion"),  # not in the sealed copy
        ("", "Which?", 14, "criterion"),
        ("B01", " ", 14, "question"),
        ("B01", "Which?", 0, "due"),
        ("B01", "Which?", 61, "due"),
        ("B01", "Which?", None, "due"),
    ],
)
def test_what_is_no_sound_question_is_refused(
    database: Database, story: Story, code: str, text: str, days: int | None, field: str
) -> None:
    with database.write() as session:
        submission, _ = judging.in_moderation(session, story)
        due_on = None if days is None else uk_day(NOW) + timedelta(days=days)
        by = story.who(session, "moderator")
        with pytest.raises(RuleError) as refused:
            clarifications.ask(session, submission, Question(code, text, due_on), by=by, at=NOW)
        assert (refused.value.field, status_of(submission)) == (field, Status.IN_MODERATION)
        assert session.exec(select(Clarification)).all() == []


@pytest.mark.parametrize("days", [1, 60])
def test_tomorrow_and_sixty_days_ahead_are_still_sound(database: Database, story: Story, days: int) -> None:
    with database.write() as session:
        submission, _ = judging.in_moderation(session, story)
        asked = Question("B01", "Which?", uk_day(NOW) + timedelta(days=days))
        clarifications.ask(session, submission, asked, by=story.who(session, "moderator"), at=NOW)
        assert status_of(submission) is Status.AWAITING_ANSWER


def test_an_empty_answer_is_refused_and_a_late_one_is_not(database: Database, story: Story) -> None:
    with database.write() as session:
        submission, _ = judging.in_moderation(session, story)
        rounds.asked(session, story, submission)
        with pytest.raises(RuleError, match="Enter your answer"):
            rounds.answered(session, story, submission, "  ")
        rounds.answered(session, story, submission, at=LATER)
        with pytest.raises(Conflict, match="nothing open"):
            rounds.answered(session, story, submission, at=LATER)


def test_without_an_answer_it_goes_on_only_after_the_day(database: Database, story: Story) -> None:
    with database.write() as session:
        submission, _ = judging.in_moderation(session, story)
        due = rounds.asked(session, story, submission).due_on
        by = story.who(session, "moderator")
        last = NOW + timedelta(days=14)
        assert uk_day(last) == due
        with pytest.raises(Conflict, match="Wait until that day has passed"):
            clarifications.close(session, submission, story.framework, "No answer.", by=by, at=last)
        with pytest.raises(RuleError, match="Enter a reason"):
            clarifications.close(session, submission, story.framework, " ", by=by, at=LATER)
        clarifications.close(session, submission, story.framework, "No answer.", by=by, at=LATER)
        assert status_of(submission) is Status.IN_MODERATION  # the scores still differ
        assert questions.open_of(session, submission.id) is None
        assert reviews.unsettled(session, submission.id, story.framework) == ["B01", "B02"]


def test_where_nothing_is_left_to_agree_it_goes_on_to_the_decision(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = rounds.judged(session, story, rounds.MET)
        rounds.asked(session, story, submission)
        by = story.who(session, "administrator")
        clarifications.close(session, submission, story.framework, "No answer.", by=by, at=LATER)
        assert status_of(submission) is Status.AWAITING_DECISION
        rounds.asked(session, story, submission, "B02", at=LATER)  # one at a time, but another may follow
        assert status_of(submission) is Status.AWAITING_ANSWER


@pytest.mark.reaches_past  # changes rows that no action changes
def test_a_decision_put_forward_before_the_question_is_void(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = rounds.judged(session, story, rounds.MET)
        pending = rounds.decided(session, story, submission, Outcome.RECOGNISED)
        submission.status, pending.released_at = Status.AWAITING_DECISION, None  # as with a quorum of two
        rounds.asked(session, story, submission)
        assert (pending.void_at, pending.void_by_id) == (NOW, story.people["moderator"].id)
        assert decisions.pending_of(session, submission.id) is None


def test_a_deferral_asks_its_question_at_release_and_leads_to_a_second_decision(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        submission = rounds.judged(session, story, rounds.MET)
        due_on = uk_day(NOW) + timedelta(days=20)
        first = rounds.decided(
            session,
            story,
            submission,
            Outcome.DEFERRED,
            reason="Which committee?",
            clarify=Clarify("B02", due_on),
        )
        assert rounds.released(session, story) == []
        made = questions.open_of(session, submission.id)
        assert made is not None
        assert (made.decision_id, made.criterion_code, made.question, made.due_on) == (
            first.id,
            "B02",
            "Which committee?",
            due_on,
        )
        assert status_of(submission) is Status.AWAITING_ANSWER
        assert decisions.released_of(session, submission.id) == first
        rounds.answered(session, story, submission)
        by = story.who(session, "moderator")
        moderation.agree(session, submission, story.framework, "B02", 2, "Shown.", by=by, at=NOW)
        second = rounds.decided(session, story, submission, Outcome.RECOGNISED)
        assert decisions.released_of(session, submission.id) == first  # until the second is released
        (certificate,) = rounds.released(session, story)
        assert (second.number, second.round, certificate.decision_id) == (2, 1, second.id)
        assert decisions.released_of(session, submission.id) == second
        assert status_of(submission) is Status.RELEASED
        assert session.exec(select(Decision.number).order_by(Decision.number)).all() == [1, 2]  # type: ignore[arg-type]
        assert rounds.faults(session) == []


@pytest.mark.reaches_past  # changes rows that no action changes
def test_a_question_left_open_by_a_struck_review_gives_way_to_the_next(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        submission, _ = judging.in_moderation(session, story)
        left = rounds.asked(session, story, submission)
        submission.status = Status.IN_MODERATION  # as after a strike and its replacement
        rounds.asked(session, story, submission, "B02")
        assert (left.closed_at, left.close_reason) == (
            NOW,
            "The submission went back to review before it was answered.",
        )
        open_one = questions.open_of(session, submission.id)
        assert open_one is not None
        assert open_one.criterion_code == "B02"


def test_an_outcome_waits_for_the_answer_of_another_in_its_window(database: Database, story: Story) -> None:
    """What is asked before the first decision belongs to the window; what follows a release does not hold it up."""
    with database.write() as session:
        waiting, _ = judging.in_moderation(session, story)
        rounds.asked(session, story, waiting)
        assert decisions.undecided(session, story.window_id) == 1
        rounds.recognised(session, story, "ZZB", "b")
        with pytest.raises(Conflict, match="without a decision"):
            rounds.released(session, story)
