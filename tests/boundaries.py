"""Organisations that are renamed, moved, merged and split, as steps; and who counts where on a day, from the ledger."""

from collections import defaultdict
from datetime import UTC, date, datetime

from sqlmodel import Session, col, select

from app.actions import organisation_changes as changes
from app.actions.organisation_places import By, apply_due
from app.models import Organisation, OrganisationChange, StageSpan, StandingLine
from app.queries.organisation_changes import to_apply
from app.rules.days import uk_day
from tests.story import Story


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def body(session: Session, story: Story, code: str) -> Organisation:
    return session.get_one(Organisation, story.organisations[code].id)


def by(story: Story) -> By:
    return By(story.people["administrator"].id)


def renamed(session: Session, story: Story, code: str, name: str, on: date, at: date) -> OrganisationChange:
    return changes.rename(session, body(session, story, code), name, on, "", by=by(story), at=noon(at))


def moved(session: Session, story: Story, code: str, to: str, on: date, at: date) -> OrganisationChange:
    area = body(session, story, to)
    return changes.move(session, body(session, story, code), area, on, "", by=by(story), at=noon(at))


def closed(
    session: Session, story: Story, code: str, into: list[str], on: date, at: date
) -> OrganisationChange:
    after = [body(session, story, one) for one in into]
    return changes.close(session, body(session, story, code), after, on, "", by=by(story), at=noon(at))


def applied(session: Session, day: date) -> int:
    """What the daily job does on ``day``."""
    due = to_apply(session, uk_day(noon(day)))
    for id_ in due:
        apply_due(session, id_, at=noon(day), by=By(None))
    return len(due)


def counted(
    session: Session, story: Story, icb: str, on: date, known_on: date | None = None
) -> dict[str, int]:
    """By ODS code, the rank at which each body counts in the ICB on ``on``, by what was recorded by ``known_on``.

    0 is no level held, begun or not.
    """
    query = select(StandingLine).where(
        StandingLine.icb_id == story.organisations[icb].id, StandingLine.on_date <= on
    )
    if known_on is not None:
        query = query.where(StandingLine.recorded_on <= known_on)
    sums: dict[tuple[object, int], int] = defaultdict(int)
    for row in session.exec(query).all():
        sums[row.organisation_id, row.rank] += row.delta
    codes = {one.id: code for code, one in story.organisations.items()}
    assert set(sums.values()) <= {0, 1}
    return {codes[id_]: max(rank, 0) for (id_, rank), number in sums.items() if number}  # type: ignore[index]


def pipeline(session: Session, story: Story, icb: str, on: date) -> list[str]:
    """The codes of the bodies of which the ICB sees a stage on ``on``."""
    span = StageSpan
    rows = session.exec(
        select(span.organisation_id)
        .where(span.icb_id == story.organisations[icb].id, span.from_on <= on)
        .where(col(span.until_on).is_(None) | (col(span.until_on) > on))
    ).all()
    codes = {one.id: code for code, one in story.organisations.items()}
    return sorted(codes[id_] for id_ in rows)
