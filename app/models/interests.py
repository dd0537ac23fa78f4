"""What may bias a judgement: groups of organisations, declared interests, and the waivers of conflicts."""

from datetime import date
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from app.models.columns import Moment, Row, choice, identity, long_text, moment, parent


class GroupKind(StrEnum):
    GROUP = "group"
    COLLABORATIVE = "provider collaborative"
    JOINT_CHAIR = "joint chair or chief executive"


class OrganisationGroup(Row, table=True):
    """Organisations that are led or run together."""

    id: UUID = identity()
    name: str = Field(max_length=200, unique=True)
    kind: GroupKind = choice(GroupKind)
    added_at: Moment = moment()
    added_by_id: UUID = parent("person.id", index=False)


class GroupMember(Row, table=True):
    """An organisation belongs to a group between two days; an open end has no day."""

    id: UUID = identity()
    group_id: UUID = parent("organisation_group.id")
    organisation_id: UUID = parent("organisation.id")
    from_on: date | None = None
    to_on: date | None = None  # last day
    added_at: Moment = moment()
    added_by_id: UUID = parent("person.id", index=False)


class InterestKind(StrEnum):
    WORK = "works or worked there"
    CONTRIBUTION = "helped with its submission"
    FAMILY = "family or a close friend works there"
    OTHER = "another interest"


class Interest(Row, table=True):
    """A tie to an organisation that a person declared, or that stands on record of where they worked."""

    id: UUID = identity()
    person_id: UUID = parent("person.id")
    organisation_id: UUID = parent("organisation.id")
    kind: InterestKind = choice(InterestKind)
    note: str = Field(default="", max_length=500)
    from_on: date | None = None
    to_on: date | None = None  # last day; none while it lasts
    declared_at: Moment = moment()
    declared_by_id: UUID = parent("person.id", index=False)
    withdrawn_at: Moment | None = moment(optional=True)
    withdrawn_by_id: UUID | None = parent("person.id", optional=True, index=False)


class Waiver(Row, table=True):
    """A conflict of interest that two other people set aside for one submission, with the reason. Shown for ever."""

    __table_args__ = (
        sa.Index(
            "uq_waiver_current",
            "person_id",
            "submission_id",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )
    id: UUID = identity()
    person_id: UUID = parent("person.id", index=False)  # whose conflict
    submission_id: UUID = parent("submission.id")
    conflict: str = long_text()  # in words, as it stood when the waiver was asked for
    reason: str = long_text()
    asked_at: Moment = moment()
    asked_by_id: UUID = parent("person.id", index=False)
    granted_at: Moment | None = moment(optional=True)  # by another; it counts from here
    granted_by_id: UUID | None = parent("person.id", optional=True, index=False)
    ended_at: Moment | None = moment(optional=True)  # refused, or taken back
    ended_by_id: UUID | None = parent("person.id", optional=True, index=False)
