"""The living self-assessment of an organisation and its answers."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from app.models.columns import Moment, Row, identity, json_value, moment, parent


class SelfAssessment(Row, table=True):
    __table_args__ = (sa.UniqueConstraint("organisation_id", "framework_version_id"),)
    id: UUID = identity()
    organisation_id: UUID = parent("organisation.id", index=False)
    framework_version_id: UUID = parent("framework_version.id")
    started_at: Moment = moment()


class Answer(Row, table=True):
    __table_args__ = (sa.UniqueConstraint("self_assessment_id", "criterion_code"),)
    id: UUID = identity()
    self_assessment_id: UUID = parent("self_assessment.id", index=False)
    criterion_code: str = Field(max_length=10)
    values: dict[str, Any] = json_value(default_factory=dict)  # question id -> what was typed
    is_finished: bool = False  # the writer says so; "ready" needs nothing missing as well
    version: int = 1  # a save that was made from an older version is shown beside the newer text
    saved_at: Moment = moment()
    saved_by_id: UUID = parent("person.id", index=False)
