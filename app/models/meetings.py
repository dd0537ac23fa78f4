"""Moderation meetings: who was there, what was taken in which order, and what was said."""

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from app.models.columns import Moment, Row, identity, json_value, long_text, moment, parent


class Meeting(Row, table=True):
    id: UUID = identity()
    window_id: UUID = parent("window.id")
    name: str = Field(max_length=120)
    held_on: date
    planned_at: Moment = moment()
    planned_by_id: UUID = parent("person.id", index=False)
    opened_at: Moment | None = moment(optional=True)
    closed_at: Moment | None = moment(optional=True)


class Attendance(Row, table=True):
    """A person expected at a meeting; there from one moment to another."""

    __table_args__ = (sa.UniqueConstraint("meeting_id", "person_id"),)
    id: UUID = identity()
    meeting_id: UUID = parent("meeting.id", index=False)
    person_id: UUID = parent("person.id")
    came_at: Moment | None = moment(optional=True)
    left_at: Moment | None = moment(optional=True)


class MeetingItem(Row, table=True):
    """One submission on the agenda."""

    __table_args__ = (sa.UniqueConstraint("meeting_id", "submission_id"),)
    id: UUID = identity()
    meeting_id: UUID = parent("meeting.id", index=False)
    submission_id: UUID = parent("submission.id")
    place: int  # 1, 2, 3 ... in the order of the agenda
    opened_at: Moment | None = moment(optional=True)
    closed_at: Moment | None = moment(optional=True)
    absent: list[dict[str, Any]] = json_value(default_factory=list)  # who was out for a conflict, and which


class Minute(Row, table=True):
    """One line of the minutes of an item. Lines are only added."""

    id: UUID = identity()
    item_id: UUID = parent("meeting_item.id")
    criterion_code: str = Field(default="", max_length=10)
    text: str = long_text()
    written_at: Moment = moment()
    written_by_id: UUID = parent("person.id", index=False)
