"""What a head of the history is, and how a kept copy of them is read."""

import csv
import io
from dataclasses import dataclass
from datetime import date

from app.rules.errors import RuleError
from app.rules.history import canonical, sha256

COLUMNS = DAY, HEAD = ("Day", "Head")


@dataclass(frozen=True)
class Head:
    """What all lines of history up to the end of a UK ``day`` come to."""

    day: date
    sha256: str


def head_hash(day: date, digest: str, previous: str) -> str:
    """SHA-256 over the head before and what a day added: ``digest`` is the SHA-256 of its lines' hashes, one after the
    other in ascending order. How many those are is never told: it would say how busy reviewers were."""
    return sha256(canonical([day.isoformat(), digest, previous]))


def read_kept(text: str) -> list[Head]:
    """The heads of a file that the portal sent as ``history-heads.csv``. RuleError when it is another file."""
    try:
        rows = list(csv.DictReader(io.StringIO(text), strict=True))
        return [Head(date.fromisoformat(row[DAY]), row[HEAD].strip()) for row in rows]
    except (AttributeError, KeyError, TypeError, ValueError, csv.Error):
        raise RuleError(f"This is not a file of heads. Its columns are {', '.join(COLUMNS)}.") from None
