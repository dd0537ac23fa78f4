"""Self-assessments: whose may be seen, their answers, and what supports them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, func, select
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
        )
    ).all()
    return [Listed(*row) for row in rows]


def startable(session: Session, who: Who, framework_version_id: UUID) -> list[tuple[UUID, str]]:
    """Id and name of the organisations that have none for this version and for which the person may write."""
    own = [
        id_
        for id_ in who.organisations(*ORGANISATION_ROLES)
        if allows(Permission.WRITE_ANSWERS, who, Scope(organisation_id=id_))
    ]
    started = select(SelfAssessment.organisation_id).where(
        SelfAssessment.framework_version_id == framework_version_id
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


def answers(session: Session, self_assessment_id: UUID) -> dict[str, Answer]:
    """Every saved answer, by criterion code."""
    rows = session.exec(select(Answer).where(Answer.self_assessment_id == self_assessment_id)).all()
    return {row.criterion_code: row for row in rows}


def answer(session: Session, self_assessment_id: UUID, code: str) -> Answer | None:
    """The saved answer to one criterion."""
    return session.exec(
        select(Answer)
        .where(Answer.self_assessment_id == self_assessment_id)
        .where(Answer.criterion_code == code)
    ).first()


def name_of(session: Session, person_id: UUID) -> str:
    """The name of the colleague who saved an answer."""
    return session.exec(select(Person.name).where(Person.id == person_id)).one()


def evidence_counts(session: Session, self_assessment_id: UUID) -> dict[str, int]:
    """How many items of evidence, removed ones left out, support each criterion that has any."""
    rows = session.exec(
        select(EvidenceLink.criterion_code, func.count())
        .join(Evidence, col(Evidence.id) == EvidenceLink.evidence_id)
        .where(EvidenceLink.self_assessment_id == self_assessment_id)
        .where(col(Evidence.removed_at).is_(None))
        .group_by(EvidenceLink.criterion_code)
    ).all()
    return dict(rows)
