"""What waits for whom, along the story."""

from typing import Any

import pytest
from sqlmodel import Session

from app.db import Database
from app.models import Role, Status, Submission
from app.queries import home
from app.rules.people import Holding, Who
from tests import steps
from tests.story import Story

pytestmark = pytest.mark.reaches_past  # these tests write rows that no action would


@pytest.fixture
def session(database: Database) -> Any:
    with database.write() as opened:
        yield opened


def waits(session: Session, story: Story, part: str) -> home.Waiting:
    return home.waiting(session, story.who(session, part), reviewers=2)


def counts(session: Session, story: Story, part: str) -> tuple[int, int, int, int]:
    found = waits(session, story, part).to_administer
    assert found is not None
    return found.need_reviewers, found.in_moderation, found.need_decision, found.need_release


def test_an_organisation_sees_how_far_it_is_and_not_how_far_others_are(
    session: Session, story: Story
) -> None:
    made = steps.finished(session, story)
    assert waits(session, story, "contributor_a").writing == [
        home.Writing(story.organisations["ZZA"].id, "Fictional trust A", made.id, 16, 16)
    ]
    trust_b = story.organisations["ZZB"].id
    assert waits(session, story, "lead_b").writing == [home.Writing(trust_b, "Fictional trust B", None, 0, 0)]


def test_a_sponsor_is_asked_to_sign_what_was_handed_to_them(session: Session, story: Story) -> None:
    submission = steps.handed_over(session, story)
    line = home.OwnSubmission(submission.id, "Fictional trust A", "bronze", Status.AWAITING_SIGN_OFF, True)
    assert waits(session, story, "sponsor_a").to_sign == [line]
    assert waits(session, story, "sponsor_b").to_sign == []
    other = Who(
        story.people["lead_b"].id,
        "Another sponsor, trust A",
        "another@example.invalid",
        (Holding(Role.SPONSOR, submission.organisation_id),),
    )
    assert home.waiting(session, other, reviewers=2).to_sign == []
    lead = waits(session, story, "lead_a")
    assert (lead.to_sign, [one.is_mine_to_sign for one in lead.submissions]) == (None, [False])
    steps.sign(session, story, submission)
    assert waits(session, story, "sponsor_a").to_sign == []
    assert waits(session, story, "lead_b").submissions == []


def test_work_moves_from_assigning_to_reviewing(session: Session, story: Story) -> None:
    submission = steps.signed(session, story)
    assert counts(session, story, "administrator") == (1, 0, 0, 0)
    steps.assigned(session, story, submission, "reviewer_1")
    assert counts(session, story, "administrator") == (1, 0, 0, 0)
    steps.assigned(session, story, submission, "reviewer_2")
    assert counts(session, story, "administrator") == (0, 0, 0, 0)
    assert [waits(session, story, part).to_review for part in ("reviewer_1", "reviewer_3", "lead_a")] == [
        1,
        0,
        None,
    ]


def test_b19_a_submission_with_a_conflict_is_not_even_counted(session: Session, story: Story) -> None:
    steps.signed(session, story)
    assert counts(session, story, "administrator_of_a") == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (Status.IN_MODERATION, (0, 1, 0, 0)),
        (Status.AWAITING_DECISION, (0, 0, 1, 0)),
        (Status.DECIDED, (0, 0, 0, 1)),
        (Status.RELEASED, (0, 0, 0, 0)),
        (Status.WITHDRAWN, (0, 0, 0, 0)),
    ],
)
def test_each_status_waits_for_one_step(
    session: Session, story: Story, status: Status, expected: tuple[int, int, int, int]
) -> None:
    submission = steps.signed(session, story)
    session.get_one(Submission, submission.id).status = status
    session.flush()
    assert counts(session, story, "administrator") == expected
    assert waits(session, story, "moderator").to_moderate == expected[1]


def test_a_reviewer_does_not_moderate_or_decide_what_they_review(session: Session, story: Story) -> None:
    submission = steps.signed(session, story)
    steps.assigned(session, story, submission, "reviewer_1")
    row = session.get_one(Submission, submission.id)
    person = story.people["reviewer_1"]
    both = Who(person.id, person.name, person.email, (Holding(Role.ADMINISTRATOR), Holding(Role.MODERATOR)))
    for status in (Status.IN_MODERATION, Status.AWAITING_DECISION):
        row.status = status
        session.flush()
        found = home.waiting(session, both, reviewers=2)
        assert (found.to_moderate, found.to_administer) == (0, home.Assembly())


def test_an_empty_portal_waits_for_nothing(session: Session, story: Story) -> None:
    nobody = Who(story.people["lead_a"].id, "Nobody", "nobody@example.invalid")
    assert home.waiting(session, nobody, reviewers=2).is_nothing
    assert counts(session, story, "administrator") == (0, 0, 0, 0)
