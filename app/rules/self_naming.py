"""Whether a text that the organisation will read names who wrote it, or a colleague of theirs.

It warns and never refuses: a name may stand there for a good reason, and the writer knows better. So it looks for
what a person would notice, and rather warns once too often.
"""

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from unicodedata import combining, normalize


@dataclass(frozen=True)
class Known:
    """Somebody who judges, as a text might name them. The employer counts for the writer alone."""

    name: str
    email: str
    employer: str = ""
    employer_code: str = ""


@dataclass(frozen=True)
class _Word:
    """A word of the text: folded for comparing, and as it stands there."""

    folded: str
    text: str
    begins_sentence: bool

    @property
    def is_capital(self) -> bool:
        return self.text[:1].isupper()


_WORD = re.compile(r"[^\W_]+(?:['\u2019\u2018\u02bc`\u00b4][^\W_]+)*")
_APOSTROPHES = re.compile(r"['\u2019\u2018\u02bc`\u00b4]")
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")
# Letters that don't come apart into a plain one and a mark.
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
_TITLES = frozenset(
    {"dr", "prof", "professor", "mr", "mrs", "ms", "miss", "mx", "sir", "dame", "lord", "lady"}
)
# A name with one of these, or with a number, says what somebody does; it is nobody's name.
_PARTS_TOLD = (
    "reviewer moderator administrator lead sponsor chair analyst contributor trust icb region viewer"
)
# Of an employer's name, what many share.
_SHARED_TOLD = "the nhs foundation trust and of hospital hospitals university healthcare care board"
# Names that are words, too: alone they count only where no sentence begins.
_WORDS_TOLD = (
    "will may mark grace hope faith joy rose art bill grant rich frank june april august dawn sky iris ivy penny young "
    "long short white black brown green gray grey king cook page price bell hall wood woods field fields banks moss "
    "reed rice day love best good small little strong wise sharp swift head hand case cross church west north east "
    "south street park hill lake brook rivers stone marsh ford miles major savage power bond law lane read reason "
    "evidence board policy staff network chief nurse people action plan data report"
)
_PARTS, _SHARED, _WORDS = (frozenset(told.split()) for told in (_PARTS_TOLD, _SHARED_TOLD, _WORDS_TOLD))
_SHORTEST_ALONE = 3


def named_in(text: str, own: Known, others: Iterable[Known] = ()) -> list[str]:
    """What in the text seems to name the writer or a colleague, as it stands there, each once.

    Looks for names in either order, with initials, accents or none, for addresses, for the writer's employer, for a
    signature, and for sentences that tell who speaks.
    """
    plain = _UNSEEN.sub("", normalize("NFKC", text))
    words = _words(plain)
    found = [*_signatures(plain), *_sayings(plain), *_employer(words, own)]
    for person in (own, *others):
        found += [*_address(plain, person), *_by_name(words, plain, person.name)]
    return list(dict.fromkeys(" ".join(one.split()) for one in found))


def people_in(text: str, people: Iterable[Known]) -> list[str]:
    """What in the text seems to name any of these people, by name or address, as it stands there, each once."""
    plain = _UNSEEN.sub("", normalize("NFKC", text))
    words = _words(plain)
    found = [
        one for person in people for one in (*_address(plain, person), *_by_name(words, plain, person.name))
    ]
    return list(dict.fromkeys(" ".join(one.split()) for one in found))


def folded(text: str) -> str:
    """The text without case, accents and apostrophes."""
    apart = normalize("NFKD", text.casefold().translate(_PLAIN))
    return _APOSTROPHES.sub("", "".join(letter for letter in apart if not combining(letter)))


def _words(text: str) -> list[_Word]:
    found = []
    for match in _WORD.finditer(text):
        before = text[: match.start()].rstrip(" \t\"'“”‘’(*")
        found.append(_Word(folded(match[0]), match[0], not before or before[-1] in ".!?\n:•-–—"))
    return found


def _parts_of(name: str) -> list[str]:
    """The words of a personal name without titles; none when it is no personal name."""
    parts = [folded(match[0]) for match in _WORD.finditer(normalize("NFKC", name))]
    if any(part in _PARTS or not part.isalpha() for part in parts):
        return []
    return [part for part in parts if part not in _TITLES]


def _by_name(words: list[_Word], text: str, name: str) -> Iterator[str]:
    parts = _parts_of(name)
    if len(parts) >= 2:
        yield from _two_together(words, parts)
        yield from _initials(text, parts)
    yield from _alone(words, parts)


def _two_together(words: list[_Word], parts: list[str]) -> Iterator[str]:
    """Two words of the name side by side in either order; one of them may be an initial, the other then in full."""
    for one, other in itertools.pairwise(words):
        pair = (one.folded, other.folded)
        full = [part for part in pair if part in parts]
        if len(full) == 2 and pair[0] != pair[1]:
            yield f"{one.text} {other.text}"
        elif len(full) == 1 and (one.is_capital or other.is_capital):
            rest = pair[1] if pair[0] in parts else pair[0]
            others = [part for part in parts if part != full[0]]
            if len(rest) == 1 and rest in {part[0] for part in others}:
                yield f"{one.text} {other.text}"


def _initials(text: str, parts: list[str]) -> Iterator[str]:
    """J.S., J. S. or J.M.S.; without dots only where a text or line ends like a signature."""
    letters = {"".join(part[0] for part in parts), parts[0][0] + parts[-1][0]}
    for match in re.finditer(r"(?<!\w)(?:[^\W\d_]\.\s?){2,4}", text):
        if folded(re.sub(r"[.\s]", "", match[0])) in letters:
            yield match[0].strip()
    for match in re.finditer(r"(?:^|[-–—(/~]\s?)([^\W\d_]{2,4})\)?\s*$", text, re.MULTILINE):
        if match[1].isupper() and folded(match[1]) in letters:
            yield match[1]


def _alone(words: list[_Word], parts: list[str]) -> Iterator[str]:
    """One word of the name, written as a name is."""
    for word in words:
        bare = word.folded.removesuffix("s") if re.search(r"['\u2019]s$", word.text) else word.folded
        if {word.folded, bare}.isdisjoint(parts) or len(bare) < _SHORTEST_ALONE or not word.is_capital:
            continue
        if bare not in _WORDS or not word.begins_sentence:
            yield word.text


def _address(text: str, person: Known) -> Iterator[str]:
    """The address, or what stands before the @ where that is no plain word."""
    local = person.email.partition("@")[0]
    lowered = text.casefold()
    if person.email and person.email.casefold() in lowered:
        yield person.email
    elif re.search(r"[.\d-]", local) and re.search(rf"(?<!\w){re.escape(local.casefold())}(?!\w)", lowered):
        yield local


def _employer(words: list[_Word], own: Known) -> Iterator[str]:
    """The writer's own employer: its code, or the words of its name that others do not share, in their order."""
    if own.employer_code:
        yield from (word.text for word in words if word.text == own.employer_code.upper())
    core = [folded(match[0]) for match in _WORD.finditer(own.employer)]
    core = [part for part in core if part not in _SHARED]
    if not core or sum(map(len, core)) < 5:
        return
    told = [word for word in words if word.folded not in _SHARED]
    for at in range(len(told) - len(core) + 1):
        if [word.folded for word in told[at : at + len(core)]] == core:
            yield " ".join(word.text for word in told[at : at + len(core)])


_SIGNATURE = re.compile(
    r"^\s*(?:(?:with\s+)?(?:kind|best|warm|many|kindest|warmest)\s+)*(?:regards|wishes|thanks)\s*[,.!]?\s*[\n ]\s*"
    r"([^\W\d_][\w'’. -]{0,60})$"
    r"|^\s*(?:yours\s+(?:sincerely|faithfully|truly)|signed(?:\s+by)?|cheers)\s*[,.:]?\s*([\n ]\s*\S.{0,60})?$",
    re.IGNORECASE | re.MULTILINE,
)


def _signatures(text: str) -> Iterator[str]:
    yield from (match[0].strip() for match in _SIGNATURE.finditer(text))


_SAYINGS = re.compile(
    r"\bas I(?:['’]ve| have)? (?:said|mentioned|told|raised|noted|explained|discussed|presented)\b(?: \S+)? "
    r"(?:at|in|to|when|during)\b[^.\n]{0,40}"
    r"|\bin my (?:own )?(?:role|post|job|capacity) (?:as|at|with|for)\b[^.\n]{0,40}"
    r"|\b(?:at|in) my (?:own )?(?:trust|organisation|hospital|board|employer|icb)\b"
    r"|\bmy (?:own )?(?:trust|employer|hospital)\b"
    r"|\bmy name is\b[^.\n]{0,40}"
    r"|\bI (?:work|worked) (?:at|for|with)\b[^.\n]{0,40}"
    r"|\bwhen I (?:worked|visited|chaired|met|spoke|presented)\b[^.\n]{0,40}"
    r"|\b(?:my|the) (?:fellow|co-?|other) ?reviewer(?:['’]s)?\b"
    r"|\bmy colleagues? [A-Z]\w+",
    re.IGNORECASE,
)


def _sayings(text: str) -> Iterator[str]:
    yield from (match[0].strip() for match in _SAYINGS.finditer(text))
