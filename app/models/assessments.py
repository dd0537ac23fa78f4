"""The living self-assessment of an organisation and its answers."""

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from app.models.columns import Moment, Row, identity, json_value, long_text, moment, parent


class SelfAssessment(Row, table=True):
    __table_args__ = (sa.UniqueConstraint("organisation_id", "framework_version_id"),)
    id: UUID = identity()
    organisation_id: UUID = parent("organisation.id", index=False)
    framework_version_id: UUID = parent("framework_version.id")
    started_at: Moment = moment()
    moved_from_id: UUID | None = parent(
        "self_assessment.id", optional=True, index=False
    )  # of the version before
    moved_at: Moment | None = moment(optional=True)  # when this one was left for a newer version


class Answer(Row, table=True):
    __table_args__ = (sa.UniqueConstraint("self_assessment_id", "criterion_code"),)
    id: UUID = identity()
    self_assessment_id: UUID = parent("self_assessment.id", index=False)
    criterion_code: str = Field(max_length=10)
    values: dict[str, Any] = json_value(default_factory=dict)  # question id -> what was typed
    is_finished: bool = False  # the writer says so; "ready" needs nothing missing as well
    version: int = 1  # counts the saves
    saved_at: Moment = moment()
    saved_by_id: UUID = parent("person.id")  # whoever wrote it never judges it
    needs_confirming: bool = False  # carried over from another version: it does not count until confirmed
    carried_from: list[str] = json_value(
        default_factory=list
    )  # the codes it was carried from, in that version


class CriterionOwner(Row, table=True):
    """The colleague who looks after one criterion, and until when it is to be ready."""

    __table_args__ = (sa.UniqueConstraint("self_assessment_id", "criterion_code"),)
    id: UUID = identity()
    self_assessment_id: UUID = parent("self_assessment.id", index=False)
    criterion_code: str = Field(max_length=10)
    person_id: UUID = parent("person.id")
    due_on: date | None = None
    assigned_at: Moment = moment()
    assigned_by_id: UUID = parent("person.id", index=False)


class Comment(Row, table=True):
    """A remark among colleagues about one criterion. It never leaves the organisation."""

    __table_args__ = (sa.Index("ix_comment_place", "self_assessment_id", "criterion_code"),)
    id: UUID = identity()
    self_assessment_id: UUID = parent("self_assessment.id", index=False)
    criterion_code: str = Field(max_length=10)
    text: str = long_text()
    written_at: Moment = moment()
    written_by_id: UUID = parent("person.id", index=False)
    resolved_at: Moment | None = moment(optional=True)
    resolved_by_id: UUID | None = parent("person.id", optional=True, index=False)


class Presence(Row, table=True):
    """When a person was last seen writing on a criterion's page."""

    __table_args__ = (sa.UniqueConstraint("self_assessment_id", "criterion_code", "person_id"),)
    id: UUID = identity()
    self_assessment_id: UUID = parent("self_assessment.id", index=False)
    criterion_code: str = Field(max_length=10)
    person_id: UUID = parent("person.id", index=False)
    seen_at: Moment = moment()
