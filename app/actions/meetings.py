"""Planning and holding a moderation meeting. The caller holds the meeting's row, and that of an item's submission."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.actions import mails
from app.actions.history import record
from app.models import Attendance, Meeting, MeetingItem, Minute, Person, Role, Status, Submission, Window
from app.queries import meetings, people, sealed_copies
from app.queries.meetings import Invitee
from app.rules import agenda
from app.rules.errors import Conflict, RuleError
from app.rules.history import sha256
from app.rules.passages import required_passage
from app.rules.people import Who

TAKEN = (Status.IN_MODERATION, Status.AWAITING_DECISION)  # what a meeting can be about
LONGEST_NAME = 120

# The mails name no submission: a mailbox may be shared, and who has a conflict is not to know.
_SUBJECT = "A moderation meeting is planned"
_EXPECTED = "You are expected at a moderation meeting of the Assembly on {day}.\n\n"
_AGENDA = "Sign in to the portal to see the agenda:\n\n{link}\n"
_NO_AGENDA = "The agenda names submissions, so it is shown at the meeting and not sent.\n"


def plan(
    session: Session,
    window: Window,
    name: str,
    held_on: date,
    expected: Collection[UUID],
    statuses: Collection[Status],
    *,
    by: Who,
    at: datetime,
    today: date,
    base_url: str,
) -> Meeting:
    """A meeting about the window's submissions in one of ``statuses``, ordered so that people with a conflict are out
    in one go. Everybody expected is told by mail.

    RuleError without a name, with a day that has passed, without people of the Assembly, without submissions.
    """
    invited = _checked(session, name, held_on, expected, today)
    found = meetings.to_take(session, window.id, statuses)
    if not found:
        raise RuleError("No submission of this window waits for that. Choose something else.", field="about")
    meeting = Meeting(
        window_id=window.id, name=name.strip(), held_on=held_on, planned_at=at, planned_by_id=by.person_id
    )
    session.add(meeting)
    session.flush()
    session.add_all(Attendance(meeting_id=meeting.id, person_id=one.person_id) for one in invited)
    session.flush()
    for place, submission in enumerate(_in_order(session, meeting, found, by, at), start=1):
        session.add(MeetingItem(meeting_id=meeting.id, submission_id=submission.id, place=place))
    session.flush()
    _tell(session, meeting, invited, at, base_url)
    _record(session, meeting, "plan meeting", by, at, {"items": len(found), "people": len(invited)})
    return meeting


def _checked(
    session: Session, name: str, held_on: date, expected: Collection[UUID], today: date
) -> list[Invitee]:
    """Everybody named who can be expected."""
    if not name.strip():
        raise RuleError("Enter a name for the meeting.", field="name")
    if len(name.strip()) > LONGEST_NAME:
        raise RuleError(f"Shorten the name to {LONGEST_NAME} characters or fewer.", field="name")
    if held_on < today:
        raise RuleError("Enter a day that has not passed.", field="held")
    invited = [one for one in meetings.invitees(session) if one.person_id in set(expected)]
    if len(invited) < len(set(expected)):
        raise RuleError("Select people from the list.", field="people")
    if not any(set(one.roles) - {Role.REVIEWER} for one in invited):
        raise RuleError("Select at least one moderator or administrator.", field="people")
    return invited


def _in_order(
    session: Session, meeting: Meeting, found: Collection[Submission], by: Who, at: datetime
) -> list[Submission]:
    whose, by_id = (
        meetings.expected(session, meeting.id, at, by.conflict_years),
        {one.id: one for one in found},
    )
    out: dict[UUID, agenda.Out] = {
        one.id: frozenset(person.person_id for person in meetings.absent(whose, one)) for one in found
    }
    return [by_id[id_] for id_ in agenda.ordered(out)]


def _tell(session: Session, meeting: Meeting, invited: Collection[Invitee], at: datetime, base: str) -> None:
    day = f"{meeting.held_on.day} {meeting.held_on:%B %Y}"
    link = _AGENDA.format(link=f"{base}/meetings/{meeting.id}")
    for one in invited:
        holds_meetings = bool(set(one.roles) - {Role.REVIEWER})
        body = _EXPECTED.format(day=day) + (link if holds_meetings else _NO_AGENDA)
        mails.write(session, session.get_one(Person, one.person_id).email, _SUBJECT, body, at=at)


def order_again(session: Session, meeting: Meeting, *, by: Who, at: datetime) -> None:
    """Order what has not been taken yet by the people expected and the conflicts known now."""
    _require_not_closed(meeting)
    rows = meetings.rows_of(session, meeting.id)
    begun = [item for item, _ in rows if item.opened_at]
    waiting = {submission.id: item for item, submission in rows if not item.opened_at}
    ordered = _in_order(session, meeting, [one for _, one in rows if one.id in waiting], by, at)
    for place, item in enumerate([*begun, *(waiting[one.id] for one in ordered)], start=1):
        item.place = place
    session.flush()
    _record(session, meeting, "order agenda", by, at, {"items": len(ordered)})


def open_meeting(session: Session, meeting: Meeting, *, by: Who, at: datetime) -> None:
    """Begin. Conflict when it has begun already."""
    if meeting.opened_at:
        raise Conflict("This meeting is open already, or it is closed.")
    meeting.opened_at = at
    _record(session, meeting, "open meeting", by, at, {})


def close_meeting(session: Session, meeting: Meeting, *, by: Who, at: datetime) -> None:
    """End it; whoever is still there leaves with it. Conflict while an item is open."""
    _require_open(meeting)
    if _open_item(session, meeting):
        raise Conflict("An item is open. Close it before you close the meeting.")
    for row in meetings.attendances(session, meeting.id):
        if row.came_at and not row.left_at:
            row.left_at = at
    meeting.closed_at = at
    _record(session, meeting, "close meeting", by, at, {})


def come(session: Session, meeting: Meeting, person_id: UUID, *, by: Who, at: datetime) -> None:
    """Mark that somebody is there, or back. Who was not expected is added.

    Conflict while an item is open with which they have a conflict of interest.
    """
    _require_open(meeting)
    row = _attendance(session, meeting, person_id)
    if row.came_at and not row.left_at:
        raise Conflict("This person is marked as there already.")
    _refuse_if_out(session, meeting, person_id, by, at)
    row.came_at, row.left_at = row.came_at or at, None
    _record(session, meeting, "come to meeting", by, at, {"person": str(person_id)})


def _attendance(session: Session, meeting: Meeting, person_id: UUID) -> Attendance:
    """The person's row, made when they were not expected. RuleError unless they are of the Assembly."""
    for row in meetings.attendances(session, meeting.id):
        if row.person_id == person_id:
            return row
    if person_id not in {one.person_id for one in meetings.invitees(session)}:
        raise RuleError("Select a person from the list.", field="person")
    made = Attendance(meeting_id=meeting.id, person_id=person_id)
    session.add(made)
    session.flush()
    return made


def _refuse_if_out(session: Session, meeting: Meeting, person_id: UUID, by: Who, at: datetime) -> None:
    """The sentence names no submission: whoever marks the attendance may have the conflict too."""
    taken = _open_item(session, meeting)
    who = people.who_by_id(session, person_id, at, by.conflict_years)
    if taken and who and meetings.conflict_of(who, taken[1]):
        raise Conflict("This person is out for the item that is open. Mark them as there when it is closed.")


def leave(session: Session, meeting: Meeting, person_id: UUID, *, by: Who, at: datetime) -> None:
    """Mark that somebody left, for good or for an item."""
    _require_open(meeting)
    row = next((one for one in meetings.attendances(session, meeting.id) if one.person_id == person_id), None)
    if row is None or row.came_at is None or row.left_at:
        raise Conflict("This person is not marked as there.")
    row.left_at = at
    _record(session, meeting, "leave meeting", by, at, {"person": str(person_id)})


def open_item(
    session: Session, meeting: Meeting, item: MeetingItem, submission: Submission, *, by: Who, at: datetime
) -> None:
    """Take an item, or take it up again. Who is out for a conflict is kept with it.

    Conflict unless the meeting is open and no other item is; RuleError, with their names, while somebody who has a
    conflict of interest is in the room.
    """
    _require_open(meeting)
    if _open_item(session, meeting):
        raise Conflict("An item is open. Close it before you open another.")
    whose = meetings.expected(session, meeting.id, at, by.conflict_years)
    if staying := [one.name for one in meetings.absent([p for p in whose if p.is_there], submission)]:
        raise RuleError(
            f"Out for this item, and still marked as there: {', '.join(staying)}. Mark who left first."
        )
    known = {one["person"]: one for one in item.absent}
    now = {
        str(one.person_id): {"person": str(one.person_id), "name": one.name, "conflict": one.conflict}
        for one in meetings.absent(whose, submission)
    }
    item.absent = list((known | now).values())
    item.opened_at, item.closed_at = item.opened_at or at, None
    facts = {"item": str(item.id), "absent": sorted(now)}
    _record(session, meeting, "open item", by, at, facts)


def close_item(session: Session, meeting: Meeting, item: MeetingItem, *, by: Who, at: datetime) -> None:
    require_item_open(meeting, item)
    item.closed_at = at
    _record(session, meeting, "close item", by, at, {"item": str(item.id)})


def write_minute(
    session: Session,
    meeting: Meeting,
    item: MeetingItem,
    code: str,
    text: str,
    *,
    by: Who,
    at: datetime,
) -> Minute:
    """Add a line to the minutes of an open item, about one criterion of the copy or (empty) the whole submission."""
    require_item_open(meeting, item)
    text = required_passage(text, "text", "Enter what was said.")
    if code and code not in sealed_copies.document(session, item.submission_id).content.codes:
        raise RuleError("Select a criterion from the list.", field="criterion")
    minute = Minute(
        item_id=item.id, criterion_code=code, text=text, written_at=at, written_by_id=by.person_id
    )
    session.add(minute)
    session.flush()
    facts = {"item": str(item.id), "criterion": code, "digest": sha256(text)}
    _record(session, meeting, "write minute", by, at, facts)
    return minute


def require_item_open(meeting: Meeting, item: MeetingItem) -> None:
    """Raise Conflict unless the meeting takes the item now."""
    _require_open(meeting)
    if item.opened_at is None or item.closed_at is not None:
        raise Conflict("This item is not open. Open it first.")


def _require_open(meeting: Meeting) -> None:
    if meeting.opened_at is None:
        raise Conflict("This meeting has not been opened.")
    _require_not_closed(meeting)


def _require_not_closed(meeting: Meeting) -> None:
    if meeting.closed_at is not None:
        raise Conflict("This meeting is closed.")


def _open_item(session: Session, meeting: Meeting) -> tuple[MeetingItem, Submission] | None:
    rows = meetings.rows_of(session, meeting.id)
    return next((row for row in rows if row[0].opened_at and not row[0].closed_at), None)


def _record(
    session: Session, meeting: Meeting, verb: str, by: Who, at: datetime, facts: dict[str, Any]
) -> None:
    session.flush()
    record(session, f"meeting:{meeting.id}", verb, by=by.person_id, at=at, facts=facts)
