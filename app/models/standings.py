"""What dashboards count. Lines are only added, each with the day it was recorded: what was said of a past day stays."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from app.criteria.schema import OrganisationKind
from app.models.columns import Row, choice, identity, parent


class StandingLine(Row, table=True):
    """From ``on_date`` an organisation counts once more (or once less) in an area at a rank.

    Rank 0 is taking part with no level held, rank -1 never having handed anything over, so the ranks of an area add up
    to its organisations. The counts of a day are the sums of all lines dated and recorded by then; a line recorded
    later for an earlier day is a correction.
    """

    __table_args__ = (
        sa.Index("ix_standing_line_icb", "icb_id", "counts_on", "kind", "rank", "delta"),
        sa.Index("ix_standing_line_region", "region_id", "counts_on", "icb_id", "kind", "rank", "delta"),
        sa.Index("ix_standing_line_counts", "counts_on", "region_id", "icb_id", "kind", "rank", "delta"),
        sa.Index("ix_standing_line_organisation", "organisation_id", "on_date"),
        # Corrections: few, so one index serves each area.
        sa.Index(
            "ix_standing_line_late",
            "recorded_on",
            "on_date",
            "region_id",
            "icb_id",
            "rank",
            "delta",
            sqlite_where=sa.text("recorded_on > on_date"),
            postgresql_where=sa.text("recorded_on > on_date"),
        ),
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
    counts_on: date  # the later of the two: from the end of this day on, what was said includes the line
    cause: str = Field(max_length=60)  # "certificate:<id>", "organisation:<id>"


class EndingLine(Row, table=True):
    """It is known that a level ends: an organisation holds a rank in an area on some days, and later a lower one.

    Written with the standing lines and from them, so that what ends soon is a sum and not a reckoning for each body.
    """

    __table_args__ = (
        sa.Index(
            "ix_ending_line_area",
            "area_id",
            "lower_from",
            "recorded_on",
            "held_from",
            "held_until",
            "lower_until",
            "rank",
            "delta",
        ),
    )
    id: UUID = identity()
    organisation_id: UUID = parent("organisation.id")
    area_id: UUID | None = parent("organisation.id", optional=True, index=False)  # None: all regions together
    rank: int
    held_from: date
    held_until: date  # the first day that it is held no more
    lower_from: date
    lower_until: date | None = (
        None  # it leaves the area or holds as much again; None: as far as is known, never
    )
    delta: int  # +1; -1 when it turns out otherwise
    recorded_on: date


class StageSpan(Row, table=True):
    """From one day to another a submission was at a stage of the pipeline, as its ICB may know it."""

    __table_args__ = (
        sa.Index("ix_stage_span_icb", "icb_id", "until_on", "from_on", "level", "stage"),
        sa.Index("ix_stage_span_region", "region_id", "until_on", "from_on", "level", "stage"),
        sa.Index("ix_stage_span_until", "until_on", "from_on", "level", "stage"),
        sa.Index("ix_stage_span_begun", "from_on", "region_id", "icb_id", "level", "stage"),
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


class StandingCheckpoint(Row, table=True):
    """What the lines of one ICB added up to at the end of a day, so that no page adds them up from the first.

    Only for speed: the lines are what counts, and an invariant holds each checkpoint against them.
    """

    __table_args__ = (
        sa.Index("ix_standing_checkpoint_icb", "icb_id", "on_date", "kind", "rank", "number"),
        sa.Index("ix_standing_checkpoint_region", "region_id", "on_date", "icb_id", "kind", "rank", "number"),
        sa.Index("ix_standing_checkpoint_on", "on_date"),
    )
    id: UUID = identity()
    on_date: date  # a month's last day, or one after which many lines had come
    icb_id: UUID | None = parent("organisation.id", optional=True, index=False)
    region_id: UUID | None = parent("organisation.id", optional=True, index=False)
    kind: OrganisationKind = choice(OrganisationKind)
    rank: int
    number: int


class StageCheckpoint(Row, table=True):
    """How many spans of one ICB were open at the end of the day of a standing checkpoint. Only for speed as well."""

    __table_args__ = (
        sa.Index(
            "ix_stage_checkpoint_on", "on_date", "region_id", "icb_id", "level", "stage", "from_on", "number"
        ),
    )
    id: UUID = identity()
    on_date: date
    icb_id: UUID | None = parent("organisation.id", optional=True, index=False)
    region_id: UUID | None = parent("organisation.id", optional=True, index=False)
    level: str = Field(max_length=40)
    stage: str = Field(max_length=40)
    from_on: date  # since when those spans run
    number: int


class CriterionTally(Row, table=True):
    """Of the organisations of an ICB whose first outcome was released together, how many met a criterion.

    It is published only as part of a step: tallies of one ICB, or of one region, that are enough together.
    """

    __table_args__ = (sa.Index("ix_criterion_tally_step", "step_on", "released_on"),)
    id: UUID = identity()
    icb_id: UUID | None = parent("organisation.id", optional=True, index=False)
    region_id: UUID | None = parent("organisation.id", optional=True, index=False)
    framework_version_id: UUID = parent("framework_version.id", index=False)
    level: str = Field(max_length=40)  # that was submitted
    criterion_code: str = Field(max_length=10)
    released_on: date
    judged: int
    met: int
    not_yet: int  # of those judged: what they met could be worked out where they are few
    not_yet_met: int
    step_on: date | None = None  # the day it went into a step; None: held back
    is_of_icb: bool = False  # the step is the ICB's own; else only the region's figures hold it
    shown_met: int = (
        0  # what the step tells, which never says that none or all of those not recognised met it
    )


class CriterionFigure(Row, table=True):
    """What is told of a criterion in an area from a day on: all its steps so far, added up. Only ever added to."""

    __table_args__ = (
        sa.Index(
            "ix_criterion_figure_area",
            "area_id",
            "framework_version_id",
            "from_on",
            "level",
            "criterion_code",
            "judged",
            "met",
        ),
    )
    id: UUID = identity()
    area_id: UUID = parent("organisation.id", index=False)  # an ICB, or a region with what its ICBs tell
    framework_version_id: UUID = parent("framework_version.id", index=False)
    level: str = Field(max_length=40)
    criterion_code: str = Field(max_length=10)
    from_on: date
    judged: int
    met: int
