"""The reading of a filled spreadsheet, in its own process: one file from standard input, what it holds as JSON."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import BinaryIO

from app.adapters.forms import Filled, NotReadable
from app.adapters.spreadsheets import reading, score_sheet_reading
from app.adapters.spreadsheets.score_sheets import FilledSheet
from app.adapters.structure.child import produce

CPU_SECONDS = 12
MEMORY = 400 * 1024 * 1024

_READERS: Mapping[str, Callable[[bytes], Filled | FilledSheet]] = {
    "form": reading.read,
    "score-sheet": score_sheet_reading.read,
}


def found(source: BinaryIO, arguments: list[str]) -> bytes:
    """What the file holds, or the sentence that says why it can't be taken in."""
    try:
        return json.dumps({"filled": asdict(_READERS[arguments[0]](source.read()))}).encode()
    except NotReadable as refused:
        return json.dumps({"refusal": refused.reason}).encode()


if __name__ == "__main__":
    produce(found, cpu_seconds=CPU_SECONDS, memory=MEMORY)
