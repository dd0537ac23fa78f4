"""K-10: 50 workers take numbers at once, try again and are killed in the middle; no number twice, and none is missing.

``ARF_TEST_NUMBERS=100000`` takes as many as a long life of the portal would.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from app.config import ROOT
from app.db import Database
from app.upgrade import upgrade
from tests.conftest import _administer
from tests.numbering import GIVEN, THREADS, YEAR

NUMBERS = int(os.environ.get("ARF_TEST_NUMBERS", "1500"))
PROCESSES = 50 // THREADS
KILLS = 6
LONGEST = 120 + NUMBERS / 20  # seconds

pytestmark = [pytest.mark.durability, pytest.mark.postgres]


@pytest.fixture
def numbers(postgresql: str) -> Iterator[Database]:
    _administer(postgresql, "CREATE DATABASE numbers")
    made = Database(postgresql.format("numbers"))
    upgrade(made)
    with made.engine.begin() as connection:
        GIVEN.create(connection)
    yield made
    made.close()
    _administer(postgresql, "DROP DATABASE numbers WITH (FORCE)")


def started(address: str, seed: int, *more: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "tests.numbering", address, str(seed), *more], cwd=ROOT)


def given(database: Database) -> int:
    with database.engine.connect() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(GIVEN)).scalar_one())


def play(database: Database, address: str, wanted: int, *more: str) -> int:
    """Workers at work until so many numbers are given; returns how many processes were killed and replaced."""
    dice, killed = random.Random(10), 0
    workers = [started(address, seed, *more) for seed in range(PROCESSES)]
    end = time.monotonic() + LONGEST
    try:
        while (so_far := given(database)) < wanted:
            assert time.monotonic() < end, f"{so_far} numbers only"
            if so_far > wanted * (killed + 1) / (KILLS + 1):
                place = dice.randrange(PROCESSES)
                _end(workers[place])
                workers[place] = started(address, PROCESSES + killed, *more)
                killed += 1
            time.sleep(0.02)
    finally:
        for worker in workers:
            _end(worker)
    return killed


def _end(worker: subprocess.Popen[bytes]) -> None:
    worker.send_signal(signal.SIGKILL)
    worker.wait()


def found(database: Database) -> tuple[int, int, int]:
    """How many numbers are there twice, how many are missing, and by how many the counter is off."""
    _settled(database)
    with database.engine.connect() as connection:
        serials = list(connection.execute(sa.select(GIVEN.c.serial)).scalars())
        counter = sa.text("SELECT last FROM certificate_counter WHERE year = :year")
        last = connection.execute(counter, {"year": YEAR}).scalar_one()
    distinct = set(serials)
    return len(serials) - len(distinct), max(distinct) - len(distinct), last - max(distinct)


def _settled(database: Database) -> None:
    """The server ends what killed clients had begun once it sees that they are gone."""
    others = sa.text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with database.engine.connect() as connection:
            if connection.execute(others).scalar_one() == 0:
                return
        time.sleep(0.05)
    raise AssertionError("a killed client's work never ended")


def test_k10_no_number_twice_and_none_missing(numbers: Database, postgresql: str) -> None:
    killed = play(numbers, postgresql.format("numbers"), NUMBERS)
    assert (killed, given(numbers) >= NUMBERS) == (KILLS, True)
    assert found(numbers) == (0, 0, 0)


def test_k10_without_the_lock_the_same_workers_do_collide(numbers: Database, postgresql: str) -> None:
    """Or the test above would not be worth much."""
    play(numbers, postgresql.format("numbers"), 500, "without-lock")
    assert found(numbers)[0] > 0
