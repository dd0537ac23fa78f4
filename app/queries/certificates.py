"""Who holds what, on a day."""

from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, and_, col, or_, select

from app.models import Certificate, Decision


def is_in_date(on: date, certificate: type[Certificate] = Certificate) -> ColumnElement[bool]:
    """Issued, not expired, not revoked and not superseded on the UK day ``on``. ``certificate``: or an alias of it."""
    return and_(
        col(certificate.issued_on) <= on,
        col(certificate.expires_on) >= on,
        or_(col(certificate.revoked_on).is_(None), col(certificate.revoked_on) > on),
        or_(col(certificate.superseded_on).is_(None), col(certificate.superseded_on) > on),
    )


def held(session: Session, organisation_id: UUID, on: date) -> list[Certificate]:
    """What the organisation holds on ``on``, highest level first."""
    query = select(Certificate).where(Certificate.organisation_id == organisation_id, is_in_date(on))
    return list(session.exec(query.order_by(col(Certificate.level_rank).desc())).all())


def revoked_rank(session: Session, organisation_id: UUID) -> int:
    """The lowest rank among the organisation's revoked certificates that no other certificate makes up for; 0: none.

    A certificate that only expired since the copy was signed still counts for it; one that was revoked does not.
    """
    rows = session.exec(
        select(Certificate.level_rank, col(Certificate.revoked_on)).where(
            Certificate.organisation_id == organisation_id
        )
    ).all()
    standing = max((rank for rank, revoked in rows if revoked is None), default=0)
    return min((rank for rank, revoked in rows if revoked is not None and rank > standing), default=0)


def by_token(session: Session, token: str) -> Certificate | None:
    return session.exec(select(Certificate).where(Certificate.token == token)).first()


def by_number(session: Session, number: str) -> Certificate | None:
    return session.exec(select(Certificate).where(Certificate.number == number)).first()


def of_decision(session: Session, decision_id: UUID) -> Certificate | None:
    """The certificate that followed from a decision; where it was issued again, the newest."""
    query = select(Certificate).where(Certificate.decision_id == decision_id)
    return session.exec(query.order_by(col(Certificate.edition).desc())).first()


def of_submission(session: Session, submission_id: UUID) -> UUID | None:
    """The id of the certificate that followed from a submission, if one did."""
    return session.exec(
        select(Certificate.id)
        .join(Decision, col(Decision.id) == Certificate.decision_id)
        .where(Decision.submission_id == submission_id)
        .order_by(col(Certificate.issued_at).desc(), col(Certificate.edition).desc())
    ).first()


def before(session: Session, certificate: Certificate) -> Certificate | None:
    """The certificate that this one supersedes."""
    return session.get(Certificate, certificate.supersedes_id) if certificate.supersedes_id else None


def after(session: Session, certificate: Certificate) -> Certificate | None:
    """The certificate that supersedes this one."""
    return session.exec(select(Certificate).where(Certificate.supersedes_id == certificate.id)).first()


def first_issued_on(session: Session, certificate: Certificate) -> date:
    """The day of the award: that of the first certificate of its decision."""
    query = select(col(Certificate.issued_on)).where(Certificate.decision_id == certificate.decision_id)
    return session.exec(query.order_by(col(Certificate.edition))).first() or certificate.issued_on
