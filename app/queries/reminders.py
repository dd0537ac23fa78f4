"""Whom to remind that a window closes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.models import (
    OPEN_STATUSES,
    Intention,
    LateDoor,
    Membership,
    Organisation,
    Person,
    Reminder,
    Role,
    SelfAssessment,
    Status,
    Submission,
    Window,
)
from app.queries.windows import doors
from app.rules import windows as rules
from app.rules.days import uk_day


@dataclass(frozen=True)
class Due:
    """One reminder that is due for one organisation."""

    organisation_id: UUID
    closes_at: datetime
    working_days: int


def not_closed(session: Session, at: datetime) -> list[Window]:
    """The windows that have opened and are still open for somebody."""
    door = select(LateDoor.id).where(LateDoor.window_id == col(Window.id), LateDoor.closes_at > at).exists()
    rows = session.exec(
        select(Window)
        .where(Window.opens_at <= at, sa.or_(col(Window.closes_at) > at, door))
        .order_by(col(Window.closes_at), col(Window.id))
    )
    return list(rows.all())


def due(session: Session, window: Window, at: datetime) -> list[Due]:
    """The organisations for which a reminder is due at ``at`` and not written yet."""
    taking_part = _taking_part(session, window, at)
    kept = doors(session, taking_part, [window.id])
    written = set(
        session.exec(
            select(Reminder.organisation_id, Reminder.working_days).where(Reminder.window_id == window.id)
        ).all()
    )
    found = []
    for organisation_id in taking_part:
        closes_at = rules.closing(window, kept.get((window.id, organisation_id), []))
        number = rules.reminder_due(window.opens_at, closes_at, at)
        if number is not None and (organisation_id, number) not in written:
            found.append(Due(organisation_id, closes_at, number))
    return found


def _taking_part(session: Session, window: Window, at: datetime) -> list[UUID]:
    """Organisations that have started a self-assessment of the version, or mean to submit in the window."""
    started = (
        select(SelfAssessment.id)
        .where(SelfAssessment.organisation_id == col(Organisation.id))
        .where(SelfAssessment.framework_version_id == window.framework_version_id)
        .where(col(SelfAssessment.moved_at).is_(None))
        .exists()
    )
    intends = (
        select(Intention.id)
        .where(Intention.organisation_id == col(Organisation.id), Intention.window_id == window.id)
        .where(col(Intention.withdrawn_at).is_(None))
        .exists()
    )
    rows = session.exec(
        select(Organisation.id)
        .where(sa.or_(started, intends))
        .where(sa.or_(col(Organisation.valid_to).is_(None), col(Organisation.valid_to) >= uk_day(at)))
        .order_by(col(Organisation.id))
    )
    return list(rows.all())


def has_submission(session: Session, window_id: UUID) -> set[UUID]:
    """The organisations that have put something forward in the window: on its way, or with its outcome released."""
    rows = session.exec(
        select(Submission.organisation_id)
        .where(Submission.window_id == window_id)
        .where(col(Submission.status).in_((*OPEN_STATUSES, Status.RELEASED)))
    )
    return set(rows.all())


def waiting_for_signature(session: Session, window_id: UUID) -> dict[UUID, list[tuple[Submission, Person]]]:
    """By organisation, what waits for a first signature and the executive who was asked and still may sign."""
    may_sign = (
        select(Membership.id)
        .where(Membership.person_id == col(Person.id), Membership.role == Role.SPONSOR)
        .where(Membership.organisation_id == col(Submission.organisation_id))
        .where(col(Membership.ended_at).is_(None))
        .exists()
    )
    rows = session.exec(
        select(Submission, Person)
        .join(Person, col(Person.id) == Submission.sponsor_id)
        .where(Submission.window_id == window_id, Submission.status == Status.AWAITING_SIGN_OFF)
        .where(col(Person.left_at).is_(None), may_sign)
        .order_by(col(Submission.level), col(Submission.id))
    ).all()
    found: dict[UUID, list[tuple[Submission, Person]]] = {}
    for submission, person in rows:
        found.setdefault(submission.organisation_id, []).append((submission, person))
    return found


def leads(session: Session, organisation_ids: Collection[UUID]) -> dict[UUID, list[str]]:
    """The addresses of the leads by organisation; an organisation without any is left out."""
    rows = session.exec(
        select(Membership.organisation_id, Person.email)
        .join(Person, col(Person.id) == Membership.person_id)
        .where(col(Membership.organisation_id).in_(organisation_ids), Membership.role == Role.LEAD)
        .where(col(Membership.ended_at).is_(None), col(Person.left_at).is_(None))
        .order_by(col(Person.email))
    ).all()
    found: dict[UUID, list[str]] = {}
    for organisation_id, email in rows:
        assert organisation_id is not None  # the condition above leaves the Assembly's roles out
        found.setdefault(organisation_id, []).append(email)
    return found
