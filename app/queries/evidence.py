"""The organisation's evidence library: items, their newest versions, what they support, what must be kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from app.models import (
    ORGANISATION_ROLES,
    Evidence,
    EvidenceCheck,
    EvidenceKind,
    EvidenceLink,
    EvidenceVersion,
    Person,
    SealedCopy,
    SelfAssessment,
    Submission,
)
from app.rules.evidence import is_warning_open
from app.rules.people import Who


def visible_to(who: Who) -> SelectOfScalar[Evidence]:
    """The evidence of the organisations this person acts for."""
    return select(Evidence).where(col(Evidence.organisation_id).in_(who.organisations(*ORGANISATION_ROLES)))


class Linked(NamedTuple):
    """An item that supports an answer, as it stands now."""

    code: str
    item: Evidence
    version: EvidenceVersion
    place: str
    check: EvidenceCheck | None  # None for a link

    @property
    def is_warned(self) -> bool:
        """Whether what was found in it waits for the writer's answer."""
        return self.check is not None and is_warning_open(self.check.findings, self.check.confirmed_at)


def linked(session: Session, self_assessment_id: UUID) -> list[Linked]:
    """Everything that supports the answers of a self-assessment, in one query."""
    return [Linked(*row) for row in session.execute(_linked(), {"id": self_assessment_id}).all()]


def linked_to(session: Session, self_assessment_id: UUID, code: str) -> list[Linked]:
    """What supports the answer to one criterion."""
    found = session.execute(_linked_to(), {"id": self_assessment_id, "code": code}).all()
    return [Linked(*row) for row in found]


def expiries(session: Session, self_assessment_id: UUID, code: str) -> list[date | None]:
    """Until when each item that supports the answer to one criterion is good; None: it does not expire."""
    return list(session.scalars(_expiries(), {"id": self_assessment_id, "code": code}))


# The statements of the criterion page are built once: building them took longer than the database takes to answer.
@cache
def _expiries() -> sa.Select[date | None]:
    return (
        sa.select(col(Evidence.expires_on))
        .join(EvidenceLink, col(EvidenceLink.evidence_id) == col(Evidence.id))
        .where(col(EvidenceLink.self_assessment_id) == sa.bindparam("id"))
        .where(col(EvidenceLink.criterion_code) == sa.bindparam("code"))
        .where(col(Evidence.removed_at).is_(None))
    )


@cache
def _linked_to() -> sa.Select[str, Evidence, EvidenceVersion, str, EvidenceCheck | None]:
    return _linked().where(col(EvidenceLink.criterion_code) == sa.bindparam("code"))


@cache
def _linked() -> sa.Select[str, Evidence, EvidenceVersion, str, EvidenceCheck | None]:
    return (
        sa.select(
            col(EvidenceLink.criterion_code),
            Evidence,
            EvidenceVersion,
            col(EvidenceLink.place),
            EvidenceCheck,
        )
        .join(Evidence, col(Evidence.id) == col(EvidenceLink.evidence_id))
        .join(EvidenceVersion, col(EvidenceVersion.evidence_id) == col(Evidence.id))
        .outerjoin(EvidenceCheck, col(EvidenceCheck.evidence_version_id) == col(EvidenceVersion.id))
        .where(col(EvidenceLink.self_assessment_id) == sa.bindparam("id"))
        .where(col(Evidence.removed_at).is_(None))
        .where(is_newest())
        .order_by(
            col(EvidenceLink.criterion_code),
            col(EvidenceLink.linked_at),
            col(Evidence.title),
            col(Evidence.id),
        )
    )


def is_newest() -> sa.ColumnElement[bool]:
    """The condition that a version, joined to its item, is the one that counts."""
    later = aliased(EvidenceVersion)
    newest = sa.select(sa.func.max(later.number)).where(col(later.evidence_id) == col(Evidence.id))
    return col(EvidenceVersion.number) == newest.correlate(Evidence).scalar_subquery()


@dataclass(frozen=True)
class Shelved:
    """One line of the library."""

    id: UUID
    kind: EvidenceKind
    title: str
    evidence_date: date
    expires_on: date | None
    added_at: datetime
    number: int  # of the newest version, and so how many there are
    file_name: str
    size: int
    url: str


def library(session: Session, organisation_id: UUID) -> list[Shelved]:
    """The items that were not removed, by title."""
    rows = session.execute(_library(), {"id": organisation_id}).all()
    return [Shelved(*row) for row in rows]


@cache
def _library() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            col(Evidence.id),
            col(Evidence.kind),
            col(Evidence.title),
            col(Evidence.evidence_date),
            col(Evidence.expires_on),
            col(Evidence.added_at),
            col(EvidenceVersion.number),
            col(EvidenceVersion.file_name),
            col(EvidenceVersion.size),
            col(EvidenceVersion.url),
        )
        .join(EvidenceVersion, col(EvidenceVersion.evidence_id) == col(Evidence.id))
        .where(col(Evidence.organisation_id) == sa.bindparam("id"))
        .where(col(Evidence.removed_at).is_(None))
        .where(is_newest())
        .order_by(sa.func.lower(col(Evidence.title)), col(Evidence.id))
    )


@dataclass(frozen=True)
class Use:
    """One criterion that an item supports."""

    evidence_id: UUID
    self_assessment_id: UUID
    code: str
    place: str


def uses(session: Session, organisation_id: UUID) -> list[Use]:
    """Every criterion that the organisation's evidence supports, by code."""
    rows = session.execute(
        _uses()
        .join(SelfAssessment, col(SelfAssessment.id) == col(EvidenceLink.self_assessment_id))
        .where(col(SelfAssessment.organisation_id) == organisation_id)
        .where(col(SelfAssessment.moved_at).is_(None))
    ).all()
    return [Use(*row) for row in rows]


def uses_of(session: Session, evidence_id: UUID) -> list[Use]:
    """The criteria that one item supports, by code."""
    rows = session.execute(
        _uses()
        .join(SelfAssessment, col(SelfAssessment.id) == col(EvidenceLink.self_assessment_id))
        .where(col(EvidenceLink.evidence_id) == evidence_id)
        .where(col(SelfAssessment.moved_at).is_(None))  # what was left for a newer version holds nothing back
    ).all()
    return [Use(*row) for row in rows]


def _uses() -> sa.Select[UUID, UUID, str, str]:
    return sa.select(
        col(EvidenceLink.evidence_id),
        col(EvidenceLink.self_assessment_id),
        col(EvidenceLink.criterion_code),
        col(EvidenceLink.place),
    ).order_by(col(EvidenceLink.criterion_code))


def versions(session: Session, evidence_id: UUID) -> list[tuple[EvidenceVersion, str]]:
    """Every version with the name of who added it, newest first."""
    rows = session.exec(
        select(EvidenceVersion, Person.name)
        .join(Person, col(Person.id) == EvidenceVersion.added_by_id)
        .where(EvidenceVersion.evidence_id == evidence_id)
        .order_by(col(EvidenceVersion.number).desc())
    ).all()
    return [(version, name) for version, name in rows]


def newest_version(session: Session, evidence_id: UUID) -> EvidenceVersion:
    return session.exec(
        select(EvidenceVersion)
        .where(EvidenceVersion.evidence_id == evidence_id)
        .order_by(col(EvidenceVersion.number).desc())
        .limit(1)
    ).one()


def number_of_items(session: Session, organisation_id: UUID) -> int:
    """How many items the organisation has, removed ones left out."""
    return session.exec(
        select(func.count())
        .select_from(Evidence)
        .where(Evidence.organisation_id == organisation_id)
        .where(col(Evidence.removed_at).is_(None))
    ).one()


def bytes_kept(session: Session, organisation_id: UUID) -> int:
    """The size of all files kept for the organisation: every version of every item, and what was removed but sealed."""
    shelved = session.exec(
        select(func.coalesce(func.sum(EvidenceVersion.size), 0))
        .join(Evidence, col(Evidence.id) == EvidenceVersion.evidence_id)
        .where(Evidence.organisation_id == organisation_id)
        .where(col(Evidence.removed_at).is_(None))
    ).one()
    removed = session.exec(_removed().where(Evidence.organisation_id == organisation_id)).all()
    return int(shelved) + sum(version.size for version in sealed_among(session, removed, organisation_id))


def stored_names(session: Session) -> set[str]:
    """The names of all stored bytes that must be kept; the sweep removes any others."""
    shelved = session.exec(
        select(EvidenceVersion.stored_name)
        .join(Evidence, col(Evidence.id) == EvidenceVersion.evidence_id)
        .where(EvidenceVersion.stored_name != "")
        .where(col(Evidence.removed_at).is_(None))
    ).all()
    removed = session.exec(_removed()).all()
    sealed = sealed_among(session, removed)
    lost = {version.id for version in removed} - {version.id for version in sealed}
    readers = session.exec(
        select(EvidenceCheck.evidence_version_id, EvidenceCheck.reader_name).where(
            EvidenceCheck.reader_name != ""
        )
    ).all()
    return {
        *shelved,
        *(version.stored_name for version in sealed),
        *(name for version_id, name in readers if version_id not in lost),
    }


def _removed() -> SelectOfScalar[EvidenceVersion]:
    """The file versions of removed items."""
    return (
        select(EvidenceVersion)
        .join(Evidence, col(Evidence.id) == EvidenceVersion.evidence_id)
        .where(col(Evidence.removed_at).is_not(None))
        .where(EvidenceVersion.stored_name != "")
    )


def sealed_among(
    session: Session, candidates: Iterable[EvidenceVersion], organisation_id: UUID | None = None
) -> list[EvidenceVersion]:
    """Those of ``candidates`` that a sealed copy (of one organisation, when given) names: their bytes stay for ever."""
    candidates = list(candidates)
    if not candidates:
        return []
    documents = select(SealedCopy.document)
    if organisation_id is not None:
        documents = documents.join(Submission, col(Submission.id) == SealedCopy.submission_id).where(
            Submission.organisation_id == organisation_id
        )
    found: set[UUID] = set()
    for document in session.exec(documents.execution_options(yield_per=20)):
        found |= {one.id for one in candidates if str(one.id) in document}
    return [one for one in candidates if one.id in found]
