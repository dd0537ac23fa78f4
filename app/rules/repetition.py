"""Which narratives say the same thing twice: reviewers of one criterion read nothing new in the other."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

FEWEST_WORDS = 40  # shorter texts share their wording by chance: a sentence about the board is like any other
PASSAGE = 5  # words in a row; the usual length at which shared wording is no accident of grammar
SHARE = 60  # per cent of the shorter text's passages

_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Repeated:
    """Two narratives, by key in the order given, and how much of the shorter one stands in the other."""

    first: str
    second: str
    percent: int


def repeated(narratives: Mapping[str, str]) -> list[Repeated]:
    """The pairs that share at least 60 % of the shorter one's passages of five words.

    Case, punctuation and order of sentences make no difference. The work grows with the number of words of each
    pair: passages are looked up, never compared one with the other.
    """
    numbers: dict[tuple[str, ...], int] = {}
    passages = {key: found for key, text in narratives.items() if (found := _passages(text, numbers))}
    pairs = []
    for first, second in combinations(passages, 2):
        one, other = passages[first], passages[second]
        percent = 100 * len(one & other) // min(len(one), len(other))
        if percent >= SHARE:
            pairs.append(Repeated(first, second, percent))
    return pairs


def _passages(text: str, numbers: dict[tuple[str, ...], int]) -> set[int]:
    """Every five words in a row, as its number among all that were seen; none when the text is short."""
    words = _WORD.findall(text.casefold())
    if len(words) < FEWEST_WORDS:
        return set()
    in_rows = zip(*(words[at:] for at in range(PASSAGE)), strict=False)
    return {numbers.setdefault(row, len(numbers)) for row in in_rows}
