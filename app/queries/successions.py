"""What organisations became, over several mergers too, and whom that ties to the successor."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from app.models import Organisation, Succession
from app.rules.conflicts import Period, through_succession
from app.rules.people import Tie, TieKind


@dataclass(frozen=True)
class Successor:
    """What an organisation became, in one step or several, and the day on which the last of them was done."""

    id: UUID
    name: str
    on: date


def _chain() -> sa.Select[Any, Any]:
    """Every organisation that one of the bodies became (part of), with the day of the last step."""
    chain = (
        sa.select(
            col(Succession.predecessor_id).label("origin"),
            col(Succession.successor_id).label("body"),
            col(Succession.on_date).label("on_date"),
        )
        .where(col(Succession.predecessor_id).in_(sa.bindparam("bodies", expanding=True)))
        .cte("became", recursive=True)
    )
    later = sa.case((col(Succession.on_date) > chain.c.on_date, Succession.on_date), else_=chain.c.on_date)
    further = sa.select(chain.c.origin, col(Succession.successor_id), later).join(
        chain, col(Succession.predecessor_id) == chain.c.body
    )
    chain = chain.union(further)  # which drops what was found before, so that a circle ends
    return (
        sa.select(chain.c.origin, col(Organisation.id), col(Organisation.name), chain.c.on_date)
        .join(Organisation, col(Organisation.id) == chain.c.body)
        .where(chain.c.origin != chain.c.body)
    )


_BECAME = _chain()  # built once, as the other statements that find ties


def of(session: Session, bodies: Collection[UUID]) -> dict[UUID, list[Successor]]:
    """By organisation, each one it became (part of). No query where there is nothing to ask."""
    if not bodies:
        return {}
    found: dict[UUID, list[Successor]] = defaultdict(list)
    for origin, *successor in session.execute(_BECAME, {"bodies": list(bodies)}).all():
        found[origin].append(Successor(*successor))
    return found


def ties_through(ties: Iterable[Tie], became: Mapping[UUID, list[Successor]], today: date) -> list[Tie]:
    """The successors that ties, of which each still counts, are carried over to."""
    found = []
    for tie in ties:
        for one in became.get(tie.organisation_id, ()):
            days = through_succession(Period(tie.from_on, tie.to_on), one.on, today)
            if days is not None:
                made = Tie(one.id, None, one.name, TieKind.SUCCESSOR, tie.organisation_name)
                found.append(replace(made, from_on=days.from_on, to_on=days.to_on))
    return found
