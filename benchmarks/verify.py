"""The day of results: one certificate's page, asked for again and again by many clients at once (L-07)."""

import asyncio
from collections import defaultdict
from pathlib import Path

from sqlmodel import select

from app.db import Database
from app.models import Certificate
from benchmarks import seeding, tables
from benchmarks.lines import Line
from benchmarks.load import Measured, measured
from benchmarks.served import free_port, portal_command, production, served
from benchmarks.wire import Answer, Wire

CLIENTS = (16, 64)
GOAL_P99_MS = 200
HITS_A_MINUTE = 10_000
WORKERS = 2


def report(folder: Path, organisations: int, rounds: int, seconds: float, most: int) -> str:
    """The table, in Markdown."""
    seeding.for_growth(folder, organisations)
    token = _token(folder)

    async def visit(wire: Wire, client: int, turn: int) -> Answer:
        return await wire.get(f"/verify/{token}")

    line, port = Line("verify page by token", visit), free_port()
    results: dict[tuple[str, int], Measured] = defaultdict(Measured)
    with served(portal_command(port, WORKERS), port, production(port, folder), WORKERS) as portal:
        for _ in range(rounds):
            for clients in CLIENTS:
                made = asyncio.run(measured(portal, line, clients, seconds, most))
                results[line.name, clients].rounds.append(made)
    goal = f"Goal: p99 {GOAL_P99_MS} ms at {HITS_A_MINUTE:,} hits a minute ({HITS_A_MINUTE / 60:.0f}/s)."
    return f"{tables.load_table(results)}\n\n{goal}"


def _token(folder: Path) -> str:
    database = Database(f"sqlite:///{folder / 'portal.db'}")
    with database.read() as session:
        token = session.exec(select(Certificate.token)).first()
    database.close()
    if token is None:
        raise RuntimeError("no certificate was seeded")
    return token
