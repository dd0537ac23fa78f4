"""What somebody who takes over from a colleague needs to know of an organisation, in a constant number of queries."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.models import (
    ChangeRequest,
    Condition,
    Decision,
    Evidence,
    Intention,
    Person,
    SelfAssessment,
    Status,
    Submission,
    Window,
)
from app.queries.owners import is_here
from app.rules.due import SOON


def current(session: Session, organisation_id: UUID) -> list[SelfAssessment]:
    """The self-assessments that are written in now: one, unless a newer version was started without moving."""
    return list(
        session.exec(
            select(SelfAssessment)
            .where(SelfAssessment.organisation_id == organisation_id, col(SelfAssessment.moved_at).is_(None))
            .order_by(col(SelfAssessment.started_at).desc(), col(SelfAssessment.id))
        ).all()
    )


@dataclass(frozen=True)
class Promise:
    """What the organisation said it would do, or was told to. ``path`` leads to where it stands."""

    framework_version_id: UUID
    level: str
    text: str
    by: date | datetime | None
    path: str


def promises(session: Session, organisation_id: UUID, at: datetime) -> list[Promise]:
    """Intentions to submit, requests for changes that wait, and conditions of released decisions."""
    return [
        *_intentions(session, organisation_id, at),
        *_changes(session, organisation_id),
        *_conditions(session, organisation_id),
    ]


def _intentions(session: Session, organisation_id: UUID, at: datetime) -> list[Promise]:
    rows = session.execute(
        sa.select(
            col(Window.framework_version_id), col(Intention.level), col(Window.name), col(Window.closes_at)
        )
        .join(Window, col(Window.id) == col(Intention.window_id))
        .where(col(Intention.organisation_id) == organisation_id, col(Intention.withdrawn_at).is_(None))
        .where(col(Window.closes_at) > at)
        .order_by(col(Window.closes_at), col(Intention.level))
    ).all()
    path = f"/organisations/{organisation_id}/windows"
    return [
        Promise(version, level, f"Means to submit in {name}, which closes", closes_at, path)
        for version, level, name, closes_at in rows
    ]


def _changes(session: Session, organisation_id: UUID) -> list[Promise]:
    rows = session.execute(
        sa.select(
            col(Submission.framework_version_id),
            col(Submission.level),
            col(Submission.id),
            col(ChangeRequest.criteria),
            col(ChangeRequest.due_on),
        )
        .join(Submission, col(Submission.id) == col(ChangeRequest.submission_id))
        .where(col(Submission.organisation_id) == organisation_id)
        .where(col(ChangeRequest.answered_at).is_(None), col(Submission.status) == Status.CHANGES_REQUESTED)
        .order_by(col(ChangeRequest.due_on), col(Submission.id))
    ).all()
    return [
        Promise(
            version,
            level,
            f"Changes requested to {', '.join(sorted(criteria))}, needed by",
            due_on,
            f"/submissions/{id_}",
        )
        for version, level, id_, criteria, due_on in rows
    ]


def _conditions(session: Session, organisation_id: UUID) -> list[Promise]:
    """Only of released decisions: before that the organisation may not know that there is one."""
    rows = session.execute(
        sa.select(
            col(Submission.framework_version_id),
            col(Submission.level),
            col(Submission.id),
            col(Condition.criterion_code),
            col(Condition.text),
        )
        .join(Decision, col(Decision.id) == col(Condition.decision_id))
        .join(Submission, col(Submission.id) == col(Decision.submission_id))
        .where(col(Submission.organisation_id) == organisation_id)
        .where(col(Decision.released_at).is_not(None), col(Submission.status) == Status.RELEASED)
        .order_by(col(Decision.released_at).desc(), col(Condition.criterion_code))
    ).all()
    return [
        Promise(
            version,
            level,
            f"Condition of the decision on {code}: {text}",
            None,
            f"/submissions/{id_}/outcome",
        )
        for version, level, id_, code, text in rows
    ]


@dataclass(frozen=True)
class Ageing:
    """An item of evidence that stopped counting or is about to."""

    id: UUID
    title: str
    expires_on: date


def ageing(session: Session, organisation_id: UUID, today: date) -> list[Ageing]:
    """Evidence that expired or expires within two months, the longest expired first."""
    rows = session.execute(
        sa.select(col(Evidence.id), col(Evidence.title), col(Evidence.expires_on))
        .where(col(Evidence.organisation_id) == organisation_id, col(Evidence.removed_at).is_(None))
        .where(col(Evidence.expires_on) <= today + SOON)
        .order_by(col(Evidence.expires_on), col(Evidence.title), col(Evidence.id))
    ).all()
    return [Ageing(*row) for row in rows]


def added_by_leavers(session: Session, organisation_id: UUID) -> list[tuple[str, int]]:
    """How many items of evidence each person added who holds no role here any more, by name."""
    rows = session.execute(
        sa.select(col(Person.name), sa.func.count())
        .select_from(Evidence)
        .join(Person, col(Person.id) == col(Evidence.added_by_id))
        .where(col(Evidence.organisation_id) == organisation_id, col(Evidence.removed_at).is_(None))
        .where(~is_here(organisation_id))
        .group_by(col(Person.id), col(Person.name))
        .order_by(col(Person.name), col(Person.id))
    ).all()
    return [(name, number) for name, number in rows]
