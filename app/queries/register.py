"""The public register: what is held now, and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from app.models import Certificate, Organisation, Succession
from app.queries.certificates import is_in_date

PAGE = 100


@dataclass(frozen=True)
class RegisterLine:
    """One body and the highest level it holds, named as on the day of issue."""

    organisation_name: str
    ods_code: str
    level_name: str
    number: str
    issued_on: date
    expires_on: date
    framework_version: str
    is_fictional: bool


def lines(session: Session, on: date) -> list[RegisterLine]:
    """The whole register on the UK day ``on``, by name."""
    query = select(  # type: ignore[call-overload]
        Certificate.organisation_name,
        Certificate.ods_code,
        Certificate.level_name,
        Certificate.number,
        Certificate.issued_on,
        Certificate.expires_on,
        Certificate.framework_version,
        Certificate.is_fictional,
    )
    query = query.where(_is_listed(on)).order_by(Certificate.organisation_name, Certificate.number)
    rows: Sequence[tuple[str, ...]] = session.exec(query).all()
    return [RegisterLine(*row) for row in rows]  # type: ignore[arg-type]


def page(
    session: Session, on: date, *, level: str = "", text: str = "", skip: int = 0, most: int = PAGE
) -> tuple[list[Certificate], int]:
    """The certificates of one page of the register, by name, and how many all its pages list; narrowed to a level,
    or to names that contain ``text``."""
    # A search looks through every name, so it counts what it finds instead of looking twice.
    total = func.count().over() if text else _how_many(on, level, text).scalar_subquery()
    found = sa.select(col(Certificate.number), total.label("total")).where(*_narrowed(on, level, text))
    found = found.order_by(col(Certificate.organisation_name), col(Certificate.number))
    numbers = found.offset(skip).limit(most).subquery()
    query = select(Certificate, numbers.c.total).join(numbers, numbers.c.number == Certificate.number)
    rows = session.exec(query.order_by(col(Certificate.organisation_name), col(Certificate.number))).all()
    if not rows and skip:  # behind the last page, where no row says it
        return [], session.scalars(_how_many(on, level, text)).one()
    return [certificate for certificate, _ in rows], rows[0][1] if rows else 0


def of_body(session: Session, ods_code: str) -> list[Certificate]:
    """Every certificate ever issued to the body with this code, the newest first."""
    query = select(Certificate).where(Certificate.ods_code == ods_code)
    return list(session.exec(query.order_by(col(Certificate.number).desc())).all())


def _is_listed(on: date) -> sa.ColumnElement[bool]:
    """Each body once: of its certificates in date the highest level, of that the newest.

    Said of one certificate, that no other comes before it, so that a page ends with its last line and nothing is
    ranked that nobody reads.
    """
    other = aliased(Certificate)
    before = sa.exists(col(other.number)).where(
        col(other.organisation_id) == col(Certificate.organisation_id),
        col(other.level_rank) >= col(Certificate.level_rank),  # said again for the index
        is_in_date(on, other),
        sa.tuple_(col(other.level_rank), col(other.issued_on), col(other.number))
        > sa.tuple_(col(Certificate.level_rank), col(Certificate.issued_on), col(Certificate.number)),
    )
    return sa.and_(is_in_date(on), ~before)


def _narrowed(on: date, level: str, text: str) -> list[sa.ColumnElement[bool]]:
    wanted = [_is_listed(on)]
    if level:
        wanted.append(col(Certificate.level) == level)
    if text:
        wanted.append(func.lower(Certificate.organisation_name).contains(text.lower(), autoescape=True))
    return wanted


def _how_many(on: date, level: str, text: str) -> sa.Select[int]:
    if level or text:
        return sa.select(func.count()).select_from(Certificate).where(*_narrowed(on, level, text))
    # Whoever holds anything is listed once, so nothing has to be compared. Said as count(DISTINCT ...), SQLite may take
    # an index in another order and sort it; not ordered, PostgreSQL reads the whole table.
    bodies = col(Certificate.organisation_id)
    holders = sa.select(bodies).where(is_in_date(on)).distinct().order_by(bodies)
    return sa.select(func.count()).select_from(holders.subquery())


def successors(session: Session, certificate: Certificate) -> list[tuple[str, date]]:
    """What became of the body named on a certificate: names and dates. The award itself is not passed on."""
    rows = session.exec(
        select(Organisation.name, col(Succession.on_date))
        .join(Succession, col(Succession.successor_id) == Organisation.id)
        .where(Succession.predecessor_id == certificate.organisation_id)
        .order_by(col(Succession.on_date))
    ).all()
    return [(name, on_date) for name, on_date in rows]
