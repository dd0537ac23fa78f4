"""QR codes as one SVG path, so that they print sharp at any size and need no picture file."""

from dataclasses import dataclass
from itertools import groupby

import segno


@dataclass(frozen=True)
class QrPath:
    """A symbol without its quiet zone: `modules` along each side, `path` to be stroked one module wide."""

    modules: int
    path: str


def qr_path(text: str) -> QrPath:
    """Draws `text` as a QR code that survives 15 % of damage; a text too long for one raises ValueError."""
    # Micro symbols are smaller, but many telephones do not read them.
    rows = segno.make(text, error="m", micro=False, boost_error=False).matrix
    return QrPath(modules=len(rows), path="".join(_row(y, row) for y, row in enumerate(rows)))


def _row(y: int, row: bytearray) -> str:
    """The dark runs of one row as lines through the middle of its modules, to be stroked one module wide.

    Lines, not rectangles: WeasyPrint reads a path command by command, and this has two
    for a run instead of five.
    """
    drawn = []
    x = 0
    for dark, run in groupby(row):
        length = len(tuple(run))
        if dark:
            drawn.append(f"M{x} {y}.5h{length}")
        x += length
    return "".join(drawn)
