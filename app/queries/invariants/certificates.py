"""That a certificate is issued again by the rules, has its two files or none, and a number without a gap.

Each query gives the ids of the rows that break its sentence.
"""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from app.models import Certificate, CertificateCounter, CertificateDrawing, CertificateFile, FileForm

Rows = sa.Select[Any]


def superseded_by_one() -> Rows:
    """A certificate is superseded if, and only if, another says that it supersedes it."""
    later = aliased(Certificate)
    is_named = sa.select(col(later.id)).where(col(later.supersedes_id) == col(Certificate.id)).exists()
    return sa.select(col(Certificate.id)).where(col(Certificate.superseded_on).is_not(None) != is_named)


def reissue_changes_no_award() -> Rows:
    """A certificate that was issued again says why, and keeps what was recognised, of whom and until when."""
    before = aliased(Certificate)
    kept = (
        "decision_id",
        "organisation_id",
        "ods_code",
        "level",
        "level_rank",
        "framework_version_id",
        "expires_on",
    )
    return (
        sa.select(col(Certificate.id))
        .join(before, col(before.id) == col(Certificate.supersedes_id))
        .where(
            sa.or_(
                *(getattr(before, name) != getattr(Certificate, name) for name in kept),
                col(Certificate.edition) != col(before.edition) + 1,
                col(before.superseded_on) != col(Certificate.issued_on),
                sa.func.trim(col(Certificate.reissue_reason)) == "",
            )
        )
    )


def files_come_in_pairs() -> Rows:
    """A certificate that is drawn has one accessible file, without a key, and one signed file, with its key."""
    whole = sa.or_(
        sa.and_(col(CertificateFile.form) == FileForm.ACCESSIBLE, col(CertificateFile.key_id).is_(None)),
        sa.and_(col(CertificateFile.form) == FileForm.SIGNED, col(CertificateFile.key_id).is_not(None)),
    )
    files = (
        sa.select(sa.func.count())
        .select_from(CertificateFile)
        .where(col(CertificateFile.certificate_id) == col(CertificateDrawing.certificate_id), whole)
        .scalar_subquery()
    )
    wanted = sa.case((col(CertificateDrawing.drawn_at).is_not(None), 2), else_=0)
    return sa.select(col(CertificateDrawing.certificate_id)).where(files != wanted)


def numbers_without_a_gap() -> Rows:
    """The numbers of a year are given once each and none is skipped."""
    of_year = col(Certificate.year) == col(CertificateCounter.year)
    given = sa.select(sa.func.count(col(Certificate.id))).where(of_year).scalar_subquery()
    highest = sa.select(sa.func.coalesce(sa.func.max(col(Certificate.serial)), 0)).where(of_year)
    return sa.select(col(CertificateCounter.year)).where(
        sa.or_(
            col(CertificateCounter.last) != given, col(CertificateCounter.last) != highest.scalar_subquery()
        )
    )


QUERIES: tuple[Callable[[], Rows], ...] = (
    superseded_by_one,
    reissue_changes_no_award,
    files_come_in_pairs,
    numbers_without_a_gap,
)
