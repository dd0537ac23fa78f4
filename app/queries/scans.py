"""Files that wait for the virus scanner, files it has locked away, and who has to know."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.models import (
    Evidence,
    EvidenceCheck,
    EvidenceLink,
    EvidenceVersion,
    Membership,
    Organisation,
    Person,
    Review,
    ReviewStatus,
    Role,
    ScanState,
    SealedCopy,
    Submission,
)
from app.queries.evidence import is_newest
from app.rules.scans import standing

_TO_SCAN = (ScanState.WAITING, ScanState.NOT_SCANNED)


def is_waiting(at: datetime) -> sa.ColumnElement[bool]:
    """The condition that a row is to be scanned for the first time, and nobody is at it."""
    return sa.and_(col(EvidenceCheck.scan).in_(_TO_SCAN), _is_free(at))


def is_to_rescan(at: datetime, before: datetime) -> sa.ColumnElement[bool]:
    """The condition that a clean row was last scanned before ``before``, and nobody is at it."""
    return sa.and_(
        col(EvidenceCheck.scan) == ScanState.CLEAN, col(EvidenceCheck.scanned_at) < before, _is_free(at)
    )


def _is_free(at: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(col(EvidenceCheck.leased_until).is_(None), col(EvidenceCheck.leased_until) <= at)


def is_any_due(session: Session, *, at: datetime, rescan_before: datetime | None) -> bool:
    """Whether there is a file to scan now; those scanned before ``rescan_before`` count as such too."""
    due = is_waiting(at) if rescan_before is None else sa.or_(is_waiting(at), is_to_rescan(at, rescan_before))
    return session.exec(select(EvidenceCheck.evidence_version_id).where(due).limit(1)).first() is not None


def is_any_unseen(session: Session) -> bool:
    """Whether there is a file that no scanner was asked to look at."""
    is_unseen = col(EvidenceCheck.scan) == ScanState.NOT_SCANNED
    found = session.exec(select(EvidenceCheck.evidence_version_id).where(is_unseen).limit(1)).first()
    return found is not None or bool(without_row(session))


def without_row(session: Session) -> list[UUID]:
    """File versions of the library that have no row of checks, as what 0.1.0 wrote while it was replaced."""
    has_row = sa.exists().where(col(EvidenceCheck.evidence_version_id) == col(EvidenceVersion.id))
    return list(
        session.exec(
            select(EvidenceVersion.id)
            .join(Evidence, col(Evidence.id) == EvidenceVersion.evidence_id)
            .where(EvidenceVersion.stored_name != "")
            .where(col(Evidence.removed_at).is_(None))
            .where(~has_row)
        ).all()
    )


def without_reader_copy(session: Session, bare: Iterable[str]) -> list[UUID]:
    """File versions that were never searched for names; the media types of ``bare`` hold none in their properties."""
    rows = session.execute(
        sa.select(col(EvidenceVersion.id), col(EvidenceCheck.findings))
        .outerjoin(EvidenceCheck, col(EvidenceCheck.evidence_version_id) == col(EvidenceVersion.id))
        .join(Evidence, col(Evidence.id) == col(EvidenceVersion.evidence_id))
        .where(col(EvidenceVersion.stored_name) != "")
        .where(col(EvidenceVersion.media_type).not_in(list(bare)))
        .where(col(Evidence.removed_at).is_(None))
        .where(sa.func.coalesce(col(EvidenceCheck.reader_name), "") == "")
    ).all()
    return [row[0] for row in rows if not row[1]]


def waiting_among(session: Session, version_ids: set[UUID], *, has_scanner: bool) -> int:
    """How many of these file versions the scanner has found neither clean nor infected yet."""
    states = states_of(session, version_ids)
    waits = [standing(states.get(one), has_scanner=has_scanner) is ScanState.WAITING for one in version_ids]
    return sum(waits)


def states_of(session: Session, version_ids: set[UUID]) -> dict[UUID, ScanState]:
    """The state of each version that has a row."""
    rows = session.execute(
        sa.select(col(EvidenceCheck.evidence_version_id), col(EvidenceCheck.scan)).where(
            col(EvidenceCheck.evidence_version_id).in_(version_ids)
        )
    ).all()
    return {row[0]: row[1] for row in rows}


def quarantined(session: Session, self_assessment_id: UUID) -> dict[str, list[str]]:
    """By criterion, the titles of linked items whose newest version is locked away."""
    rows = session.execute(
        sa.select(col(EvidenceLink.criterion_code), col(Evidence.title))
        .join(Evidence, col(Evidence.id) == col(EvidenceLink.evidence_id))
        .join(EvidenceVersion, col(EvidenceVersion.evidence_id) == col(Evidence.id))
        .join(EvidenceCheck, col(EvidenceCheck.evidence_version_id) == col(EvidenceVersion.id))
        .where(col(EvidenceLink.self_assessment_id) == self_assessment_id)
        .where(col(Evidence.removed_at).is_(None))
        .where(col(EvidenceCheck.scan) == ScanState.INFECTED)
        .where(is_newest())
        .order_by(col(EvidenceLink.criterion_code), col(Evidence.title), col(Evidence.id))
    ).all()
    found: dict[str, list[str]] = {}
    for code, title in rows:
        found.setdefault(code, []).append(title)
    return found


def of_versions(session: Session, version_ids: Iterable[UUID]) -> dict[UUID, EvidenceCheck]:
    """The rows of checks of these versions; links have none."""
    rows = session.exec(
        select(EvidenceCheck).where(col(EvidenceCheck.evidence_version_id).in_(list(version_ids)))
    ).all()
    return {row.evidence_version_id: row for row in rows}


@dataclass(frozen=True)
class Scans:
    """How the scanning stands, for who looks after the portal."""

    clean: int
    waiting: int
    infected: int
    parked: int  # among those waiting or to rescan: tried so often that they are tried once a day only


def counts(session: Session, *, most_tries: int) -> Scans:
    """Count every file version that has a row."""
    rows = session.execute(
        sa.select(col(EvidenceCheck.scan), sa.func.count()).group_by(col(EvidenceCheck.scan))
    ).all()
    number = {row[0]: row[1] for row in rows}
    parked = session.execute(
        sa.select(sa.func.count()).where(
            col(EvidenceCheck.tries) >= most_tries, col(EvidenceCheck.scan) != ScanState.INFECTED
        )
    ).scalar_one()
    waiting = sum(number.get(state, 0) for state in _TO_SCAN)
    return Scans(number.get(ScanState.CLEAN, 0), waiting, number.get(ScanState.INFECTED, 0), parked)


def holders(session: Session, role: Role, organisation_id: UUID | None) -> list[str]:
    """The addresses of the people who hold a role now, of one organisation or (None) of the Assembly."""
    return list(
        session.exec(
            select(Person.email)
            .join(Membership, col(Membership.person_id) == Person.id)
            .where(Membership.role == role)
            .where(col(Membership.organisation_id) == organisation_id)
            .where(col(Membership.ended_at).is_(None))
            .where(col(Person.left_at).is_(None))
            .order_by(col(Person.email))
        ).all()
    )


def reviewers_of(session: Session, version_id: UUID, organisation_id: UUID) -> list[tuple[UUID, str]]:
    """Each review of a submission whose sealed copy names the version, with its reviewer's address."""
    rows = session.exec(
        select(Review.id, Person.email)
        .join(Person, col(Person.id) == Review.reviewer_id)
        .join(Submission, col(Submission.id) == Review.submission_id)
        .join(SealedCopy, col(SealedCopy.submission_id) == Submission.id)
        .where(Submission.organisation_id == organisation_id)
        .where(col(Review.status) != ReviewStatus.REMOVED)
        .where(col(SealedCopy.document).contains(str(version_id)))
        .order_by(col(Person.email), col(Review.id))
        .distinct()
    ).all()
    return [(review_id, email) for review_id, email in rows]


def organisation_of(session: Session, version_id: UUID) -> tuple[Evidence, Organisation]:
    """The item that a version belongs to, and whose it is."""
    item, organisation = session.exec(
        select(Evidence, Organisation)
        .join(EvidenceVersion, col(EvidenceVersion.evidence_id) == Evidence.id)
        .join(Organisation, col(Organisation.id) == Evidence.organisation_id)
        .where(EvidenceVersion.id == version_id)
    ).one()
    return item, organisation
