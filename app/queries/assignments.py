"""Who reviews a submission, and who could. The number of queries does not grow with the number of reviewers."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from app.criteria.schema import Framework
from app.models import (
    OPEN_STATUSES,
    Appeal,
    FrameworkVersion,
    Person,
    Review,
    ReviewKind,
    ReviewStatus,
    Role,
    Status,
    Submission,
)
from app.queries import people, reviews, sealed_copies, submissions
from app.queries.scopes import judged_before
from app.rules import scoring
from app.rules.conflicts import not_assignable
from app.rules.people import CONFLICT_YEARS, Who

_WAITING = (ReviewStatus.ASSIGNED, ReviewStatus.STARTED)


@dataclass(frozen=True)
class Assigned:
    """A reviewer of the submission, for the administrator."""

    review_id: UUID
    person_id: UUID
    name: str
    letter: str
    status: ReviewStatus
    assigned_at: datetime


@dataclass(frozen=True)
class Candidate:
    """A reviewer, why they can't be assigned (empty when they can), and how many reviews they have open."""

    person_id: UUID
    name: str
    refusal: str
    open_reviews: int


def reviewers_wanted(session: Session, submission: Submission) -> int:
    """How many reviews the framework version asks for, read from its document without parsing the whole."""
    setting = col(FrameworkVersion.document)["settings"]["reviewers"].as_integer()
    wanted = session.scalar(
        sa.select(setting).where(col(FrameworkVersion.id) == submission.framework_version_id)
    )
    assert wanted is not None
    return int(wanted)


def still_wanted(session: Session, submission: Submission) -> int:
    """How many reviewers the submission lacks now: the first ones, or the third where those differ."""
    kinds = [one.kind for one in reviews.current(session, submission.id)]
    if submission.status is Status.THIRD_REVIEW:
        return 1 - kinds.count(ReviewKind.THIRD)
    return reviewers_wanted(session, submission) - kinds.count(ReviewKind.FIRST)


def codes_to_score(session: Session, submission: Submission, framework: Framework) -> list[str]:
    """The criteria that a reviewer who is assigned now scores: all of the copy, those an appeal names, and of these
    as a third reviewer only the ones whose scores differ."""
    if submission.status is Status.THIRD_REVIEW:
        given = reviews.sealed_scores(session, submission.id)
        return [
            code
            for code, of_one in given.items()
            if scoring.differs([one.score for one in of_one], framework.settings)
        ]
    grounds = session.exec(
        select(Appeal.grounds).where(Appeal.submission_id == submission.id, Appeal.round == submission.round)
    ).first()
    codes = sealed_copies.document(session, submission.id).content.codes
    return [code for code in codes if grounds is None or code in grounds]


def letters_used(session: Session, submission_id: UUID) -> set[str]:
    """The letters of the submission's reviewers in whatever round, removed ones left out: with a letter of its own a
    replacement would tell the organisation that somebody was replaced."""
    drawn = select(Review.letter).where(Review.submission_id == submission_id)
    return set(session.exec(drawn.where(col(Review.status) != ReviewStatus.REMOVED)).all())


def assigned(session: Session, submission_id: UUID) -> list[Assigned]:
    """The submission's reviewers of the present round by letter, removed ones left out."""
    rows = session.execute(
        sa.select(
            col(Review.id),
            col(Review.reviewer_id),
            col(Person.name),
            col(Review.letter),
            col(Review.status),
            col(Review.assigned_at),
        )
        .join(Person, col(Person.id) == col(Review.reviewer_id))
        .join(Submission, col(Submission.id) == col(Review.submission_id))
        .where(col(Review.submission_id) == submission_id, reviews.counting())
        .order_by(col(Review.letter))
    ).all()
    return [Assigned(*row) for row in rows]


def candidates(
    session: Session,
    submission: Submission,
    at: datetime,
    years: int = CONFLICT_YEARS,
    asked_by: Who | None = None,
) -> list[Candidate]:
    """Every reviewer, by name."""
    taken = {one.person_id for one in assigned(session, submission.id)}
    before = judged_before(session, submission)
    busy = _open_reviews(session, asked_by)
    return [
        Candidate(
            who.person_id,
            who.name,
            not_assignable(who, submission, taken, before),
            busy.get(who.person_id, 0),
        )
        for who in reviewers(session, at, years)
    ]


def reviewers(session: Session, at: datetime, years: int = CONFLICT_YEARS) -> list[Who]:
    """Everyone who holds the role of reviewer at ``at``, by name, as ``people.who`` finds each of them."""
    return people.judges(session, frozenset({Role.REVIEWER}), at, years)


def still_open(asked_by: Who | None) -> sa.ColumnElement[bool]:
    """The condition that a review, joined to its submission, is not sealed, as far as ``asked_by`` may know.

    Beside a review of their own that they have not sealed, and where a conflict of interest stands in the way, a sealed
    one counts as open: the number would tell how far it is (B-15, B-19).
    """
    waits = col(Review.status).in_(_WAITING)
    if asked_by is None:
        return waits
    mine = aliased(Review)
    beside = sa.select(col(mine.submission_id)).where(
        col(mine.reviewer_id) == asked_by.person_id, col(mine.status).in_(_WAITING)
    )
    hidden = sa.or_(
        col(Submission.id).in_(beside),
        sa.and_(sa.not_(submissions.free_of_conflict(asked_by)), col(Submission.status).in_(OPEN_STATUSES)),
    )
    return sa.or_(waits, sa.and_(col(Review.status) == ReviewStatus.SEALED, hidden))


def _open_reviews(session: Session, asked_by: Who | None) -> dict[UUID, int]:
    rows = session.execute(
        sa.select(col(Review.reviewer_id), sa.func.count())
        .join(Submission, col(Submission.id) == col(Review.submission_id))
        .where(still_open(asked_by))
        .group_by(col(Review.reviewer_id))
    ).all()
    return {row[0]: row[1] for row in rows}
