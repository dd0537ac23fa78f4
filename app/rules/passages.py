"""Text that people type as a reason or a note, as it is kept."""

import re
import unicodedata

from app.criteria.text import CONTROL, SPACES
from app.rules.errors import RuleError

LONGEST = 10_000  # characters; some 1,600 words, several times what a considered reason takes
_LINE_ENDS = re.compile("\r\n?")  # browsers send CR LF, which would count twice against the limit


def passage(text: str, field: str) -> str:
    """The text tidied as answers are: NFC, LF line ends, no space around it.

    RuleError for ``field`` when it is longer than ``LONGEST`` characters or holds characters that can't be stored.
    """
    tidied = unicodedata.normalize("NFC", _LINE_ENDS.sub("\n", text)).strip(SPACES)
    if CONTROL.search(tidied):
        raise RuleError(
            "Remove characters that can't be seen. Typing the text again removes them.", field=field
        )
    if len(tidied) > LONGEST:
        raise RuleError(
            f"Shorten this to {LONGEST:,} characters or fewer. It has {len(tidied):,}.", field=field
        )
    return tidied


def required_passage(text: str, field: str, wanted: str) -> str:
    """As ``passage``; RuleError with the sentence ``wanted`` when nothing is left."""
    tidied = passage(text, field)
    if not tidied:
        raise RuleError(wanted, field=field)
    return tidied
