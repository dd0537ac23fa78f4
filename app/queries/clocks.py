"""The clock of a submission, as its organisation may know it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from app.models import (
    OPEN_STATUSES,
    ChangeRequest,
    Clarification,
    Decision,
    Person,
    SealedCopy,
    Status,
    Submission,
    Window,
)
from app.queries.windows import doors
from app.rules import windows as rules
from app.rules.next_steps import OWN, Clock, clock, how_late, how_long

_WEEK = timedelta(weeks=1)


@dataclass(frozen=True)
class ShownClock:
    """Where a submission is now, who has it, until when, and what to do when that date has passed."""

    submission_id: UUID
    organisation_id: UUID
    level: str
    status: Status
    clock: Clock
    late: str


def of_submission(
    session: Session, submission_id: UUID, *, at: datetime, contact: str, organisation: str = OWN
) -> ShownClock:
    """The clock of one submission; ``organisation`` is what its holder is called when that is the organisation."""
    (found,) = _shown(session, col(Submission.id) == submission_id, at, contact, organisation)
    return found


def open_of(
    session: Session, organisation_ids: Collection[UUID], *, at: datetime, contact: str
) -> list[ShownClock]:
    """The clocks of everything these organisations have on its way, in the order it was handed over."""
    condition = sa.and_(
        col(Submission.organisation_id).in_(organisation_ids), col(Submission.status).in_(OPEN_STATUSES)
    )
    return _shown(session, condition, at, contact, OWN)


def _shown(
    session: Session, condition: sa.ColumnElement[bool], at: datetime, contact: str, organisation: str
) -> list[ShownClock]:
    rows = session.execute(
        sa.select(Submission, Window, col(Person.name))
        .join(Window, col(Window.id) == Submission.window_id)
        .join(Person, col(Person.id) == Submission.sponsor_id)
        .where(condition)
        .order_by(col(Submission.handed_over_at), col(Submission.id))
    ).all()
    ids = [row.id for row, _, _ in rows]
    due, again = _due_on(session, ids), _released_before(session, ids)
    kept = doors(session, {row.organisation_id for row, _, _ in rows}, {window.id for _, window, _ in rows})
    found = []
    for row, window, sponsor in rows:
        closes_at = rules.closing(window, kept.get((window.id, row.organisation_id), []))
        made = clock(
            row.status,
            sponsor,
            closes_at,
            window.decision_promised_on,
            due.get(row.id),
            organisation,
            is_again=row.id in again,
            is_appeal=row.round > 1,
        )
        late = how_late(made, at, contact)
        found.append(ShownClock(row.id, row.organisation_id, row.level, row.status, made, late))
    return found


def _due_on(session: Session, submission_ids: Collection[UUID]) -> dict[UUID, date]:
    """Until when the changes or the answer that were asked for and are still open are needed."""
    changes = (
        sa.select(col(ChangeRequest.submission_id), col(ChangeRequest.due_on))
        .where(col(ChangeRequest.submission_id).in_(submission_ids))
        .where(col(ChangeRequest.answered_at).is_(None))
    )
    questions = (
        sa.select(col(Clarification.submission_id), col(Clarification.due_on))
        .where(col(Clarification.submission_id).in_(submission_ids))
        .where(col(Clarification.answered_at).is_(None), col(Clarification.closed_at).is_(None))
    )
    rows = session.execute(sa.union_all(changes, questions)).all()
    return {row[0]: row[1] for row in rows}


def _released_before(session: Session, submission_ids: Collection[UUID]) -> set[UUID]:
    """Those with a released outcome, which a question or an appeal may have followed."""
    released = sa.select(col(Decision.submission_id)).where(
        col(Decision.submission_id).in_(submission_ids), col(Decision.released_at).is_not(None)
    )
    return set(session.scalars(released))


def usual_wait(session: Session) -> str:
    """How long a submission usually takes, in a sentence, from every outcome released so far."""
    first = (
        sa.select(sa.func.min(col(SealedCopy.sealed_at)))
        .where(col(SealedCopy.submission_id) == col(Submission.id))
        .correlate(Submission)
        .scalar_subquery()
    )
    rows = session.execute(
        sa.select(first, col(Submission.changed_at)).where(col(Submission.status) == Status.RELEASED)
    ).all()
    return how_long([(released - sealed) / _WEEK for sealed, released in rows if sealed is not None])
