"""Planning and holding a moderation meeting."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from app.actions import meetings
from app.db import Database
from app.models import Attendance, Event, Mail, Meeting, MeetingItem, Minute, Status, Submission, Waiver
from app.queries import meetings as queries
from app.rules.errors import Conflict, RuleError
from tests.meetings import DAY, EVERYBODY, codes_in_order, item_of, opened, planned, waiting
from tests.story import NOW, Story

LATER = NOW + timedelta(minutes=30)
pytestmark = pytest.mark.reaches_past  # submissions are put into moderation without their reviews


def events(session: Session, meeting: Meeting) -> list[tuple[str, dict[str, Any]]]:
    query = select(Event).where(Event.stream == f"meeting:{meeting.id}").order_by(col(Event.number))
    return [(row.verb, row.facts) for row in session.exec(query).all()]


def test_the_agenda_keeps_people_with_a_conflict_out_in_one_go(database: Database, story: Story) -> None:
    """Trusts A and C stand under one ICB, so who works for A is out for both."""
    with database.write() as session:
        waiting(session, story, "ZZA", "ZZB", "ZZC")
        meeting = planned(session, story)
        order = codes_in_order(session, story, meeting)
        assert sorted(order) == ["ZZA", "ZZB", "ZZC"]
        assert order.index("ZZB") in (0, 2)
        assert [item.place for item, _ in queries.rows_of(session, meeting.id)] == [1, 2, 3]
        assert events(session, meeting) == [("plan meeting", {"items": 3, "people": 4})]


def test_everybody_expected_hears_of_the_day_and_of_no_organisation(database: Database, story: Story) -> None:
    with database.write() as session:
        waiting(session, story, "ZZA")
        meeting = planned(session, story)
        mails = session.exec(select(Mail).order_by(col(Mail.to))).all()
        assert [mail.to for mail in mails] == sorted(story.people[part].email for part in EVERYBODY)
        link = f"http://127.0.0.1:8000/meetings/{meeting.id}"
        assert [link in mail.body for mail in mails] == [True, True, True, False]  # the last only reviews
        told = {
            (mail.subject, "3 December 2026" in mail.body, "trust" in mail.body.lower()) for mail in mails
        }
        assert told == {("A moderation meeting is planned", True, False)}


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"name": " "}, "name", "Enter a name for the meeting."),
        ({"name": "x" * 121}, "name", "Shorten the name to 120 characters or fewer."),
        ({"held_on": date(2026, 11, 21)}, "held", "Enter a day that has not passed."),
        ({"parts": ("lead_a", "moderator")}, "people", "Select people from the list."),
        ({"parts": ("reviewer_1",)}, "people", "Select at least one moderator or administrator."),
        (
            {"statuses": (Status.AWAITING_DECISION,)},
            "about",
            "No submission of this window waits for that. Choose something else.",
        ),
    ],
)
def test_what_can_not_be_planned(
    database: Database, story: Story, changed: dict[str, Any], field: str, sentence: str
) -> None:
    with database.write() as session:
        waiting(session, story, "ZZB")
        with pytest.raises(RuleError) as refused:
            planned(session, story, **changed)
        assert (refused.value.field, refused.value.sentence) == (field, sentence)
        assert session.exec(select(Meeting)).all() == []


def test_a_meeting_is_about_what_waits_in_its_window(database: Database, story: Story) -> None:
    with database.write() as session:
        found = waiting(session, story, "ZZA", "ZZB", "ZZC")
        found["ZZA"].status = Status.AWAITING_DECISION
        found["ZZC"].status = Status.THIRD_REVIEW
        session.flush()
        assert codes_in_order(session, story, planned(session, story)) in (["ZZA", "ZZB"], ["ZZB", "ZZA"])
        only = planned(session, story, statuses=(Status.AWAITING_DECISION,))
        assert codes_in_order(session, story, only) == ["ZZA"]


def test_an_item_does_not_open_while_somebody_with_a_conflict_is_in_the_room(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        submission = waiting(session, story, "ZZA")["ZZA"]
        meeting = planned(session, story)
        item = item_of(session, meeting, submission)
        opened(session, story, meeting, "moderator", "administrator_of_a")
        by, out = story.who(session, "administrator"), story.people["administrator_of_a"]
        with pytest.raises(RuleError) as refused:
            meetings.open_item(session, meeting, item, submission, by=by, at=NOW)
        assert refused.value.sentence == (
            "Out for this item, and still marked as there: Administrator who works for trust A. Mark who left first."
        )
        meetings.leave(session, meeting, out.id, by=by, at=NOW)
        meetings.open_item(session, meeting, item, submission, by=by, at=NOW)
        assert [(one["name"], one["conflict"]) for one in item.absent] == [
            ("Administrator who works for trust A", "Works for Fictional trust A."),
            ("Reviewer who works for trust C", "Works for Fictional trust C, in the same ICB."),
        ]
        with pytest.raises(Conflict, match="out for the item that is open"):
            meetings.come(session, meeting, out.id, by=by, at=NOW)
        session.refresh(item)
        meetings.close_item(session, meeting, item, by=by, at=LATER)
        meetings.come(session, meeting, out.id, by=by, at=LATER)
        assert [verb for verb, _ in events(session, meeting)] == [
            "plan meeting",
            "open meeting",
            "come to meeting",
            "come to meeting",
            "leave meeting",
            "open item",
            "close item",
            "come to meeting",
        ]


def test_a_waived_conflict_puts_nobody_out(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = waiting(session, story, "ZZA")["ZZA"]
        session.add(
            Waiver(
                person_id=story.people["administrator_of_a"].id,
                submission_id=submission.id,
                conflict="Works for Fictional trust A.",
                reason="Nobody else can say.",
                asked_at=NOW,
                asked_by_id=story.people["administrator"].id,
                granted_at=NOW,
                granted_by_id=story.people["moderator"].id,
            )
        )
        session.flush()
        meeting = planned(session, story, ("moderator", "administrator_of_a"))
        item = item_of(session, meeting, submission)
        opened(session, story, meeting, "moderator", "administrator_of_a")
        by = story.who(session, "moderator")
        meetings.open_item(session, meeting, item, submission, by=by, at=NOW)
        assert item.absent == []


def test_one_item_at_a_time_and_taken_up_again_it_keeps_who_was_out(database: Database, story: Story) -> None:
    with database.write() as session:
        found = waiting(session, story, "ZZA", "ZZB")
        meeting = planned(session, story)
        first, second = (item_of(session, meeting, found[code]) for code in ("ZZA", "ZZB"))
        opened(session, story, meeting)
        by = story.who(session, "moderator")
        meetings.open_item(session, meeting, first, found["ZZA"], by=by, at=NOW)
        with pytest.raises(Conflict, match="An item is open"):
            meetings.open_item(session, meeting, second, found["ZZB"], by=by, at=NOW)
        with pytest.raises(Conflict, match="An item is open"):
            meetings.close_meeting(session, meeting, by=by, at=NOW)
        meetings.close_item(session, meeting, first, by=by, at=NOW)
        before = list(first.absent)
        meetings.open_item(session, meeting, first, found["ZZA"], by=by, at=LATER)
        assert (first.opened_at, first.closed_at, first.absent) == (NOW, None, before)


Step = Callable[[Session, Meeting, MeetingItem, Submission, dict[str, Any]], object]
STEPS: dict[str, Step] = {
    "come": lambda s, m, i, sub, b: meetings.come(s, m, b["by"].person_id, **b),
    "leave": lambda s, m, i, sub, b: meetings.leave(s, m, b["by"].person_id, **b),
    "open item": lambda s, m, i, sub, b: meetings.open_item(s, m, i, sub, **b),
    "close item": lambda s, m, i, sub, b: meetings.close_item(s, m, i, **b),
    "write": lambda s, m, i, sub, b: meetings.write_minute(s, m, i, "", "Said", **b),
    "close": lambda s, m, i, sub, b: meetings.close_meeting(s, m, **b),
}


@pytest.mark.parametrize("step", STEPS)
def test_nothing_is_done_before_the_meeting_opens_or_after_it_closes(
    database: Database, story: Story, step: str
) -> None:
    with database.write() as session:
        submission = waiting(session, story, "ZZB")["ZZB"]
        meeting = planned(session, story)
        item = item_of(session, meeting, submission)
        told: dict[str, Any] = {"by": story.who(session, "moderator"), "at": NOW}
        with pytest.raises(Conflict, match="has not been opened"):
            STEPS[step](session, meeting, item, submission, told)
        opened(session, story, meeting, "moderator")
        meetings.open_item(session, meeting, item, submission, **told)
        meetings.close_item(session, meeting, item, **told)
        meetings.close_meeting(session, meeting, by=told["by"], at=LATER)
        with pytest.raises(Conflict, match="is closed"):
            STEPS[step](session, meeting, item, submission, told)
        with pytest.raises(Conflict, match="open already"):
            meetings.open_meeting(session, meeting, **told)
        with pytest.raises(Conflict, match="is closed"):
            meetings.order_again(session, meeting, **told)
        there = session.exec(select(Attendance).where(col(Attendance.came_at).is_not(None))).all()
        assert [(row.came_at, row.left_at) for row in there] == [(NOW, LATER)]


def test_minutes_are_lines_about_a_criterion_of_the_copy_while_the_item_is_open(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        submission = waiting(session, story, "ZZB")["ZZB"]
        meeting = planned(session, story)
        item, by = item_of(session, meeting, submission), story.who(session, "moderator")
        opened(session, story, meeting)
        with pytest.raises(Conflict, match="not open"):
            meetings.write_minute(session, meeting, item, "B01", "Said", by=by, at=NOW)
        meetings.open_item(session, meeting, item, submission, by=by, at=NOW)
        meetings.write_minute(session, meeting, item, "B01", " The minute shows it. ", by=by, at=NOW)
        for code, text, sentence in (
            ("B09", "Said", "Select a criterion from the list."),
            ("", " ", "Enter what was said."),
        ):
            with pytest.raises(RuleError) as refused:
                meetings.write_minute(session, meeting, item, code, text, by=by, at=NOW)
            assert refused.value.sentence == sentence
        rows = session.exec(select(Minute)).all()
        assert [(row.criterion_code, row.text) for row in rows] == [("B01", "The minute shows it.")]
        assert "The minute" not in str(events(session, meeting))


def test_who_comes_unexpected_is_added_and_who_is_not_of_the_assembly_is_not(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        waiting(session, story, "ZZB")
        meeting = planned(session, story, ("moderator",))
        opened(session, story, meeting)
        by = story.who(session, "moderator")
        guest = story.people["reviewer_1"].id
        meetings.come(session, meeting, guest, by=by, at=NOW)
        with pytest.raises(Conflict, match="already"):
            meetings.come(session, meeting, guest, by=by, at=NOW)
        with pytest.raises(Conflict, match="not marked as there"):
            meetings.leave(session, meeting, by.person_id, by=by, at=NOW)
        with pytest.raises(RuleError, match="from the list"):
            meetings.come(session, meeting, story.people["lead_a"].id, by=by, at=NOW)
        meetings.leave(session, meeting, guest, by=by, at=LATER)
        meetings.come(session, meeting, guest, by=by, at=LATER)
        names = [one.who.name for one in queries.expected(session, meeting.id, NOW, 3) if one.is_there]
        assert names == ["Reviewer 1"]


def test_what_is_to_come_is_ordered_again_by_who_is_expected_now(database: Database, story: Story) -> None:
    """Planned without the person from trust A the order says nothing of them; with them A and C stand together."""
    with database.write() as session:
        found = waiting(session, story, "ZZA", "ZZB", "ZZC")
        meeting = planned(session, story, ("moderator",))
        for place, code in enumerate(("ZZA", "ZZB", "ZZC"), start=1):
            item_of(session, meeting, found[code]).place = place
        session.add(Attendance(meeting_id=meeting.id, person_id=story.people["administrator_of_a"].id))
        session.flush()
        by = story.who(session, "moderator")
        meetings.order_again(session, meeting, by=by, at=NOW)
        assert codes_in_order(session, story, meeting).index("ZZB") in (0, 2)
        opened(session, story, meeting)
        first = queries.rows_of(session, meeting.id)[-1]
        meetings.open_item(session, meeting, *first, by=by, at=NOW)
        meetings.order_again(session, meeting, by=by, at=NOW)
        assert queries.rows_of(session, meeting.id)[0][0].id == first[0].id
        assert meeting.held_on == DAY
