"""Forms as PDF, for reading: each drawn by a process of its own, with the little memory and time that it may use.

The press of the certificates is kept warm and draws one page in a fraction of a second; a form of forty pages would
keep everybody's certificates waiting behind it. People export rarely, so a process is started for each.
"""

import os
import subprocess
import sys
import threading

from app.adapters.pdf import DrawingFailed
from app.adapters.press import ROOT, kept_environment

WALL_SECONDS = 120
_turns = threading.BoundedSemaphore(1)  # a drawing takes up to half a gigabyte


def draw(html: str) -> bytes:
    """The page as PDF/UA-1. Blocks for some seconds, so call it in a worker thread. Raises DrawingFailed."""
    with _turns:
        try:
            done = subprocess.run(
                [sys.executable, "-m", "app.adapters.form_drawing"],
                input=html.encode("utf-8", "replace"),
                capture_output=True,
                cwd=ROOT,
                env=kept_environment(os.environ),
                timeout=WALL_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise DrawingFailed(f"no PDF after {WALL_SECONDS} seconds") from None
    if done.returncode != 0 or not done.stdout.startswith(b"%PDF-"):
        raise DrawingFailed(done.stderr.decode("utf-8", "replace")[-500:])
    return done.stdout
