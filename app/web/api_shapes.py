"""What the JSON interface sends: each shape with the meaning of its fields, as its description (OpenAPI) shows them."""

from datetime import date
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

Item = TypeVar("Item")


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Listed(_Shape, Generic[Item]):
    """One page of a list."""

    items: list[Item]
    total: int = Field(ge=0, description="How many there are on all pages")
    page: int = Field(ge=1, description="This page, counted from 1")
    next: str | None = Field(description="Address of the next page; null on the last")


class Award(_Shape):
    """One certificate. Names are those of the day of issue."""

    certificate_number: str
    organisation: str
    ods_code: str
    level: str = Field(description="Id of the level, such as bronze")
    level_name: str
    issued_on: date
    expires_on: date = Field(description="The last day in date, UK time")
    standing: str = Field(description="Genuine and in date, Expired, Revoked or Superseded")
    framework_version: str
    fictional: bool
    address: str = Field(description="The page that says whether it is genuine")


class ChangeOfRegister(_Shape):
    """One change of the register."""

    key: str = Field(description="Names the change for ever")
    change: str = Field(description="issued, issued again, revoked, reinstated or expired")
    on: date = Field(description="UK day; of an expiry the last day in date")
    certificate_number: str
    organisation: str
    ods_code: str
    level: str
    level_name: str
    reason: str = Field(description="Of a revocation, or why it was issued again; else empty")
    fictional: bool


class Area(_Shape):
    """An ICB, a region or all regions, whose figures the token may read."""

    code: str = Field(description="ODS code; of all regions together: all")
    name: str
    kind: str = Field(description="icb, region or all")


class Failure(_Shape):
    """What went wrong, in words."""

    error: str
    detail: str
    reference: str = Field(description="Of an unexpected failure: what the log calls it; else empty")


class LevelCount(_Shape):
    """How many organisations of one kind held a level as their highest on the day."""

    on: date
    kind: str = Field(description="trust, icb or region")
    level: str | None = Field(description="Id of the level; null: none held")
    level_name: str
    rank: int = Field(ge=0, description="0: none held")
    organisations: int = Field(ge=0)


class StageCount(_Shape):
    """How many submissions for a level were at a stage on the day."""

    on: date
    level: str
    stage: str = Field(description="In the words of the dashboard")
    submissions: int = Field(ge=0)
    waiting_since: date = Field(description="Since when the one that waits longest is at this stage")


class InPipeline(_Shape):
    """A submission that was open on the day."""

    level: str
    stage: str = Field(description="In the words of the dashboard")
    since: date


class Standing(_Shape):
    """Where one organisation of the area was on the day."""

    on: date
    ods_code: str
    organisation: str
    kind: str
    level: str | None = Field(description="The highest level held; null: none")
    expires_on: date | None
    in_pipeline: list[InPipeline]
