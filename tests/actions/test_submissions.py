"""Handing over, withdrawing: what is kept, and what is refused."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from app.actions import evidence, reviews, submissions
from app.db import Database
from app.models import (
    Decision,
    Event,
    Mail,
    Membership,
    Outcome,
    Person,
    ReviewStatus,
    Role,
    SelfAssessment,
    Status,
    Submission,
)
from app.queries import scopes, sealed_copies
from app.queries.evidence import linked
from app.rules.errors import Conflict, RuleError
from tests import steps
from tests.story import NOW, Story

AFTER_CLOSE = NOW + timedelta(days=30)


def test_hand_over_asks_the_sponsor_and_the_staff_network(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = steps.handed_over(session, story)
        assert submission.status is Status.AWAITING_SIGN_OFF
        assert submission.icb_id == story.organisations["ZZ1"].id
        assert steps.events(session, submission) == [("hand over", "awaiting sign-off")]
        assert steps.mails(session) == [
            ("chair.a@example.invalid", "Your staff network's view is asked for: Bronze"),
            ("sponsor.a@example.invalid", "Your signature is needed: Bronze submission"),
        ]
        bodies = session.exec(select(Mail.body).order_by(Mail.to)).all()
        paths = [f"/submissions/{submission.id}/{page}\n" for page in ("co-signature", "sign")]
        assert [path in body for path, body in zip(paths, bodies, strict=True)] == [True, True]
        assert [body.count("http://127.0.0.1:8000/sign-in/link/") for body in bodies] == [1, 1]


@pytest.mark.parametrize("level", ["silver", "gold"])
def test_hand_over_of_a_level_that_is_not_ready_names_the_criteria(
    database: Database, story: Story, level: str
) -> None:
    with database.write() as session:
        made = steps.finished(session, story, "bronze")
        with pytest.raises(RuleError) as refused:
            steps.hand_over(session, story, made, level)
        kind = story.organisations["ZZA"].kind
        wanted = [one for name in ("silver", "gold") for one in story.framework.of_level(name, kind)]
        codes = [one.code for one in wanted if level == "gold" or one.level == "silver"]
        assert refused.value.sentence == (
            f"Finish these criteria first: {', '.join(codes)}. Each must be ready, with evidence."
        )


def test_hand_over_without_evidence_is_refused(database: Database, story: Story) -> None:
    with database.write() as session:
        made = steps.finished(session, story)
        by = story.who(session, "lead_a")
        code, item, *_ = linked(session, made.id)[0]
        evidence.unlink(session, made, code, item.id, by=by, at=NOW)
        with pytest.raises(RuleError, match=f"Finish these criteria first: {code}"):
            steps.hand_over(session, story, made)


def test_hand_over_when_the_window_has_closed_is_refused(database: Database, story: Story) -> None:
    with database.write() as session:
        made = steps.finished(session, story)
        with pytest.raises(RuleError, match="Autumn 2026 has closed"):
            steps.hand_over(session, story, made, at=AFTER_CLOSE)


def test_hand_over_twice_is_refused_and_sends_no_mail_again(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = steps.handed_over(session, story)
        made = session.get_one(SelfAssessment, submission.self_assessment_id)
        with pytest.raises(Conflict, match="already with the sponsor"):
            steps.hand_over(session, story, made)
        assert len(steps.mails(session)) == 2  # to the sponsor, and to the staff network's chair


def test_the_sponsor_must_be_one_of_the_organisation(database: Database, story: Story) -> None:
    with database.write() as session:
        made = steps.finished(session, story)
        for other in ("sponsor_b", "contributor_a", "chair_a"):
            with pytest.raises(RuleError) as refused:
                steps.hand_over(session, story, made, sponsor=other)
            assert refused.value.field == "sponsor"


def test_the_lead_cannot_be_the_sponsor_too(database: Database, story: Story) -> None:
    with database.write() as session:
        made = steps.finished(session, story)
        lead, organisation = story.people["lead_a"], story.organisations["ZZA"]
        session.add(
            Membership(person_id=lead.id, role=Role.SPONSOR, organisation_id=organisation.id, granted_at=NOW)
        )
        session.flush()
        with pytest.raises(RuleError, match="The person who hands over can't sign as well"):
            steps.hand_over(session, story, made, sponsor="lead_a")


def test_a_sponsor_with_the_leads_mailbox_is_refused(database: Database, story: Story) -> None:
    with database.write() as session:
        made = steps.finished(session, story)
        session.get_one(Person, story.people["sponsor_a"].id).email = "lead.a+signs@example.invalid"
        session.flush()
        with pytest.raises(RuleError, match="same mailbox"):
            steps.hand_over(session, story, made)


def test_a_sponsor_who_left_cannot_be_asked(database: Database, story: Story) -> None:
    with database.write() as session:
        made = steps.finished(session, story)
        session.get_one(Person, story.people["sponsor_a"].id).left_at = NOW
        session.flush()
        with pytest.raises(RuleError, match="Choose an executive sponsor of your organisation"):
            steps.hand_over(session, story, made)


def test_withdraw_needs_a_reason_and_keeps_the_copy(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = steps.signed(session, story)
        by = story.who(session, "sponsor_a")
        with pytest.raises(RuleError, match=r"Enter a reason\."):
            submissions.withdraw(session, submission, " ", by=by, at=NOW)
        submissions.withdraw(session, submission, "A figure is wrong", by=by, at=NOW)
        assert submission.status is Status.WITHDRAWN
        assert sealed_copies.newest_or_none(session, submission.id) is not None
        last = session.exec(select(Event).where(Event.verb == "withdraw")).one()
        assert (last.reason, last.by_id) == ("A figure is wrong", by.person_id)


def test_withdraw_takes_the_copy_from_reviewers_who_have_not_started(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        submission = steps.signed(session, story)
        review = steps.assigned(session, story, submission, "reviewer_1")
        submissions.withdraw(session, submission, "Wrong", by=story.who(session, "lead_a"), at=NOW)
        assert review.status is ReviewStatus.REMOVED
        assert scopes.review(session, review.id, False) is None
        assert ("reviewer.1@example.invalid", "A review is no longer needed") in steps.mails(session)


def test_k05_withdrawing_is_possible_until_the_release_and_takes_the_reviewers_access(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        submission = steps.signed(session, story)
        review = steps.assigned(session, story, submission, "reviewer_1")
        reviews.start(session, review, by=story.who(session, "reviewer_1"), at=NOW)
        submissions.withdraw(session, submission, "New figures", by=story.who(session, "lead_a"), at=NOW)
        assert (submission.status, review.status) == (Status.WITHDRAWN, ReviewStatus.REMOVED)


@pytest.mark.reaches_past
def test_k05_a_pending_decision_is_void_once_its_submission_is_withdrawn(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        submission = steps.signed(session, story)
        decision = decided(submission, story)
        session.add(decision)
        submission.status = Status.DECIDED
        session.flush()
        by = story.who(session, "lead_a")
        submissions.withdraw(session, submission, "New figures", by=by, at=NOW)
        assert (decision.void_at, decision.void_by_id) == (NOW, by.person_id)


@pytest.mark.reaches_past
def test_k05_what_was_released_is_never_withdrawn_not_even_under_a_clarification(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        submission = steps.signed(session, story)
        session.add(decided(submission, story, released_at=NOW))
        submission.status = Status.AWAITING_ANSWER
        session.flush()
        with pytest.raises(Conflict, match="is released"):
            submissions.withdraw(session, submission, "Too late", by=story.who(session, "lead_a"), at=NOW)
        assert submission.status is Status.AWAITING_ANSWER


def decided(submission: Submission, story: Story, released_at: datetime | None = None) -> Decision:
    return Decision(
        submission_id=submission.id,
        outcome=Outcome.DEFERRED,
        rule_outcome=Outcome.NOT_YET,
        decided_at=NOW,
        decided_by_id=story.people["administrator"].id,
        released_at=released_at,
    )


def test_a_second_open_submission_is_refused_by_the_database_too(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = steps.handed_over(session, story)
        twin = Submission(**{**submission.model_dump(), "id": uuid4()})
        session.add(twin)
        with pytest.raises(IntegrityError):
            session.flush()
        session.rollback()
