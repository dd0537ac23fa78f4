"""Decisions: what they rest on, and which wait for release."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import Session, col, func, select

from app.models import Condition, Decision, Organisation, Outcome, Status, Submission
from app.queries.submissions import free_of_conflict
from app.queries.windows import JUDGING
from app.rules.people import Who


def of_submission(session: Session, submission_id: UUID) -> Decision | None:
    return session.exec(select(Decision).where(Decision.submission_id == submission_id)).first()


def conditions(session: Session, decision_id: UUID) -> dict[str, str]:
    """Criterion code to what must be done."""
    rows = session.exec(
        select(Condition.criterion_code, Condition.text)
        .where(Condition.decision_id == decision_id)
        .order_by(Condition.criterion_code)
    ).all()
    return dict(rows)


def pending(session: Session, window_id: UUID, *, lock: bool = False) -> list[tuple[Submission, Decision]]:
    """The decisions of a window that are taken and not released, in order of organisation."""
    query = (
        select(Submission, Decision)
        .join(Decision, col(Decision.submission_id) == Submission.id)
        .where(Submission.window_id == window_id, Submission.status == Status.DECIDED)
        .order_by(col(Submission.id))
    )
    rows = session.exec(query.with_for_update() if lock else query).all()
    return [(submission, decision) for submission, decision in rows]


def undecided(session: Session, window_id: UUID) -> int:
    """How many submissions of the window are still being judged."""
    query = (
        select(func.count())
        .select_from(Submission)
        .where(Submission.window_id == window_id, col(Submission.status).in_(JUDGING))
    )
    return session.exec(query).one()


Row = tuple[str, str, Outcome, bool]


def listed(session: Session, window_id: UUID, who: Who) -> Sequence[Row]:
    """Organisation, level, outcome and whether it overrides the rule, for what waits for release.

    Left out is where the person has a conflict of interest: of that they see what the public sees.
    """
    return _with_status(session, window_id, Status.DECIDED, who)


def released(session: Session, window_id: UUID, who: Who) -> Sequence[Row]:
    """The same of what is released already."""
    return _with_status(session, window_id, Status.RELEASED, who)


def _with_status(session: Session, window_id: UUID, status: Status, who: Who) -> Sequence[Row]:
    return session.exec(
        select(Organisation.name, Submission.level, col(Decision.outcome), Decision.is_override)
        .join(Submission, col(Submission.organisation_id) == Organisation.id)
        .join(Decision, col(Decision.submission_id) == Submission.id)
        .where(Submission.window_id == window_id, Submission.status == status, free_of_conflict(who))
        .order_by(Organisation.name)
    ).all()
