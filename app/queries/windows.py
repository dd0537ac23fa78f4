"""Windows: which take a level now, what an organisation has to do with them, and when each closes for it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from app.criteria.schema import OrganisationKind
from app.models import Intention, LateDoor, Organisation, Person, Status, Submission, Window
from app.queries.submissions import free_of_conflict
from app.rules import windows as rules
from app.rules.conflicts import conflict
from app.rules.days import uk_day
from app.rules.people import Who


@dataclass(frozen=True)
class OwnWindow:
    """A window as one organisation meets it."""

    window: Window
    closes_at: datetime  # for this organisation
    door: LateDoor | None


def ahead(session: Session, organisation_id: UUID, at: datetime) -> list[OwnWindow]:
    """The windows that are open for the organisation or still to open, the one that closes first at the top."""
    rows = session.exec(select(Window).where(_closes_after(at, organisation_id))).all()
    found = doors(session, [organisation_id], [row.id for row in rows])
    own = []
    for row in rows:
        kept = found.get((row.id, organisation_id), [])
        own.append(OwnWindow(row, rules.closing(row, kept), kept[-1] if kept else None))
    return sorted(own, key=lambda one: (one.closes_at, one.window.name, one.window.id))


def open_for(
    session: Session, framework_version_id: UUID, level: str, organisation_id: UUID, at: datetime
) -> list[OwnWindow]:
    """Those of them in which the organisation may submit ``level`` of the version at ``at``."""
    return [
        one
        for one in ahead(session, organisation_id, at)
        if one.window.framework_version_id == framework_version_id
        and one.window.opens_at <= at
        and level in one.window.levels
    ]


def _closes_after(at: datetime, organisation_id: UUID) -> sa.ColumnElement[bool]:
    door = (
        select(LateDoor.id)
        .where(LateDoor.window_id == col(Window.id), LateDoor.organisation_id == organisation_id)
        .where(LateDoor.closes_at > at)
        .exists()
    )
    return sa.or_(col(Window.closes_at) > at, door)


def doors(
    session: Session, organisation_ids: Collection[UUID], window_ids: Collection[UUID]
) -> dict[tuple[UUID, UUID], list[LateDoor]]:
    """The late doors by window and organisation, the last one to close at the end."""
    rows = session.exec(
        select(LateDoor)
        .where(col(LateDoor.organisation_id).in_(organisation_ids), col(LateDoor.window_id).in_(window_ids))
        .order_by(col(LateDoor.closes_at), col(LateDoor.id))
    ).all()
    found: dict[tuple[UUID, UUID], list[LateDoor]] = {}
    for row in rows:
        found.setdefault((row.window_id, row.organisation_id), []).append(row)
    return found


def door(session: Session, window: Window, organisation_id: UUID) -> LateDoor | None:
    """The late door that counts for the organisation: the one that closes last."""
    found = doors(session, [organisation_id], [window.id]).get((window.id, organisation_id))
    return found[-1] if found else None


def closing(session: Session, window: Window, organisation_id: UUID) -> datetime:
    """The first moment that is too late for this organisation."""
    found = door(session, window, organisation_id)
    return rules.closing(window, [found] if found else [])


def of_version(session: Session, window_id: UUID, framework_version_id: UUID) -> Window | None:
    """The window, if it belongs to this framework version."""
    row = session.get(Window, window_id)
    return row if row and row.framework_version_id == framework_version_id else None


def names(session: Session) -> list[tuple[UUID, str]]:
    """Every window's id and name, newest first."""
    rows = session.exec(
        select(Window.id, Window.name).order_by(col(Window.opens_at).desc(), col(Window.name))
    )
    return [(id_, name) for id_, name in rows.all()]


@dataclass(frozen=True)
class WindowLine:
    """A window with how many mean to submit in it, are being judged, and wait for release."""

    window: Window
    judging: int
    decided: int
    intended: int


JUDGING = (
    Status.SUBMITTED,
    Status.CHANGES_REQUESTED,
    Status.IN_REVIEW,
    Status.THIRD_REVIEW,
    Status.IN_MODERATION,
    Status.AWAITING_DECISION,
)


def with_counts(session: Session, who: Who) -> list[WindowLine]:
    """Every window, the newest first. Submissions with a conflict of interest for the person are not counted;
    intentions all are, because their number is no more than the public may know."""
    counts = session.exec(
        select(Submission.window_id, Submission.status, func.count())
        .where(free_of_conflict(who))
        .group_by(col(Submission.window_id), col(Submission.status))
    ).all()
    intended = dict(
        session.exec(
            select(Intention.window_id, func.count())
            .where(col(Intention.withdrawn_at).is_(None))
            .group_by(col(Intention.window_id))
        ).all()
    )
    found = session.exec(select(Window).order_by(col(Window.opens_at).desc(), col(Window.name))).all()
    return [
        WindowLine(
            window,
            sum(count for id_, status, count in counts if id_ == window.id and status in JUDGING),
            sum(count for id_, status, count in counts if id_ == window.id and status is Status.DECIDED),
            intended.get(window.id, 0),
        )
        for window in found
    ]


@dataclass(frozen=True)
class StatedIntention:
    """One organisation's intention, for who may know whose it is."""

    organisation_name: str
    level: str
    stated_at: datetime


def intention_counts(session: Session, window_id: UUID) -> dict[str, int]:
    """How many organisations mean to submit, by level."""
    rows = session.exec(
        select(Intention.level, func.count())
        .where(Intention.window_id == window_id, col(Intention.withdrawn_at).is_(None))
        .group_by(col(Intention.level))
    ).all()
    return dict(rows)


def intentions(session: Session, window_id: UUID, who: Who) -> list[StatedIntention]:
    """Who means to submit, by name; organisations with a conflict of interest for the person are left out."""
    rows = session.exec(
        select(Organisation, Intention.level, Intention.stated_at)
        .join(Intention, col(Intention.organisation_id) == Organisation.id)
        .where(Intention.window_id == window_id, col(Intention.withdrawn_at).is_(None))
        .order_by(col(Organisation.name), col(Intention.level))
    ).all()
    return [
        StatedIntention(one.name, level, stated_at)
        for one, level, stated_at in rows
        if not conflict(who.ties, one.id, one.icb_id)
    ]


def intentions_of(session: Session, organisation_id: UUID) -> dict[tuple[UUID, str], tuple[Intention, str]]:
    """What the organisation means to submit, by window and level, each with the name of who said so."""
    rows = session.exec(
        select(Intention, Person.name)
        .join(Person, col(Person.id) == Intention.stated_by_id)
        .where(Intention.organisation_id == organisation_id, col(Intention.withdrawn_at).is_(None))
    ).all()
    return {(one.window_id, one.level): (one, name) for one, name in rows}


@dataclass(frozen=True)
class DoorLine:
    """A late door as administrators see it."""

    organisation_name: str
    closes_at: datetime
    reason: str
    opened_at: datetime
    opened_by: str


def doors_of_window(session: Session, window_id: UUID, who: Who) -> list[DoorLine]:
    """The late doors of a window, newest first; those of organisations with a conflict of interest are left out."""
    rows = session.exec(
        select(LateDoor, Organisation, Person.name)
        .join(Organisation, col(Organisation.id) == LateDoor.organisation_id)
        .join(Person, col(Person.id) == LateDoor.opened_by_id)
        .where(LateDoor.window_id == window_id)
        .order_by(col(LateDoor.opened_at).desc(), col(LateDoor.id))
    ).all()
    return [
        DoorLine(organisation.name, one.closes_at, one.reason, one.opened_at, name)
        for one, organisation, name in rows
        if not conflict(who.ties, organisation.id, organisation.icb_id)
    ]


def organisations_to_let_in(session: Session, who: Who, at: datetime) -> list[tuple[UUID, str]]:
    """The organisations for which the person may keep a window open, by name."""
    today = uk_day(at)
    rows = session.exec(
        select(Organisation)
        .where(Organisation.kind != OrganisationKind.REGION)
        .where(sa.or_(col(Organisation.valid_from).is_(None), col(Organisation.valid_from) <= today))
        .where(sa.or_(col(Organisation.valid_to).is_(None), col(Organisation.valid_to) >= today))
        .order_by(col(Organisation.name))
    ).all()
    return [(one.id, one.name) for one in rows if not conflict(who.ties, one.id, one.icb_id)]
