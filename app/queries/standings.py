"""What the lines that dashboards count say of one organisation, and what they should say."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.models import (
    Certificate,
    EndingLine,
    Organisation,
    OrganisationChange,
    StageSpan,
    StandingLine,
    Submission,
)
from app.rules.days import uk_day
from app.rules.standings import ALWAYS, Body, Ending, Place, endings, lines, missing

AT_ONCE = 500
Known = dict[tuple[Place, date], int]


def known(session: Session, organisation_id: UUID) -> Known:
    """The organisation's lines so far, those of one place and day added up."""
    return _known_of(session, [organisation_id])[organisation_id]


def day_by_day(session: Session, organisation_id: UUID) -> Iterator[tuple[date, Known]]:
    """What the organisation's lines said at the end of each day on which some were recorded."""
    line: Any = StandingLine
    query = sa.select(line).where(line.organisation_id == organisation_id).order_by(line.recorded_on)
    found: Known = {}
    for day, rows in groupby(session.scalars(query), attrgetter("recorded_on")):
        for row in rows:
            at = Place(row.kind, row.icb_id, row.region_id, row.rank), row.on_date
            found[at] = found.get(at, 0) + row.delta
        yield day, dict(found)


def known_endings(session: Session, organisation_id: UUID) -> dict[Ending, int]:
    """What was said so far to end, that of one ending added up."""
    return _endings_of(session, [organisation_id])[organisation_id]


def wanted(session: Session, organisation: Organisation) -> Known:
    """What the lines should add up to, from the body's changes, its certificates and its first submission, as they are
    in the database now: what the session read of them before may be out of date."""
    return _wanted_of(session, [organisation])[organisation.id]


def bodies(session: Session, organisation: Organisation) -> list[Body]:
    """What the organisation was and will be. One without recorded changes is what its row says, for as long."""
    return _bodies(organisation, _changes_of(session, [organisation.id])[organisation.id])


def disagreeing(session: Session) -> Iterator[UUID]:
    """The organisations whose lines do not add up to what is known of them."""
    ids = session.scalars(sa.select(col(Organisation.id)).order_by(col(Organisation.id))).all()
    for first in range(0, len(ids), AT_ONCE):
        some = ids[first : first + AT_ONCE]
        rows = session.scalars(sa.select(Organisation).where(col(Organisation.id).in_(some))).all()
        said, should = _known_of(session, some), _wanted_of(session, rows)
        ends = _endings_of(session, some)
        for id_ in some:
            wrong = (missing(should[id_], said[id_]), missing(endings(should[id_]), ends[id_]))
            if any(wrong):
                yield id_


def _known_of(session: Session, ids: Collection[UUID]) -> dict[UUID, Known]:
    found: dict[UUID, Known] = {id_: {} for id_ in ids}
    line: Any = StandingLine
    place = (line.organisation_id, line.kind, line.icb_id, line.region_id, line.rank, line.on_date)
    query = sa.select(*place, sa.func.sum(line.delta)).where(line.organisation_id.in_(ids)).group_by(*place)
    for id_, kind, icb_id, region_id, rank, day, delta in session.execute(query):
        found[id_][Place(kind, icb_id, region_id, rank), day] = int(delta)
    return found


def _endings_of(session: Session, ids: Collection[UUID]) -> dict[UUID, dict[Ending, int]]:
    found: dict[UUID, dict[Ending, int]] = {id_: {} for id_ in ids}
    line: Any = EndingLine
    key = (
        line.organisation_id,
        line.area_id,
        line.rank,
        line.held_from,
        line.held_until,
        line.lower_from,
        line.lower_until,
    )
    query = sa.select(*key, sa.func.sum(line.delta)).where(line.organisation_id.in_(ids)).group_by(*key)
    for id_, *values, delta in session.execute(query):
        found[id_][Ending(*values)] = int(delta)
    return found


def _wanted_of(session: Session, organisations: Sequence[Organisation]) -> dict[UUID, Known]:
    ids = [one.id for one in organisations]
    changes, begun = _changes_of(session, ids), _begun_of(session, ids)
    certificates: dict[UUID, list[Certificate]] = defaultdict(list)
    held = select(Certificate).where(col(Certificate.organisation_id).in_(ids))
    for one in session.exec(held.execution_options(populate_existing=True)).all():
        certificates[one.organisation_id].append(one)
    return {
        one.id: lines(_bodies(one, changes[one.id]), certificates[one.id], begun.get(one.id))
        for one in organisations
    }


def _begun_of(session: Session, ids: Collection[UUID]) -> dict[UUID, date]:
    """The UK day on which each organisation first handed something over.

    The first span says it of everything since spans are kept, and stays when something is handed over once more.
    """
    span, sent = StageSpan, Submission
    spanned = (
        sa.select(col(span.organisation_id), sa.func.min(col(span.from_on)))
        .where(col(span.organisation_id).in_(ids))
        .group_by(col(span.organisation_id))
    )
    handed = (
        sa.select(col(sent.organisation_id), sa.func.min(col(sent.handed_over_at)))
        .where(col(sent.organisation_id).in_(ids))
        .group_by(col(sent.organisation_id))
    )
    found: dict[UUID, date] = {row[0]: row[1] for row in session.execute(spanned)}
    for id_, at in session.execute(handed):
        day = uk_day(at)
        found[id_] = min(found.get(id_, day), day)
    return found


def _changes_of(session: Session, ids: Collection[UUID]) -> dict[UUID, list[OrganisationChange]]:
    query = (
        select(OrganisationChange)
        .where(col(OrganisationChange.organisation_id).in_(ids))
        .where(col(OrganisationChange.void_at).is_(None))
        .order_by(col(OrganisationChange.recorded_at), col(OrganisationChange.id))
        .execution_options(populate_existing=True)
    )
    found: dict[UUID, list[OrganisationChange]] = {id_: [] for id_ in ids}
    for row in session.exec(query).all():
        found[row.organisation_id].append(row)
    return found


def _bodies(organisation: Organisation, changes: Sequence[OrganisationChange]) -> list[Body]:
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
