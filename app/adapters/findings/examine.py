"""What should not be sent: searching a file for it, and making the copy of a file that others may open.

Both run in a process apart. A file that is too hard to search is never passed in silence: that is itself a finding.
"""

import io
import json
from typing import BinaryIO

from app.adapters.findings.kinds import Finding, Kind
from app.adapters.structure import apart
from app.adapters.structure.check import Refused, check

# These hold text and nothing about it, so the original is what others open.
BARE = frozenset({"csv", "txt"})
WALL_SECONDS = 60

_SEARCHING = "app.adapters.findings.searching"
_CLEANING = "app.adapters.findings.cleaning"
_TOO_HARD = "This file takes too much work to search. Look through it yourself, or save it as a simpler file."


class NotCleaned(Exception):
    """No copy could be made that opens and is whole."""


def search(source: BinaryIO, extension: str) -> list[Finding]:
    """What the file holds that should not be sent, with the place of each.

    ``extension`` is as the structure check gave it. Blocks for seconds of work, so call it in a worker thread.
    """
    made = apart.output(_SEARCHING, source, extension, wall_seconds=WALL_SECONDS)
    source.seek(0)
    if made is None:
        return [Finding(Kind.NOT_SEARCHED, "the whole file", _TOO_HARD)]
    return [Finding(Kind(one["kind"]), one["place"], one["text"]) for one in json.loads(made)]


def cleaned(source: BinaryIO, extension: str, *, with_changes: bool) -> bytes | None:
    """The file without author metadata; ``with_changes`` also accepts tracked changes and drops comments and notes.

    None for kinds that hold none. The same input gives the same bytes. NotCleaned when no whole copy could be made.
    Blocks as ``search`` does.
    """
    if extension in BARE:
        return None
    arguments = [extension, "with-changes"] if with_changes else [extension]
    made = apart.output(_CLEANING, source, *arguments, wall_seconds=WALL_SECONDS)
    source.seek(0)
    if made is None:
        raise NotCleaned
    try:
        check(io.BytesIO(made), f"copy.{extension}")
    except Refused as refused:
        raise NotCleaned(refused.reason) from None
    return made
