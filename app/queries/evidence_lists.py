"""The evidence library as a list: each item with its newest version, what was found in that, and where it is used."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from app.models import (
    Evidence,
    EvidenceCheck,
    EvidenceKind,
    EvidenceLink,
    EvidenceVersion,
    FrameworkVersion,
    SelfAssessment,
)
from app.queries.evidence import is_newest
from app.rules.evidence import is_warning_open
from app.rules.evidence_lists import LibraryLine
from app.rules.scans import standing


@dataclass(frozen=True)
class Use:
    """One criterion that an item supports, and in which self-assessment."""

    evidence_id: UUID
    self_assessment_id: UUID
    code: str
    place: str
    version: str  # of the framework
    is_left: bool  # the self-assessment was left for a newer version

    @property
    def path(self) -> str:
        return f"/self-assessments/{self.self_assessment_id}/criteria/{self.code}"


@dataclass(frozen=True)
class Library:
    """Every item that was not removed, and where each is used."""

    lines: list[LibraryLine]
    uses: dict[UUID, list[Use]]


def library(session: Session, organisation_id: UUID, *, has_scanner: bool) -> Library:
    """The organisation's library in two queries, however many items it has."""
    uses: dict[UUID, list[Use]] = defaultdict(list)
    for use in _uses(session, col(SelfAssessment.organisation_id) == organisation_id):
        uses[use.evidence_id].append(use)
    rows = session.execute(_lines(), {"id": organisation_id}).all()
    lines = [_line(row, sum(not use.is_left for use in uses.get(row[0], [])), has_scanner) for row in rows]
    return Library(lines, dict(uses))


def uses_of(session: Session, evidence_id: UUID) -> list[Use]:
    """Where one item is used, by code; a self-assessment that was left comes last."""
    return _uses(session, col(EvidenceLink.evidence_id) == evidence_id)


def _uses(session: Session, which: sa.ColumnElement[bool]) -> list[Use]:
    is_left = col(SelfAssessment.moved_at).is_not(None)
    rows = session.execute(
        sa.select(
            col(EvidenceLink.evidence_id),
            col(EvidenceLink.self_assessment_id),
            col(EvidenceLink.criterion_code),
            col(EvidenceLink.place),
            col(FrameworkVersion.version),
            is_left,
        )
        .join(SelfAssessment, col(SelfAssessment.id) == col(EvidenceLink.self_assessment_id))
        .join(FrameworkVersion, col(FrameworkVersion.id) == col(SelfAssessment.framework_version_id))
        .where(which)
        .order_by(is_left, col(EvidenceLink.criterion_code))
    ).all()
    return [Use(*row) for row in rows]


def _line(row: Sequence[Any], uses: int, has_scanner: bool) -> LibraryLine:
    *facts, scan, findings, confirmed_at = row
    is_file = facts[1] is EvidenceKind.FILE
    counts = standing(scan, has_scanner=has_scanner) if is_file else None
    return LibraryLine(*(*facts, counts, is_warning_open(findings or [], confirmed_at), uses))


@cache
def _lines() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            col(Evidence.id),
            col(Evidence.kind),
            col(Evidence.title),
            col(Evidence.source),
            col(Evidence.evidence_date),
            col(Evidence.expires_on),
            col(Evidence.added_at),
            col(EvidenceVersion.number),
            col(EvidenceVersion.file_name),
            col(EvidenceVersion.size),
            col(EvidenceVersion.url),
            col(EvidenceCheck.scan),
            col(EvidenceCheck.findings),
            col(EvidenceCheck.confirmed_at),
        )
        .join(EvidenceVersion, col(EvidenceVersion.evidence_id) == col(Evidence.id))
        .outerjoin(EvidenceCheck, col(EvidenceCheck.evidence_version_id) == col(EvidenceVersion.id))
        .where(col(Evidence.organisation_id) == sa.bindparam("id"))
        .where(col(Evidence.removed_at).is_(None))
        .where(is_newest())
    )
