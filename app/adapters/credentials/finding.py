"""What a file names that may carry a credential: found by patterns alone, as a stranger sends the file.

Nothing here is believed and nothing is parsed. Who asks looks the names up in the register, which compares whole files.
"""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

MOST_NAMES = 5  # of each kind that one file may ask about: a file must not be a way to try numbers
MOST_RUNS = 20
MOST_BYTES = 1024 * 1024  # from the beginning; the largest picture with a credential has some 50 KB
MOST_LETTERS = 65_536  # of a run; the payload of a credential has some 5,000
# The part of a JWT between its dots. Begun only where a run begins and never tried again shorter, so that no file makes
# it read a byte twice.
_RUN = re.compile(rb"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{200,}+")
_TOKEN = re.compile(rb"/(?:credentials|verify|badges)/([0-9a-f]{32})(?![0-9a-f])")
_NUMBER = re.compile(rb"ARF-[0-9]{4}-[0-9]{6}(?![0-9])")


@dataclass(frozen=True)
class Named:
    """The certificates that a file names inside what may be a credential, in the order in which they were met."""

    tokens: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()


def named(data: bytes) -> Named:
    """What ``data`` names inside text that is written as a JWT is, wherever that text stands and whoever signed it."""
    tokens: dict[str, None] = {}
    numbers: dict[str, None] = {}
    for text in _payloads(data):
        tokens.update(dict.fromkeys(_met(_TOKEN, text)))
        numbers.update(dict.fromkeys(_met(_NUMBER, text)))
    return Named(tuple(tokens)[:MOST_NAMES], tuple(numbers)[:MOST_NAMES])


def _payloads(data: bytes) -> Iterator[bytes]:
    """Each run of letters decoded from each of four beginnings: letters may have been put in or taken out."""
    for found in islice(_RUN.finditer(data[:MOST_BYTES]), MOST_RUNS):
        run = found[0][:MOST_LETTERS]
        for start in range(4):
            letters = run[start:]
            yield base64.urlsafe_b64decode(letters[: len(letters) // 4 * 4])


def _met(pattern: re.Pattern[bytes], text: bytes) -> list[str]:
    return [one.decode("ascii") for one in islice(pattern.findall(text), MOST_NAMES)]
