"""Where in a file the writer pointed: from "page 3", "Sheet Staff, B4" or a heading to the page or passage itself."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.adapters.reading.blocks import Block, Kind, Leaf, Reading


@dataclass(frozen=True)
class Spot:
    """A place in a reading. ``leaf`` counts from 1, ``block`` and ``row`` from 0; None: all that would hold them."""

    leaf: int
    block: int | None = None
    row: int | None = None


_PAGE = re.compile(r"\b(?:pages?|pgs?|pp?)\b\.?\s*(?:no\.?\s*|number\s*)?(\d{1,4})\b|\bpp?(\d{1,4})\b", re.I)
_SLIDE = re.compile(r"\bslides?\b\s*(?:no\.?\s*|number\s*)?(\d{1,4})\b", re.I)
_ROW = re.compile(r"\b(?:rows?|lines?)\b\s*(\d{1,7})\b", re.I)
_CELL = re.compile(r"\b([A-Z]{1,2})\$?([1-9]\d{0,6})\b(?=\s*(?:$|[,;:)\-–]|to\b|and\b))")
_QUOTED = re.compile(r"[\"“”‘]([^\"“”‘’]{3,})[\"“”’]|'([^']{3,})'")
# What joins several places in one line; a full stop only where a sentence ends.
_PARTS = re.compile(r"\s*(?:[,;:()–—]|\s-\s|\.\s|\bon\b|\bin\b|\bunder\b|\bof\b|\band\b)\s*", re.I)
_LABEL = re.compile(
    r"^(?:see|the|a|an|section|sections|heading|headed|chapter|paragraph|para|item|table|tab|worksheet|sheet|called|titled)\s+",
    re.I,
)
_AFTER = re.compile(r"\s+(?:section|heading|chapter|paragraph|table|tab|sheet)$", re.I)
_NUMBER = re.compile(r"\d+(?:\.\d+)*\.?")
_SPACES = re.compile(r"\s+")
_FEWEST = 3  # letters that a phrase must have before it is looked for
_BARE = re.compile(r"\d{1,4}")
_NOT = 9
_DOTTED = re.compile(r"(\.{3,}|…|\t)\s*\d+$")  # a line of a table of contents


def spot(place: str, reading: Reading) -> Spot | None:
    """The page or passage that ``place`` names; None when it names none or the file has none such."""
    named = place.strip()
    if not named or not reading.leaves:
        return None
    return _in_pictures(named, reading) if reading.are_pictures else _in_text(named, reading)


def _in_pictures(place: str, reading: Reading) -> Spot | None:
    """A page by its number; else the page on which the words stand, in a line of their own if there is one."""
    number = int(place) if _BARE.fullmatch(place) else _number(_PAGE, place) or _number(_SLIDE, place)
    if 0 < number <= len(reading.leaves):
        return Spot(number)
    lines = [
        (at, _plain(line)) for at, leaf in enumerate(reading.leaves, 1) for line in leaf.text.splitlines()
    ]
    found = _best([(line, 0) for _, line in lines], place)
    return None if found is None else Spot(lines[found][0])


def _in_text(place: str, reading: Reading) -> Spot | None:
    leaves, is_named = _named_leaves(place, reading.leaves)
    return (
        _by_row(place, leaves)
        or _by_words(place, leaves)
        or _by_page(place, leaves)
        or (Spot(leaves[0][0]) if is_named else None)
    )


Numbered = Sequence[tuple[int, Leaf]]
Line = tuple[str, int]  # plain text, and 0 for a heading or 1 for anything else


def _named_leaves(place: str, leaves: Sequence[Leaf]) -> tuple[Numbered, bool]:
    """The leaves of the sheet or slide that the place names, and whether it names one; else all of them."""
    everything = list(enumerate(leaves, 1))
    slide = _number(_SLIDE, place)
    names = {leaf.name for leaf in leaves if leaf.name}
    said = _plain(place)
    wanted = f"slide {slide}" if slide else _longest(name for name in names if _holds(said, _plain(name)))
    found = [(number, leaf) for number, leaf in everything if wanted and _plain(leaf.name) == _plain(wanted)]
    return (found, True) if found else (everything, False)


def _longest(names: Iterable[str]) -> str:
    return max(names, key=len, default="")


def _holds(text: str, words: str) -> bool:
    """Whether the words stand in the text as whole words."""
    return bool(words) and re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text) is not None


def _by_row(place: str, leaves: Numbered) -> Spot | None:
    cell = _CELL.search(place)
    wanted = int(cell[2]) if cell else _number(_ROW, place)
    for number, leaf in leaves:
        for at, block in enumerate(leaf.blocks):
            if wanted in block.numbers:
                return Spot(number, at, block.numbers.index(wanted))
    return None


def _by_words(place: str, leaves: Numbered) -> Spot | None:
    lines = list(_lines(leaves))
    found = _best([line for _, line in lines], place)
    return None if found is None else lines[found][0]


def _lines(leaves: Numbered) -> Iterator[tuple[Spot, Line]]:
    """Every piece of text with where it stands; headings rank before the rest."""
    for number, leaf in leaves:
        for at, block in enumerate(leaf.blocks):
            if block.kind is Kind.TABLE:
                for row, cells in enumerate(block.rows):
                    yield from ((Spot(number, at, row), (_plain(cell), 1)) for cell in cells if cell)
            else:
                yield Spot(number, at), (_plain(block.text), 0 if block.kind is Kind.HEADING else 1)


def _by_page(place: str, leaves: Numbered) -> Spot | None:
    """The first block that began on that page, where the document says so."""
    wanted = _number(_PAGE, place)
    pages = [(block.page, Spot(number, at)) for number, at, block in _blocks(leaves) if block.page]
    if not wanted or not pages or wanted > pages[-1][0]:
        return None
    # A page that one long paragraph fills began nothing: what began before it goes on there.
    later = next((one for page, one in pages if page == wanted), None)
    return later or [one for page, one in pages if page < wanted][-1]


def _blocks(leaves: Numbered) -> Iterator[tuple[int, int, Block]]:
    return ((number, at, block) for number, leaf in leaves for at, block in enumerate(leaf.blocks))


def _best(lines: Sequence[Line], place: str) -> int | None:
    """The line that the place means: a heading that is just what it says, or else by the surest of its phrases the
    one that is the phrase, begins with it or holds it, headings first."""
    ranked = [
        (how + rank > 0, order, how, rank, at)
        for order, phrase in enumerate(_phrases(place))
        for at, (text, rank) in enumerate(lines)
        if (how := _match(text, phrase)) < _NOT
    ]
    return min(ranked)[-1] if ranked else None


def _match(line: str, phrase: str) -> int:
    """0: the line is the phrase; 1: it begins with it; 2: it holds it; 3: a table of contents holds it; ``_NOT``."""
    if line == phrase:
        return 0
    if phrase not in line or not _holds(line, phrase):
        return _NOT
    if _DOTTED.search(line):
        return 3
    if line.startswith(phrase) or _NUMBER.sub("", line, count=1).strip() == phrase:
        return 1
    return _NOT if _NUMBER.fullmatch(phrase) else 2  # "4.2" in the midst of a sentence is a figure


def _phrases(place: str) -> Iterator[str]:
    """What to look for, the surest first: quoted words, the whole, then its parts from the longest."""
    quoted = [one or other for one, other in _QUOTED.findall(place)]
    parts = [part for part in _PARTS.split(_QUOTED.sub(" ", place)) if not _PAGE.fullmatch(part.strip())]
    told = [*quoted, place, *sorted(parts, key=len, reverse=True)]
    seen = dict.fromkeys(form for one in told for form in _forms(one))
    return (one for one in seen if sum(map(str.isalpha, one)) >= _FEWEST or _NUMBER.fullmatch(one))


def _forms(part: str) -> Iterator[str]:
    """A part as it stands, and without the words that only say what kind of thing it is."""
    form, before = _plain(part), ""
    while form and form != before:
        if not form.isdigit():  # a bare number stands everywhere
            yield form
        before, form = form, _LABEL.sub("", form, count=1) if _LABEL.match(form) else _AFTER.sub("", form)


def _plain(text: str) -> str:
    """Lower case, one space between words, no full stop at the end, dashes and quotation marks of one kind."""
    alike = text.replace("–", "-").replace("—", "-").replace("’", "'").replace("‘", "'")
    return _SPACES.sub(" ", alike).strip(" .:,;\"“”'").casefold()


def _number(pattern: re.Pattern[str], place: str) -> int:
    found = pattern.search(place)
    return int(next(group for group in found.groups() if group)) if found else 0
