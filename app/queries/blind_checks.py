"""Awards drawn to be reviewed once more, who may do it, and what came of it."""

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.models import (
    AgreedScore,
    BlindCheck,
    Decision,
    DecisionVote,
    Organisation,
    Outcome,
    Person,
    Review,
    ReviewStatus,
    Score,
    Status,
    Submission,
)
from app.queries.decisions import is_newest
from app.queries.submissions import free_of_conflict, reviewed_by
from app.rules.blind_checks import Pair
from app.rules.people import Who


@dataclass(frozen=True)
class Drawn:
    """An award that was drawn, and how far its blind review is."""

    submission_id: UUID
    organisation_name: str
    framework_version_id: UUID
    level: str
    status: ReviewStatus | None  # None: nobody has it yet


def awards(session: Session, window_id: UUID) -> list[UUID]:
    """The decisions of a window that recognise a level and are released."""
    rows = session.exec(
        select(Decision.id)
        .join(Submission, col(Submission.id) == Decision.submission_id)
        .where(Submission.window_id == window_id, Submission.status == Status.RELEASED, is_newest())
        .where(Decision.outcome == Outcome.RECOGNISED, col(Decision.released_at).is_not(None))
        .order_by(col(Decision.id))
    ).all()
    return list(rows)


def is_drawn(session: Session, window_id: UUID) -> bool:
    """Whether the awards of the window were drawn already."""
    return (
        session.exec(select(BlindCheck.id).where(BlindCheck.window_id == window_id).limit(1)).first()
        is not None
    )


def drawn(session: Session, window_id: UUID, who: Who) -> list[Drawn]:
    """The drawn awards by organisation. Left out is where the person has a conflict, or reviews the award."""
    rows = session.execute(
        _checks(window_id, who)
        .with_only_columns(
            col(Submission.id),
            col(Organisation.name),
            col(Submission.framework_version_id),
            col(Submission.level),
            col(Review.status),
        )
        .join(Organisation, col(Organisation.id) == col(Submission.organisation_id))
        .join(Review, col(Review.id) == col(BlindCheck.review_id), isouter=True)
        .order_by(col(Organisation.name), col(Submission.id))
    ).all()
    return [Drawn(*row) for row in rows]


def pairs(session: Session, window_id: UUID, who: Who) -> list[Pair]:
    """Of every sealed blind review the person may know: its scores beside those that counted."""
    rows = session.execute(
        _checks(window_id, who)
        .with_only_columns(col(Decision.basis), col(Score.criterion_code), col(Score.score))
        .join(Review, col(Review.id) == col(BlindCheck.review_id))
        .join(Score, col(Score.review_id) == col(Review.id))
        .where(col(Review.status) == ReviewStatus.SEALED)
        .order_by(col(Score.criterion_code), col(BlindCheck.id))
    ).all()
    return [Pair(code, basis["scores"][code], given, basis["met_at"]) for basis, code, given in rows]


def _checks(window_id: UUID, who: Who) -> sa.Select[UUID]:
    return (
        sa.select(col(BlindCheck.id))
        .select_from(BlindCheck)
        .join(Decision, col(Decision.id) == col(BlindCheck.decision_id))
        .join(Submission, col(Submission.id) == col(Decision.submission_id))
        .where(col(BlindCheck.window_id) == window_id, free_of_conflict(who), sa.not_(reviewed_by(who)))
    )


def of_submission(session: Session, submission_id: UUID) -> BlindCheck | None:
    """The check of the submission's award, if it was drawn."""
    return session.exec(
        select(BlindCheck)
        .join(Decision, col(Decision.id) == BlindCheck.decision_id)
        .where(Decision.submission_id == submission_id)
    ).first()


@dataclass(frozen=True)
class Given:
    """Who has the blind review, for who assigns it."""

    name: str
    letter: str
    status: ReviewStatus


def given(session: Session, check: BlindCheck) -> Given | None:
    """Who has it now; None while nobody has."""
    row = session.execute(
        sa.select(col(Person.name), col(Review.letter), col(Review.status))
        .join(Review, col(Review.reviewer_id) == col(Person.id))
        .where(col(Review.id) == check.review_id)
    ).first()
    return Given(*row) if row else None


def took_part(session: Session, submission_id: UUID) -> set[UUID]:
    """Everybody who was given the submission to review, or moderated or decided it, in whatever round."""
    reviewed = sa.select(col(Review.reviewer_id)).where(col(Review.submission_id) == submission_id)
    moderated = sa.select(col(AgreedScore.agreed_by_id)).where(
        col(AgreedScore.submission_id) == submission_id
    )
    own = col(Decision.submission_id) == submission_id
    decided = sa.select(col(Decision.decided_by_id)).where(own)
    voted = (
        sa.select(col(DecisionVote.person_id))
        .join(Decision, col(Decision.id) == col(DecisionVote.decision_id))
        .where(own)
    )
    return set(session.scalars(sa.union(reviewed, moderated, decided, voted)))
