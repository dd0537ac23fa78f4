"""What is printed: Markdown, so that docs/performance.md can hold it as it is."""

from collections.abc import Mapping, Sequence

from benchmarks.goals import CERTIFICATES_A_SECOND, GOALS, WORKER_MB
from benchmarks.lines import BARE
from benchmarks.load import Measured, median, spread
from benchmarks.served import Memory

Results = Mapping[tuple[str, int], Measured]  # by line and number of clients


def row(*cells: object) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def head(*cells: str) -> str:
    return f"{row(*cells)}\n{row(*('---' for _ in cells))}"


def load_table(results: Results) -> str:
    """Every line at every number of clients."""
    lines = [head("line", "clients", "median", "p95", "p99", "requests/s (spread)", "CPU/request (spread)")]
    for (name, clients), one in results.items():
        times = (f"{one.percentile(share):.1f} ms" for share in (0.5, 0.95, 0.99))
        rate = f"{median(one.per_second):.0f} ({spread(one.per_second)})"
        cpu = f"{median(one.cpu_ms):.1f} ms ({spread(one.cpu_ms)})"
        lines.append(row(name, clients, *times, rate, cpu))
    reconnected = sum(made.reconnected for one in results.values() for made in one.rounds)
    return "\n".join([*lines, "", f"{reconnected} connections were closed by the server and opened anew."])


def goals_table(results: Results, clients: int) -> str:
    """The lines that have a goal, beside it, and how many bare pages each costs."""
    bare = median(results[BARE.name, clients].cpu_ms)
    lines = [head("line", "requests/s", "goal", "CPU/request", "goal", "bare pages", "met", "best peer")]
    for name, goal in GOALS.items():
        one = results[name, clients]
        rate, cpu = median(one.per_second), median(one.cpu_ms)
        met = " and ".join(
            word
            for word, is_met in (("rate", rate >= goal.per_second), ("CPU", cpu <= goal.cpu_ms))
            if is_met
        )
        figures = (f"{rate:.0f}", f"{goal.per_second:.0f}", f"{cpu:.1f} ms", f"{goal.cpu_ms:.0f} ms")
        lines.append(row(name, *figures, f"{cpu / bare:.0f}", met or "neither", goal.best_peer))
    return "\n".join(lines)


def memory_table(held: Sequence[Memory]) -> str:
    lines = [head("process", "RSS", "PSS")]
    lines += [row(one.what, f"{one.rss:.0f} MB", f"{one.pss:.0f} MB") for one in held]
    return "\n".join([*lines, "", f"Goal for a web process: {WORKER_MB} MB."])


def certificates_table(rates: Mapping[int, float]) -> str:
    lines = [head("press processes", "certificates/s")]
    lines += [row(presses, f"{rate:.1f}") for presses, rate in rates.items()]
    return "\n".join([*lines, "", f"Goal: {CERTIFICATES_A_SECOND} with two processes."])
