"""History: who did what, when and why. Lines are only ever added; database triggers refuse anything else."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from app.models.columns import Moment, Row, identity, json_value, long_text, moment, parent


class Event(Row, table=True):
    __table_args__ = (sa.UniqueConstraint("stream", "number"),)
    id: UUID = identity()
    stream: str = Field(max_length=60)  # "submission:<id>", "organisation:<id>", "certificate:<id>", "portal"
    number: int  # 1, 2, 3 ... within the stream
    verb: str = Field(max_length=40)
    at: Moment = moment()
    by_id: UUID | None = parent("person.id", optional=True)  # nobody: the portal itself
    reason: str = long_text(default="")
    facts: dict[str, Any] = json_value(default_factory=dict)
    previous_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64)
