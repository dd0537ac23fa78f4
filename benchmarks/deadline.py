"""The last hour before a window closes: requests arrive at a fixed rate, whether or not earlier ones were answered.

Each organisation's two editors look at pages and save answers, 40 to 30. Uploads, sign-ins and signatures, which are
one request in ten of that hour, are not played. A request is timed from when it was due, so a queue counts in full.
"""

import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import seeding
from benchmarks.lines import Line, Visits
from benchmarks.load import checked, percentile
from benchmarks.postgres import Postgres, postgresql
from benchmarks.served import Served, free_port, portal_command, production, served
from benchmarks.tables import head, row
from benchmarks.wire import Gone, Wire

# A second; the first is the peak of all trusts and ICBs, the last that of L.
RATES = (22, 44, 88, 130, 175, 217)
AIM = 1_040  # a second: XL, every organisation that files with the NHS
LONGEST_P99_MS = 2_000
WORKERS = (2, 4)
WARMING = 3.0  # seconds at the lowest rate, which count for nothing
BUSY = 0.7  # the share of a core that may be in use before queues grow


@dataclass
class Minute:
    """What came of one rate."""

    rate: int
    times: list[float] = field(default_factory=list)  # of each request from when it was due, seconds
    lost: int = 0
    portal_ms: float = 0.0  # of CPU, a request
    database_ms: float = 0.0

    def percentile(self, share: float) -> float:
        return percentile(self.times, share) * 1000


def report(folder: Path, organisations: int, seconds: float) -> str:
    """The table for SQLite and PostgreSQL, and what the aim would need."""
    lines = [
        head("database", "web processes", "rate", "p50", "p95", "p99", "lost", "portal CPU", "database CPU")
    ]
    needs = []
    with postgresql(folder / "pg") as server:
        for kind, workers in [("SQLite", 2), *(("PostgreSQL", workers) for workers in WORKERS)]:
            own = folder / f"{kind}{workers}"
            url = server.created(f"deadline_{workers}") if kind == "PostgreSQL" else ""
            visits = Visits(seeding.for_load(own, organisations, url))
            made = _rates(visits, own, url, workers, seconds, server if url else None)
            lines += [_row(kind, workers, one) for one in made]
            needs.append(_need(kind, workers, made))
    return "\n".join([*lines, "", *needs])


def _rates(
    visits: Visits, folder: Path, url: str, workers: int, seconds: float, database: Postgres | None
) -> list[Minute]:
    """Each rate in turn, until one is too much."""
    port = free_port()
    settings = production(port, folder) | ({"ARF_DATABASE_URL": url} if url else {})
    made: list[Minute] = []
    with served(portal_command(port, workers), port, settings, workers) as portal:
        asyncio.run(_arrivals(visits, portal.port, Minute(RATES[0]), WARMING))
        for rate in RATES:
            made.append(_played(visits, portal, rate, seconds, database))
            if made[-1].lost or made[-1].percentile(0.99) > LONGEST_P99_MS:
                break
    return made


def _played(visits: Visits, portal: Served, rate: int, seconds: float, database: Postgres | None) -> Minute:
    minute = Minute(rate)
    before, database_before = portal.cpu_seconds(), database.cpu() if database else {}
    asyncio.run(_arrivals(visits, portal.port, minute, seconds))
    number = len(minute.times) + minute.lost
    minute.portal_ms = (portal.cpu_seconds() - before) / number * 1000
    if database:
        spent = sum(now - database_before.get(pid, 0.0) for pid, now in database.cpu().items())
        minute.database_ms = spent / number * 1000
    return minute


async def _arrivals(visits: Visits, port: int, minute: Minute, seconds: float) -> None:
    """Requests at even distances, each on the next free connection or on a new one."""
    pages, saves = Line("page", visits.criterion_page), Line("save", visits.save_answer, 303)
    mix = (pages, saves, pages, saves, pages, saves, pages)
    free: list[Wire] = []
    begun = time.perf_counter() + 0.1

    async def one(place: int) -> None:
        due = begun + place / minute.rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        wire = free.pop() if free else Wire(port, patient=True)
        line, organisation = mix[place % len(mix)], place // len(mix)
        try:
            checked(line, await line.ask(wire, organisation, place))
        except (RuntimeError, Gone):
            minute.lost += 1
            wire.close()
            return
        minute.times.append(time.perf_counter() - due)
        free.append(wire)

    await asyncio.gather(*(one(place) for place in range(int(minute.rate * seconds))))
    for wire in free:
        wire.close()


def _row(kind: str, workers: int, one: Minute) -> str:
    times = (f"{one.percentile(share):.0f} ms" for share in (0.5, 0.95, 0.99))
    cpu = (f"{one.portal_ms:.1f} ms", f"{one.database_ms:.1f} ms" if one.database_ms else "-")
    return row(kind, workers, f"{one.rate}/s", *times, one.lost, *cpu)


def _need(kind: str, workers: int, made: Sequence[Minute]) -> str:
    """Cores for the aim, from the CPU of a request at the rates that were held."""
    held = [one for one in made if not one.lost and one.percentile(0.99) <= LONGEST_P99_MS]
    if not held:
        return f"- {kind}, {workers} web processes: not even {RATES[0]}/s was held."
    portal, database = (
        statistics.median(getattr(one, name) for one in held) for name in ("portal_ms", "database_ms")
    )
    cores = [AIM * cost / 1000 / BUSY for cost in (portal, database)]
    return (
        f"- {kind}, {workers} web processes: {held[-1].rate}/s held with p99 under {LONGEST_P99_MS:,} ms. "
        f"{AIM:,}/s would need {cores[0]:.0f} cores for the portal and {cores[1]:.0f} for the database, "
        f"each {BUSY:.0%} busy."
    )
