"""The kill test: clients work, the portal dies at random moments, and what it acknowledged is compared."""

import asyncio
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from app.config import ROOT
from app.db import Database
from benchmarks.served import free_port, production
from tests.durability import comparison, ledger
from tests.durability.journeys import Client
from tests.durability.ledger import Ledger
from tests.durability.prepared import Prepared, prepared
from tests.durability.victims import Victims

ORGANISATIONS = 9  # as many clients work at once
MOST_A_LIFE = 60  # acknowledgements of one portal before it dies: any number up to this
LAST_BREATH = 0.05  # seconds after the last of them, at most, so that the next requests are under way
LONGEST_LIFE = 10.0  # seconds; a busy machine acknowledges less
LEDGER = "acknowledged.jsonl"


@dataclass
class Verdict:
    """What a run did and found."""

    kills: int = 0
    stories: int = 0  # that reached their certificate
    seconds: float = 0.0
    kept: Counter[str] = field(default_factory=Counter)  # acknowledgements by kind
    missing: list[str] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)  # answers that should not have come
    halves: list[str] = field(default_factory=list)
    audit: str = ""  # the last line of `portal audit verify`
    audit_exit: int = 0

    @property
    def is_clean(self) -> bool:
        return not self.faults and self.audit_exit == 0

    @property
    def faults(self) -> list[str]:
        return [*self.missing, *self.odd, *self.halves]

    def __str__(self) -> str:
        kinds = ", ".join(f"{number} {kind}" for kind, number in self.kept.items())
        return (
            f"{self.kills} kills in {self.seconds:.0f} s, {self.stories} stories to the certificate, "
            f"{self.kept.total()} acknowledgements ({kinds}): {len(self.missing)} missing, "
            f"{len(self.odd)} odd answers, {len(self.halves)} half states. Audit: {self.audit}"
        )


def run(folder: Path, kills: int, *, workers: int = 2, seed: int = 0, cold: bool = False) -> Verdict:
    """Kill a portal ``kills`` times in ``folder`` and compare."""
    begun = time.monotonic()
    made, port = prepared(folder, ORGANISATIONS), free_port()
    book = Ledger(folder / LEDGER)
    with Victims(folder, port, workers, cold=cold) as victims:
        verdict = asyncio.run(_killed(victims, made, book, kills, Random(seed)))
    book.close()
    _compare(verdict, made, folder, port)
    verdict.seconds = time.monotonic() - begun
    return verdict


async def _killed(victims: Victims, made: Prepared, book: Ledger, kills: int, dice: Random) -> Verdict:
    verdict, is_up, stop = Verdict(), asyncio.Event(), asyncio.Event()
    clients = [Client(made, body, victims.port, book) for body in made.world.bodies]
    async with asyncio.TaskGroup() as working:
        for client in clients:
            working.create_task(client.work(is_up, stop))
        seen = 0
        for _ in range(kills):
            await victims.start()
            verdict.missing += _missing(made.url, book.lines[seen:])
            seen = len(book.lines)
            is_up.set()
            await _lived(book, seen + dice.randint(0, MOST_A_LIFE))
            await asyncio.sleep(dice.uniform(0, LAST_BREATH))
            is_up.clear()
            victims.kill()
            verdict.kills += 1
        stop.set()
        is_up.set()
    verdict.stories = sum(client.finished for client in clients)
    verdict.odd = [odd for client in clients for odd in client.odd]
    return verdict


async def _lived(book: Ledger, until: int) -> None:
    """Return once so much is acknowledged in all, or the time is up."""
    deadline = time.monotonic() + LONGEST_LIFE
    while len(book.lines) < until and time.monotonic() < deadline:
        await asyncio.sleep(0.002)


def _missing(url: str, lines: list[ledger.Acknowledged]) -> list[str]:
    """What the portal that has just come back no longer has of what the one before acknowledged."""
    database = Database(url)
    with database.read() as session:
        found = comparison.missing(session, lines)
    database.close()
    return found


def _compare(verdict: Verdict, made: Prepared, folder: Path, port: int) -> None:
    """Once more at the end: everything that was ever acknowledged, as it was kept outside."""
    lines = ledger.read(folder / LEDGER)
    verdict.kept = Counter(line["kind"] for line in lines)
    verdict.missing += _missing(made.url, lines)
    numbers = Counter(line["number"] for line in lines if line["kind"] == "certificate")
    verdict.missing += [f"given twice: {number}" for number, times in numbers.items() if times > 1]
    database = Database(made.url)
    with database.read() as session:
        verdict.halves = comparison.halves(session)
    database.close()
    audited = subprocess.run(
        [sys.executable, "-m", "app.cli", "audit", "verify"],
        cwd=ROOT,
        env=production(port, folder),
        capture_output=True,
        text=True,
        check=False,
    )
    verdict.audit, verdict.audit_exit = audited.stdout.strip().rpartition("\n")[2], audited.returncode
