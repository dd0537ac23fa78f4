"""Workers that take numbers from a year's counter, for a test that kills them: ``python -m tests.numbering URL SEED``.

Each number is written down in the transaction that took it, in a table that would keep duplicates. Now and then a
transaction is given up after it has its number, as one is that meets a conflict and is tried again.
"""

import random
import sys
import threading
from contextlib import suppress
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from app.actions.certificates import next_serial
from app.db import Database

YEAR = 2026
THREADS = 10
GIVEN = sa.Table("given", sa.MetaData(), sa.Column("serial", sa.Integer, nullable=False))
TAKEN_BACK = 0.05  # share of transactions


class TriedAgain(Exception):
    """A transaction that got a number and did not commit."""


def work(database: Database, dice: random.Random) -> None:
    while True:
        with suppress(TriedAgain, OperationalError), database.write() as session:
            session.execute(sa.insert(GIVEN).values(serial=next_serial(session, YEAR)))
            if dice.random() < TAKEN_BACK:
                raise TriedAgain


def without_lock() -> None:
    """What the counter would be without its lock: read, and written back one higher."""
    get = Session.get

    def unlocked(session: Session, *args: Any, **more: Any) -> Any:
        return get(session, *args, **{**more, "with_for_update": None})

    Session.get = unlocked  # type: ignore[method-assign]


if __name__ == "__main__":
    if "without-lock" in sys.argv:
        without_lock()
    opened = Database(sys.argv[1])
    seeds = random.Random(int(sys.argv[2]))
    for _ in range(THREADS):
        dice = random.Random(seeds.random())
        threading.Thread(target=work, args=(opened, dice), daemon=True).start()
    threading.Event().wait()
