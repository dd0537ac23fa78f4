"""What was found in evidence: for one version, and for all that supports a self-assessment."""

from collections.abc import Iterable
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.models import Evidence, EvidenceCheck, EvidenceLink, EvidenceVersion, Person
from app.queries.evidence import is_newest
from app.rules.evidence import is_warning_open


def of_version(session: Session, version_id: UUID) -> EvidenceCheck | None:
    """The row of checks of a version; a link has none."""
    return session.get(EvidenceCheck, version_id)


def confirmed_by(session: Session, check: EvidenceCheck) -> str:
    """The name of the person who answered the warning; empty when nobody did."""
    if check.confirmed_by_id is None:
        return ""
    return session.exec(select(Person.name).where(Person.id == check.confirmed_by_id)).one()


def warned(session: Session, self_assessment_id: UUID) -> dict[str, list[str]]:
    """By criterion, the titles of linked items whose newest version has a warning that nobody answered."""
    rows = session.execute(
        sa.select(
            col(EvidenceLink.criterion_code),
            col(Evidence.title),
            col(EvidenceCheck.findings),
            col(EvidenceCheck.confirmed_at),
        )
        .join(Evidence, col(Evidence.id) == col(EvidenceLink.evidence_id))
        .join(EvidenceVersion, col(EvidenceVersion.evidence_id) == col(Evidence.id))
        .join(EvidenceCheck, col(EvidenceCheck.evidence_version_id) == col(EvidenceVersion.id))
        .where(col(EvidenceLink.self_assessment_id) == self_assessment_id)
        .where(col(Evidence.removed_at).is_(None))
        .where(is_newest())
        .order_by(col(EvidenceLink.criterion_code), col(Evidence.title), col(Evidence.id))
    ).all()
    found: dict[str, list[str]] = {}
    for code, title, findings, confirmed_at in rows:
        if is_warning_open(findings or [], confirmed_at):
            found.setdefault(code, []).append(title)
    return found


def reader_names(session: Session, version_ids: Iterable[UUID]) -> list[str]:
    """The stored names of the copies that readers open, of these versions."""
    return list(
        session.exec(
            select(EvidenceCheck.reader_name)
            .where(col(EvidenceCheck.evidence_version_id).in_(list(version_ids)))
            .where(EvidenceCheck.reader_name != "")
        ).all()
    )
