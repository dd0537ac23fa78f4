"""The Assembly's list of submissions, with the next thing to do about each."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from app.models import (
    FrameworkVersion,
    Organisation,
    Review,
    ReviewStatus,
    Status,
    Submission,
    Window,
)
from app.queries.reviews import counting
from app.queries.submissions import free_of_conflict, reviewed_by, visible_to
from app.rules.people import Who


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to; None leaves a filter out."""

    status: Status | None = None
    window_id: UUID | None = None
    level: str | None = None


@dataclass(frozen=True)
class ListedSubmission:
    """One line of the list."""

    id: UUID
    organisation_name: str
    level: str
    framework_version_id: UUID
    window_id: UUID
    window_name: str
    promised_on: date
    status: Status
    reviewers: int
    reviews_sealed: int
    reviewers_wanted: int


def listed(session: Session, who: Who, filters: Filters) -> list[ListedSubmission]:
    """What the person oversees, soonest promise first, in one query.

    Submissions with a conflict of interest are left out, and so are those the person reviews: the list would tell
    how far the other reviewer is.
    """
    reviews = _review_counts()
    wanted = col(FrameworkVersion.document)["settings"]["reviewers"].as_integer()
    rows = session.execute(
        sa.select(
            col(Submission.id),
            col(Organisation.name),
            col(Submission.level),
            col(Submission.framework_version_id),
            col(Window.id),
            col(Window.name),
            col(Window.decision_promised_on),
            col(Submission.status),
            sa.func.coalesce(reviews.c.assigned, 0),
            sa.func.coalesce(reviews.c.sealed, 0),
            wanted,
        )
        .join(Organisation, col(Organisation.id) == col(Submission.organisation_id))
        .join(Window, col(Window.id) == col(Submission.window_id))
        .join(FrameworkVersion, col(FrameworkVersion.id) == col(Submission.framework_version_id))
        .join(reviews, reviews.c.submission_id == col(Submission.id), isouter=True)
        .where(_overseen(who), *_conditions(filters))
        .order_by(col(Window.decision_promised_on), col(Organisation.name), col(Submission.id))
    ).all()
    return [ListedSubmission(*row) for row in rows]


def _overseen(who: Who) -> sa.ColumnElement[bool]:
    visible = visible_to(who).with_only_columns(col(Submission.id))
    return sa.and_(col(Submission.id).in_(visible), free_of_conflict(who), sa.not_(reviewed_by(who)))


def _conditions(filters: Filters) -> list[sa.ColumnElement[bool]]:
    wanted = (
        (col(Submission.status), filters.status),
        (col(Submission.window_id), filters.window_id),
        (col(Submission.level), filters.level),
    )
    return [column == value for column, value in wanted if value is not None]


def _review_counts() -> sa.Subquery:
    is_sealed = sa.case((col(Review.status) == ReviewStatus.SEALED, 1), else_=0)
    return (
        sa.select(
            col(Review.submission_id).label("submission_id"),
            sa.func.count().label("assigned"),
            sa.func.sum(is_sealed).label("sealed"),
        )
        .join(Submission, col(Submission.id) == col(Review.submission_id))
        .where(counting())
        .group_by(col(Review.submission_id))
        .subquery()
    )


def levels(session: Session, who: Who) -> list[str]:
    """The level ids of the submissions that the person oversees: a choice of filter tells of no other."""
    found = sa.select(col(Submission.level)).where(_overseen(who)).distinct()
    return list(session.scalars(found.order_by(col(Submission.level))))
