"""``python -m benchmarks [--quick]``: measure everything and print it. Stops by itself, and only what it started."""

import argparse
import asyncio
import os
import signal
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import (
    assignment,
    certificates,
    dashboards,
    deadline,
    growth,
    register,
    seeding,
    tables,
    threads,
    verify,
)
from benchmarks.lines import BARE, Visits
from benchmarks.load import Measured, client_cost, measured
from benchmarks.served import Memory, factory_command, free_port, portal_command, production, served

WORKERS = 2
CLIENTS = (1, 16)


@dataclass(frozen=True)
class Extent:
    """How much a run measures."""

    organisations: int
    rounds: int
    seconds: float  # of each line, number of clients and round
    most: int  # requests in them
    sizes: tuple[int, ...]  # of growth, organisations
    pages: int
    drawn: int  # certificates
    windows: int  # whose reviewers are assigned
    lasting: float  # seconds of each rate of the last hour


WHOLE = Extent(250, 4, 2.0, 2_000, (250, 2_500, 60_000), 30, 60, 10, 20.0)
QUICK = Extent(250, 1, 1.0, 200, (250, 2_500), 10, 12, 2, 3.0)


def load(folder: Path, extent: Extent) -> tuple[tables.Results, list[Memory], float]:
    """Every line and the bare page, in turns, so that a slow minute of the machine falls on all of them."""
    visits = Visits(seeding.for_load(folder, extent.organisations))
    port, bare_port = free_port(), free_port()
    results: dict[tuple[str, int], Measured] = defaultdict(Measured)
    with ExitStack() as running:
        command = portal_command(port, WORKERS)
        portal = running.enter_context(served(command, port, production(port, folder), WORKERS))
        bare_command = factory_command("benchmarks.bare:create_app", bare_port, WORKERS)
        bare = running.enter_context(served(bare_command, bare_port, dict(os.environ), WORKERS))
        asked = [(BARE, bare), *((line, portal) for line in visits.lines())]
        for _ in range(extent.rounds):
            for clients in CLIENTS:
                for line, server in asked:
                    made = asyncio.run(measured(server, line, clients, extent.seconds, extent.most))
                    results[line.name, clients].rounds.append(made)
        return results, portal.memory(), asyncio.run(client_cost(bare, BARE, extent.seconds))


def show_load(folder: Path, extent: Extent) -> None:
    results, held, client_ms = load(folder, extent)
    print(f"## Load: {extent.organisations} organisations, {WORKERS} web processes, SQLite\n")
    print(tables.load_table(results))
    print(f"\nThe client itself spends {client_ms:.2f} ms of CPU on a request, on the same two cores.\n")
    print(tables.goals_table(results, CLIENTS[-1]))
    print(f"\n## Memory after the load\n\n{tables.memory_table(held)}\n")


def show_certificates(folder: Path, extent: Extent) -> None:
    rates: dict[int, float] = {}
    held: list[Memory] = []
    for presses in (1, 2):
        rates[presses], held = asyncio.run(certificates.per_second(presses, extent.drawn))
    print(f"## Certificates drawn\n\n{tables.certificates_table(rates)}\n")
    print(tables.memory_table(held) + "\n")
    whole = certificates.whole_per_second(folder, extent.drawn)
    print(f"## Certificates drawn, signed and stored\n\n{tables.certificates_table(whole)}\n")


def show_growth(folder: Path, extent: Extent) -> None:
    print("## Dashboards as organisations grow\n")
    print(growth.report(folder, extent.sizes, extent.pages, dashboards.filled) + "\n")


def show_register(folder: Path, extent: Extent) -> None:
    print("## The register as certificates grow\n")
    print(growth.report(folder, extent.sizes, extent.pages, register.filled) + "\n")


def show_threads(folder: Path, extent: Extent) -> None:
    print(threads.report(folder, extent.rounds, extent.seconds, extent.most))


def show_assignment(folder: Path, extent: Extent) -> None:
    print(assignment.report(extent.windows))


def show_verify(folder: Path, extent: Extent) -> None:
    made = verify.report(folder, extent.organisations, extent.rounds, extent.seconds, extent.most)
    print(f"## A certificate checked on the day of results\n\n{made}\n")


def show_deadline(folder: Path, extent: Extent) -> None:
    print(f"## The last hour\n\n{deadline.report(folder, extent.organisations, extent.lasting)}\n")


PARTS: dict[str, Callable[[Path, Extent], None]] = {
    "load": show_load,
    "certificates": show_certificates,
    "growth": show_growth,
    "register": show_register,
    "threads": show_threads,
    "assignment": show_assignment,
    "verify": show_verify,
    "deadline": show_deadline,
}


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    asked.add_argument(
        "--quick", action="store_true", help="one short round of each: is everything in order?"
    )
    asked.add_argument("--only", choices=PARTS, action="append", help="a part alone; may be given again")
    given = asked.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # whoever ends this run ends its servers too
    extent = QUICK if given.quick else WHOLE
    print(
        f"# {datetime.now(UTC):%d %B %Y, %H:%M} UTC, {os.cpu_count()} cores, Python {sys.version.split()[0]}\n"
    )
    for name in given.only or PARTS:
        with tempfile.TemporaryDirectory(prefix="arf-bench-") as folder:
            PARTS[name](Path(folder), extent)
            sys.stdout.flush()


if __name__ == "__main__":
    main()
