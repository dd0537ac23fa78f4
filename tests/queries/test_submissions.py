"""Who may know of which submission, and how many queries a list takes."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import event
from sqlmodel import Session

from app.actions import assignments
from app.db import Database
from app.models import Membership, Role, Status, Submission, Window
from app.queries import submission_lists, submissions, windows
from app.queries.submission_lists import Filters
from tests import steps
from tests.story import NOW, Story


def visible(session: Session, story: Story, part: str) -> set[UUID]:
    return {row.id for row in session.exec(submissions.visible_to(story.who(session, part))).all()}


def two(session: Session, story: Story) -> tuple[Submission, Submission]:
    """A signed submission of trust A, and one of trust B that awaits its sponsor."""
    b = steps.handed_over(session, story, code="ZZB", lead="lead_b", sponsor="sponsor_b")
    return steps.signed(session, story), b


@pytest.mark.parametrize(
    ("part", "sees"),
    [
        ("lead_a", "A"),
        ("contributor_a", "A"),
        ("chair_a", "A"),
        ("sponsor_b", "B"),
        ("lead_c", ""),
        ("administrator", "AB"),
        ("moderator", "AB"),
        ("administrator_of_a", "B"),
        ("reviewer_1", "A"),
        ("reviewer_2", ""),
        ("icb_viewer_1", ""),
        ("region_viewer", ""),
    ],
)
def test_visible_to(database: Database, story: Story, part: str, sees: str) -> None:
    with database.write() as session:
        a, b = two(session, story)
        steps.assigned(session, story, a, "reviewer_1")
        named = {"A": a.id, "B": b.id}
        assert visible(session, story, part) == {named[letter] for letter in sees}


def test_a_removed_reviewer_no_longer_sees_it(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = steps.signed(session, story)
        review = steps.assigned(session, story, submission, "reviewer_1")
        by = story.who(session, "administrator")
        assignments.remove(session, submission, review.id, "Away", by=by, at=NOW)
        assert visible(session, story, "reviewer_1") == set()


@pytest.mark.parametrize(
    ("filters", "sees"),
    [
        (Filters(), "AB"),
        (Filters(status=Status.SUBMITTED), "A"),
        (Filters(status=Status.DECIDED), ""),
        (Filters(level="bronze"), "AB"),
        (Filters(level="gold"), ""),
    ],
)
def test_list_and_filters(database: Database, story: Story, filters: Filters, sees: str) -> None:
    with database.write() as session:
        two(session, story)
        rows = submission_lists.listed(session, story.who(session, "administrator"), filters)
        assert "".join(row.organisation_name[-1] for row in rows) == sees


def test_the_list_leaves_out_conflicts_and_what_one_reviews(database: Database, story: Story) -> None:
    with database.write() as session:
        a, _ = two(session, story)
        conflicted = submission_lists.listed(session, story.who(session, "administrator_of_a"), Filters())
        assert [row.organisation_name for row in conflicted] == ["Fictional trust B"]
        person = story.people["moderator"]
        session.add(Membership(person_id=person.id, role=Role.REVIEWER, organisation_id=None, granted_at=NOW))
        session.flush()
        steps.assigned(session, story, a, "moderator")
        rows = submission_lists.listed(session, story.who(session, "moderator"), Filters())
        assert [row.organisation_name for row in rows] == ["Fictional trust B"]


def test_the_list_takes_one_query_and_counts_reviews(database: Database, story: Story) -> None:
    with database.write() as session:
        a, _ = two(session, story)
        steps.assigned(session, story, a, "reviewer_1")
        who = story.who(session, "administrator")
        seen: list[str] = []
        event.listen(database.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
        rows = submission_lists.listed(session, who, Filters())
        assert len(seen) == 1
        assert [(row.reviewers, row.reviews_sealed, row.reviewers_wanted) for row in rows] == [
            (1, 0, 2),
            (0, 0, 2),
        ]


def test_windows_open_only_between_their_moments(database: Database, story: Story) -> None:
    with database.read() as session:
        window = session.get_one(Window, story.window_id)
        opens, closes = window.opens_at, window.closes_at
        instant = timedelta(microseconds=1)
        moments = (opens - instant, opens, closes - instant, closes)
        own = story.organisations["ZZA"].id
        found = [windows.open_for(session, story.version_id, "bronze", own, at) for at in moments]
        assert [[one.window for one in of_moment] for of_moment in found] == [[], [window], [window], []]
        assert windows.open_for(session, story.version_id, "platinum", own, NOW) == []
