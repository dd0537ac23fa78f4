"""What the standing check reads of a self-assessment, in a constant number of queries."""

from collections.abc import Mapping
from datetime import date

import sqlalchemy as sa
from sqlmodel import Session, col

from app.criteria.schema import Framework
from app.models import (
    ORGANISATION_ROLES,
    Answer,
    CriterionOwner,
    Evidence,
    EvidenceCheck,
    EvidenceLink,
    EvidenceVersion,
    Membership,
    Organisation,
    Person,
    ScanState,
    SelfAssessment,
)
from app.queries import conditions
from app.queries.evidence import is_newest
from app.rules.conditions import unanswered
from app.rules.evidence import is_warning_open
from app.rules.standing_check import Living, Note, Supporting, check


def notes(
    session: Session,
    self_assessment: SelfAssessment,
    framework: Framework,
    organisation: Organisation,
    answers: Mapping[str, Answer],
    *,
    on: date,
) -> list[Note]:
    """All that the standing check finds on a UK day."""
    living = Living(
        path=f"/self-assessments/{self_assessment.id}",
        framework=framework,
        kind=organisation.kind,
        answers=answers,
        supporting=_supporting(session, self_assessment),
        owners_left=_owners_left(session, self_assessment),
        is_fictional=organisation.is_fictional,
        unanswered={
            code: unanswered([(one.text, one.answer) for one in of_one])
            for code, of_one in conditions.by_code(session, self_assessment, framework).items()
        },
    )
    return check(living, today=on)


def _supporting(session: Session, self_assessment: SelfAssessment) -> list[Supporting]:
    """What supports the answers, by criterion and title, with what was found in each newest version."""
    rows = session.execute(
        sa.select(
            col(EvidenceLink.criterion_code),
            col(Evidence.id),
            col(Evidence.title),
            col(Evidence.evidence_date),
            col(Evidence.expires_on),
            col(EvidenceVersion.url),
            col(EvidenceVersion.stored_name),
            col(EvidenceCheck.scan),
            col(EvidenceCheck.findings),
            col(EvidenceCheck.confirmed_at),
        )
        .join(Evidence, col(Evidence.id) == col(EvidenceLink.evidence_id))
        .join(EvidenceVersion, col(EvidenceVersion.evidence_id) == col(Evidence.id))
        .outerjoin(EvidenceCheck, col(EvidenceCheck.evidence_version_id) == col(EvidenceVersion.id))
        .where(col(EvidenceLink.self_assessment_id) == self_assessment.id)
        .where(col(Evidence.removed_at).is_(None))
        .where(is_newest())
        .order_by(col(EvidenceLink.criterion_code), col(Evidence.title), col(Evidence.id))
    ).all()
    return [
        Supporting(
            code,
            id_,
            title,
            dated,
            expires,
            url,
            scan=scan or (ScanState.WAITING if stored_name else ScanState.CLEAN),
            is_warned=is_warning_open(findings or [], confirmed_at),
        )
        for code, id_, title, dated, expires, url, stored_name, scan, findings, confirmed_at in rows
    ]


def _owners_left(session: Session, self_assessment: SelfAssessment) -> dict[str, str]:
    """The criteria whose owner holds no role in the organisation any more, with the owner's name."""
    holds = (
        sa.select(col(Membership.id))
        .where(col(Membership.person_id) == col(CriterionOwner.person_id))
        .where(col(Membership.organisation_id) == self_assessment.organisation_id)
        .where(col(Membership.role).in_(ORGANISATION_ROLES))
        .where(col(Membership.ended_at).is_(None))
        .exists()
    )
    rows = session.execute(
        sa.select(col(CriterionOwner.criterion_code), col(Person.name))
        .join(Person, col(Person.id) == col(CriterionOwner.person_id))
        .where(col(CriterionOwner.self_assessment_id) == self_assessment.id)
        .where(sa.or_(col(Person.left_at).is_not(None), sa.not_(holds)))
    ).all()
    return dict(rows)
