"""What the register knows of a certificate that somebody holds, found by its token, its number or its file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from app.adapters.credentials.finding import Named
from app.adapters.credentials.pictures import baked, kind_of, picture
from app.adapters.credentials.tokens import is_signed_by
from app.models import Certificate, CertificateFile, Credential, Organisation, SigningKey, Succession
from app.rules import badges
from app.rules.verification import KnownCredential, KnownFile


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


def by_credential(session: Session, data: bytes, named: Named) -> tuple[Entry, KnownCredential | None] | None:
    """The certificate that a file names in a credential, and the credential where the file is exactly that one.

    The first that is met exactly, else the first that is named at all. None when it names none of ours.
    """
    first: Entry | None = None
    for entry in _entries(session, named):
        if known := _known_credential(session, data, entry.certificate):
            return entry, known
        first = first or entry
    return (first, None) if first else None


def _entries(session: Session, named: Named) -> Iterator[Entry]:
    found = (by_token(session, token) for token in named.tokens)
    yield from (entry for entry in found if entry is not None)
    if by_numbers := first_of(session, named.numbers):
        yield by_numbers


def _known_credential(session: Session, data: bytes, certificate: Certificate) -> KnownCredential | None:
    """The certificate's credential, when ``data`` is it: the text and nothing else, or one of our pictures with it."""
    row = session.exec(
        select(Credential, SigningKey)
        .join(SigningKey, col(SigningKey.id) == Credential.key_id)
        .where(Credential.certificate_id == certificate.id)
    ).first()
    if row is None:
        return None
    kept, key = row
    is_text = data == kept.jwt.encode()
    if not is_text and not _is_badge(data, certificate, kept.jwt):
        return None
    is_signed = is_signed_by(kept.jwt, key.certificate_pem)
    return KnownCredential(not is_text, is_signed, key.distrusted_from, key.distrust_reason)


def _is_badge(data: bytes, certificate: Certificate, jwt: str) -> bool:
    kind = kind_of(data)
    return any(data == baked(picture(name, kind), kind, jwt) for name in badges.pictures(certificate))


def _entry(session: Session, which: ColumnElement[bool]) -> Entry | None:
    rows = session.exec(_ENTRIES.where(which)).all()
    if not rows:
        return None
    certificate, number, _, _ = rows[0]
    session.expunge(certificate)  # read after the transaction too: while a file is looked at none is open
    successors = tuple((name, on_date) for _, _, name, on_date in rows if on_date is not None)
    return Entry(certificate, number or "", successors)
