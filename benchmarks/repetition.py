"""CPU of the search for repeated narratives, at the most a framework of today may hold.

``python -m benchmarks.repetition`` prints it.

The bound is one second of one core of the machine that the other figures come from, whether the narratives are
all different or all alike.
"""

import random
import sys
import time

from app.rules.repetition import repeated

NARRATIVES, WORDS, BOUND = 31, 5_000, 1.0  # the bound in seconds of CPU


def _text(seed: int) -> str:
    chosen = random.Random(seed)
    return " ".join(f"w{chosen.randrange(100_000)}" for _ in range(WORDS))


def main() -> int:
    """Print both figures; 1 when one is over the bound."""
    worst = 0.0
    for name, seeds in (("all different", range(NARRATIVES)), ("all alike", [1] * NARRATIVES)):
        texts = {f"C{place}": _text(seed) for place, seed in enumerate(seeds)}
        began = time.process_time()
        pairs = len(repeated(texts))
        used = time.process_time() - began
        worst = max(worst, used)
        sys.stdout.write(
            f"{NARRATIVES} narratives of {WORDS:,} words, {name}: {used:.2f} s CPU, {pairs} pairs\n"
        )
    return int(worst > BOUND)


if __name__ == "__main__":
    raise SystemExit(main())
