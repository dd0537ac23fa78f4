"""Who took recognition away, and who judged the appeal against it: two people each time, and never the same four hands.

Each query gives the ids of the rows that break its sentence.
"""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from app.models import Certificate, Revocation

Rows = sa.Select[Any]


def revocation_by_two() -> Rows:
    """A certificate's revocation is asked for by one person and confirmed by another."""
    return sa.select(col(Revocation.id)).where(
        col(Revocation.confirmed_at).is_not(None),
        sa.or_(
            col(Revocation.confirmed_by_id).is_(None),
            col(Revocation.confirmed_by_id) == col(Revocation.asked_by_id),
            col(Revocation.closed_at).is_not(None),
            sa.func.trim(col(Revocation.reason)) == "",
        ),
    )


def revocation_judged_by_two_others() -> Rows:
    """An appeal against a revocation is judged by two people who neither asked for it nor confirmed it."""
    before = (col(Revocation.asked_by_id), col(Revocation.confirmed_by_id))
    judged, settled = col(Revocation.judged_by_id), col(Revocation.settled_by_id)
    return sa.select(col(Revocation.id)).where(
        sa.or_(
            judged.in_(before),
            settled.in_((*before, judged)),
            sa.and_(
                col(Revocation.settled_at).is_not(None),
                sa.or_(judged.is_(None), settled.is_(None), col(Revocation.appealed_at).is_(None)),
            ),
        )
    )


def revoked_as_confirmed() -> Rows:
    """A certificate whose revocation two people confirmed is revoked until an appeal overturns it, and no longer.

    Those that were revoked before it took two have no such row; the audit holds them against the history.
    """
    overturned = sa.and_(col(Revocation.settled_at).is_not(None), col(Revocation.is_upheld).is_(sa.false()))
    stands = sa.and_(col(Revocation.confirmed_at).is_not(None), ~overturned)

    def has(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
        of_it = sa.select(col(Revocation.id)).where(col(Revocation.certificate_id) == col(Certificate.id))
        return of_it.where(condition).correlate(Certificate).exists()

    is_revoked = col(Certificate.revoked_on).is_not(None)
    return sa.select(col(Certificate.id)).where(has(sa.true()), is_revoked != has(stands))


QUERIES: tuple[Callable[[], Rows], ...] = (
    revocation_by_two,
    revocation_judged_by_two_others,
    revoked_as_confirmed,
)
