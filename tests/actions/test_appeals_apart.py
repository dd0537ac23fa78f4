"""F-11: an appeal is judged by none of those who judged before, whoever they were."""

import random
from uuid import UUID

import pytest
from sqlmodel import Session, select

from app.actions import assignments
from app.db import Database
from app.models import (
    AgreedScore,
    Decision,
    DecisionVote,
    Outcome,
    Review,
    ReviewStatus,
    Role,
    Status,
    Submission,
)
from app.queries import appeals as appeal_queries
from app.queries import assignments as assignment_queries
from app.queries import people, scopes
from app.rules.conflicts import not_assignable
from app.rules.errors import RuleError
from app.rules.permissions import Permission, allows
from tests import judging, rounds
from tests.judging import status_of
from tests.story import NOW, Story

# F-11: who judged an appeal, against who judged before, over random casts.
CASTS = 40
POOL = {
    **{f"reviewer_{number}": Role.REVIEWER for number in range(4, 12)},
    **{f"moderator_{number}": Role.MODERATOR for number in range(2, 5)},
    **{f"administrator_{number}": Role.ADMINISTRATOR for number in range(3, 7)},
}


def judges(session: Session, submission: Submission, round_: int) -> set[UUID]:
    """Everybody who reviewed, moderated, decided or confirmed in a round, told from the rows alone."""
    own = (
        Review.submission_id == submission.id,
        Review.round == round_,
        Review.status != ReviewStatus.REMOVED,
    )
    found = set(session.exec(select(Review.reviewer_id).where(*own)).all())
    found |= set(
        session.exec(
            select(AgreedScore.agreed_by_id).where(
                AgreedScore.submission_id == submission.id, AgreedScore.round == round_
            )
        ).all()
    )
    for decision in session.exec(
        select(Decision).where(Decision.submission_id == submission.id, Decision.round == round_)
    ).all():
        found.add(decision.decided_by_id)
        found |= set(
            session.exec(select(DecisionVote.person_id).where(DecisionVote.decision_id == decision.id)).all()
        )
    return found


def play_round(
    session: Session, story: Story, submission: Submission, dice: random.Random, codes: list[str]
) -> None:
    """One round by whoever the portal lets: it may choose any of those, and the test chooses at random.

    Now and then somebody holds two or three of the Assembly's roles.
    """
    everybody = assignment_queries.candidates(session, submission, NOW)
    free = [one for one in everybody if not one.refusal]
    by = story.who(session, "administrator_of_a")
    scores = dict.fromkeys(codes, 1)
    for one, odd in zip(dice.sample(free, 2), (1, dice.choice((1, 3))), strict=True):
        review = assignments.assign(session, submission, story.framework, one.person_id, by=by, at=NOW)
        judging.sealed(session, story, review, {**scores, codes[0]: odd})
    if status_of(submission) is Status.THIRD_REVIEW:
        free = [one for one in assignment_queries.candidates(session, submission, NOW) if not one.refusal]
        review = assignments.assign(
            session, submission, story.framework, dice.choice(free).person_id, by=by, at=NOW
        )
        judging.sealed(session, story, review, {codes[0]: 1})
        part = dice.choice(allowed(session, story, submission, Permission.MODERATE))
        mine = Story(
            story.framework,
            story.version_id,
            story.window_id,
            story.organisations,
            {**story.people, "moderator": story.people[part]},
        )
        judging.agreed(session, mine, submission, codes[0], 1)
    part = dice.choice(allowed(session, story, submission, Permission.DECIDE))
    rounds.decided(session, story, submission, Outcome.NOT_YET, by=part)


def allowed(session: Session, story: Story, submission: Submission, permission: Permission) -> list[str]:
    found = scopes.submission(session, submission.id, False)
    assert found is not None
    return [
        part for part in sorted(story.people) if allows(permission, story.who(session, part), found.scope)
    ]


@pytest.mark.parametrize("seed", range(4))
def test_f11_nobody_who_judged_before_judges_an_appeal(database: Database, story: Story, seed: int) -> None:
    dice = random.Random(seed)
    overlap: list[object] = []
    refused = 0
    with database.write() as session:
        story = rounds.cast(session, story, POOL)
        for name in dice.sample(sorted(POOL), 4):  # some hold more than one role
            for role in dice.sample([Role.REVIEWER, Role.MODERATOR, Role.ADMINISTRATOR], 2):
                rounds.also(session, story, name, role)
        for _ in range(CASTS // 4):
            with session.begin_nested() as undone:
                submission = judging.sealed_submission(session, story)
                play_round(session, story, submission, dice, list(judging.CODES))
                rounds.released(session, story)
                codes = dice.sample(judging.CODES, dice.choice((1, 2, 3)))
                rounds.appealed(session, story, submission, *codes)
                before = judges(session, submission, 1)
                for person in before:
                    who = people.who_by_id(session, person, NOW)
                    found = scopes.submission(session, submission.id, False)
                    assert who is not None and found is not None  # noqa: PT018
                    may = [allows(one, who, found.scope) for one in (Permission.MODERATE, Permission.DECIDE)]
                    reason = not_assignable(who, submission, (), scopes.judged_before(session, submission))
                    refused += may == [False, False] and bool(reason)
                play_round(session, story, submission, dice, sorted(codes))
                after = judges(session, submission, 2)
                overlap += sorted(before & after, key=str)
                assert (len(before) >= 3, len(after) >= 3, refused >= len(before)) == (True, True, True)
                undone.rollback()
    assert overlap == []


def test_f11_who_judged_before_is_refused_by_name(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = rounds.refused(session, story)
        rounds.appealed(session, story, submission)
        with pytest.raises(
            RuleError, match="Judged this submission before, and an appeal is judged by others"
        ):
            judging.assigned(session, story, submission, "reviewer_1")
        found = scopes.submission(session, submission.id, False)
        assert found is not None
        assert appeal_queries.left_to_judge(session, found.scope, NOW, 3) == (
            1,
            1,
        )  # moderator, administrator 2
