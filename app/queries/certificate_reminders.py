"""Whom to remind about a certificate: that its light check is asked, or that it expires."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from app.criteria.schema import Settings
from app.models import (
    Certificate,
    CertificateReminder,
    FrameworkVersion,
    Membership,
    Person,
    Role,
)
from app.queries.certificates import is_in_date
from app.queries.frameworks import FrameworkShelf
from app.queries.light_checks import answered, is_moot
from app.rules.certificate_life import LIGHT_CHECK, expiry_kind, last_reached, reminders_due
from app.rules.days import uk_day

AT_ONCE = 500  # certificates looked at in one transaction; the next round takes the rest
_SHELF = FrameworkShelf()  # a published version never changes


@dataclass(frozen=True)
class Due:
    """One reminder that is due, and the addresses it goes to."""

    certificate: Certificate
    kind: str
    addresses: tuple[str, ...]


def due(session: Session, at: datetime) -> list[Due]:
    """Every reminder that is due at ``at``, not written yet, and would reach somebody.

    Of the light check hear leads and sponsors, who may both answer it; of the expiry the leads, who begin a renewal.
    """
    settings = {
        id_: _SHELF.get(session, id_).settings for id_ in session.exec(select(FrameworkVersion.id)).all()
    }
    today = uk_day(at)
    conditions = [one for id_, own in settings.items() for one in _conditions(id_, own, today)]
    rows = session.execute(
        sa.select(Certificate, answered().label("is_checked"))
        .where(is_in_date(today), sa.or_(sa.false(), *conditions), ~is_moot(today), _reaches())
        .order_by(col(Certificate.expires_on), col(Certificate.id))
        .limit(AT_ONCE)
    ).all()
    if not rows:
        return []
    written = _written(session, {one.decision_id for one, _ in rows})
    heard = _addresses(session, {one.organisation_id for one, _ in rows})
    found = [
        Due(one, kind, tuple(sorted(heard[one.organisation_id, kind == LIGHT_CHECK])))
        for one, is_checked in rows
        for kind in reminders_due(
            one.expires_on, settings[one.framework_version_id], is_checked=is_checked, at=at
        )
        if (one.decision_id, kind) not in written
    ]
    return [one for one in found if one.addresses]


def _conditions(version_id: UUID, settings: Settings, today: date) -> Iterator[sa.ColumnElement[bool]]:
    """One a kind: what is due today and not written."""
    own, expires_on = col(Certificate.framework_version_id) == version_id, col(Certificate.expires_on)
    check = last_reached(today, settings.validity_months - settings.light_check_months)
    yield sa.and_(own, expires_on <= check, ~answered(), ~_is_written(LIGHT_CHECK))
    nearer: date | None = None
    for months in sorted(settings.expiry_reminder_months):
        last = last_reached(today, months)
        after = sa.true() if nearer is None else expires_on > nearer
        yield sa.and_(own, expires_on <= last, after, ~_is_written(expiry_kind(months)))
        nearer = last


def _is_written(kind: str) -> sa.ColumnElement[bool]:
    """Of the certificate or of one that it took the place of."""
    edition = aliased(Certificate)
    return (
        sa.exists()
        .where(
            col(CertificateReminder.certificate_id) == col(edition.id), col(CertificateReminder.kind) == kind
        )
        .where(col(edition.decision_id) == col(Certificate.decision_id))
        .correlate(Certificate)
    )


def _reaches() -> sa.ColumnElement[bool]:
    """Somebody of the organisation would read it; what reaches nobody waits until there is somebody."""
    return (
        sa.exists()
        .where(col(Membership.organisation_id) == col(Certificate.organisation_id))
        .where(col(Membership.role).in_((Role.LEAD, Role.SPONSOR)), col(Membership.ended_at).is_(None))
        .correlate(Certificate)
    )


def _written(session: Session, decisions: Collection[UUID]) -> set[tuple[UUID, str]]:
    rows = session.execute(
        sa.select(col(Certificate.decision_id), col(CertificateReminder.kind))
        .join(Certificate, col(Certificate.id) == col(CertificateReminder.certificate_id))
        .where(col(Certificate.decision_id).in_(decisions))
    ).all()
    return {(decision, kind) for decision, kind in rows}


def _addresses(session: Session, organisations: Collection[UUID]) -> dict[tuple[UUID, bool], set[str]]:
    """By organisation and whether it is about the light check: who hears."""
    rows = session.execute(
        sa.select(col(Membership.organisation_id), col(Membership.role), col(Person.email))
        .join(Person, col(Person.id) == col(Membership.person_id))
        .where(col(Membership.organisation_id).in_(organisations))
        .where(col(Membership.role).in_((Role.LEAD, Role.SPONSOR)))
        .where(col(Membership.ended_at).is_(None), col(Person.left_at).is_(None))
    ).all()
    found: dict[tuple[UUID, bool], set[str]] = defaultdict(set)
    for organisation_id, role, email in rows:
        found[organisation_id, True].add(email)
        if role is Role.LEAD:
            found[organisation_id, False].add(email)
    return found
