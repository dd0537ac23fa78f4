"""What the annual picture is made of, as of the last day of a year."""

from datetime import date, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from app.models import Certificate
from app.queries import dashboards, organisations
from app.queries.areas import EVERYWHERE
from app.queries.frameworks import FrameworkShelf, in_force
from app.rules import targets
from app.rules.annual import AnnualFacts, Recognised, Year
from app.rules.days import end_of


def facts(session: Session, shelf: FrameworkShelf, year: Year, *, begin: date, today: date) -> AnnualFacts:
    """Everything, in a constant number of queries. ``begin``: the first day of which anything is told."""
    on = year.told_on(today)
    _, framework = in_force(session, shelf, end_of(on))
    counted = dashboards.counted(session, EVERYWHERE, on)
    is_known = year.day_before >= begin
    before = dashboards.counted(session, EVERYWHERE, year.day_before).by_icb if is_known else None
    return AnnualFacts(
        year=year,
        on=on,
        framework=framework,
        counts=counted.by_icb,
        before=before,
        begin=begin,
        icb_names=_icbs(session, {*counted.by_icb, *(before or {})}),
        targets=[
            targets.result(one, framework, counted.held, counted.taking_part) for one in framework.targets
        ],
        recognised=_recognised(session, year, on),
        ended=_ended(session, year, on),
        corrections=dashboards.corrections(session, EVERYWHERE, on).number,
    )


def _icbs(session: Session, ids: set[UUID | None]) -> list[tuple[UUID, str]]:
    return organisations.names(session, [id_ for id_ in ids if id_])


def _recognised(session: Session, year: Year, on: date) -> list[Recognised]:
    """First editions alone: what is issued again is the same recognition. By name."""
    rows = session.execute(
        sa.select(
            col(Certificate.organisation_name),
            col(Certificate.level_name),
            col(Certificate.issued_on),
            col(Certificate.is_fictional),
        )
        .where(col(Certificate.edition) == 1)
        .where(col(Certificate.issued_on) > year.day_before, col(Certificate.issued_on) <= on)
        .order_by(col(Certificate.organisation_name), col(Certificate.level_rank))
    ).all()
    return [Recognised(*row) for row in rows]


def _ended(session: Session, year: Year, on: date) -> int:
    """How many recognitions expired or were revoked from the first day of the year to ``on``."""
    expires, revoked = col(Certificate.expires_on), col(Certificate.revoked_on)
    is_expired = sa.and_(
        expires >= year.day_before, expires <= on - timedelta(days=1), sa.or_(revoked.is_(None), revoked > expires)
    )  # fmt: skip
    is_revoked = sa.and_(revoked > year.day_before, revoked <= on)
    stands = col(Certificate.superseded_on).is_(None)
    found = session.scalar(
        sa.select(sa.func.count()).select_from(Certificate).where(stands, sa.or_(is_expired, is_revoked))
    )
    return found or 0
