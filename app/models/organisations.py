"""NHS bodies by ODS code, with the dates between which they exist and what became of them."""

from datetime import date
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from app.criteria.schema import OrganisationKind
from app.models.columns import Moment, Row, choice, identity, moment, parent


class Organisation(Row, table=True):
    """A body as it is now. What it was on another day is told by its changes."""

    id: UUID = identity()
    ods_code: str = Field(max_length=10, unique=True)
    name: str = Field(max_length=300, index=True)  # lists of 60,000 go through it fifty by fifty
    kind: OrganisationKind = choice(OrganisationKind, index=True)  # regions and ICBs are few
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


class ChangeKind(StrEnum):
    RECORDED = "first recorded"
    RENAMED = "renamed"
    MOVED = "moved to another area"
    CLOSED = "closed"


class OrganisationChange(Row, table=True):
    """What a body is from a day on, whole, as somebody recorded it. Of two for one day the later recorded counts.

    ``recorded_on`` apart from ``from_on``: a change that is learnt of late does not alter what was said before.
    """

    __table_args__ = (sa.Index("ix_organisation_change_from", "organisation_id", "from_on"),)
    id: UUID = identity()
    organisation_id: UUID = parent("organisation.id", index=False)
    kind: ChangeKind = choice(ChangeKind)
    from_on: date | None = None  # None: since before the framework began
    name: str = Field(max_length=300)
    icb_id: UUID | None = parent("organisation.id", optional=True, index=False)
    region_id: UUID | None = parent("organisation.id", optional=True, index=False)
    is_open: bool = True  # False: from this day on the body no longer exists
    note: str = Field(default="", max_length=500)
    recorded_at: Moment = moment()
    recorded_by_id: UUID | None = parent("person.id", optional=True, index=False)  # nobody: a loaded list
    void_at: Moment | None = moment(optional=True)  # recorded in error
    void_by_id: UUID | None = parent("person.id", optional=True, index=False)
    void_reason: str = Field(
        default="", max_length=500
    )  # empty: another row says the same with what came to be known
    applied_at: Moment | None = moment(optional=True)  # when the organisation's own row took it over
