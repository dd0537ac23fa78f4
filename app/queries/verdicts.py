"""What one reviewer marked of evidence and conditions: for that reviewer alone until all reviews are sealed."""

from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.models import (
    ConditionVerdict,
    Event,
    EvidenceCheck,
    EvidenceVerdict,
    EvidenceVersion,
    Review,
    ReviewStatus,
    Verdict,
)
from app.rules import verdicts
from app.rules.workflow import Verb

File = tuple[EvidenceVersion, EvidenceCheck | None]
# Built once, as all statements of the score page.
_OF_EVIDENCE = select(EvidenceVerdict).where(
    EvidenceVerdict.review_id == sa.bindparam("review_id"),
    EvidenceVerdict.criterion_code == sa.bindparam("code"),
)
_OF_CONDITIONS = select(ConditionVerdict).where(ConditionVerdict.review_id == sa.bindparam("review_id"))
_FILES = (
    select(EvidenceVersion, EvidenceCheck)
    .join(EvidenceCheck, col(EvidenceCheck.evidence_version_id) == EvidenceVersion.id, isouter=True)
    .where(col(EvidenceVersion.id).in_(sa.bindparam("ids", expanding=True)))
)


def of_evidence(session: Session, review_id: UUID, code: str) -> dict[UUID, EvidenceVerdict]:
    """The marks of one criterion's links, by evidence version."""
    rows = session.exec(_OF_EVIDENCE, params={"review_id": review_id, "code": code}).all()
    return {row.evidence_version_id: row for row in rows}


def by_code(session: Session, review_id: UUID) -> dict[str, dict[UUID, Verdict]]:
    """All marks of evidence of one review, by criterion and evidence version."""
    found: dict[str, dict[UUID, Verdict]] = {}
    for row in session.exec(select(EvidenceVerdict).where(EvidenceVerdict.review_id == review_id)).all():
        found.setdefault(row.criterion_code, {})[row.evidence_version_id] = row.verdict
    return found


def of_conditions(session: Session, review_id: UUID) -> dict[UUID, ConditionVerdict]:
    """The marks of earlier decisions' conditions, by condition."""
    rows = session.exec(_OF_CONDITIONS, params={"review_id": review_id}).all()
    return {row.condition_id: row for row in rows}


def shown_of_evidence(session: Session, review_id: UUID, code: str) -> dict[UUID, Verdict]:
    return {id_: row.verdict for id_, row in of_evidence(session, review_id, code).items()}


def shown_of_conditions(session: Session, review_id: UUID) -> dict[UUID, bool]:
    return {id_: row.is_done for id_, row in of_conditions(session, review_id).items()}


def digest(session: Session, review_id: UUID) -> str:
    """The hash of all marks of a review; empty when there are none."""
    evidence = session.exec(select(EvidenceVerdict).where(EvidenceVerdict.review_id == review_id)).all()
    return verdicts.digest(evidence, of_conditions(session, review_id).values())


def files(session: Session, version_ids: Collection[UUID]) -> dict[UUID, File]:
    """Evidence versions with what is known of their bytes, in one query whatever their number."""
    rows = session.exec(_FILES, params={"ids": version_ids}).all()
    return {version.id: (version, check) for version, check in rows}


def changed_since_sealed(session: Session) -> list[str]:
    """For the audit: sealed reviews whose marks are not those of their line of history."""
    sealed = session.exec(select(Review.id).where(Review.status == ReviewStatus.SEALED)).all()
    told = {
        facts["review"]: facts.get("verdicts", "")
        for facts in session.exec(select(Event.facts).where(Event.verb == Verb.SEAL_REVIEW.value)).all()
    }
    evidence: dict[UUID, list[EvidenceVerdict]] = {}
    for row in session.exec(select(EvidenceVerdict)).all():
        evidence.setdefault(row.review_id, []).append(row)
    conditions: dict[UUID, list[ConditionVerdict]] = {}
    for mark in session.exec(select(ConditionVerdict)).all():
        conditions.setdefault(mark.review_id, []).append(mark)
    return [
        f"review {id_}: the marks of evidence or conditions are not those that were sealed"
        for id_ in sealed
        if told.get(str(id_), "") != verdicts.digest(evidence.get(id_, ()), conditions.get(id_, ()))
    ]
