"""The kinds of text a framework is written in, and what counts as a space or a control character."""

import re
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

# ECMAScript's white space and line terminators: what `\s` means in a browser. Python's `\s` differs (it adds
# U+001C to U+001F and U+0085, and lacks U+FEFF), so the two counters would disagree on pasted text.
SPACES = "\t\n\x0b\x0c\r \u00a0\u1680" + "".join(map(chr, range(0x2000, 0x200B)))
SPACES += "\u2028\u2029\u202f\u205f\u3000\ufeff"

# Everything in Unicode's Cc but tab and new line, and lone surrogates, which no UTF-8 can carry.
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
# Characters that turn the reading direction of what follows: a title could be made to read as another one.
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")

_SLUG = re.compile(r"[a-z0-9]+([.-][a-z0-9]+)*")
_CODE = re.compile(r"[A-Za-z0-9]+(\.[A-Za-z0-9]+)*")
_QUESTION_ID = re.compile(r"[a-z][a-z0-9_]*")


def _one_line(value: str) -> str:
    """Refuse a line break, so that a title stays one line wherever it is shown."""
    if "\n" in value:
        raise ValueError("This must be on one line.")
    return value


def _plain(value: str) -> str:
    """Refuse characters that can't be seen and change how the rest is read."""
    if CONTROL.search(value) or TURNING.search(value):
        raise ValueError("This holds a control character. Remove it.")
    return value


def _slug(value: str) -> str:
    """Accept ids such as "bronze" or "2023.illustrative": they stand in addresses."""
    if not _SLUG.fullmatch(value):
        raise ValueError("Use lower-case letters, numbers, full stops and hyphens only.")
    return value


def _code(value: str) -> str:
    """Accept codes such as "B01" or "1.10"."""
    if not _CODE.fullmatch(value):
        raise ValueError("Use letters and numbers, with full stops between them, such as B01 or 1.10.")
    return value


def _question_id(value: str) -> str:
    """Accept ids without hyphens: `<id>-day` names one part of a date and must not be another question."""
    if not _QUESTION_ID.fullmatch(value):
        raise ValueError("Begin with a lower-case letter, then use lower-case letters, numbers and _ only.")
    return value


Line = Annotated[
    str, StringConstraints(min_length=1, max_length=300), AfterValidator(_one_line), AfterValidator(_plain)
]
# These two are printed on certificates, which have room for so much.
FrameworkTitle = Annotated[Line, StringConstraints(max_length=150)]
LevelName = Annotated[Line, StringConstraints(max_length=30)]
Mark = Annotated[str, StringConstraints(max_length=200), AfterValidator(_one_line), AfterValidator(_plain)]
Passage = Annotated[str, StringConstraints(min_length=1, max_length=4000), AfterValidator(_plain)]
Slug = Annotated[str, StringConstraints(min_length=1, max_length=40), AfterValidator(_slug)]
# 10: what the tables hold of a code.
Code = Annotated[str, StringConstraints(min_length=1, max_length=10), AfterValidator(_code)]
QuestionId = Annotated[str, StringConstraints(min_length=1, max_length=40), AfterValidator(_question_id)]
