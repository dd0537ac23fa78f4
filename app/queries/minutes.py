"""What was written, agreed and decided while the items of a meeting were taken."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from app.models import AgreedScore, Decision, Minute, Outcome, Person
from app.queries.meetings import ShownItem


@dataclass(frozen=True)
class Agreed:
    """A score agreed while an item was taken."""

    criterion_code: str
    score: int
    reason: str
    agreed_at: datetime
    agreed_by: str


@dataclass(frozen=True)
class MinuteLine:
    criterion_code: str
    text: str
    written_at: datetime
    written_by: str


@dataclass(frozen=True)
class Taken:
    """What was written, agreed and decided while an item was taken."""

    minutes: tuple[MinuteLine, ...] = ()
    agreed: tuple[Agreed, ...] = ()
    decided: tuple[Outcome, ...] = ()


def taken(session: Session, items: Sequence[ShownItem]) -> dict[UUID, Taken]:
    """What each item led to, by its id, in three statements whatever their number."""
    begun = [one for one in items if one.opened_at]
    minutes, agreed, decided = _minutes(session, begun), _agreed(session, begun), _decided(session, begun)
    return {
        one.id: Taken(
            tuple(minutes.get(one.id, ())),
            tuple(found for found in agreed.get(one.submission_id, ()) if _is_within(one, found.agreed_at)),
            tuple(outcome for outcome, at in decided.get(one.submission_id, ()) if _is_within(one, at)),
        )
        for one in items
    }


def _is_within(item: ShownItem, at: datetime) -> bool:
    assert item.opened_at is not None  # of one that was never opened nothing is looked for
    return item.opened_at <= at and (item.closed_at is None or at <= item.closed_at)


def _minutes(session: Session, items: Sequence[ShownItem]) -> dict[UUID, list[MinuteLine]]:
    rows = session.exec(
        select(Minute, Person.name)
        .join(Person, col(Person.id) == Minute.written_by_id)
        .where(col(Minute.item_id).in_([one.id for one in items]))
        .order_by(col(Minute.written_at), col(Minute.id))
    ).all()
    found: dict[UUID, list[MinuteLine]] = {}
    for row, name in rows:
        line = MinuteLine(row.criterion_code, row.text, row.written_at, name)
        found.setdefault(row.item_id, []).append(line)
    return found


def _agreed(session: Session, items: Sequence[ShownItem]) -> dict[UUID, list[Agreed]]:
    rows = session.exec(
        select(AgreedScore, Person.name)
        .join(Person, col(Person.id) == AgreedScore.agreed_by_id)
        .where(col(AgreedScore.submission_id).in_([one.submission_id for one in items]))
        .order_by(col(AgreedScore.agreed_at), col(AgreedScore.criterion_code), col(AgreedScore.number))
    ).all()
    found: dict[UUID, list[Agreed]] = {}
    for row, name in rows:
        one = Agreed(row.criterion_code, row.score, row.reason, row.agreed_at, name)
        found.setdefault(row.submission_id, []).append(one)
    return found


def _decided(session: Session, items: Sequence[ShownItem]) -> dict[UUID, list[tuple[Outcome, datetime]]]:
    rows = session.exec(
        select(Decision)
        .where(col(Decision.submission_id).in_([one.submission_id for one in items]))
        .order_by(col(Decision.number))
    ).all()
    found: dict[UUID, list[tuple[Outcome, datetime]]] = {}
    for row in rows:
        found.setdefault(row.submission_id, []).append((row.outcome, row.decided_at))
    return found
