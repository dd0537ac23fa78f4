"""What can be found in a file, and the pieces in which a file is read."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

LONGEST_TEXT = 160
LONGEST_WORDS = 200_000  # characters; a report of 100 pages has fewer
MOST_OF_A_KIND = 60


class Kind(StrEnum):
    """What is found; the value is kept with the version and shown to the writer."""

    NHS_NUMBER = "NHS number"
    EMAIL = "email address"
    PHONE = "phone number"
    SMALL_COUNT = "count of people under 10"
    TRACKED_CHANGE = "tracked change"
    COMMENT = "comment"
    AUTHOR = "name or organisation in the file's properties"
    NOT_SEARCHED = "could not be searched"
    NOT_CLEANED = "properties could not be removed"


# The copy that others open never has these, so they are told and not asked about.
REMOVED_ANYWAY = frozenset({Kind.AUTHOR})
# "Let the portal remove it" takes these out.
REMOVABLE = frozenset({Kind.AUTHOR, Kind.TRACKED_CHANGE, Kind.COMMENT})


@dataclass(frozen=True)
class Finding:
    """One thing found. ``place`` says where, as a person looks for it; ``text`` is the thing, masked if personal."""

    kind: Kind
    place: str
    text: str


@dataclass(frozen=True)
class Passage:
    """A piece of text with one place. ``label`` names it from elsewhere, as the head of its column does."""

    place: str
    text: str
    label: str = ""


@dataclass(frozen=True)
class Table:
    """A grid of cells as shown. ``context`` is what names it; ``place(row, column)`` counts from 0."""

    rows: list[list[str]]
    context: str
    place: Callable[[int, int], str]


Piece = Passage | Table | Finding


def tidied(text: str) -> str:
    """Text on one line, short enough to show in a list."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_TEXT else f"{line[:LONGEST_TEXT]}…"


def bounded(found: Iterable[Finding]) -> list[Finding]:
    """Each finding once, and of one kind so many as a person may still read; the rest is counted."""
    kept: dict[Kind, dict[Finding, None]] = {}
    for one in found:
        kept.setdefault(one.kind, {})[one] = None
    return [each for kind, ones in kept.items() for each in _first(kind, list(ones))]


def _first(kind: Kind, ones: list[Finding]) -> Iterator[Finding]:
    yield from ones[:MOST_OF_A_KIND]
    if (more := len(ones) - MOST_OF_A_KIND) > 0:
        yield Finding(kind, "further on", f"and {more:,} more")
