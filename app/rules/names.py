"""Names of people as they are kept, and as mails may carry them: a mail of ours must not be made to lead elsewhere."""

import re
from unicodedata import normalize

from app.criteria.text import CONTROL, SPACES, TURNING
from app.rules.errors import RuleError

LONGEST_NAME = 100
# What mail programs turn into a link by themselves: a scheme, an address with @, "www", two words joined by a dot
# (with any of the dots that a host name may be written with), a slash.
_LINK = re.compile(r"[/\\@]|:\S|www|[^\s.\u3002]\s?[.\u3002][^\s.\u3002]", re.IGNORECASE)
# Characters without width: they would hide the dot from the rule and not from a mail program.
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2028\u2029\u2060-\u2064\ufeff]")


def person_name(text: str, field: str = "name") -> str:
    """The name tidied: NFC, single spaces. RuleError for ``field`` when it is none, too long or reads as an address."""
    if CONTROL.search(text) or TURNING.search(text) or _UNSEEN.search(text):
        raise RuleError(
            "Remove characters that can't be seen. Typing the name again removes them.", field=field
        )
    tidied = " ".join(normalize("NFC", text).strip(SPACES).split())
    if not tidied:
        raise RuleError("Enter their name.", field=field)
    if len(tidied) > LONGEST_NAME:
        raise RuleError(f"Shorten the name to {LONGEST_NAME} characters or fewer.", field=field)
    if reads_as_address(tidied):
        raise RuleError(
            "Enter a name without a web or email address. Put a space after each full stop.", field=field
        )
    return tidied


def reads_as_address(text: str) -> bool:
    """Whether a mail program could make a link of some part of ``text``."""
    plain = normalize("NFKC", _UNSEEN.sub("", text))
    return _LINK.search(plain) is not None


def in_mail(name: str, otherwise: str) -> str:
    """``name`` on one line, or ``otherwise`` where a mail program could make a link of it."""
    tidied = " ".join(name.split())
    return otherwise if reads_as_address(tidied) or CONTROL.search(tidied) else tidied
