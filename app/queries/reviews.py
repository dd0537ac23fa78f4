"""Reviews as their reviewers see them, and the scores once every review is sealed."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.criteria.schema import Framework
from app.models import (
    AgreedScore,
    Decision,
    Organisation,
    Review,
    ReviewStatus,
    Role,
    Score,
    Status,
    Submission,
    Window,
)
from app.queries import appeals, clarifications
from app.queries.given_scores import (
    ALL_SEALED,
    FIRST_ROUND,
    ReviewerScore,
    counting,
    scores_before,
    sealed_scores,
)
from app.queries.submissions import free_of_conflict
from app.rules import scoring
from app.rules.people import Who

__all__ = ["ALL_SEALED", "ReviewerScore", "counting", "sealed_scores"]  # others look for them here


@dataclass(frozen=True)
class QueueLine:
    """One review in its reviewer's queue."""

    review_id: UUID
    organisation_name: str
    framework_version_id: UUID
    level: str
    window_name: str
    outcome_promised_on: date
    status: ReviewStatus
    scored: int
    criteria: int


def visible_to(who: Who) -> sa.ColumnElement[bool]:
    """Which reviews a person may know of, in a query joined to the submission: their own, without a conflict."""
    return sa.and_(
        sa.true() if who.holds(Role.REVIEWER) else sa.false(),
        col(Review.reviewer_id) == who.person_id,
        col(Review.status) != ReviewStatus.REMOVED,
        free_of_conflict(who),
    )


def queue(session: Session, who: Who) -> list[QueueLine]:
    """The person's reviews, open ones first, in one query whatever their number."""
    is_sealed = col(Review.status) == ReviewStatus.SEALED
    rows = session.execute(
        sa.select(
            col(Review.id),
            col(Organisation.name),
            col(Submission.framework_version_id),
            col(Submission.level),
            col(Window.name),
            col(Window.decision_promised_on),
            col(Review.status),
            _SCORED,
            _TO_SCORE,
        )
        .join(Submission, col(Submission.id) == col(Review.submission_id))
        .join(Organisation, col(Organisation.id) == col(Submission.organisation_id))
        .join(Window, col(Window.id) == col(Submission.window_id))
        .where(visible_to(who))
        .order_by(is_sealed, col(Window.decision_promised_on), col(Organisation.name), col(Review.id))
    ).all()
    return [QueueLine(*row) for row in rows]


def _criteria(*conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    """How many criteria of the review fit. A row stands for each criterion from the assignment on.

    Counted review by review: grouped in one go, the database reads the scores of everybody.
    """
    counted = sa.select(sa.func.count()).where(col(Score.review_id) == col(Review.id), *conditions)
    return counted.correlate(Review).scalar_subquery()


_SCORED = _criteria(col(Score.score).is_not(None), col(Score.reason) != "")
_TO_SCORE = _criteria()


def framework_version_of(session: Session, review: Review) -> UUID:
    """The framework version the review's submission was sealed with."""
    return session.get_one(Submission, review.submission_id).framework_version_id


def scores(session: Session, review_id: UUID) -> dict[str, Score]:
    """One reviewer's scores by criterion code, drafts included: for that reviewer alone."""
    rows = session.exec(_SCORES, params={"review_id": review_id}).all()
    return {row.criterion_code: row for row in rows}


# Statements of the score page are built once: building them took longer than the database takes to answer.
_SCORES = select(Score).where(Score.review_id == sa.bindparam("review_id")).order_by(Score.criterion_code)
_SCORE = select(Score).where(
    Score.review_id == sa.bindparam("review_id"), Score.criterion_code == sa.bindparam("code")
)


def score(session: Session, review_id: UUID, code: str) -> Score | None:
    return session.exec(_SCORE, params={"review_id": review_id, "code": code}).first()


def current(session: Session, submission_id: UUID) -> list[Review]:
    """The reviews that count in the submission's present round, by letter."""
    return list(
        session.exec(
            select(Review)
            .join(Submission, col(Submission.id) == Review.submission_id)
            .where(Review.submission_id == submission_id, counting())
            .order_by(col(Review.letter))
        ).all()
    )


def is_any_sealed(session: Session, submission_id: UUID) -> bool:
    """Whether a reviewer has finished."""
    return any(one.status is ReviewStatus.SEALED for one in current(session, submission_id))


def status_of_reading(session: Session, submission_id: UUID) -> Status:
    """The status of a sealed copy that nobody has judged yet: in review once a reviewer has started."""
    started = any(one.status is not ReviewStatus.ASSIGNED for one in current(session, submission_id))
    return Status.IN_REVIEW if started else Status.SUBMITTED


def all_scores(session: Session, submission_id: UUID) -> dict[str, tuple[ReviewerScore, ...]]:
    """Every reviewer's scores by criterion code; empty until every review is sealed.

    Under appeal, a criterion that the appeal does not name has the scores of the round that judged it last.
    """
    submission = session.get(Submission, submission_id)
    if submission is None or submission.status not in ALL_SEALED:
        return {}
    return {**scores_before(session, submission), **sealed_scores(session, submission_id)}


def agreed_scores(session: Session, submission_id: UUID) -> dict[str, AgreedScore]:
    """The scores that moderation settled, by criterion code: the newest of each, in the round that judged it last.

    Those that fell with a conflict of interest stay on record and count no more.
    """
    rows = session.exec(
        select(AgreedScore)
        .where(AgreedScore.submission_id == submission_id, col(AgreedScore.struck_at).is_(None))
        .order_by(col(AgreedScore.round), col(AgreedScore.number))
    ).all()
    judged_in = appeals.judged_in(session, submission_id)
    return {
        row.criterion_code: row for row in rows if row.round >= judged_in.get(row.criterion_code, FIRST_ROUND)
    }


def times_agreed(session: Session, submission: Submission, code: str) -> int:
    """How often the score of a criterion was agreed in the present round."""
    return (
        session.scalar(
            sa.select(sa.func.count())
            .select_from(AgreedScore)
            .where(col(AgreedScore.submission_id) == submission.id, col(AgreedScore.criterion_code) == code)
            .where(col(AgreedScore.round) == submission.round)
        )
        or 0
    )


def settled_scores(session: Session, submission_id: UUID, framework: Framework) -> dict[str, int | None]:
    """The score that counts for each criterion judged, in the framework's order; None where it is not agreed yet.

    Empty until every review is sealed. What the organisation clarified is open until it is agreed anew. Under appeal,
    criteria that it does not name keep the score that the decision appealed against rests on.
    """
    given = all_scores(session, submission_id)
    agreed = {code: row.score for code, row in agreed_scores(session, submission_id).items()}
    kept = _kept_scores(session, submission_id) if given else {}
    clarified = clarifications.to_agree(session, submission_id) if given else set()

    def counts(code: str) -> int | None:
        if code in clarified:
            return None
        if code in kept:
            return kept[code]
        return scoring.settled([one.score for one in given[code]], agreed.get(code), framework.settings)

    return {one.code: counts(one.code) for one in framework.criteria if one.code in given or one.code in kept}


def _kept_scores(session: Session, submission_id: UUID) -> dict[str, int]:
    """Of the criteria that the appeal of the present round does not name: the scores of the decision it is against.

    A question to the organisation may have led to another score since.
    """
    appeal = appeals.of_round(session, submission_id)
    if appeal is None:
        return {}
    basis = session.get_one(Decision, appeal.decision_id).basis["scores"]
    since = {
        code: row.score
        for code, row in agreed_scores(session, submission_id).items()
        if row.round == appeal.round
    }
    return {code: since.get(code, score) for code, score in basis.items() if code not in appeal.grounds}


def unsettled(session: Session, submission_id: UUID, framework: Framework) -> list[str]:
    """The criteria whose scores differ, or that were clarified, and have no agreed score yet."""
    counting = settled_scores(session, submission_id, framework)
    return [code for code, counts in counting.items() if counts is None]


def score_basis(session: Session, submission_id: UUID) -> dict[str, Any]:
    """The exact scores a decision rests on, as JSON values: each reviewer's by letter, and the agreed ones."""
    given = all_scores(session, submission_id)
    letters = sorted({one.letter for of_one in given.values() for one in of_one})
    by_letter = {
        letter: {code: one.score for code, of_one in given.items() for one in of_one if one.letter == letter}
        for letter in letters
    }
    agreed = {code: row.score for code, row in agreed_scores(session, submission_id).items()}
    return {"scores": by_letter, "agreed": agreed}
