"""Credentials, the lists that tell which of them hold no longer, and the keys that others check them with."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, func, select

from app.models import Certificate, Credential, Revocation, SigningKey, StatusList
from app.rules.days import uk_day
from app.rules.status_lists import Purpose, bits, is_final, size

DaysOf = Callable[[UUID], int]  # working days to appeal, by framework version


def of_certificate(session: Session, certificate_id: UUID) -> Credential | None:
    return session.exec(select(Credential).where(Credential.certificate_id == certificate_id)).first()


def is_index_taken(session: Session, index: int) -> bool:
    return session.exec(select(Credential.id).where(Credential.status_index == index)).first() is not None


def how_many(session: Session) -> int:
    return session.exec(select(func.count()).select_from(Credential)).one()


def newest_list(session: Session, purpose: Purpose) -> StatusList | None:
    return session.exec(select(StatusList).where(StatusList.purpose == purpose.value)).first()


def bits_now(session: Session, purpose: Purpose, days_of: DaysOf, at: datetime) -> bytes:
    """The list of ``purpose`` as it should be at ``at``; empty when there is no credential that it could be about."""
    credentials = how_many(session)
    if not credentials:
        return b""
    found = _suspended(session) if purpose is Purpose.SUSPENSION else _revoked(session, days_of, at)
    return bits(found, size(credentials))


def _suspended(session: Session) -> set[int]:
    """Also those that are revoked for good: between the change of one list and of the other none may seem to hold."""
    rows = session.exec(
        select(Credential.status_index)
        .join(Certificate, col(Certificate.id) == Credential.certificate_id)
        .where(col(Certificate.revoked_on).is_not(None))
    )
    return set(rows)


def _revoked(session: Session, days_of: DaysOf, at: datetime) -> set[int]:
    superseded = session.exec(
        select(Credential.status_index)
        .join(Certificate, col(Certificate.id) == Credential.certificate_id)
        .where(col(Certificate.superseded_on) <= uk_day(at))
    ).all()
    rows = session.exec(
        select(Credential.status_index, Certificate.framework_version_id, Revocation)
        .join(Certificate, col(Certificate.id) == Credential.certificate_id)
        .outerjoin(
            Revocation,
            (col(Revocation.certificate_id) == Certificate.id) & col(Revocation.confirmed_at).is_not(None),
        )
        .where(col(Certificate.revoked_on).is_not(None))
        .order_by(col(Revocation.confirmed_at))
    ).all()
    newest = {index: (version_id, row) for index, version_id, row in rows}  # the last of each counts
    final = {index for index, (version, row) in newest.items() if is_final(row, days_of(version), at)}
    return {*superseded, *final}


def trusted_keys(session: Session) -> list[SigningKey]:
    """Every key that ever signed but those distrusted, the newest first. What a retired one signed is good still."""
    query = select(SigningKey).where(col(SigningKey.distrusted_from).is_(None))
    return list(session.exec(query.order_by(col(SigningKey.first_used_at).desc(), SigningKey.kid)).all())


def is_trusted(session: Session, key_id: UUID) -> bool:
    return session.get_one(SigningKey, key_id).distrusted_from is None
