"""Good practice that others may read: what may be quoted of a sealed answer, and what to look at before it is shown.

An excerpt is only ever what stands in the sealed answer. Whoever reads it must be able to tell what was left out, so
every cut carries a mark; where the excerpt begins or ends inside the text, the portal sets the mark itself.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.criteria.schema import Criterion, QuestionKind
from app.criteria.text import TURNING
from app.rules.errors import RuleError
from app.rules.passages import passage, required_passage
from app.rules.self_naming import Known, people_in

CUT = "[…]"
LONGEST_CREDIT = 300
LONGEST_EXCERPT = 2_500  # characters, some 400 words: an example beside a question, not a second submission
MOST_FILES = 3  # beside one example
_CUT = re.compile(r"\[\s*(?:…|\.\s?\.\s?\.)\s*\]")
_QUOTED = 60


class State(StrEnum):
    """Where a consent is on its way to the page."""

    WAITING = "Waiting for the Assembly"
    DRAFT = "Being prepared"
    SHOWN = "Shown"
    TAKEN_DOWN = "Taken down"
    NOT_IN_DATE = "Not shown: the recognition is not in date"
    TAKEN_BACK = "Consent taken back"


def credit_given(text: str) -> str:
    """How the organisation wants to be named, on one line. RuleError when it is missing or can't be kept."""
    credit = required_passage(text, "credit", "Enter how your organisation wants to be named.")
    if "\n" in credit or TURNING.search(credit):
        raise RuleError("Write it on one line, without characters that can't be seen.", field="credit")
    if len(credit) > LONGEST_CREDIT:
        raise RuleError(f"Shorten this to {LONGEST_CREDIT} characters or fewer.", field="credit")
    return credit


def texts_of(criterion: Criterion, values: Mapping[str, str]) -> list[tuple[str, str]]:
    """The label and text of each question answered in prose, in the criterion's order. Roles, dates and addresses
    are left out: they tell who and where, and nothing of how it was done."""
    asked = [one for one in criterion.questions if one.kind is QuestionKind.NARRATIVE]
    return [(one.label, values[one.id]) for one in asked if values.get(one.id, "").strip()]


def excerpt_given(typed: str, texts: Sequence[str]) -> str:
    """The excerpt as it will be shown, every cut marked.

    RuleError naming the first words that do not stand in ``texts``, in their order, as whole words.
    """
    tidied = required_passage(typed, "excerpt", "Enter the excerpt.")
    if len(tidied) > LONGEST_EXCERPT:
        told = f"Shorten the excerpt to {LONGEST_EXCERPT:,} characters or fewer. It has {len(tidied):,}."
        raise RuleError(told, field="excerpt")
    pieces = [one for piece in _CUT.split(tidied) if (one := _plain(piece))]
    if not pieces:
        raise RuleError("Enter the excerpt.", field="excerpt")
    sources = [_plain(text) for text in texts]
    places = _places(pieces, sources)
    shown = _CUT.sub(CUT, tidied)
    (_, begins), (last, ends) = places[0], _end(pieces[-1], places[-1])
    if begins > 0 and not shown.startswith(CUT):
        shown = f"{CUT} {shown}"
    if ends < len(sources[last]) and not shown.endswith(CUT):
        shown = f"{shown} {CUT}"
    return shown


def _plain(text: str) -> str:
    return " ".join(text.split())


def _end(piece: str, place: tuple[int, int]) -> tuple[int, int]:
    return place[0], place[1] + len(piece)


def _places(pieces: Sequence[str], sources: Sequence[str]) -> list[tuple[int, int]]:
    """Which text each piece stands in and where, each after the one before."""
    found: list[tuple[int, int]] = []
    at = (0, 0)
    for piece in pieces:
        place = _find(piece, sources, at)
        if place is None:
            said = piece if len(piece) <= _QUOTED else f"{piece[:_QUOTED]}…"
            raise RuleError(
                f"“{said}” does not stand in the sealed answer like this. Copy it from there word for word, in its "
                f"order, and write {CUT} where you leave something out.",
                field="excerpt",
            )
        found.append(place)
        at = _end(piece, place)
    return found


def _find(piece: str, sources: Sequence[str], after: tuple[int, int]) -> tuple[int, int] | None:
    for number in range(after[0], len(sources)):
        source = sources[number]
        at = source.find(piece, after[1] if number == after[0] else 0)
        while at >= 0 and not _is_whole(source, at, at + len(piece)):
            at = source.find(piece, at + 1)
        if at >= 0:
            return number, at
    return None


def _is_whole(source: str, begin: int, end: int) -> bool:
    """Whether no word is cut: “able” must not be quoted out of “unable”."""
    return not _joins(source, begin) and not _joins(source, end)


def _joins(source: str, at: int) -> bool:
    return 0 < at < len(source) and _is_of_word(source[at - 1]) and _is_of_word(source[at])


def _is_of_word(letter: str) -> bool:
    return letter.isalnum() or letter in "'’-"


@dataclass(frozen=True)
class Doubt:
    """Something in a text that may tell who somebody is."""

    kind: str
    text: str


_SMALL = re.compile(
    r"(?<![\w.,£$€/%-])(?<!\d in )(?<!one in )(?:[1-9]|one|two|three|four|five|six|seven|eight|nine)(?![\w%/]|[.,]\d)"
    r"(?:\s+(?!(?:in|per|times?|minutes?|hours?|(?:working\s+)?days?|weeks?|months?|years?|meetings?)\b)[\w’'-]+){0,4}?\s+(?:people|persons?|staff|colleagues?|"
    r"members?|nurses?|doctors?|consultants?|midwi(?:fe|ves)|employees?|patients?|applicants?|candidates?|"
    r"individuals?|wom[ae]n|m[ae]n|leaders?|managers?|directors?|executives?|volunteers?|students?|trainees?|"
    r"complainants?|participants?|service users?)\b",
    re.I,
)
_TITLED = re.compile(
    r"\b(?:Dr|Mr|Mrs|Ms|Miss|Mx|Prof|Professor|Sir|Dame|Lord|Lady|Baroness|Rev|Sister|Nurse)\b\.?\s+"
    r"[A-Z][\w’'-]+(?:\s+[A-Z][\w’'-]+)?"
)


def doubts(text: str, known: Iterable[Known] = ()) -> list[Doubt]:
    """Small numbers of people and names: what a person must look at before the text is shown to everyone.

    ``known``: people the portal knows of at the organisation. A name it does not know is found by its title only.
    """
    small = [Doubt("Number of people under 10", _plain(one[0])) for one in _SMALL.finditer(text)]
    titled = [_plain(one[0]) for one in _TITLED.finditer(text)]
    names = dict.fromkeys([*titled, *people_in(text, known)])
    return [*dict.fromkeys(small), *(Doubt("Name of a person", name) for name in names)]


def why_given(text: str) -> str:
    """What makes it good practice. RuleError when it is missing or can't be kept."""
    return required_passage(text, "why", "Say why this is good practice. Writers read it beside the excerpt.")


def note_given(text: str) -> str:
    """What the Assembly is asked to leave out; may be empty."""
    return passage(text, "note")


def state(
    *, is_taken_back: bool, is_in_date: bool, is_drafted: bool, is_published: bool, is_taken_down: bool
) -> State:
    """What counts first: the organisation's word, then the recognition, then the Assembly's."""
    if is_taken_back:
        return State.TAKEN_BACK
    if not is_in_date:
        return State.NOT_IN_DATE
    if is_taken_down:
        return State.TAKEN_DOWN
    if is_published:
        return State.SHOWN
    return State.DRAFT if is_drafted else State.WAITING
