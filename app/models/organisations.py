"""NHS bodies by ODS code, with the dates between which they exist and what became of them."""

from datetime import date
from uuid import UUID

from sqlmodel import Field

from app.criteria.schema import OrganisationKind
from app.models.columns import Row, choice, identity, parent


class Organisation(Row, table=True):
    id: UUID = identity()
    ods_code: str = Field(max_length=10, unique=True)
    name: str = Field(max_length=300)
    kind: OrganisationKind = choice(OrganisationKind)
    icb_id: UUID | None = parent("organisation.id", optional=True)  # an ICB stands under itself
    region_id: UUID | None = parent("organisation.id", optional=True)  # the region stands under itself
    valid_from: date | None = None  # None: before the framework began, the day is not known here
    valid_to: date | None = None  # last day it existed
    committed: str = Field(default="", max_length=40)  # named, not named or implementing in the report
    code_status: str = Field(default="", max_length=40)  # how sure the ODS code is
    note: str = Field(default="", max_length=500)
    is_fictional: bool = False


class Succession(Row, table=True):
    """One body became (part of) another. An award is never copied along it; pages show it as a link."""

    id: UUID = identity()
    predecessor_id: UUID = parent("organisation.id")
    successor_id: UUID = parent("organisation.id")
    on_date: date
    note: str = Field(default="", max_length=500)
