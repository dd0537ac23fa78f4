"""How many organisations of an area hold each level, and where the others are. Every count is made by the database.

An area is an ICB or a region. Counts of organisations are exempt from the small-number rule (they are not people).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, Select, Subquery, and_, case, func, or_, select, true
from sqlmodel import Session, col

from app.criteria.schema import OrganisationKind
from app.models import VIEWER_ROLES, Certificate, Organisation, Role, Status, Submission
from app.queries.certificates import is_in_date
from app.queries.submissions import free_of_conflict
from app.rules.people import Who
from app.rules.workflow import PIPELINE, STAGE, Stage

PAGE = 50


@dataclass(frozen=True)
class OrganisationLine:
    """Where one organisation of the area is. Empty texts: nothing held, nothing in the pipeline."""

    organisation_id: UUID
    name: str
    ods_code: str
    kind: OrganisationKind
    rank: int | None
    expires_on: date | None
    stage: str
    stage_level: str


@dataclass(frozen=True)
class Filters:
    rank: int | None = None  # 0: no level held
    stage: Stage | None = None
    text: str = ""


def areas(session: Session, who: Who) -> list[Organisation]:
    """The ICBs and regions whose dashboard the person may open, regions first."""
    query = select(Organisation).where(
        col(Organisation.kind).in_([OrganisationKind.ICB, OrganisationKind.REGION])
    )
    if not who.holds(Role.ADMINISTRATOR):
        own = who.organisations(*VIEWER_ROLES)
        regions = who.organisations(Role.REGION_VIEWER)
        query = query.where(or_(col(Organisation.id).in_(own), col(Organisation.region_id).in_(regions)))
    return list(session.scalars(query.order_by(col(Organisation.kind).desc(), col(Organisation.name))).all())


def taking_part(session: Session, area: Organisation, on: date) -> dict[OrganisationKind, int]:
    """How many organisations of each kind there are in the area on the day: the denominators."""
    query = (
        select(col(Organisation.kind), func.count())
        .where(_in_area(area), _exists_on(on))
        .group_by(col(Organisation.kind))
    )
    return {kind: int(count) for kind, count in session.execute(query)}


def held(session: Session, area: Organisation, on: date) -> dict[tuple[OrganisationKind, int], int]:
    """How many organisations of each kind hold which rank as their highest level on the day."""
    highest = _highest(area, on)
    query = select(highest.c.kind, highest.c.rank, func.count()).group_by(highest.c.kind, highest.c.rank)
    return {(kind, rank): count for kind, rank, count in session.execute(query)}


def pipeline(
    session: Session, area: Organisation, on: date, who: Who | None = None
) -> dict[tuple[str, Stage], int]:
    """How many submissions of each level are at which stage. Released, declined and withdrawn ones are not told, nor
    those that ``who`` may not know of.
    """
    query = (
        select(col(Submission.level), col(Submission.status), func.count())
        .join(Organisation, col(Organisation.id) == Submission.organisation_id)
        .where(_in_area(area), _exists_on(on), col(Submission.status).in_(PIPELINE), _known(who, area))
        .group_by(col(Submission.level), col(Submission.status))
    )
    counted: dict[tuple[str, Stage], int] = {}
    for level, status, count in session.execute(query):
        counted[level, STAGE[status]] = counted.get((level, STAGE[status]), 0) + count
    return counted


def organisations(
    session: Session,
    area: Organisation,
    on: date,
    filters: Filters,
    who: Who | None = None,
    *,
    skip: int = 0,
    most: int | None = PAGE,
) -> list[OrganisationLine]:
    """The organisations of the area by name, narrowed by ``filters``; a submission that ``who`` may not know of is
    as if there were none."""
    rows = session.execute(
        _listed(area, on, filters, who).order_by(col(Organisation.name)).offset(skip).limit(most)
    )
    return [
        OrganisationLine(
            id_, name, code, kind, rank, expires, STAGE[status].value if status else "", level or ""
        )
        for id_, name, code, kind, rank, expires, status, level in rows
    ]


def how_many(session: Session, area: Organisation, on: date, filters: Filters, who: Who | None = None) -> int:
    return session.scalar(select(func.count()).select_from(_listed(area, on, filters, who).subquery())) or 0


def _known(who: Who | None, area: Organisation) -> ColumnElement[bool]:
    """An area's own viewers see all of it; of the Assembly's people, nobody where they have a conflict of interest."""
    if who is None or area.id in who.organisations(*VIEWER_ROLES):
        return true()
    return true() if area.region_id in who.organisations(Role.REGION_VIEWER) else free_of_conflict(who)


def _in_area(area: Organisation) -> ColumnElement[bool]:
    column = Organisation.icb_id if area.kind is OrganisationKind.ICB else Organisation.region_id
    return col(column) == area.id


def _exists_on(on: date) -> ColumnElement[bool]:
    return and_(
        or_(col(Organisation.valid_from).is_(None), col(Organisation.valid_from) <= on),
        or_(col(Organisation.valid_to).is_(None), col(Organisation.valid_to) >= on),
    )


def _highest(area: Organisation, on: date) -> Subquery:
    """The highest rank that each organisation of the area holds on the day.

    An organisation counts where it is now: a certificate remembers the ICB of its day, and an organisation that moved
    since would otherwise be held by the one and taking part in the other.
    """
    return (
        select(
            col(Organisation.id).label("organisation_id"),
            col(Organisation.kind).label("kind"),
            func.max(Certificate.level_rank).label("rank"),
        )
        .join(Certificate, col(Certificate.organisation_id) == Organisation.id)
        .where(_in_area(area), _exists_on(on), is_in_date(on))
        .group_by(col(Organisation.id), col(Organisation.kind))
        .subquery()
    )


def _last_day(rank: ColumnElement[int], on: date) -> ScalarSelect[date]:
    """Until when the level named beside it is held: a lower level's certificate may outlast it."""
    return (
        select(func.max(Certificate.expires_on))
        .where(col(Certificate.organisation_id) == Organisation.id)
        .where(col(Certificate.level_rank) == rank, is_in_date(on))
        .scalar_subquery()
    )


def _in_pipeline(known: ColumnElement[bool]) -> Subquery:
    """Of each organisation the open submission that is furthest on, by stage: two that are being reviewed rank alike,
    because which of them is further is for nobody outside the Assembly to know."""
    places = {stage: place for place, stage in enumerate(Stage)}
    order = case({status.value: places[STAGE[status]] for status in PIPELINE}, value=Submission.status)
    ranked = (
        select(
            col(Submission.organisation_id),
            col(Submission.status),
            col(Submission.level),
            func.row_number()
            .over(
                partition_by=col(Submission.organisation_id), order_by=(order.desc(), col(Submission.level))
            )
            .label("place"),
        )
        .where(col(Submission.status).in_(PIPELINE), known)
        .subquery()
    )
    return select(ranked).where(ranked.c.place == 1).subquery()


def _listed(
    area: Organisation, on: date, filters: Filters, who: Who | None = None
) -> Select[tuple[object, ...]]:
    highest, waiting = _highest(area, on), _in_pipeline(_known(who, area))
    query = (
        select(
            col(Organisation.id),
            col(Organisation.name),
            col(Organisation.ods_code),
            col(Organisation.kind),
            highest.c.rank,
            _last_day(highest.c.rank, on),
            waiting.c.status,
            waiting.c.level,
        )
        .join(highest, highest.c.organisation_id == Organisation.id, isouter=True)
        .join(waiting, waiting.c.organisation_id == Organisation.id, isouter=True)
        .where(_in_area(area), _exists_on(on))
    )
    return query.where(*_narrowing(filters, highest.c.rank, waiting.c.status))


def _narrowing(
    filters: Filters, rank: ColumnElement[int], status: ColumnElement[Status]
) -> Sequence[ColumnElement[bool]]:
    narrowing: list[ColumnElement[bool]] = []
    if filters.rank is not None:
        narrowing.append(rank == filters.rank if filters.rank else rank.is_(None))
    if filters.stage is not None:
        narrowing.append(status.in_([one for one in PIPELINE if STAGE[one] is filters.stage]))
    if filters.text:
        narrowing.append(func.lower(Organisation.name).contains(filters.text.lower(), autoescape=True))
    return narrowing
