"""``python -m scripts.kill_test [N]``: kill the portal N times (200) at random while clients work, and compare.

Exit code 1 when something acknowledged is missing or something is there by halves. ``make kill`` runs it.
"""

import argparse
import signal
import sys
import tempfile
from pathlib import Path

from tests.durability.run import run


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("kills", type=int, nargs="?", default=200)
    asked.add_argument("--workers", type=int, default=2, help="web processes")
    asked.add_argument("--seed", type=int, default=0, help="of the moments of death")
    asked.add_argument(
        "--cold", action="store_true", help="start each by `portal serve`: slower, nothing shared"
    )
    given = asked.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # whoever ends this run ends its portals too
    with tempfile.TemporaryDirectory(prefix="arf-kill-") as folder:
        verdict = run(Path(folder), given.kills, workers=given.workers, seed=given.seed, cold=given.cold)
    print(*verdict.faults, verdict, sep="\n")
    sys.exit(0 if verdict.is_clean else 1)


if __name__ == "__main__":
    main()
