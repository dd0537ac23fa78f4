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
    Event,
    Organisation,
    Review,
    ReviewStatus,
    Role,
    Score,
    Status,
    Submission,
    Window,
)
from app.queries.submissions import free_of_conflict
from app.rules import scoring
from app.rules.history import sha256
from app.rules.people import Who
from app.rules.workflow import Verb

# Until a submission is here some review is open, and nobody reads any score but their own.
ALL_SEALED = frozenset({Status.IN_MODERATION, Status.AWAITING_DECISION, Status.DECIDED, Status.RELEASED})


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


@dataclass(frozen=True)
class ReviewerScore:
    """What one reviewer gave one criterion, known by the letter alone."""

    letter: str
    score: int
    reason: str
    private_note: str


@dataclass(frozen=True)
class Feedback:
    """What the organisation reads after release. ``author`` is "Reviewer A" or "Moderation", never a name."""

    author: str
    text: str


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
    progress = _progress(who)
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
            sa.func.coalesce(progress.c.scored, 0),
            sa.func.coalesce(progress.c.criteria, 0),
        )
        .join(Submission, col(Submission.id) == col(Review.submission_id))
        .join(Organisation, col(Organisation.id) == col(Submission.organisation_id))
        .join(Window, col(Window.id) == col(Submission.window_id))
        .join(progress, progress.c.review_id == col(Review.id), isouter=True)
        .where(visible_to(who))
        .order_by(is_sealed, col(Window.decision_promised_on), col(Organisation.name), col(Review.id))
    ).all()
    return [QueueLine(*row) for row in rows]


def _progress(who: Who) -> sa.Subquery:
    """Criteria and those with score and reason, for each review of this person.

    A row stands for each criterion from the assignment on.
    """
    is_scored = sa.and_(col(Score.score).is_not(None), col(Score.reason) != "")
    return (
        sa.select(
            col(Score.review_id).label("review_id"),
            sa.func.count().label("criteria"),
            sa.func.sum(sa.case((is_scored, 1), else_=0)).label("scored"),
        )
        .join(Review, col(Review.id) == col(Score.review_id))
        .where(col(Review.reviewer_id) == who.person_id)
        .group_by(col(Score.review_id))
        .subquery()
    )


def framework_version_of(session: Session, review: Review) -> UUID:
    """The framework version the review's submission was sealed with."""
    return session.get_one(Submission, review.submission_id).framework_version_id


def scores(session: Session, review_id: UUID) -> dict[str, Score]:
    """One reviewer's scores by criterion code, drafts included: for that reviewer alone."""
    rows = session.exec(
        select(Score).where(Score.review_id == review_id).order_by(Score.criterion_code)
    ).all()
    return {row.criterion_code: row for row in rows}


def score(session: Session, review_id: UUID, code: str) -> Score | None:
    found = select(Score).where(Score.review_id == review_id, Score.criterion_code == code)
    return session.exec(found).first()


def open_reviews(session: Session, submission_id: UUID) -> tuple[int, int]:
    """How many reviews the submission has, removed ones left out, and how many of them are not sealed."""
    statuses = session.exec(
        select(Review.status)
        .where(Review.submission_id == submission_id)
        .where(col(Review.status) != ReviewStatus.REMOVED)
    ).all()
    return len(statuses), sum(status is not ReviewStatus.SEALED for status in statuses)


def current(session: Session, submission_id: UUID) -> list[Review]:
    """The submission's reviews, removed ones left out, by letter."""
    return list(
        session.exec(
            select(Review)
            .where(Review.submission_id == submission_id)
            .where(col(Review.status) != ReviewStatus.REMOVED)
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


def sealed_scores(session: Session, submission_id: UUID) -> dict[str, tuple[ReviewerScore, ...]]:
    """The scores of the sealed reviews, by criterion code and letter, whether or not another review is still open.

    For the action that seals; pages ask ``all_scores``, which tells nothing before every review is sealed.
    """
    rows = session.execute(
        sa.select(
            col(Score.criterion_code),
            col(Review.letter),
            col(Score.score),
            col(Score.reason),
            col(Score.private_note),
        )
        .join(Review, col(Review.id) == col(Score.review_id))
        .where(col(Review.submission_id) == submission_id, col(Review.status) == ReviewStatus.SEALED)
        .order_by(col(Score.criterion_code), col(Review.letter))
    ).all()
    found: dict[str, tuple[ReviewerScore, ...]] = {}
    for code, letter, given, reason, note in rows:
        assert given is not None  # a review can't be sealed without
        found[code] = (*found.get(code, ()), ReviewerScore(letter, given, reason, note))
    return found


def all_scores(session: Session, submission_id: UUID) -> dict[str, tuple[ReviewerScore, ...]]:
    """Every reviewer's scores by criterion code; empty until every review is sealed."""
    status = session.exec(select(Submission.status).where(Submission.id == submission_id)).first()
    return sealed_scores(session, submission_id) if status in ALL_SEALED else {}


def agreed_scores(session: Session, submission_id: UUID) -> dict[str, AgreedScore]:
    """The scores that moderation settled, by criterion code."""
    rows = session.exec(select(AgreedScore).where(AgreedScore.submission_id == submission_id)).all()
    return {row.criterion_code: row for row in rows}


def settled_scores(session: Session, submission_id: UUID, framework: Framework) -> dict[str, int | None]:
    """The score that counts for each criterion judged, in the framework's order; None where it is not agreed yet.

    Empty until every review is sealed.
    """
    given = all_scores(session, submission_id)
    agreed = agreed_scores(session, submission_id)
    return {
        criterion.code: scoring.settled(
            [one.score for one in given[criterion.code]],
            agreed[criterion.code].score if criterion.code in agreed else None,
            framework.settings,
        )
        for criterion in framework.criteria
        if criterion.code in given
    }


def unsettled(session: Session, submission_id: UUID, framework: Framework) -> list[str]:
    """The criteria whose scores differ and have no agreed score yet."""
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


def feedback(session: Session, submission_id: UUID) -> dict[str, list[Feedback]]:
    """The reviewers' reasons and the moderation's, by criterion code; empty until the outcome is released.

    The private notes are not even read here.
    """
    rows = session.exec(
        select(Score.criterion_code, Review.letter, Score.reason)
        .join(Review, col(Review.id) == Score.review_id)
        .join(Submission, col(Submission.id) == Review.submission_id)
        .where(Review.submission_id == submission_id, Review.status == ReviewStatus.SEALED)
        .where(Submission.status == Status.RELEASED)
        .order_by(Score.criterion_code, Review.letter)
    ).all()
    found: dict[str, list[Feedback]] = {}
    for code, letter, reason in rows:
        found.setdefault(code, []).append(Feedback(f"Reviewer {letter}", reason))
    for code, agreed in agreed_scores(session, submission_id).items():
        if code in found:
            found[code].append(Feedback("Moderation", agreed.reason))
    return found


def changed_since_sealed(session: Session) -> list[str]:
    """For the audit: what reviewers and moderation said that is not what its line of history holds."""
    return [*_changed_reviews(session), *_changed_agreed_scores(session)]


def _changed_reviews(session: Session) -> list[str]:
    digests = _sealed_digests(session)
    given: dict[UUID, list[Score]] = {}
    for row in session.exec(
        select(Score)
        .join(Review, col(Review.id) == Score.review_id)
        .where(Review.status == ReviewStatus.SEALED)
    ).all():
        given.setdefault(row.review_id, []).append(row)
    return [
        f"review {review_id}: scores are not those that were sealed"
        for review_id, rows in given.items()
        if digests.get(str(review_id)) != scoring.digest(rows)
    ]


def _changed_agreed_scores(session: Session) -> list[str]:
    told = {
        (stream, facts["criterion"]): (facts["score"], facts["digest"])
        for stream, facts in session.exec(
            select(Event.stream, Event.facts).where(Event.verb == Verb.AGREE_SCORE.value)
        ).all()
    }
    return [
        f"submission {row.submission_id}: the agreed score of {row.criterion_code} is not what was agreed"
        for row in session.exec(select(AgreedScore)).all()
        if told.get((f"submission:{row.submission_id}", row.criterion_code))
        != (row.score, sha256(row.reason))
    ]


def _sealed_digests(session: Session) -> dict[str, str]:
    lines = session.exec(select(Event.facts).where(Event.verb == Verb.SEAL_REVIEW.value)).all()
    return {facts["review"]: facts["digest"] for facts in lines}
