"""Asks a process apart what a filled spreadsheet holds. Openpyxl, and numpy which it loads where that is installed,
would cost each web process 20 MB, and a file that is hard to read would hold it up.
"""

import io
import json
from typing import Any

from app.adapters.forms import BROKEN, Filled, NotReadable, restored
from app.adapters.spreadsheets import score_sheets
from app.adapters.spreadsheets.score_sheets import FilledSheet
from app.adapters.structure.apart import output

_MODULE = "app.adapters.spreadsheets.child"


def read_form(source: bytes) -> Filled:
    """As ``reading.read``, in a process apart. Raises NotReadable; ``CheckBroken`` when that process cannot run."""
    return restored(_found(source, "form"))


def read_score_sheet(source: bytes) -> FilledSheet:
    """As ``score_sheet_reading.read``, in a process apart; raises as ``read_form`` does."""
    return score_sheets.restored(_found(source, "score-sheet"))


def _found(source: bytes, kind: str) -> Any:
    made = output(_MODULE, io.BytesIO(source), kind)
    if made is None:
        raise NotReadable(BROKEN)
    found = json.loads(made)
    if "refusal" in found:
        raise NotReadable(found["refusal"])
    return found["filled"]
