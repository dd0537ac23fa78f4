"""Giving reviewers, and taking one away."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from app.actions import assignments, reviews
from app.db import Database
from app.models import Event, Mail, Membership, Person, Review, ReviewStatus, Role, Score, Status
from app.queries import reviews as review_queries
from app.queries import scopes
from app.rules.errors import Conflict, RuleError
from app.rules.workflow import TRANSITIONS, Verb
from tests.judging import CODES, assigned, scored, sealed, sealed_submission, status_of
from tests.story import NOW, Story


def refusal(session: Session, story: Story, part: str) -> str:
    """What the administrator is told when they assign this person to trust A's submission."""
    submission = sealed_submission(session, story)
    by = story.who(session, "administrator")
    with pytest.raises(RuleError) as refused:
        assignments.assign(session, submission, story.framework, story.people[part].id, by=by, at=NOW)
    assert session.exec(select(Review)).all() == []
    assert session.exec(select(Mail)).all() == []
    return refused.value.sentence


def test_an_assigned_reviewer_gets_a_letter_unscored_rows_and_a_mail(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        submission = sealed_submission(session, story)
        both = assigned(session, story, submission)
        assert sorted(one.letter for one in both) == ["A", "B"]
        assert [one.status for one in both] == [ReviewStatus.ASSIGNED] * 2
        assert status_of(submission) is Status.SUBMITTED
        for review in both:
            rows = review_queries.scores(session, review.id)
            assert {
                code: (row.score, row.reason, row.private_note) for code, row in rows.items()
            } == dict.fromkeys(CODES, (None, "", ""))
        mails = session.exec(select(Mail)).all()
        assert {mail.to for mail in mails} == {"reviewer.1@example.invalid", "reviewer.2@example.invalid"}
        assert "trust A" not in "".join(mail.subject + mail.body for mail in mails)


def test_b17_letters_tell_neither_the_order_of_names_nor_of_assignment(
    database: Database, story: Story
) -> None:
    drawn: list[list[str]] = []

    def last(free: list[str]) -> str:
        drawn.append(list(free))
        return free[-1]

    with pytest.MonkeyPatch.context() as patched, database.write() as session:
        patched.setattr("app.actions.assignments.secrets.choice", last)
        both = assigned(session, story, sealed_submission(session, story))
        assert drawn == [["A", "B"], ["A"]]
        assert [one.letter for one in both] == ["B", "A"]


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        ("reviewer_of_a", "Works for Fictional trust A."),
        ("reviewer_of_c", "Works for Fictional trust C, in the same ICB."),
        ("moderator", "Does not hold the role of reviewer."),
        ("lead_a", "Does not hold the role of reviewer."),
    ],
)
def test_f01_f02_whoever_may_not_judge_is_refused_with_the_reason(
    database: Database, story: Story, part: str, reason: str
) -> None:
    with database.write() as session:
        assert refusal(session, story, part) == f"{story.people[part].name} can't be assigned. {reason}"


@pytest.mark.parametrize(("days", "reason"), [(1096, "until 22 November 2023."), (1097, "")])
def test_f01_a_role_counts_for_three_years_the_last_day_included(
    database: Database, story: Story, days: int, reason: str
) -> None:
    with database.write() as session:
        session.add(
            Membership(
                person_id=story.people["reviewer_1"].id,
                role=Role.CONTRIBUTOR,
                organisation_id=story.organisations["ZZA"].id,
                granted_at=NOW - timedelta(days=2000),
                ended_at=NOW - timedelta(days=days),
            )
        )
        session.flush()
        if reason:
            assert reason in refusal(session, story, "reviewer_1")
        else:
            made = assigned(session, story, sealed_submission(session, story), "reviewer_1")
            assert [one.reviewer_id for one in made] == [story.people["reviewer_1"].id]


def test_someone_who_has_left_can_not_be_assigned(database: Database, story: Story) -> None:
    with database.write() as session:
        session.get_one(Person, story.people["reviewer_1"].id).left_at = NOW
        session.flush()
        assert refusal(session, story, "reviewer_1") == (
            "This person is not a reviewer. Choose a reviewer from the list."
        )


def test_the_same_reviewer_once_and_no_more_than_the_framework_asks_for(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        submission = sealed_submission(session, story)
        assigned(session, story, submission, "reviewer_1")
        with pytest.raises(RuleError, match="Already assigned"):
            assigned(session, story, submission, "reviewer_1")
        assigned(session, story, submission, "reviewer_2")
        with pytest.raises(RuleError, match="has all its reviewers"):
            assigned(session, story, submission, "reviewer_3")


@pytest.mark.reaches_past
@pytest.mark.parametrize("status", sorted(set(Status) - {*TRANSITIONS[Verb.ASSIGN_REVIEWER].come_from}))
def test_reviewers_change_only_between_submission_and_the_end_of_review(
    database: Database, story: Story, status: Status
) -> None:
    with database.write() as session:
        submission = sealed_submission(session, story)
        (review,) = assigned(session, story, submission, "reviewer_1")
        submission.status = status
        session.flush()
        by = story.who(session, "administrator")
        with pytest.raises(Conflict):
            assigned(session, story, submission, "reviewer_2")
        with pytest.raises(Conflict):
            assignments.remove(session, submission, review.id, "Away", by=by, at=NOW)
        assert review.status is ReviewStatus.ASSIGNED


def test_k13_a_removed_reviewer_loses_access_and_the_drafts_stay_unseen(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        submission = sealed_submission(session, story)
        both = assigned(session, story, submission)
        scored(session, story, both[0], {"B01": 1})
        by = story.who(session, "administrator")
        assignments.remove(session, submission, both[0].id, " On leave ", by=by, at=NOW)
        session.flush()
        assert scopes.review(session, both[0].id, False) is None
        assert scopes.review(session, both[0].id, True) is None
        assert review_queries.queue(session, story.who(session, "reviewer_1")) == []
        assert review_queries.scores(session, both[0].id)["B01"].score == 1
        (replacement,) = assigned(session, story, submission, "reviewer_3")
        assert replacement.letter == both[0].letter
        sealed(session, story, both[1], dict.fromkeys(CODES, 2))
        assert status_of(submission) is Status.IN_REVIEW
        sealed(session, story, replacement, dict.fromkeys(CODES, 2))
        assert status_of(submission) is Status.AWAITING_DECISION
        letters = {
            one.letter
            for of_one in review_queries.all_scores(session, submission.id).values()
            for one in of_one
        }
        assert letters == {"A", "B"}
        event = session.exec(select(Event).where(Event.verb == "remove reviewer")).one()
        assert (event.reason, event.by_id) == ("On leave", by.person_id)


def test_a_review_is_removed_once_with_a_reason_and_never_after_sealing(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        submission = sealed_submission(session, story)
        other = sealed_submission(session, story, "ZZB", "b")
        both = assigned(session, story, submission)
        by = story.who(session, "administrator")
        with pytest.raises(RuleError) as blank:
            assignments.remove(session, submission, both[0].id, " ", by=by, at=NOW)
        assert (blank.value.field, both[0].status) == ("reason", ReviewStatus.ASSIGNED)
        with pytest.raises(Conflict):
            assignments.remove(session, other, both[0].id, "Away", by=by, at=NOW)
        sealed(session, story, both[0], dict.fromkeys(CODES, 2))
        with pytest.raises(Conflict, match="sealed"):
            assignments.remove(session, submission, both[0].id, "Away", by=by, at=NOW)
        assignments.remove(session, submission, both[1].id, "Away", by=by, at=NOW)
        with pytest.raises(Conflict, match="removed already"):
            assignments.remove(session, submission, both[1].id, "Away", by=by, at=NOW)
        assert status_of(submission) is Status.IN_REVIEW


def test_scoring_after_removal_is_refused_even_for_who_still_holds_the_row(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        submission = sealed_submission(session, story)
        (review,) = assigned(session, story, submission, "reviewer_1")
        scored(session, story, review, {})
        by = story.who(session, "administrator")
        assignments.remove(session, submission, review.id, "Away", by=by, at=NOW)
        with pytest.raises(Conflict):
            reviews.save_score(
                session,
                review,
                "B01",
                score=1,
                reason="Late",
                private_note="",
                version=1,
                by=story.who(session, "reviewer_1"),
                at=NOW,
            )
        kept = session.exec(select(Score).where(col(Score.reason) == "Late")).all()
        assert kept == []
