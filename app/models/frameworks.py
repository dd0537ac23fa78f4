"""Published framework versions, each kept whole as one document."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from app.models.columns import Moment, Row, identity, json_value, moment


class FrameworkVersion(Row, table=True):
    __table_args__ = (sa.UniqueConstraint("framework", "version"),)
    id: UUID = identity()
    framework: str = Field(max_length=40)
    version: str = Field(max_length=40)
    checksum: str = Field(max_length=64)  # SHA-256 of the document; a published version never changes
    document: dict[str, Any] = json_value()
    published_at: Moment = moment()
