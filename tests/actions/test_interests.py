"""F-03: an interest that is declared late strikes what was judged, and everything else is kept on record."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from app.actions import clarifications, decisions, groups, interests, membership
from app.db import Database
from app.models import (
    AgreedScore,
    BlindCheck,
    Clarification,
    Decision,
    Event,
    GroupKind,
    Interest,
    InterestKind,
    Mail,
    Outcome,
    Person,
    Review,
    ReviewKind,
    ReviewStatus,
    Role,
    Score,
    Status,
    Submission,
)
from app.queries import assignments, reviews
from app.queries.audit import verify
from app.rules.clarifications import Question
from app.rules.interests import Declared
from tests.judging import (
    agreed,
    assigned,
    in_moderation,
    in_third_review,
    part_of,
    sealed,
    sealed_submission,
    status_of,
)
from tests.story import NOW, Story

TODAY = date(2026, 11, 22)
OTHER = Declared(InterestKind.OTHER, "I sat on its board's panel.")


def declare(
    session: Session, story: Story, part: str, declared: Declared = OTHER, code: str = "ZZA", by: str = ""
) -> Interest:
    body, who = story.organisations[code], story.who(session, by or part)
    return interests.declare(
        session, story.people[part].id, body, declared, by=who, at=NOW, base_url="http://portal"
    )


def last_event(session: Session, submission: Submission) -> tuple[str, dict[str, Any]]:
    rows = session.exec(
        select(Event).where(Event.stream == f"submission:{submission.id}").order_by(col(Event.number).desc())
    ).first()
    assert rows is not None
    return rows.verb, rows.facts


def decided(session: Session, story: Story) -> tuple[Submission, list[Review], Decision]:
    """Trust A's submission with three reviews, two agreed scores and a decision put forward."""
    submission, both = in_moderation(session, story)
    for code in ("B01", "B02"):
        agreed(session, story, submission, code, 2)
    by = story.who(session, "administrator")
    decision = decisions.decide(
        session, submission, story.framework, Outcome.RECOGNISED, "", {}, by=by, at=NOW
    )
    return submission, both, decision


def rows_of(session: Session) -> list[tuple[str, bool]]:
    """Each agreed score and whether it counts no more."""
    found = session.exec(select(AgreedScore).order_by(col(AgreedScore.criterion_code))).all()
    return [(one.criterion_code, one.struck_at is not None) for one in found]


def test_f03_a_late_interest_strikes_the_review_and_all_that_rested_on_it(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        submission, both, decision = decided(session, story)
        scores = session.exec(select(Score.score).where(Score.review_id == both[0].id)).all()
        third = next(one for one in session.exec(select(Review)).all() if one.kind is ReviewKind.THIRD)
        letter = both[0].letter
        declare(session, story, part_of(story, both[0].reviewer_id))
        assert (both[0].status, both[0].struck_at) == (ReviewStatus.REMOVED, NOW)
        assert both[0].struck_reason == "Declared an interest in Fictional trust A."
        assert (third.status, third.struck_reason[:10]) == (ReviewStatus.REMOVED, "Set aside,")
        assert both[1].status is ReviewStatus.SEALED
        assert status_of(submission) is Status.IN_REVIEW
        assert (decision.void_at, rows_of(session)) == (NOW, [("B01", True), ("B02", True)])
        assert session.exec(select(Score.score).where(Score.review_id == both[0].id)).all() == scores
        assert last_event(session, submission) == (
            "strike review",
            {
                "review": str(both[0].id),
                "letter": letter,
                "set aside": [str(third.id)],
                "criteria": ["B01", "B02"],
                "status": "in review",
            },
        )
        assert assignments.still_wanted(session, submission) == 1
        assert [one for one in verify(session) if "strike" in one] == []


def test_f03_the_trail_is_judged_anew_by_somebody_else_to_the_end(database: Database, story: Story) -> None:
    """The one who stays keeps what they sealed; the third is asked only where these two differ."""
    with database.write() as session:
        submission, both, _ = decided(session, story)
        declare(session, story, part_of(story, both[0].reviewer_id))
        (new,) = assigned(session, story, submission, "reviewer_3")
        sealed(session, story, new, {"B01": 3, "B02": 1, "B03": 2})
        assert status_of(submission) is Status.AWAITING_DECISION
        given = reviews.all_scores(session, submission.id)
        found = {code: [one.score for one in of_one] for code, of_one in given.items()}
        assert found == {"B01": [3, 3], "B02": [1, 1], "B03": [2, 2]}
        assert reviews.agreed_scores(session, submission.id) == {}


def test_f03_a_struck_third_review_leaves_the_first_ones(database: Database, story: Story) -> None:
    with database.write() as session:
        submission, both, decision = decided(session, story)
        declare(session, story, "reviewer_3")
        assert [one.status for one in both] == [ReviewStatus.SEALED] * 2
        assert (status_of(submission), decision.void_at) == (Status.THIRD_REVIEW, NOW)
        assert rows_of(session) == [("B01", True), ("B02", True)]
        assert assignments.still_wanted(session, submission) == 1


def test_f03_what_a_moderator_agreed_is_agreed_anew_and_the_row_stays(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        submission, _, decision = decided(session, story)
        declare(session, story, "moderator")
        assert (status_of(submission), decision.void_at) == (Status.IN_MODERATION, NOW)
        assert rows_of(session) == [("B01", True), ("B02", True)]
        assert reviews.unsettled(session, submission.id, story.framework) == ["B01", "B02"]
        session.get_one(Interest, session.exec(select(Interest.id)).one()).withdrawn_at = NOW
        agreed(session, story, submission, "B01", 1)
        assert [row.number for row in reviews.agreed_scores(session, submission.id).values()] == [2]


def test_f03_what_an_administrator_decided_is_decided_anew(database: Database, story: Story) -> None:
    with database.write() as session:
        submission, both, decision = decided(session, story)
        declare(session, story, "administrator")
        assert (status_of(submission), decision.void_at) == (Status.AWAITING_DECISION, NOW)
        assert (rows_of(session), both[0].status) == ([("B01", False), ("B02", False)], ReviewStatus.SEALED)


@pytest.mark.parametrize("status", [Status.CHANGES_REQUESTED, Status.AWAITING_SIGN_OFF, Status.SUBMITTED])
def test_f03_a_review_goes_also_while_the_organisation_is_at_work(
    database: Database, story: Story, status: Status
) -> None:
    with database.write() as session:
        submission = sealed_submission(session, story)
        (first, _) = assigned(session, story, submission)
        submission.status = status
        declare(session, story, part_of(story, first.reviewer_id))
        assert (first.status, status_of(submission)) == (ReviewStatus.REMOVED, status)


def test_f03_an_open_question_is_closed_and_the_lead_is_told(database: Database, story: Story) -> None:
    with database.write() as session:
        submission, both = in_moderation(session, story)
        asked = Question("B01", "Which board?", TODAY + timedelta(7))
        by = story.who(session, "administrator")
        clarifications.ask(session, submission, asked, by=by, at=NOW)
        declare(session, story, part_of(story, both[0].reviewer_id))
        question = session.exec(select(Clarification)).one()
        assert (question.closed_at, status_of(submission)) == (NOW, Status.IN_REVIEW)
        to_lead = [one.subject for one in session.exec(select(Mail)).all() if "lead.a" in one.to]
        assert to_lead[-1] == "An answer is not needed now"


def test_f03_what_is_released_stays(database: Database, story: Story) -> None:
    with database.write() as session:
        submission, both, _ = decided(session, story)
        submission.status = Status.RELEASED
        declare(session, story, part_of(story, both[0].reviewer_id))
        assert (both[0].status, both[0].struck_at) == (ReviewStatus.SEALED, None)
        session.rollback()  # released without its letter and all that


def test_f03_under_appeal_the_round_before_stays(database: Database, story: Story) -> None:
    with database.write() as session:
        submission, both, decision = decided(session, story)
        decision.released_at = NOW
        submission.status, submission.round = Status.APPEALED, 2
        declare(session, story, part_of(story, both[0].reviewer_id))
        assert (both[0].status, status_of(submission)) == (ReviewStatus.SEALED, Status.APPEALED)
        session.rollback()  # appealed without an appeal


def test_f03_a_blind_review_is_struck_and_asked_for_again(database: Database, story: Story) -> None:
    with database.write() as session:
        submission, both, decision = decided(session, story)
        submission.status = Status.RELEASED
        both[0].kind = ReviewKind.BLIND
        check = BlindCheck(
            decision_id=decision.id, window_id=submission.window_id, review_id=both[0].id, drawn_at=NOW
        )
        session.add(check)
        declare(session, story, part_of(story, both[0].reviewer_id))
        assert (both[0].status, check.review_id) == (ReviewStatus.REMOVED, None)
        assert (status_of(submission), decision.void_at) == (Status.RELEASED, None)
        session.rollback()  # released without its letter and all that


def test_f03_others_and_submissions_of_others_stay(database: Database, story: Story) -> None:
    with database.write() as session:
        own, other = sealed_submission(session, story), sealed_submission(session, story, "ZZB", "b")
        (mine,), (theirs,) = (assigned(session, story, one, "reviewer_1") for one in (own, other))
        declare(session, story, "reviewer_1")
        assert [one.status for one in (mine, theirs)] == [ReviewStatus.REMOVED, ReviewStatus.ASSIGNED]


def test_b11_the_mails_name_nobody_and_nothing_and_none_goes_to_who_has_a_conflict(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        _submission, both = in_third_review(session, story)
        before = set(session.exec(select(Mail.id)).all())
        part = part_of(story, both[0].reviewer_id)
        declare(session, story, part)
        mails = [one for one in session.exec(select(Mail)).all() if one.id not in before]
        assert sorted((one.to, one.subject) for one in mails) == [
            ("administrator.2@example.invalid", "A submission needs a reviewer"),
            ("administrator@example.invalid", "A submission needs a reviewer"),
            (f"{part.replace('_', '.')}@example.invalid", "One of your reviews no longer counts"),
        ]
        told = " ".join(one.subject + one.body for one in mails)
        names = [one.name for one in story.people.values()] + [
            one.name for one in story.organisations.values()
        ]
        assert [name for name in names if name in told] == []
        assert [one.body.count("http") for one in mails if "reviewer" in one.subject] == [1, 1]


def test_f03_an_administrator_records_it_for_a_colleague(database: Database, story: Story) -> None:
    with database.write() as session:
        _submission, both = in_third_review(session, story)
        part = part_of(story, both[0].reviewer_id)
        made = declare(session, story, part, by="administrator")
        assert (made.declared_by_id, both[0].status) == (
            story.people["administrator"].id,
            ReviewStatus.REMOVED,
        )


def test_f03_somebody_whose_role_has_ended_is_looked_at_as_well(database: Database, story: Story) -> None:
    """Their sealed scores count still, so their interests do."""
    with database.write() as session:
        _submission, both = in_third_review(session, story)
        person = session.get_one(Person, both[0].reviewer_id)
        membership.leave(session, person, at=NOW)
        declare(session, story, part_of(story, person.id), by="administrator")
        assert both[0].status is ReviewStatus.REMOVED


def test_f03_a_group_a_role_and_a_new_employer_strike_as_well(database: Database, story: Story) -> None:
    by = "administrator"
    for way in ("group", "role", "employer"):
        with database.write() as session:
            _submission, both = in_third_review(session, story)
            person = session.get_one(Person, both[0].reviewer_id)
            who, trust = story.who(session, by), story.organisations["ZZA"]
            if way == "group":
                group = groups.add(session, "Three Rivers", GroupKind.JOINT_CHAIR, by=who, at=NOW)
                for code in ("ZZD", "ZZA"):
                    body = story.organisations[code]
                    groups.add_member(session, group, body, None, None, by=who, at=NOW)
            if way == "role":
                membership.grant(
                    session, person.email, person.name, Role.LEAD, organisation=trust, employer=None, at=NOW
                )
            if way == "employer":
                interests.change_employer(session, person, trust, by=person.id, at=NOW)
            assert (way, both[0].status) == (way, ReviewStatus.REMOVED)
            session.rollback()
