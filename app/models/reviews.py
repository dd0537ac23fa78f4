"""What each reviewer thinks of a sealed copy, and how differing scores became one."""

from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from app.models.columns import Moment, Row, choice, identity, long_text, moment, parent


class ReviewStatus(StrEnum):
    ASSIGNED = "assigned"
    STARTED = "started"
    SEALED = "sealed"
    REMOVED = "removed"


class Review(Row, table=True):
    __table_args__ = (
        sa.Index(
            "uq_review_current",
            "submission_id",
            "reviewer_id",
            unique=True,
            sqlite_where=sa.text("status <> 'removed'"),
            postgresql_where=sa.text("status <> 'removed'"),
        ),
    )
    id: UUID = identity()
    submission_id: UUID = parent("submission.id")
    reviewer_id: UUID = parent("person.id")
    letter: str = Field(max_length=1)  # "Reviewer A": drawn anew for each submission
    status: ReviewStatus = choice(ReviewStatus)
    copy_sha256: str = Field(max_length=64)  # the sealed copy that is judged
    assigned_at: Moment = moment()
    assigned_by_id: UUID = parent("person.id", index=False)
    started_at: Moment | None = moment(optional=True)
    sealed_at: Moment | None = moment(optional=True)


class Score(Row, table=True):
    __table_args__ = (sa.UniqueConstraint("review_id", "criterion_code"),)
    id: UUID = identity()
    review_id: UUID = parent("review.id", index=False)
    criterion_code: str = Field(max_length=10)
    score: int | None = None  # no default: a draft must never look like a judgement
    reason: str = long_text(default="")  # released to the organisation as feedback
    private_note: str = long_text(default="")  # for the Assembly's moderation only, never released
    version: int = 1
    saved_at: Moment = moment()


class AgreedScore(Row, table=True):
    """The score that counts where the reviewers' differ. Their own scores stay as they are."""

    __table_args__ = (sa.UniqueConstraint("submission_id", "criterion_code"),)
    id: UUID = identity()
    submission_id: UUID = parent("submission.id", index=False)
    criterion_code: str = Field(max_length=10)
    score: int
    reason: str = long_text()
    agreed_at: Moment = moment()
    agreed_by_id: UUID = parent("person.id", index=False)
