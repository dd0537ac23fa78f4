"""What anyone may know of one organisation: its names with their days, what it held and holds, what became of it.

Recognition only. That a body takes part, or was not recognised, shows nowhere.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session, col, select

from app.models import Certificate, Organisation, Succession
from app.queries import organisation_changes as changes
from app.rules import organisation_changes as rules
from app.rules.certificates import Standing, standing
from app.rules.standings import ALWAYS


@dataclass(frozen=True)
class Named:
    """A name between two days; None: since before the records, or until now."""

    name: str
    from_on: date | None
    until_on: date | None


@dataclass(frozen=True)
class Related:
    """What an organisation came from or became part of."""

    name: str
    ods_code: str
    on_date: date


@dataclass(frozen=True)
class PublicOrganisation:
    organisation: Organisation
    names: list[Named]
    last_day: date | None
    certificates: list[tuple[Certificate, Standing]]
    predecessors: list[Related]
    successors: list[Related]


def by_code(session: Session, code: str, on: date) -> PublicOrganisation | None:
    """The organisation with this ODS code as it may be told on the UK day ``on``; None when there is none.

    What is recorded for a day still to come is not told before that day.
    """
    row = session.exec(select(Organisation).where(Organisation.ods_code == code)).first()
    if row is None:
        return None
    query = select(Certificate).where(Certificate.organisation_id == row.id, Certificate.issued_on <= on)
    certificates = session.exec(
        query.order_by(col(Certificate.issued_on).desc(), col(Certificate.number).desc())
    ).all()
    gone = row.valid_to if row.valid_to is not None and row.valid_to < on else None
    return PublicOrganisation(
        organisation=row,
        names=_names(session, row, on),
        last_day=gone,
        certificates=[(one, standing(one, on)) for one in certificates],
        predecessors=_related(changes.predecessors(session, row.id), on),
        successors=_related(changes.successors(session, row.id), on),
    )


def _names(session: Session, row: Organisation, on: date) -> list[Named]:
    """Newest first."""
    spans: list[tuple[str, date | None]] = []
    for change, whole in rules.wholes(changes.counting(session, row.id)):
        if (change.from_on or ALWAYS) <= on and (not spans or spans[-1][0] != whole.name):
            spans.append((whole.name, change.from_on))
    spans = spans or [(row.name, row.valid_from)]
    ends = [begin - timedelta(days=1) if begin else None for _, begin in spans[1:]] + [None]
    return [Named(name, begin, end) for (name, begin), end in zip(spans, ends, strict=True)][::-1]


def _related(rows: list[tuple[Organisation, Succession]], on: date) -> list[Related]:
    return [Related(one.name, one.ods_code, line.on_date) for one, line in rows if line.on_date <= on]
