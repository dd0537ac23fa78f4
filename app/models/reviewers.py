"""What a reviewer can take on, and how they score the agreed samples."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from app.models.columns import Moment, Row, identity, json_value, long_text, moment, parent


class ReviewerProfile(Row, table=True):
    """How many submissions a reviewer takes and which principles they know best. No row: the portal's cap, any."""

    person_id: UUID = Field(foreign_key="person.id", primary_key=True)
    most_reviews: int | None = None  # open at a time; none: the portal's setting
    principles: list[str] = json_value(default_factory=list)  # ids of a framework's principles
    changed_at: Moment = moment()
    changed_by_id: UUID = parent("person.id", index=False)


class Absence(Row, table=True):
    """Days on which a reviewer can take nothing on."""

    id: UUID = identity()
    person_id: UUID = parent("person.id")
    from_on: date
    to_on: date  # last day
    added_at: Moment = moment()
    added_by_id: UUID = parent("person.id", index=False)


class CalibrationScore(Row, table=True):
    """What a reviewer gave one agreed sample before a window. It is given once."""

    __table_args__ = (sa.UniqueConstraint("person_id", "window_id", "sample"),)
    id: UUID = identity()
    person_id: UUID = parent("person.id", index=False)
    window_id: UUID = parent("window.id")
    sample: str = Field(max_length=40)  # the sample's code in the shipped set
    sample_set: str = Field(
        max_length=64
    )  # SHA-256 of the set, so that a later text is not taken for this one
    score: int
    reason: str = long_text()
    scored_at: Moment = moment()
