"""Moderation meetings in any state, for the tests of meetings and records."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlmodel import Session, select

from app.actions import meetings
from app.models import Meeting, MeetingItem, Status, Submission, Window
from app.queries.meetings import rows_of
from tests.judging import sealed_submission
from tests.story import NOW, Story

DAY = date(2026, 12, 3)
EVERYBODY = ("moderator", "administrator", "administrator_of_a", "reviewer_of_c")


def waiting(session: Session, story: Story, *codes: str) -> dict[str, Submission]:
    """A submission in moderation for each trust named by its code, without reviews."""
    found = {}
    for code in codes:
        found[code] = sealed_submission(session, story, code, "b" if code == "ZZC" else code[-1].lower())
        found[code].status = Status.IN_MODERATION
    session.flush()
    return found


def planned(
    session: Session,
    story: Story,
    parts: Iterable[str] = EVERYBODY,
    statuses: Iterable[Status] = meetings.TAKEN,
    *,
    name: str = "Moderation, December",
    by: str = "administrator",
    held_on: date = DAY,
    at: datetime = NOW,
) -> Meeting:
    return meetings.plan(
        session,
        session.get_one(Window, story.window_id),
        name,
        held_on,
        [story.people[part].id for part in parts],
        tuple(statuses),
        by=story.who(session, by, at),
        at=at,
        today=at.date(),
        base_url="http://127.0.0.1:8000",
    )


def opened(session: Session, story: Story, meeting: Meeting, *parts: str, at: datetime = NOW) -> None:
    """The meeting open, with these people there."""
    by = story.who(session, "administrator", at)
    meetings.open_meeting(session, meeting, by=by, at=at)
    for part in parts:
        meetings.come(session, meeting, story.people[part].id, by=by, at=at)


def item_of(session: Session, meeting: Meeting, submission: Submission) -> MeetingItem:
    query = select(MeetingItem).where(MeetingItem.meeting_id == meeting.id)
    return session.exec(query.where(MeetingItem.submission_id == submission.id)).one()


def codes_in_order(session: Session, story: Story, meeting: Meeting) -> list[str]:
    """The ODS codes of the agenda's organisations."""
    codes = {organisation.id: code for code, organisation in story.organisations.items()}
    return [codes[submission.organisation_id] for _, submission in rows_of(session, meeting.id)]
