"""Moderation meetings as one person may see them.

Of an item whose submission they have a conflict of interest with, or review themselves, a person sees the place on the
agenda and nothing else: which submission it is changes no byte of what any function here returns for them.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.models import (
    ASSEMBLY_ROLES,
    AgreedScore,
    Attendance,
    Meeting,
    MeetingItem,
    Membership,
    Minute,
    Organisation,
    Person,
    Role,
    Status,
    Submission,
    Window,
)
from app.queries import people
from app.queries.submissions import free_of_conflict, reviewed_by
from app.rules.conflicts import conflict
from app.rules.people import Who


@dataclass(frozen=True)
class MeetingLine:
    """A meeting in the list. It says nothing of what is on the agenda."""

    id: UUID
    name: str
    window_name: str
    held_on: date
    opened_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True)
class Expected:
    """Somebody who is expected, with when they came and left."""

    who: Who
    came_at: datetime | None
    left_at: datetime | None

    @property
    def is_there(self) -> bool:
        return self.came_at is not None and self.left_at is None


@dataclass(frozen=True)
class Absent:
    """Somebody who is out for an item, and the conflict of interest."""

    person_id: UUID
    name: str
    conflict: str


@dataclass(frozen=True)
class ShownItem:
    """An item for who may see its submission."""

    place: int
    id: UUID
    submission_id: UUID
    organisation_name: str
    level: str
    framework_version_id: UUID
    status: Status
    opened_at: datetime | None
    closed_at: datetime | None
    absent: tuple[Absent, ...]
    is_shown: bool = True

    @property
    def is_open(self) -> bool:
        return self.opened_at is not None and self.closed_at is None


@dataclass(frozen=True)
class HiddenItem:
    """An item for who may not: its place on the agenda."""

    place: int
    is_shown: bool = False
    is_open: bool = False  # never told


def conflict_of(who: Who, submission: Submission) -> str:
    """Why the person is out while the submission is taken; empty when they may stay."""
    if submission.id in who.waived:
        return ""
    return conflict(who.ties, submission.organisation_id, submission.icb_id)


def listed(session: Session) -> list[MeetingLine]:
    """Every meeting, the latest day first."""
    rows = session.execute(
        sa.select(
            col(Meeting.id),
            col(Meeting.name),
            col(Window.name),
            col(Meeting.held_on),
            col(Meeting.opened_at),
            col(Meeting.closed_at),
        )
        .join(Window, col(Window.id) == col(Meeting.window_id))
        .order_by(col(Meeting.held_on).desc(), col(Meeting.name), col(Meeting.id))
    ).all()
    return [MeetingLine(*row) for row in rows]


@dataclass(frozen=True)
class Invitee:
    """Somebody who can be expected at a meeting."""

    person_id: UUID
    name: str
    roles: tuple[Role, ...]


def invitees(session: Session) -> list[Invitee]:
    """The people of the Assembly: those who hold meetings first, then reviewers, each by name."""
    rows = session.execute(
        sa.select(col(Person.id), col(Person.name), col(Membership.role))
        .join(Membership, col(Membership.person_id) == col(Person.id))
        .where(col(Membership.role).in_(ASSEMBLY_ROLES))
        .where(col(Membership.ended_at).is_(None), col(Person.left_at).is_(None))
        .order_by(col(Person.name), col(Person.id), col(Membership.role))
    ).all()
    roles: dict[tuple[UUID, str], list[Role]] = {}
    for person_id, name, role in rows:
        roles.setdefault((person_id, name), []).append(role)
    found = [Invitee(id_, name, tuple(held)) for (id_, name), held in roles.items()]
    return sorted(found, key=lambda one: one.roles == (Role.REVIEWER,))


def to_take(session: Session, window_id: UUID, statuses: Collection[Status]) -> list[Submission]:
    """The submissions of a window in one of ``statuses``, in the order of their random ids: an agenda that followed
    names would tell by its place what an item is that is not shown."""
    return list(
        session.exec(
            select(Submission)
            .where(Submission.window_id == window_id, col(Submission.status).in_(statuses))
            .order_by(col(Submission.id))
        ).all()
    )


def attendances(session: Session, meeting_id: UUID) -> list[Attendance]:
    return list(
        session.exec(
            select(Attendance)
            .join(Person, col(Person.id) == Attendance.person_id)
            .where(Attendance.meeting_id == meeting_id)
            .order_by(col(Person.name), col(Person.id))
        ).all()
    )


def expected(session: Session, meeting_id: UUID, at: datetime, years: int) -> list[Expected]:
    """Who is expected, by name, with their ties of today; whoever holds no role of the Assembly now is left out.

    ``years``: how long a tie is a conflict, as whoever asks has it.
    """
    rows = attendances(session, meeting_id)
    known = {one.person_id: one for one in people.judges(session, ASSEMBLY_ROLES, at, years)}
    return [
        Expected(known[row.person_id], row.came_at, row.left_at) for row in rows if row.person_id in known
    ]


def rows_of(session: Session, meeting_id: UUID) -> list[tuple[MeetingItem, Submission]]:
    """Every item with its submission, shown to nobody: for the rules that order, open and close."""
    rows = session.exec(
        select(MeetingItem, Submission)
        .join(Submission, col(Submission.id) == MeetingItem.submission_id)
        .where(MeetingItem.meeting_id == meeting_id)
        .order_by(col(MeetingItem.place))
    ).all()
    return [(item, submission) for item, submission in rows]


def agenda(
    session: Session, meeting: Meeting, who: Who, at: datetime, whose: Sequence[Expected] | None = None
) -> list[ShownItem | HiddenItem]:
    """The items in order, each as this person may see it. ``whose``: who is expected, when that is known already."""
    whose = expected(session, meeting.id, at, who.conflict_years) if whose is None else whose
    shown = {one.place: one for one in _shown(session, meeting.id, who, whose)}
    places = session.exec(
        select(MeetingItem.place).where(MeetingItem.meeting_id == meeting.id).order_by(col(MeetingItem.place))
    ).all()
    return [shown.get(place, HiddenItem(place)) for place in places]


def _shown(session: Session, meeting_id: UUID, who: Who, whose: Sequence[Expected]) -> list[ShownItem]:
    rows = session.exec(
        select(MeetingItem, Submission, Organisation.name)
        .join(Submission, col(Submission.id) == MeetingItem.submission_id)
        .join(Organisation, col(Organisation.id) == Submission.organisation_id)
        .where(MeetingItem.meeting_id == meeting_id)
        .where(free_of_conflict(who), sa.not_(reviewed_by(who)))
    ).all()
    return [
        ShownItem(
            item.place,
            item.id,
            submission.id,
            name,
            submission.level,
            submission.framework_version_id,
            submission.status,
            item.opened_at,
            item.closed_at,
            _recorded(item) if item.opened_at else tuple(absent(whose, submission)),
        )
        for item, submission, name in rows
    ]


def absent(whose: Sequence[Expected], submission: Submission) -> list[Absent]:
    """Who of those expected is out for the submission as things are now, by name."""
    found = [(one.who, conflict_of(one.who, submission)) for one in whose]
    return [Absent(who.person_id, who.name, why) for who, why in found if why]


def _recorded(item: MeetingItem) -> tuple[Absent, ...]:
    return tuple(Absent(UUID(one["person"]), one["name"], one["conflict"]) for one in item.absent)


def state(session: Session, meeting: Meeting, who: Who) -> list[object]:
    """What the pages of a meeting show this person, short: it changes when one of them would, and only then."""
    items = _shown(session, meeting.id, who, ())
    ids, submission_ids = [one.id for one in items], [one.submission_id for one in items]
    minutes = session.exec(select(Minute.item_id).where(col(Minute.item_id).in_(ids))).all()
    agreed = session.exec(
        select(AgreedScore.submission_id).where(col(AgreedScore.submission_id).in_(submission_ids))
    ).all()
    there = [(row.person_id, row.came_at, row.left_at) for row in attendances(session, meeting.id)]
    return [
        meeting.opened_at,
        meeting.closed_at,
        there,
        sorted((one.place, one.id, one.status, one.opened_at, one.closed_at) for one in items),
        sorted(Counter(minutes).items()),
        sorted(Counter(agreed).items()),
    ]
