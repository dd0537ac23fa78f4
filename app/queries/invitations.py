"""Invitations: which of an organisation wait, and whether one can be accepted."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from app.models import Invitation, Organisation, Person, Role


@dataclass(frozen=True)
class Sent:
    """An invitation that was neither used nor cancelled, as the organisation's leads see it."""

    id: UUID
    name: str
    email: str
    role: Role
    sent_at: datetime
    sent_by: str
    expires_at: datetime
    is_expired: bool


def sent(session: Session, organisation_id: UUID, at: datetime) -> list[Sent]:
    """The newest first. Expired ones stay until they are sent again or cancelled, so that none is forgotten."""
    rows = session.execute(
        sa.select(
            col(Invitation.id),
            col(Invitation.name),
            col(Invitation.email),
            col(Invitation.role),
            col(Invitation.sent_at),
            col(Person.name),
            col(Invitation.expires_at),
        )
        .join(Person, col(Person.id) == col(Invitation.sent_by_id))
        .where(col(Invitation.organisation_id) == organisation_id, *_unanswered())
        .order_by(col(Invitation.sent_at).desc(), col(Invitation.id))
    ).all()
    return [
        Sent(id_, name, email, role, sent_at, sent_by, expires_at, is_expired=expires_at <= at)
        for id_, name, email, role, sent_at, sent_by, expires_at in rows
    ]


def unanswered(session: Session, organisation_id: UUID, invitation_id: UUID) -> Invitation | None:
    """An invitation of this organisation that was neither used nor cancelled; None for any other id."""
    return session.exec(
        select(Invitation).where(
            Invitation.id == invitation_id, Invitation.organisation_id == organisation_id, *_unanswered()
        )
    ).first()


def count_open(session: Session, organisation_id: UUID, at: datetime) -> int:
    """How many invitations of the organisation could be accepted now."""
    counted = select(func.count()).select_from(Invitation)
    return session.exec(
        counted.where(Invitation.organisation_id == organisation_id, col(Invitation.expires_at) > at).where(
            *_unanswered()
        )
    ).one()


def is_open_for(session: Session, organisation_id: UUID, email: str, role: Role, at: datetime) -> bool:
    """Whether this address has an invitation to the same role that it could accept now."""
    found = (
        select(Invitation.id)
        .where(Invitation.organisation_id == organisation_id, Invitation.email == email)
        .where(Invitation.role == role, col(Invitation.expires_at) > at)
        .where(*_unanswered())
    )
    return session.exec(found.limit(1)).first() is not None


def mails_to(session: Session, email: str, *, since: datetime) -> int:
    """How many invitations any organisation sent to this normal address after ``since``."""
    counted = select(func.count()).select_from(Invitation)
    return session.exec(counted.where(Invitation.email == email).where(col(Invitation.sent_at) > since)).one()


@dataclass(frozen=True)
class Offer:
    """What the page behind a link tells."""

    id: UUID
    organisation_id: UUID
    organisation_name: str
    email: str
    name: str
    role: Role
    sent_by: str
    expires_at: datetime


def offer(session: Session, token_hash: str, at: datetime) -> Offer | None:
    """The invitation with this token while it can be accepted; None for a token that never was, alike."""
    row = session.execute(
        sa.select(
            col(Invitation.id),
            col(Organisation.id),
            col(Organisation.name),
            col(Invitation.email),
            col(Invitation.name),
            col(Invitation.role),
            col(Person.name),
            col(Invitation.expires_at),
        )
        .join(Organisation, col(Organisation.id) == col(Invitation.organisation_id))
        .join(Person, col(Person.id) == col(Invitation.sent_by_id))
        .where(col(Invitation.token_hash) == token_hash, col(Invitation.expires_at) > at)
        .where(*_unanswered())
    ).first()
    return Offer(*row) if row else None


def held(session: Session, invitation_id: UUID) -> Invitation:
    """The row as it is once it is ours: two who accept at the same moment come one after the other."""
    wanted: SelectOfScalar[Invitation] = select(Invitation).where(Invitation.id == invitation_id)
    return session.exec(wanted.with_for_update().execution_options(populate_existing=True)).one()


def _unanswered() -> tuple[sa.ColumnElement[bool], ...]:
    return col(Invitation.used_at).is_(None), col(Invitation.cancelled_at).is_(None)
