"""Published framework versions, each kept whole as one document."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from app.models.columns import Moment, Row, identity, json_value, moment, parent


class FrameworkVersion(Row, table=True):
    __table_args__ = (sa.UniqueConstraint("framework", "version"),)
    id: UUID = identity()
    framework: str = Field(max_length=40)
    version: str = Field(max_length=40)
    checksum: str = Field(max_length=64)  # SHA-256 of the document; a published version never changes
    document: dict[str, Any] = json_value()
    published_at: Moment = moment()
    carry_over: dict[str, Any] = json_value(
        default_factory=dict
    )  # from which version, and what of it carries over


class FrameworkDraft(Row, table=True):
    """The next version of a framework while an administrator writes it."""

    id: UUID = identity()
    based_on_id: UUID = parent("framework_version.id", index=False)
    document: dict[str, Any] = json_value(default_factory=dict)
    carry_over: dict[str, Any] = json_value(default_factory=dict)  # what the administrator says carries over
    version: int = 1  # counts the saves: a stale one is refused
    started_at: Moment = moment()
    started_by_id: UUID = parent("person.id", index=False)
    changed_at: Moment = moment()
    changed_by_id: UUID = parent("person.id", index=False)
    published_id: UUID | None = parent("framework_version.id", optional=True, index=False)
    discarded_at: Moment | None = moment(optional=True)
