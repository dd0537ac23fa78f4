"""What a writer typed for one criterion: tidied, checked, and what is still missing.

A draft may be incomplete, so `clean` judges only what was typed; `missing` says what keeps the answer from
being ready. Evidence is judged elsewhere. Nothing typed is lost: a value with an error comes back beside it.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol
from urllib.parse import urlsplit

from app.criteria.schema import Criterion, Question, QuestionKind
from app.criteria.text import CONTROL, SPACES

LONGEST_ROLE = 200
LONGEST_LINK = 2000
# A word limit alone lets one word be a megabyte; no language's average word comes near this.
CHARACTERS_PER_WORD = 40
EARLIEST_YEAR, LATEST_YEAR = 1900, 2100

_WORD = re.compile(f"[^{SPACES}]+")
_SURROGATE = re.compile("[\ud800-\udfff]")
_PARTS = ("day", "month", "year")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_NAMES = (
    *("january", "february", "march", "april", "may", "june", "july", "august"),
    *("september", "sept", "october", "november", "december"),
)


class Asks(Protocol):
    """Whatever has questions: a criterion, or another form that is drawn and checked in the same way."""

    @property
    def questions(self) -> tuple[Question, ...]: ...


@dataclass(frozen=True)
class Cleaned:
    """Values and errors by question id; the parts of a date that can't be made stand under `<id>-day` and so on.

    A blank answer is left out of `values`, so two answers that say the same are equal.
    """

    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Missing:
    """A question that keeps an answer from being ready, and what to do."""

    question_id: str
    reason: str


def count_words(text: str) -> int:
    r"""The number of words, as the browser's `(text.match(/\S+/g) || []).length` counts them in this text.

    That is also `text.trim().split(/\s+/).length` for any text that is not blank. A word is a run of
    characters that ECMAScript does not call white space: "well-being" and "50%" are one word, "a – b" is three.
    """
    return sum(1 for _ in _WORD.finditer(text))


def clean(criterion: Asks, typed: Mapping[str, str]) -> Cleaned:
    """Tidy and check what was typed, by question id; a date comes as `<id>-day`, `-month`, `-year` or as ISO.

    Texts are NFC with LF line ends and no space around them. A key that no question asks for is an error
    under that key, and its text is dropped: take the form's own fields (version, button) out before.
    """
    values: dict[str, str] = {}
    errors: dict[str, str] = {}
    tidied = {key: _tidy(text) for key, text in typed.items()}
    for question in criterion.questions:
        kept = _typed_for(question, tidied)
        error = next((_UNSEEN for key in kept if CONTROL.search(_line_ends(typed[key]))), "")
        if not error and kept:
            kept, error = _CHECKS[question.kind](question, kept)
        values.update(kept)
        if error:
            errors[question.id] = error
    for key in typed.keys() - _known_keys(criterion):
        errors[key] = "This criterion does not ask for this. Remove it."
    return Cleaned(values, errors)


def missing(criterion: Criterion, values: Mapping[str, str]) -> tuple[Missing, ...]:
    """What the saved values of one criterion still need before it can be ready, in order of its questions.

    Values are judged again: a limit may have changed with the framework version they were carried into.
    """
    cleaned = clean(criterion, values)
    found = []
    for question in criterion.questions:
        if question.id in cleaned.errors:
            found.append(Missing(question.id, cleaned.errors[question.id]))
        elif question.required and question.id not in cleaned.values:
            found.append(Missing(question.id, _WANTED[question.kind]))
    return tuple(found)


_UNSEEN = (
    "Remove characters that can't be seen. Typing the text again, or pasting it as plain text, removes them."
)

_WANTED = {
    QuestionKind.RATING: "Choose the description that fits.",
    QuestionKind.NARRATIVE: "Write your answer.",
    QuestionKind.ROLE: "Enter a job title or role.",
    QuestionKind.DATE: "Enter a date.",
    QuestionKind.LINK: "Enter a web address.",
}

Checked = tuple[dict[str, str], str]


def _line_ends(text: str) -> str:
    """One line end for all systems: LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _tidy(text: str) -> str:
    """The text as it is kept. A lone surrogate can't be stored or shown: the replacement sign stands for it."""
    return unicodedata.normalize("NFC", _SURROGATE.sub("\ufffd", _line_ends(text))).strip(SPACES)


def _known_keys(criterion: Asks) -> set[str]:
    """Every key that `clean` understands for this criterion."""
    return {key for question in criterion.questions for key in _keys(question)}


def _keys(question: Question) -> list[str]:
    """The keys under which this question's answer may be typed."""
    parts = [f"{question.id}-{part}" for part in _PARTS] if question.kind is QuestionKind.DATE else []
    return [question.id, *parts]


def _typed_for(question: Question, tidied: Mapping[str, str]) -> dict[str, str]:
    """What was typed for this question, blanks left out. Parts of a date win over a whole one: the page had them."""
    typed = {key: tidied[key] for key in _keys(question) if tidied.get(key)}
    if len(typed) > 1:
        typed.pop(question.id, None)
    return typed


def _check_rating(question: Question, kept: dict[str, str]) -> Checked:
    return kept, "" if kept[question.id] in {
        "0",
        "1",
        "2",
        "3",
    } else "Choose one of the descriptions, 0 to 3."


def _check_narrative(question: Question, kept: dict[str, str]) -> Checked:
    limit = question.words or 0
    text = kept[question.id]
    if (words := count_words(text)) > limit:
        has = "1 word" if words == 1 else f"{words} words"
        return kept, f"Shorten your answer to {limit} words or fewer. It has {has}."
    return kept, _too_long(text, limit * CHARACTERS_PER_WORD)


def _check_role(question: Question, kept: dict[str, str]) -> Checked:
    text = kept[question.id]
    if "\n" in text:
        return kept, "Write the role on one line."
    return kept, _too_long(text, LONGEST_ROLE)


def _too_long(text: str, limit: int) -> str:
    """The error for a text over its limit in characters; empty when within."""
    if len(text) <= limit:
        return ""
    return f"Shorten your answer to {limit} characters or fewer. It has {len(text)}."


def _check_link(question: Question, kept: dict[str, str]) -> Checked:
    link = kept[question.id]
    if len(link) > LONGEST_LINK:
        return kept, _too_long(link, LONGEST_LINK)
    # A backslash is a slash to browsers and a letter to Python, so the two would see different hosts.
    if _WORD.fullmatch(link) is None or "\\" in link:
        return kept, "Enter one web address, without spaces or backslashes."
    try:
        parts = urlsplit(link)
        host, named = parts.hostname, parts.username is not None or parts.password is not None
        _ = parts.port
    except ValueError:
        host, named, parts = None, False, urlsplit("")
    if parts.scheme not in {"http", "https"} or not host:
        return kept, "Enter a full web address that begins with https:// or http://."
    return kept, "Remove the user name or password from the web address." if named else ""


def _check_date(question: Question, kept: dict[str, str]) -> Checked:
    """Make one ISO date of three parts, or accept one that is whole."""
    parts = [kept.get(f"{question.id}-{part}", "") for part in _PARTS]
    if question.id in kept:
        return kept, "" if _is_iso(kept[question.id]) else _REAL_DATE
    if absent := [part for part, text in zip(_PARTS, parts, strict=True) if not text]:
        return kept, f"Enter the {' and '.join(absent)} too."
    day, month, year = _number(parts[0]), _month(parts[1]), _number(parts[2])
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        return kept, f"Enter the year as 4 numbers, from {EARLIEST_YEAR} to {LATEST_YEAR}."
    try:
        return {question.id: date(year, month, day).isoformat()}, ""
    except ValueError:
        return kept, _REAL_DATE


_REAL_DATE = "Enter a real date, for example 27 3 2024."


def _is_iso(text: str) -> bool:
    """Whether this is a date as we store it, within the years we accept."""
    try:
        made = date.fromisoformat(text)
    except ValueError:
        return False
    return made.isoformat() == text and EARLIEST_YEAR <= made.year <= LATEST_YEAR


def _number(text: str) -> int:
    """The number typed; 0, which no date has, when it is none. At most 4 long: int() of long text is slow."""
    return int(text) if text.isdecimal() and len(text) <= 4 else 0


def _month(text: str) -> int:
    """A month typed as a number, a name or three letters; 0 when it is none of them."""
    name = text.casefold().rstrip(".")
    if name in _MONTHS or name in _MONTH_NAMES:
        return _MONTHS.index(name[:3]) + 1
    return _number(text)


_CHECKS: dict[QuestionKind, Callable[[Question, dict[str, str]], Checked]] = {
    QuestionKind.RATING: _check_rating,
    QuestionKind.NARRATIVE: _check_narrative,
    QuestionKind.ROLE: _check_role,
    QuestionKind.DATE: _check_date,
    QuestionKind.LINK: _check_link,
}
