"""That what dashboards count is what is known: lines against certificates and bodies, spans against submissions."""

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from app.models import StageCheckpoint, StageSpan, StandingCheckpoint, StandingLine, Submission
from app.queries import standings
from app.queries.pipelines import covers
from app.rules.workflow import PIPELINE, STAGE

Rows = sa.Select[Any]


def lines_say_what_is_known(session: Session) -> Iterable[UUID]:
    """The lines of an organisation add up to what its certificates, changes and submissions say, and to what ends."""
    return standings.disagreeing(session)


def checkpoint_is_a_sum_of_lines() -> Rows:
    """A checkpoint is what the lines counted by its day add up to."""
    line, kept = StandingLine, StandingCheckpoint
    total = (
        sa.select(sa.func.coalesce(sa.func.sum(col(line.delta)), 0))
        .where(col(line.counts_on) <= col(kept.on_date))
        .where(col(line.icb_id).is_not_distinct_from(col(kept.icb_id)))
        .where(col(line.region_id).is_not_distinct_from(col(kept.region_id)))
        .where(col(line.kind) == col(kept.kind), col(line.rank) == col(kept.rank))
        .correlate(StandingCheckpoint)
        .scalar_subquery()
    )
    return sa.select(col(kept.id)).where(col(kept.number) != total)


def checkpoint_counts_open_spans() -> Rows:
    """A checkpoint counts the spans of one kind that were open at the end of its day."""
    span, kept = StageSpan, StageCheckpoint
    names = ("icb_id", "region_id", "level", "stage", "from_on")
    days = sa.select(col(StandingCheckpoint.on_date).label("on_date")).distinct().subquery()
    counted = sa.select(
        days.c.on_date,
        *(col(getattr(span, name)).label(name) for name in names),
        sa.literal(1).label("number"),
    ).where(covers(days.c.on_date))
    said = sa.select(
        col(kept.on_date), *(col(getattr(kept, name)) for name in names), (-col(kept.number)).label("number")
    )
    both = sa.union_all(counted, said).subquery()
    key = [both.c.on_date, *(both.c[name] for name in names)]
    return sa.select(both.c.on_date).group_by(*key).having(sa.func.sum(both.c.number) != 0)


def line_counts_from_the_later_day() -> Rows:
    """A line counts from the later of the day it is dated and the day it was recorded."""
    line = StandingLine
    later = sa.case(
        (col(line.on_date) > col(line.recorded_on), col(line.on_date)), else_=col(line.recorded_on)
    )
    return sa.select(col(line.id)).where(col(line.counts_on) != later)


def open_span_is_the_stage() -> Rows:
    """A submission in the pipeline has one open span, of the stage it is at; any other has none."""
    stage = sa.case(
        {status.value: STAGE[status].value for status in PIPELINE}, value=Submission.status, else_=""
    )
    span = StageSpan
    is_open = (col(span.submission_id) == col(Submission.id), col(span.until_on).is_(None))
    number = sa.select(sa.func.count(col(span.id))).where(*is_open).correlate(Submission).scalar_subquery()
    said = sa.select(sa.func.max(col(span.stage))).where(*is_open).correlate(Submission).scalar_subquery()
    return sa.select(col(Submission.id)).where(sa.or_(number > 1, sa.func.coalesce(said, "") != stage))


QUERIES: tuple[Callable[[], Rows], ...] = (
    checkpoint_is_a_sum_of_lines,
    checkpoint_counts_open_spans,
    line_counts_from_the_later_day,
    open_span_is_the_stage,
)
