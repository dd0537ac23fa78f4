"""What was added to a text and what was removed, word by word, in bounded time."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from diff_match_patch import diff_match_patch

LONGEST_SEARCH = 1.0  # seconds; a comparison that is cut short is coarser, never wrong
_TOKEN = re.compile(r"\w+(?:['’-]\w+)*|\s+|[^\w\s]")
_FIRST_LETTER = 0xE000  # past the surrogates, so that each token has a letter of its own


class Kind(StrEnum):
    """Where a piece of text stands: in both texts, in the later one only, in the earlier one only."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True)
class Piece:
    """A run of whole words of one kind."""

    kind: Kind
    text: str


def words(before: str, after: str) -> list[Piece]:
    """The two texts as one list of pieces: same and removed ones make ``before``, same and added ones ``after``.

    Where both stand together the removed piece comes first. The search takes LONGEST_SEARCH at most.
    """
    letters: dict[str, str] = {}
    compare = diff_match_patch()
    compare.Diff_Timeout = LONGEST_SEARCH
    found = compare.diff_main(_lettered(before, letters), _lettered(after, letters), False)
    tokens = {letter: token for token, letter in letters.items()}
    kinds = {-1: Kind.REMOVED, 0: Kind.SAME, 1: Kind.ADDED}
    pieces = [Piece(kinds[sign], "".join(tokens[letter] for letter in run)) for sign, run in found]
    return list(_readable(pieces))


def _lettered(text: str, letters: dict[str, str]) -> str:
    """The text with one letter for each token, so that the comparison of letters compares words."""
    return "".join(
        letters.setdefault(token, chr(_FIRST_LETTER + len(letters))) for token in _TOKEN.findall(text)
    )


def _readable(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Changes that only white space separates are one change: a rewritten sentence is struck out as a whole."""
    removed = added = gap = ""
    for piece in pieces:
        if piece.kind is Kind.REMOVED:
            removed, added, gap = removed + gap + piece.text, added + gap, ""
        elif piece.kind is Kind.ADDED:
            removed, added, gap = removed + gap, added + gap + piece.text, ""
        elif piece.text.isspace() and (removed or added) and "\n" not in piece.text:
            gap += piece.text
        else:
            yield from _changes(removed, added)
            yield Piece(Kind.SAME, gap + piece.text)
            removed = added = gap = ""
    yield from _changes(removed, added)
    if gap:
        yield Piece(Kind.SAME, gap)


def _changes(removed: str, added: str) -> Iterator[Piece]:
    if removed:
        yield Piece(Kind.REMOVED, removed)
    if added:
        yield Piece(Kind.ADDED, added)
