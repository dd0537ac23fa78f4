"""The question of a whole window, and its assignment, as the tests of planning ask for them."""

from datetime import timedelta

from sqlmodel import Session, select

from app.actions import planning, reviewer_profiles
from app.models import (
    Review,
    ReviewStatus,
    Submission,
    Window,
)
from app.queries import planning as queries
from app.rules.assignment import Kind, Limits, Pair, Problem
from tests.story import NOW, Story

LIMITS = Limits(12)
EVERY = ("reviewer_1", "reviewer_2", "reviewer_3", "reviewer_of_a", "reviewer_of_c")


def problem(session: Session, story: Story, part: str = "administrator", limits: Limits = LIMITS) -> Problem:
    window = session.get_one(Window, story.window_id)
    return queries.problem(session, window, story.framework, story.who(session, part), NOW, limits)


def give(
    session: Session, story: Story, *pairs: Pair, seed: int | None = None, limits: Limits = LIMITS
) -> int:
    window = session.get_one(Window, story.window_id)
    by = story.who(session, "administrator")
    return planning.assign(session, window, story.framework, pairs, limits, seed=seed, by=by, at=NOW)


def pair(story: Story, submission: Submission, part: str) -> Pair:
    return submission.id, story.people[part].id


def why_not(asked: Problem, story: Story, submission: Submission) -> dict[str, list[Kind]]:
    """What keeps each reviewer of the story from the submission."""
    one = asked.submission[submission.id]
    return {
        part: [bar.kind for bar in asked.against(one, asked.reviewer[story.people[part].id])]
        for part in EVERY
    }


def reviews(session: Session) -> list[tuple[str, str]]:
    rows = session.exec(select(Review).where(Review.status != ReviewStatus.REMOVED)).all()
    return sorted((str(row.submission_id), str(row.reviewer_id)) for row in rows)


def profile(session: Session, story: Story, part: str, most: int | None, *principles: str) -> None:
    by = story.who(session, part)
    reviewer_profiles.save(session, most, principles, story.framework, by=by, at=NOW)


def away(session: Session, story: Story, part: str, first: int, last: int) -> None:
    days = [NOW.date() + timedelta(one) for one in (first, last)]
    reviewer_profiles.add_absence(session, *days, by=story.who(session, part), at=NOW)
