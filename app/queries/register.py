"""The public register: what is held now, and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, and_, col, func, select

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


def lines(
    session: Session, on: date, *, level: str = "", text: str = "", skip: int = 0, most: int | None = PAGE
) -> list[RegisterLine]:
    """The register on the UK day ``on``, by name; narrowed to a level, or to names that contain ``text``."""
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
    query = _narrowed(query, on, level, text).order_by(Certificate.organisation_name, Certificate.number)
    rows: Sequence[tuple[str, ...]] = session.exec(query.offset(skip).limit(most)).all()
    return [RegisterLine(*row) for row in rows]  # type: ignore[arg-type]


def certificates(
    session: Session, on: date, *, level: str = "", text: str = "", skip: int = 0, most: int = PAGE
) -> list[Certificate]:
    """The certificates behind ``lines``."""
    query = _narrowed(select(Certificate), on, level, text)
    query = query.order_by(Certificate.organisation_name, Certificate.number)
    return list(session.exec(query.offset(skip).limit(most)).all())


def of_body(session: Session, ods_code: str) -> list[Certificate]:
    """Every certificate ever issued to the body with this code, the newest first."""
    query = select(Certificate).where(Certificate.ods_code == ods_code)
    return list(session.exec(query.order_by(col(Certificate.number).desc())).all())


def count(session: Session, on: date, *, level: str = "", text: str = "") -> int:
    return int(session.exec(_narrowed(select(func.count()).select_from(Certificate), on, level, text)).one())


def _narrowed(query, on: date, level: str, text: str):  # type: ignore[no-untyped-def]
    """Each body once: of its certificates in date the highest level, of that the newest."""
    ranked = (
        select(
            Certificate.id,
            func.row_number()
            .over(
                partition_by=col(Certificate.organisation_id),
                order_by=(
                    col(Certificate.level_rank).desc(),
                    col(Certificate.issued_on).desc(),
                    col(Certificate.number).desc(),
                ),
            )
            .label("place"),
        )
        .where(is_in_date(on))
        .subquery()
    )
    query = query.join(ranked, and_(ranked.c.id == Certificate.id, ranked.c.place == 1))
    if level:
        query = query.where(Certificate.level == level)
    if text:
        query = query.where(func.lower(Certificate.organisation_name).contains(text.lower(), autoescape=True))
    return query


def successors(session: Session, certificate: Certificate) -> list[tuple[str, date]]:
    """What became of the body named on a certificate: names and dates. The award itself is not passed on."""
    rows = session.exec(
        select(Organisation.name, col(Succession.on_date))
        .join(Succession, col(Succession.successor_id) == Organisation.id)
        .where(Succession.predecessor_id == certificate.organisation_id)
        .order_by(col(Succession.on_date))
    ).all()
    return [(name, on_date) for name, on_date in rows]
