"""Many rows at once, and a history for them that the audit accepts."""

from collections import defaultdict
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from app.models import Event
from app.rules.history import FIRST, line_hash

Row = dict[str, Any]


class Rows:
    """Rows by table, poured into the database in the order of their foreign keys."""

    def __init__(self) -> None:
        self._rows: dict[str, list[Row]] = defaultdict(list)
        self._ends: dict[str, tuple[int, str]] = {}

    def add(self, model: type[SQLModel], **values: Any) -> UUID:
        """Returns the id of the row, made here where none is given."""
        id_: UUID = values.setdefault("id", uuid4())
        self._rows[_name(model)].append(values)
        return id_

    def add_without_id(self, model: type[SQLModel], **values: Any) -> None:
        self._rows[_name(model)].append(values)

    def tell(self, stream: str, verb: str, at: datetime, by: UUID, **facts: Any) -> None:
        """The next line of a stream that begins here."""
        number, previous = self._ends.get(stream, (0, FIRST))
        reason = str(facts.pop("reason", ""))
        hash_ = line_hash(stream, number + 1, verb, at, by, reason, facts, previous)
        self._ends[stream] = (number + 1, hash_)
        said = {"stream": stream, "number": number + 1, "verb": verb, "at": at, "by_id": by}
        self.add(Event, **said, reason=reason, facts=facts, previous_hash=previous, hash=hash_)

    def pour(self, session: Session) -> None:
        """Insert everything and forget it."""
        for table in SQLModel.metadata.sorted_tables:
            if rows := self._rows.pop(table.name, []):
                session.connection().execute(sa.insert(table), rows)


def _name(model: type[SQLModel]) -> str:
    return sa.inspect(model).local_table.name  # type: ignore[no-any-return]
