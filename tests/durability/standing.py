"""Where an organisation stands, read from the database: only so that a client knows what to ask for next.

The file is opened for the look and closed after it, so that no process but the portal has it open when the portal
is killed: recovery is the portal's own. Plain SQL, because nine clients look often and share two cores with it.
"""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from uuid import UUID

from app.models import OPEN_STATUSES, ReviewStatus, Status
from benchmarks.judging import LEVEL

_OPEN = ", ".join(f"'{status.value}'" for status in OPEN_STATUSES)
_ANSWERS = "SELECT criterion_code, version FROM answer WHERE self_assessment_id = ?"
_SUBMISSION = (
    f"SELECT id, status FROM submission WHERE organisation_id = ? AND level = ? AND status IN ({_OPEN})"
)
_REVIEWS = "SELECT id, reviewer_id, status FROM review WHERE submission_id = ?"
_UNSCORED = (
    "SELECT criterion_code, version FROM score WHERE review_id = ? AND score IS NULL ORDER BY criterion_code"
)


@dataclass(frozen=True)
class ReviewStanding:
    id: UUID
    reviewer_id: UUID
    status: ReviewStatus
    unscored: dict[str, int]  # version of each criterion without a score, by code


@dataclass(frozen=True)
class Standing:
    submission_id: UUID | None  # None: nothing is on its way
    status: Status | None
    reviews: list[ReviewStanding]
    answers: dict[str, int]  # version by criterion code


def standing(path: str, organisation_id: UUID, self_assessment_id: UUID) -> Standing:
    with closing(sqlite3.connect(path, timeout=10)) as connection:
        answers = dict(connection.execute(_ANSWERS, [self_assessment_id.hex]).fetchall())
        found = connection.execute(_SUBMISSION, [organisation_id.hex, LEVEL]).fetchone()
        if found is None:
            return Standing(None, None, [], answers)
        reviews = connection.execute(_REVIEWS, [found[0]]).fetchall()
        return Standing(
            UUID(found[0]), Status(found[1]), [_review(connection, *row) for row in reviews], answers
        )


def _review(connection: sqlite3.Connection, id_: str, reviewer_id: str, status: str) -> ReviewStanding:
    unscored = dict(connection.execute(_UNSCORED, [id_]).fetchall())
    return ReviewStanding(UUID(id_), UUID(reviewer_id), ReviewStatus(status), unscored)
