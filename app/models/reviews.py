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


class ReviewKind(StrEnum):
    FIRST = "first"  # one of the independent reviews that every submission gets
    THIRD = "third"  # asked for where the first ones differ, on the criteria that differ
    BLIND = "blind"  # of an award already made, by somebody who knows no score; it changes nothing


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
    kind: ReviewKind = choice(ReviewKind, default=ReviewKind.FIRST)
    round: int = 1  # 2 and on: an appeal is judged anew
    status: ReviewStatus = choice(ReviewStatus)
    copy_sha256: str = Field(max_length=64)  # the sealed copy that is judged
    assigned_at: Moment = moment()
    assigned_by_id: UUID = parent("person.id", index=False)
    started_at: Moment | None = moment(optional=True)
    sealed_at: Moment | None = moment(optional=True)
    struck_at: Moment | None = moment(optional=True)  # a conflict came to light; the status is then "removed"
    struck_reason: str = long_text(default="")


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
    seconds_spent: int = 0  # with the page of this criterion open, as far as the portal can tell


class Verdict(StrEnum):
    """Whether a piece of evidence supports the answer at the place that the writer named."""

    SUPPORTS = "supports"
    PARTLY = "partly"
    DOES_NOT = "does not"
    COULD_NOT_OPEN = "could not open"


class EvidenceVerdict(Row, table=True):
    """What one reviewer says of one link between an answer and its evidence."""

    __table_args__ = (sa.UniqueConstraint("review_id", "criterion_code", "evidence_version_id"),)
    id: UUID = identity()
    review_id: UUID = parent("review.id", index=False)
    criterion_code: str = Field(max_length=10)
    evidence_version_id: UUID = parent("evidence_version.id", index=False)
    verdict: Verdict = choice(Verdict)
    marked_at: Moment = moment()


class ConditionVerdict(Row, table=True):
    """Whether a reviewer finds that an earlier decision's condition was fulfilled."""

    __table_args__ = (sa.UniqueConstraint("review_id", "condition_id"),)
    id: UUID = identity()
    review_id: UUID = parent("review.id", index=False)
    condition_id: UUID = parent("condition.id", index=False)
    is_done: bool
    marked_at: Moment = moment()


class AgreedScore(Row, table=True):
    """The score that counts where the reviewers' differ. Their own scores stay as they are.

    An answered question or an appeal leads to a further row; the newest of a round counts.
    """

    __table_args__ = (sa.UniqueConstraint("submission_id", "criterion_code", "round", "number"),)
    id: UUID = identity()
    submission_id: UUID = parent("submission.id", index=False)
    criterion_code: str = Field(max_length=10)
    round: int = 1
    number: int = 1
    score: int
    reason: str = long_text()
    agreed_at: Moment = moment()
    agreed_by_id: UUID = parent("person.id", index=False)
    struck_at: Moment | None = moment(optional=True)  # what it rested on fell: it no longer counts
