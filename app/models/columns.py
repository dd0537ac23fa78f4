"""Column declarations that every table uses."""

import re
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import declared_attr
from sqlmodel import Field, SQLModel

from app.db import UtcDateTime, text_enum


class Row(SQLModel):
    """What every table class is. ``SelfAssessment`` is kept in ``self_assessment``."""

    @declared_attr  # type: ignore[arg-type]
    def __tablename__(cls) -> str:  # noqa: N805  SQLAlchemy calls it with the class
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()


def identity() -> Any:
    """A random UUID made in Python: it can't be guessed and tells nothing of order."""
    return Field(default_factory=uuid4, primary_key=True)


def parent(column: str, *, optional: bool = False, index: bool = True) -> Any:
    """A link to a row of another table, for example ``parent("person.id")``."""
    default: dict[str, Any] = {"default": None} if optional else {}
    return Field(foreign_key=column, nullable=optional, index=index, **default)


def moment(*, optional: bool = False) -> Any:
    """A UTC datetime."""
    default = {"default": None} if optional else {}
    return Field(sa_type=UtcDateTime, nullable=optional, **default)  # type: ignore[call-overload]


def choice(values: type[StrEnum], **more: Any) -> Any:
    """A text column that holds one of ``values``."""
    return Field(sa_type=text_enum(values), **more)


def long_text(**more: Any) -> Any:
    return Field(sa_type=sa.Text, **more)


def json_value(**more: Any) -> Any:
    return Field(sa_type=sa.JSON, **more)


Moment = datetime
Id = UUID
