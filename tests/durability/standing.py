"""Where an organisation stands, read from the database: only so that a client knows what to ask for next.

The file is opened for the look and closed after it, so that no process but the portal has it open when the portal
is killed: recovery is the portal's own.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, select

from app.db import Database
from app.models import OPEN_STATUSES, Answer, Review, ReviewStatus, Score, Status, Submission
from benchmarks.judging import LEVEL


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


def standing(url: str, organisation_id: UUID, self_assessment_id: UUID) -> Standing:
    database = Database(url)
    try:
        with database.read() as session:
            return _read(session, organisation_id, self_assessment_id)
    finally:
        database.close()


def _read(session: Session, organisation_id: UUID, self_assessment_id: UUID) -> Standing:
    answers = session.exec(
        select(Answer.criterion_code, Answer.version).where(Answer.self_assessment_id == self_assessment_id)
    ).all()
    found = session.exec(
        select(Submission).where(Submission.organisation_id == organisation_id, Submission.level == LEVEL)
    ).all()
    on_its_way = [one for one in found if one.status in OPEN_STATUSES]
    if not on_its_way:
        return Standing(None, None, [], dict(answers))
    submission = on_its_way[0]
    return Standing(submission.id, submission.status, _reviews(session, submission.id), dict(answers))


def _reviews(session: Session, submission_id: UUID) -> list[ReviewStanding]:
    rows = session.exec(select(Review).where(Review.submission_id == submission_id)).all()
    return [ReviewStanding(row.id, row.reviewer_id, row.status, _unscored(session, row.id)) for row in rows]


def _unscored(session: Session, review_id: UUID) -> dict[str, int]:
    rows = session.exec(
        select(Score).where(Score.review_id == review_id).order_by(Score.criterion_code)
    ).all()
    return {row.criterion_code: row.version for row in rows if row.score is None}
