"""What the lines that dashboards count say of one organisation, and what they should say."""

from collections import Counter
from datetime import date, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from app.models import Certificate, Organisation, OrganisationChange, StandingLine
from app.rules.standings import ALWAYS, Body, Place, lines


def known(session: Session, organisation_id: UUID) -> dict[tuple[Place, date], int]:
    """The organisation's lines so far, those of one place and day added up."""
    found: Counter[tuple[Place, date]] = Counter()
    rows = session.exec(select(StandingLine).where(StandingLine.organisation_id == organisation_id))
    for row in rows:
        found[Place(row.kind, row.icb_id, row.region_id, row.rank), row.on_date] += row.delta
    return dict(found)


def wanted(session: Session, organisation: Organisation) -> dict[tuple[Place, date], int]:
    """What the lines should add up to, from the body's changes and its certificates."""
    certificates = session.exec(
        select(Certificate).where(Certificate.organisation_id == organisation.id)
    ).all()
    return lines(bodies(session, organisation), certificates)


def bodies(session: Session, organisation: Organisation) -> list[Body]:
    """What the organisation was and will be. One without recorded changes is what its row says, for as long."""
    query = (
        select(OrganisationChange)
        .where(OrganisationChange.organisation_id == organisation.id)
        .where(col(OrganisationChange.void_at).is_(None))
        .order_by(col(OrganisationChange.recorded_at), col(OrganisationChange.id))
    )
    changes = session.exec(query).all()
    if changes:
        newest = {change.from_on or ALWAYS: change for change in changes}
        return [
            Body(day, organisation.kind, one.icb_id, one.region_id, one.is_open)
            for day, one in newest.items()
        ]
    now = Body(
        organisation.valid_from or ALWAYS,
        organisation.kind,
        organisation.icb_id,
        organisation.region_id,
        is_open=True,
    )
    if organisation.valid_to is None:
        return [now]
    gone = organisation.valid_to + timedelta(days=1)
    return [now, Body(gone, now.kind, now.icb_id, now.region_id, is_open=False)]
