"""What happened to the register: each award, paper issued again, revocation and expiry, with its day."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement
from sqlmodel import Session, col

from app.models import Certificate, Revocation


class Change(StrEnum):
    ISSUED = "issued"
    REISSUED = "issued again"
    REVOKED = "revoked"
    REINSTATED = "reinstated"
    EXPIRED = "expired"


@dataclass(frozen=True)
class ChangeLine:
    """One change, with the names of the day of issue. ``on``: for an expiry the last day it was in date. ``reason``:
    of a revocation, or why it was issued again."""

    change: Change
    on: date
    number: str
    organisation_name: str
    ods_code: str
    level: str
    level_name: str
    reason: str
    is_fictional: bool

    @property
    def key(self) -> str:
        """Names the change for ever: a certificate meets each kind once a day at most."""
        return f"{self.number}:{self.change.value.replace(' ', '-')}:{self.on.isoformat()}"


def changes(
    session: Session, on: date, *, since: date | None = None, skip: int = 0, most: int = 100
) -> list[ChangeLine]:
    """What changed up to and with the UK day ``on``, the newest first."""
    found = _found(on, since)
    order = (found.c.on.desc(), found.c.number.desc(), found.c.change)
    rows = session.execute(sa.select(found).order_by(*order).offset(skip).limit(most))
    return [ChangeLine(Change(change), *rest) for change, *rest in rows]


def how_many(session: Session, on: date, *, since: date | None = None) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(_found(on, since))) or 0


def _found(on: date, since: date | None) -> sa.Subquery:
    issued, revoked, last = (
        col(Certificate.issued_on),
        col(Certificate.revoked_on),
        col(Certificate.expires_on),
    )
    ended = (revoked, col(Certificate.superseded_on))
    ran_out = [last < on, *(sa.or_(day.is_(None), day > last) for day in ended)]
    nothing, again = sa.literal(""), col(Certificate.edition) > 1
    # A revocation that an appeal overturned no longer stands in the certificate, yet it was told and is told on.
    overturned, back = col(Revocation.revoked_on), col(Revocation.reinstated_on)
    of_appeal = [col(Revocation.certificate_id) == col(Certificate.id), back.is_not(None)]
    kinds: list[tuple[Change, Any, Any, list[ColumnElement[bool]]]] = [
        (Change.ISSUED, issued, nothing, [~again]),
        (Change.REISSUED, issued, col(Certificate.reissue_reason), [again]),
        (Change.REVOKED, revoked, col(Certificate.revoke_reason), []),
        (Change.REVOKED, overturned, col(Revocation.reason), of_appeal),
        (Change.REINSTATED, back, nothing, of_appeal),
        (Change.EXPIRED, last, nothing, ran_out),
    ]
    return sa.union_all(*(_of(kind, on, since) for kind in kinds)).subquery()


def _of(
    kind: tuple[Change, Any, Any, list[ColumnElement[bool]]], on: date, since: date | None
) -> sa.Select[Any]:
    change, day, reason, where = kind
    return sa.select(
        sa.literal(change.value).label("change"),
        day.label("on"),
        col(Certificate.number),
        col(Certificate.organisation_name),
        col(Certificate.ods_code),
        col(Certificate.level),
        col(Certificate.level_name),
        reason.label("reason"),
        col(Certificate.is_fictional),
    ).where(day <= on, *where, *([day >= since] if since else []))
