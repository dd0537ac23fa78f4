"""Clients that ask without pause, and what that costs the server."""

import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.lines import Line
from benchmarks.served import Served
from benchmarks.wire import Wire


@dataclass
class Round:
    """One line asked by so many clients for some seconds."""

    seconds: float
    server_cpu: float  # seconds, all web processes
    times: list[float] = field(default_factory=list)  # of each request, seconds
    reconnected: int = 0  # connections that the server closed between two requests


@dataclass
class Measured:
    """The rounds of one line at one number of clients. Figures are medians over the rounds, spread in brackets."""

    rounds: list[Round] = field(default_factory=list)

    def percentile(self, share: float) -> float:
        """Milliseconds within which that share of all requests was answered."""
        return percentile([time_ for one in self.rounds for time_ in one.times], share) * 1000

    @property
    def per_second(self) -> list[float]:
        return [len(one.times) / one.seconds for one in self.rounds]

    @property
    def cpu_ms(self) -> list[float]:
        """Server CPU of one request, milliseconds, by round."""
        return [one.server_cpu / len(one.times) * 1000 for one in self.rounds]


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of them that no more than ``share`` of them stay under."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def spread(values: Sequence[float]) -> str:
    return f"{min(values):.1f} to {max(values):.1f}"


async def measured(server: Served, line: Line, clients: int, seconds: float, most: int) -> Round:
    """Ask for ``seconds`` or ``most`` requests, whichever comes first. RuntimeError when an answer is not as wanted."""
    wires = [Wire(server.port, patient=True) for _ in range(clients)]
    # Connected, and the page drawn once, before the clock starts.
    for answer in await asyncio.gather(*(line.ask(wire, number, 0) for number, wire in enumerate(wires))):
        checked(line, answer)
    before, begun = server.cpu_seconds(), time.perf_counter()
    made = Round(0.0, 0.0)
    await asyncio.gather(
        *(
            _client(line, wire, number, begun + seconds, most // clients, made)
            for number, wire in enumerate(wires)
        )
    )
    made.seconds, made.server_cpu = time.perf_counter() - begun, server.cpu_seconds() - before
    for wire in wires:
        made.reconnected += wire.reconnected
        wire.close()
    return made


async def _client(line: Line, wire: Wire, number: int, until: float, most: int, made: Round) -> None:
    for turn in range(1, most + 1):
        begun = time.perf_counter()
        answer = await line.ask(wire, number, turn)
        ended = time.perf_counter()
        checked(line, answer)
        made.times.append(ended - begun)
        if ended > until:
            return


def checked(line: Line, answer: object) -> None:
    """RuntimeError when an answer is not as wanted."""
    status = getattr(answer, "status", None)
    if status != line.wanted:
        raise RuntimeError(f"{line.name}: the portal answered {status}, not {line.wanted}")


async def client_cost(server: Served, line: Line, seconds: float) -> float:
    """What the client itself spends on one request, milliseconds of CPU."""
    before = time.process_time()
    made = await measured(server, line, 16, seconds, 100_000)
    return (time.process_time() - before) / len(made.times) * 1000
