"""Decisions: what they rest on, and which wait for release."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from app.models import (
    Condition,
    ConditionVerdict,
    Decision,
    DecisionVote,
    Organisation,
    Outcome,
    Person,
    Review,
    ReviewStatus,
    Status,
    Submission,
)
from app.queries.reviews import counting
from app.queries.submissions import free_of_conflict
from app.queries.windows import JUDGING
from app.rules.people import Who


def of_submission(session: Session, submission_id: UUID) -> Decision | None:
    """The decision that counts: the newest that is not void, released or not."""
    return session.exec(_newest(submission_id)).first()


def released_of(session: Session, submission_id: UUID) -> Decision | None:
    """The newest decision that the organisation may read, also while an appeal against it is judged."""
    return session.exec(_newest(submission_id).where(col(Decision.released_at).is_not(None))).first()


def pending_of(session: Session, submission_id: UUID) -> Decision | None:
    """The decision that is put forward or taken, and not released; none when it was reopened."""
    return session.exec(_newest(submission_id).where(col(Decision.released_at).is_(None))).first()


def all_released(session: Session, submission_id: UUID) -> list[Decision]:
    """Every decision that the organisation may read, the newest first."""
    return list(
        session.exec(_newest(submission_id).where(col(Decision.released_at).is_not(None)).limit(None)).all()
    )


def votes(session: Session, decision_id: UUID) -> list[DecisionVote]:
    """Who is behind a decision, in the order in which they said so."""
    return list(
        session.exec(
            select(DecisionVote)
            .where(DecisionVote.decision_id == decision_id)
            .order_by(col(DecisionVote.voted_at), col(DecisionVote.id))
        ).all()
    )


def voters(session: Session, decision_id: UUID) -> list[tuple[UUID, str, datetime]]:
    """The same with their names, who put it forward first, for the Assembly's own pages."""
    rows = session.execute(
        sa.select(col(Person.id), col(Person.name), col(DecisionVote.voted_at))
        .join(Person, col(Person.id) == col(DecisionVote.person_id))
        .join(Decision, col(Decision.id) == col(DecisionVote.decision_id))
        .where(col(DecisionVote.decision_id) == decision_id)
        .order_by(col(Decision.decided_by_id) != col(Person.id))
        .order_by(col(DecisionVote.voted_at), col(DecisionVote.id))
    ).all()
    return [(id_, name, at) for id_, name, at in rows]


def reopened(session: Session, submission_id: UUID) -> list[tuple[Decision, str]]:
    """The decisions that are void, with the name of who made them so, the newest first."""
    rows = session.execute(
        sa.select(Decision, col(Person.name))
        .join(Person, col(Person.id) == col(Decision.void_by_id))
        .where(col(Decision.submission_id) == submission_id, col(Decision.void_at).is_not(None))
        .order_by(col(Decision.number).desc())
    ).all()
    return [(decision, name) for decision, name in rows]


def _newest(submission_id: UUID) -> SelectOfScalar[Decision]:
    return (
        select(Decision)
        .where(Decision.submission_id == submission_id, col(Decision.void_at).is_(None))
        .order_by(col(Decision.number).desc())
        .limit(1)
    )


def last_number(session: Session, submission_id: UUID) -> int:
    """The number of the submission's last decision, void or not; 0 when there is none."""
    last = sa.select(sa.func.max(col(Decision.number))).where(col(Decision.submission_id) == submission_id)
    return session.scalar(last) or 0


def is_newest() -> sa.ColumnElement[bool]:
    """The condition that a decision, joined to its submission, is the one that counts."""
    later = aliased(Decision)
    last = sa.select(sa.func.max(later.number)).where(
        col(later.submission_id) == col(Submission.id), col(later.void_at).is_(None)
    )
    return col(Decision.number) == last.correlate(Submission).scalar_subquery()


def conditions(session: Session, decision_id: UUID) -> dict[str, str]:
    """Criterion code to what must be done."""
    rows = session.exec(
        select(Condition.criterion_code, Condition.text)
        .where(Condition.decision_id == decision_id)
        .order_by(Condition.criterion_code)
    ).all()
    return dict(rows)


def condition_verdicts(session: Session, submission_id: UUID) -> dict[UUID, list[tuple[str, bool]]]:
    """What the reviewers say of each earlier condition, by letter: for who decides, once every review is sealed."""
    rows = session.execute(
        sa.select(col(ConditionVerdict.condition_id), col(Review.letter), col(ConditionVerdict.is_done))
        .join(Review, col(Review.id) == col(ConditionVerdict.review_id))
        .join(Submission, col(Submission.id) == col(Review.submission_id))
        .where(col(Review.submission_id) == submission_id, counting())
        .where(col(Review.status) == ReviewStatus.SEALED)
        .order_by(col(Review.letter))
    ).all()
    found: dict[UUID, list[tuple[str, bool]]] = {}
    for condition_id, letter, is_done in rows:
        found.setdefault(condition_id, []).append((letter, is_done))
    return found


def pending(session: Session, window_id: UUID, *, lock: bool = False) -> list[tuple[Submission, Decision]]:
    """The decisions of a window that are taken and not released, in order of organisation."""
    query = (
        select(Submission, Decision)
        .join(Decision, col(Decision.submission_id) == Submission.id)
        .where(Submission.window_id == window_id, Submission.status == Status.DECIDED, is_newest())
        .order_by(col(Submission.id))
    )
    rows = session.exec(query.with_for_update() if lock else query).all()
    return [(submission, decision) for submission, decision in rows]


def undecided(session: Session, window_id: UUID, who: Who | None = None) -> int:
    """How many submissions of the window are still being judged for the first time; for a page, as far as ``who`` may
    know of them. That a release is refused for the sake of another is all that is told of it.

    One that waits for an answer is among them. One with a released outcome is not: what follows a deferral or an
    appeal comes later than its window, and need not wait for another of that kind.
    """
    released_before = sa.exists().where(
        col(Decision.submission_id) == col(Submission.id), col(Decision.released_at).is_not(None)
    )
    query = (
        select(func.count())
        .select_from(Submission)
        .where(Submission.window_id == window_id, ~released_before.correlate(Submission))
        .where(col(Submission.status).in_((*JUDGING, Status.AWAITING_ANSWER)))
        .where(free_of_conflict(who) if who else sa.true())
    )
    return session.exec(query).one()


Row = tuple[str, str, Outcome, bool]


def listed(session: Session, window_id: UUID, who: Who) -> Sequence[Row]:
    """Organisation, level, outcome and whether it overrides the rule, for what waits for release.

    Left out is where the person has a conflict of interest: of that they see what the public sees.
    """
    waits = sa.and_(
        col(Submission.status) == Status.DECIDED, col(Decision.released_at).is_(None), is_newest()
    )
    return _listed(session, window_id, waits, who)


def released(session: Session, window_id: UUID, who: Who) -> Sequence[Row]:
    """The same of what is released already, each outcome of a submission that has several."""
    return _listed(session, window_id, col(Decision.released_at).is_not(None), who)


def _listed(session: Session, window_id: UUID, which: sa.ColumnElement[bool], who: Who) -> Sequence[Row]:
    return session.exec(
        select(Organisation.name, Submission.level, col(Decision.outcome), Decision.is_override)
        .join(Submission, col(Submission.organisation_id) == Organisation.id)
        .join(Decision, col(Decision.submission_id) == Submission.id)
        .where(Submission.window_id == window_id, which, free_of_conflict(who))
        .order_by(col(Organisation.name), col(Submission.level), col(Decision.number))
    ).all()
