"""Self-assessments: whose may be seen, their answers, and what supports them."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.models import (
    ORGANISATION_ROLES,
    Answer,
    Evidence,
    EvidenceLink,
    FrameworkVersion,
    Organisation,
    Person,
    SelfAssessment,
)
from app.rules.people import Who
from app.rules.permissions import Permission, Scope, allows
from app.rules.progress import Support


def visible_to(who: Who) -> SelectOfScalar[SelfAssessment]:
    """The self-assessments of the organisations this person acts for."""
    own = who.organisations(*ORGANISATION_ROLES)
    return select(SelfAssessment).where(col(SelfAssessment.organisation_id).in_(own))


@dataclass(frozen=True)
class Listed:
    id: UUID
    organisation_name: str
    version: str
    started_at: datetime
    moved_at: datetime | None  # left for a newer version: it can only be read


def listed(session: Session, who: Who) -> list[Listed]:
    """One line for each self-assessment the person may open, newest framework version first."""
    rows = session.execute(
        visible_to(who)
        .join(Organisation, col(Organisation.id) == SelfAssessment.organisation_id)
        .join(FrameworkVersion, col(FrameworkVersion.id) == SelfAssessment.framework_version_id)
        .order_by(col(Organisation.name), col(FrameworkVersion.published_at).desc())
        .with_only_columns(
            col(SelfAssessment.id),
            col(Organisation.name),
            col(FrameworkVersion.version),
            col(SelfAssessment.started_at),
            col(SelfAssessment.moved_at),
        )
    ).all()
    return [Listed(*row) for row in rows]


def startable(session: Session, who: Who, framework_version_id: UUID) -> list[tuple[UUID, str]]:
    """Id and name of the organisations that have none for this framework and for which the person may write.

    Who has one against another version moves it instead of beginning anew.
    """
    own = [
        id_
        for id_ in who.organisations(*ORGANISATION_ROLES)
        if allows(Permission.WRITE_ANSWERS, who, Scope(organisation_id=id_))
    ]
    framework = select(FrameworkVersion.framework).where(FrameworkVersion.id == framework_version_id)
    started = (
        select(SelfAssessment.organisation_id)
        .join(FrameworkVersion, col(FrameworkVersion.id) == SelfAssessment.framework_version_id)
        .where(col(FrameworkVersion.framework).in_(framework))
    )
    rows = session.exec(
        select(Organisation.id, Organisation.name)
        .where(col(Organisation.id).in_(own))
        .where(col(Organisation.id).not_in(started))
        .order_by(col(Organisation.name))
    ).all()
    return [(id_, name) for id_, name in rows]


def of_organisation(session: Session, organisation_id: UUID, framework_version_id: UUID) -> UUID | None:
    """The id of the organisation's self-assessment against this version, if it was started."""
    return session.exec(
        select(SelfAssessment.id)
        .where(SelfAssessment.organisation_id == organisation_id)
        .where(SelfAssessment.framework_version_id == framework_version_id)
    ).first()


def current_of(session: Session, organisation_id: UUID, framework: str) -> UUID | None:
    """The self-assessment that the organisation writes in: the one it has not moved to a newer version."""
    return session.exec(
        select(SelfAssessment.id)
        .join(FrameworkVersion, col(FrameworkVersion.id) == SelfAssessment.framework_version_id)
        .where(SelfAssessment.organisation_id == organisation_id)
        .where(FrameworkVersion.framework == framework)
        .where(col(SelfAssessment.moved_at).is_(None))
    ).first()


def answers(session: Session, self_assessment_id: UUID) -> dict[str, Answer]:
    """Every saved answer, by criterion code."""
    rows = session.exec(select(Answer).where(Answer.self_assessment_id == self_assessment_id)).all()
    return {row.criterion_code: row for row in rows}


def answer(session: Session, self_assessment_id: UUID, code: str) -> Answer | None:
    """The saved answer to one criterion."""
    return session.exec(_ANSWER, params={"id": self_assessment_id, "code": code}).first()


_ANSWER = (  # built once, as all statements of the criterion page
    select(Answer)
    .where(Answer.self_assessment_id == sa.bindparam("id"))
    .where(Answer.criterion_code == sa.bindparam("code"))
)


def name_of(session: Session, person_id: UUID) -> str:
    """The name of the colleague who saved an answer."""
    return session.exec(_NAME, params={"id": person_id}).one()


_NAME = select(Person.name).where(Person.id == sa.bindparam("id"))


def support(session: Session, self_assessment_id: UUID, *, on: date) -> dict[str, Support]:
    """The evidence linked to each criterion that has any, removed items left out, as it counts on a UK day."""
    rows = session.exec(
        select(EvidenceLink.criterion_code, col(Evidence.expires_on))
        .join(Evidence, col(Evidence.id) == EvidenceLink.evidence_id)
        .where(EvidenceLink.self_assessment_id == self_assessment_id)
        .where(col(Evidence.removed_at).is_(None))
    ).all()
    last_days: dict[str, list[date | None]] = {}
    for code, last_day in rows:
        last_days.setdefault(code, []).append(last_day)
    return {code: Support.of(days, on) for code, days in last_days.items()}
