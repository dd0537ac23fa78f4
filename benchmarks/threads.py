"""``async def`` against ``def``: the same pages served both ways, in turns."""

import asyncio
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path

from benchmarks import seeding, tables
from benchmarks.lines import Visits
from benchmarks.load import Measured, measured, median, spread
from benchmarks.routes_in_threads import POOL
from benchmarks.served import Served, factory_command, free_port, portal_command, production, served

POOLS = (40, 2)  # threads; 40 is what the framework takes by itself
CLIENTS, WORKERS, ORGANISATIONS = 16, 2, 60
LINES = ("criterion page", "save an answer")
Ways = dict[str, tuple[Served, Visits]]


def report(folder: Path, rounds: int, seconds: float, most: int) -> str:
    """The table of the decision in docs/decisions/0002-async-routes.md."""
    results: dict[tuple[str, str], Measured] = defaultdict(Measured)
    with ExitStack() as running:
        ways = _ways(folder, running)
        for _ in range(rounds):
            for way, (server, visits) in ways.items():
                for line in (one for one in visits.lines() if one.name in LINES):
                    made = asyncio.run(measured(server, line, CLIENTS, seconds, most))
                    results[line.name, way].rounds.append(made)
    return _table(results)


def _ways(folder: Path, running: ExitStack) -> Ways:
    """Each way with a database of its own, so that none slows another's writers."""
    started: Ways = {}
    for pool in (None, *POOLS):
        own, port = folder / f"pool-{pool}", free_port()
        visits = Visits(seeding.for_load(own, ORGANISATIONS))
        environment = production(port, own) | {POOL: str(pool)}
        factory = factory_command("benchmarks.routes_in_threads:create_app", port, WORKERS)
        command = factory if pool else portal_command(port, WORKERS)
        server = running.enter_context(served(command, port, environment, WORKERS))
        started[f"def, {pool} threads" if pool else "async def"] = (server, visits)
    return started


def _table(results: dict[tuple[str, str], Measured]) -> str:
    lines = [tables.head("line", "way", "requests/s", "CPU/request (spread)", "median", "p99")]
    for (name, way), one in sorted(results.items(), key=lambda item: item[0]):
        cpu = f"{median(one.cpu_ms):.1f} ms ({spread(one.cpu_ms)})"
        rate = f"{median(one.per_second):.0f}"
        lines.append(
            tables.row(name, way, rate, cpu, *(f"{one.percentile(share):.0f} ms" for share in (0.5, 0.99)))
        )
    title = f"## async def against def: {CLIENTS} clients, {WORKERS} web processes"
    return "\n".join([title, "", *lines, ""])
