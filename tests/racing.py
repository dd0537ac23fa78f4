"""Several transactions let go together, again and again: who wins, and what the loser is told."""

import os
import threading
from collections.abc import Callable

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from app.db import Database
from app.rules.errors import RuleError

STARTS = int(os.environ.get("ARF_TEST_STARTS", "10"))  # 1,000 by hand before a release

Attempt = Callable[[Session], object]


def at_once(database: Database, *tries: Attempt) -> list[object]:
    """Run each of ``tries`` in a thread and a transaction of its own, all let go together.

    What each returned, in the order of ``tries``; for a refused one the type of the refusal.
    """
    start = threading.Barrier(len(tries))
    results: list[object] = [None] * len(tries)

    def run(place: int, attempt: Attempt) -> None:
        start.wait()
        try:
            with database.write() as session:
                results[place] = attempt(session)
        except (RuleError, IntegrityError) as refused:
            results[place] = type(refused)

    threads = [threading.Thread(target=run, args=item) for item in enumerate(tries)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
