"""What dashboards count. Lines are only added, each with the day it was recorded: what was said of a past day stays."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from app.criteria.schema import OrganisationKind
from app.models.columns import Row, choice, identity, parent


class StandingLine(Row, table=True):
    """From ``on_date`` an organisation counts once more (or once less) in an area at a rank.

    Rank 0 is taking part with no level held, so the ranks of an area add up to its organisations. The counts of a day
    are the sums of all lines dated and recorded by then; a line recorded later for an earlier day is a correction.
    """

    __table_args__ = (
        sa.Index("ix_standing_line_icb", "icb_id", "kind", "rank", "on_date", "recorded_on", "delta"),
        sa.Index(
            "ix_standing_line_region",
            "region_id",
            "icb_id",
            "kind",
            "rank",
            "on_date",
            "recorded_on",
            "delta",
        ),
        sa.Index("ix_standing_line_organisation", "organisation_id", "on_date"),
    )
    id: UUID = identity()
    organisation_id: UUID = parent("organisation.id", index=False)
    icb_id: UUID | None = parent("organisation.id", optional=True, index=False)
    region_id: UUID | None = parent("organisation.id", optional=True, index=False)
    kind: OrganisationKind = choice(OrganisationKind)
    rank: int
    on_date: date
    delta: int  # +1, -1; a correction may hold more
    recorded_on: date
    cause: str = Field(max_length=60)  # "certificate:<id>", "organisation:<id>"


class StageSpan(Row, table=True):
    """From one day to another a submission was at a stage of the pipeline, as its ICB may know it."""

    __table_args__ = (
        sa.Index("ix_stage_span_icb", "icb_id", "from_on", "until_on", "level", "stage"),
        sa.Index("ix_stage_span_region", "region_id", "from_on", "until_on", "level", "stage"),
        sa.Index("ix_stage_span_submission", "submission_id", "from_on"),
    )
    id: UUID = identity()
    submission_id: UUID = parent("submission.id", index=False)
    organisation_id: UUID = parent("organisation.id")
    icb_id: UUID | None = parent("organisation.id", optional=True, index=False)
    region_id: UUID | None = parent("organisation.id", optional=True, index=False)
    level: str = Field(max_length=40)
    stage: str = Field(max_length=40)
    from_on: date
    until_on: date | None = None  # the first day that it was so no more; None: it still is


class CriterionTally(Row, table=True):
    """Of the organisations of an ICB judged on a day, how many met a criterion. Raised when outcomes are released."""

    __table_args__ = (
        sa.UniqueConstraint("icb_id", "framework_version_id", "level", "criterion_code", "released_on"),
    )
    id: UUID = identity()
    icb_id: UUID | None = parent("organisation.id", optional=True, index=False)
    region_id: UUID | None = parent("organisation.id", optional=True)
    framework_version_id: UUID = parent("framework_version.id", index=False)
    level: str = Field(max_length=40)
    criterion_code: str = Field(max_length=10)
    released_on: date
    judged: int
    met: int
