"""What was signed: the sealed copies of a submission, of which the newest counts."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from app.models import (
    EvidenceVersion,
    SealedCopy,
    Submission,
)
from app.rules import sealing
from app.rules.sealing import SealedDocument


def document(session: Session, submission_id: UUID) -> SealedDocument:
    """The sealed document. LookupError when the submission was never signed."""
    return sealing.read(newest(session, submission_id).document)


def newest(session: Session, submission_id: UUID) -> SealedCopy:
    """The newest sealed copy with its receipt. LookupError when the submission was never signed."""
    row = newest_or_none(session, submission_id)
    if row is None:
        raise LookupError(f"no sealed copy of {submission_id}")
    return row


def newest_or_none(session: Session, submission_id: UUID) -> SealedCopy | None:
    """The copy that counts: the last one signed."""
    return session.exec(_NEWEST_COPY, params={"submission_id": submission_id}).first()


_NEWEST_COPY = (  # built once, as all statements of the score page
    select(SealedCopy)
    .where(SealedCopy.submission_id == sa.bindparam("submission_id"))
    .order_by(col(SealedCopy.number).desc())
    .limit(1)
)


def every(session: Session, submission_id: UUID) -> list[SealedCopy]:
    """Every sealed copy of a submission, first one first."""
    return list(
        session.exec(
            select(SealedCopy)
            .where(SealedCopy.submission_id == submission_id)
            .order_by(col(SealedCopy.number))
        ).all()
    )


def is_newest() -> sa.ColumnElement[bool]:
    """The condition that a sealed copy, joined to its submission, is the last one signed."""
    later = aliased(SealedCopy)
    last = sa.select(sa.func.max(later.number)).where(col(later.submission_id) == col(Submission.id))
    return col(SealedCopy.number) == last.correlate(Submission).scalar_subquery()


def sha256(session: Session, submission_id: UUID) -> str:
    """The hash that reviews and the decision refer to."""
    return newest(session, submission_id).sha256


def files(session: Session, submission_id: UUID) -> set[UUID]:
    """The file versions that the newest sealed copy names."""
    answers = document(session, submission_id).content.answers
    return {item.version_id for answer in answers for item in answer.evidence if not item.url}


def version(session: Session, submission_id: UUID, version_id: UUID | None) -> EvidenceVersion | None:
    """The evidence version, if one of the submission's sealed copies names it."""
    named = {
        item.version_id
        for copy in every(session, submission_id)
        for answer in sealing.read(copy.document).content.answers
        for item in answer.evidence
    }
    return session.get(EvidenceVersion, version_id) if version_id in named else None
