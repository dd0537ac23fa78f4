"""What must hold of the rows at any moment, whatever the code did: fairness as queries that find nothing."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session

from app.queries.invariants import certificates, judges, outcomes, records, revocations, standings

Query = Callable[[], sa.Select[Any]]
QUERIES: tuple[Query, ...] = (
    *certificates.QUERIES,
    *judges.QUERIES,
    *outcomes.QUERIES,
    *records.QUERIES,
    *revocations.QUERIES,
    *standings.QUERIES,
)
Rule = Callable[[Session], Iterable[UUID]]
RULES: tuple[Rule, ...] = (standings.lines_say_what_is_known,)  # what no statement can ask
_SENTENCES = {one.__name__: (one.__doc__ or "").partition("\n")[0] for one in (*QUERIES, *RULES)}


def found(session: Session, *, at: datetime) -> list[tuple[str, str]]:
    """Each broken rule by the name of its query, with the id of the row that breaks it."""
    moments = {"today": at.date(), "yesterday": at - timedelta(days=1)}
    by_rule = [(rule.__name__, str(id_)) for rule in RULES for id_ in rule(session)]
    return [(name, id_) for name, id_ in session.execute(_every(), moments).all()] + by_rule


def broken(session: Session, *, at: datetime) -> list[str]:
    """The same as sentences; empty when all hold. The first line of a query's docstring says what must hold."""
    return [f"{_SENTENCES[name]} Broken by {id_}." for name, id_ in found(session, at=at)]


@cache
def _every() -> sa.CompoundSelect[Any]:
    """All queries as one statement: it is asked after every test, and building it takes longer than asking."""
    return sa.union_all(*(_named(query) for query in QUERIES))


def _named(query: Query) -> sa.Select[str, str]:
    rows = query().subquery()
    return sa.select(sa.literal(query.__name__), sa.cast(rows.c[0], sa.String))
