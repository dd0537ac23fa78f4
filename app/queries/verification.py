"""What the register knows of a certificate that somebody holds, found by its token, its number or its file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from app.models import Certificate, CertificateFile, Organisation, SigningKey, Succession
from app.rules.verification import KnownFile


@dataclass(frozen=True)
class Entry:
    """A certificate with what became of it and of its holder."""

    certificate: Certificate
    newer: str  # number of the certificate that supersedes it; empty: none does
    successors: tuple[tuple[str, date], ...]  # the award itself is not passed on


_newer = aliased(Certificate)
# Made once: putting it together takes longer than asking it.
_ENTRIES = (
    select(Certificate, col(_newer.number), col(Organisation.name), col(Succession.on_date))
    .outerjoin(_newer, col(_newer.supersedes_id) == Certificate.id)
    .outerjoin(Succession, col(Succession.predecessor_id) == Certificate.organisation_id)
    .outerjoin(Organisation, col(Organisation.id) == Succession.successor_id)
    .order_by(col(Succession.on_date), col(Organisation.name))
)


def by_token(session: Session, token: str) -> Entry | None:
    """One statement: on the day of results this is asked ten thousand times a minute."""
    return _entry(session, col(Certificate.token) == token)


def by_number(session: Session, number: str) -> Entry | None:
    return _entry(session, col(Certificate.number) == number)


def first_of(session: Session, numbers: Sequence[str]) -> Entry | None:
    """The first of these numbers that is one of ours."""
    found = (by_number(session, number) for number in numbers)
    return next((entry for entry in found if entry is not None), None)


def by_file(session: Session, sha256: str) -> tuple[Entry, KnownFile] | None:
    """The certificate whose file has this hash, as accessible or as signed copy."""
    row = session.exec(
        select(CertificateFile, SigningKey)
        .outerjoin(SigningKey, col(SigningKey.id) == CertificateFile.key_id)
        .where(CertificateFile.sha256 == sha256)
    ).first()
    if row is None:
        return None
    file, key = row
    entry = _entry(session, col(Certificate.id) == file.certificate_id)
    assert entry is not None  # a file's certificate is never removed
    known = KnownFile(file.form, file.drawn_at)
    if key is not None:
        known = KnownFile(file.form, file.drawn_at, key.kid, key.distrusted_from, key.distrust_reason)
    return entry, known


def _entry(session: Session, which: ColumnElement[bool]) -> Entry | None:
    rows = session.exec(_ENTRIES.where(which)).all()
    if not rows:
        return None
    certificate, number, _, _ = rows[0]
    session.expunge(certificate)  # read after the transaction too: while a file is looked at none is open
    successors = tuple((name, on_date) for _, _, name, on_date in rows if on_date is not None)
    return Entry(certificate, number or "", successors)
