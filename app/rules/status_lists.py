"""Bitstring Status Lists (W3C, 1.0): one bit for each credential, in one list for each way in which it may not hold.

The list has the standard's least length at least, so that whoever asks for it does not tell which credential they hold.
"""

import base64
import gzip
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from app.models import Revocation
from app.rules.days import uk_day
from app.rules.revocations import State, last_day, state

LEAST = 131_072  # entries
# How long a list is good for, and after what time the next one is signed. Whoever keeps old copies from a verifier that
# has seen none gains no more than LIFE.
LIFE = timedelta(hours=24)
RENEWED_AFTER = timedelta(hours=1)


class Purpose(StrEnum):
    REVOCATION = "revocation"  # for good: superseded, or revoked and past appeal
    SUSPENSION = "suspension"  # revoked; an appeal could still give it back


def size(credentials: int) -> int:
    """Entries of the list, half of them free at least: the next index is drawn at random."""
    found = LEAST
    while credentials * 2 > found:
        found *= 2
    return found


def bits(indices: Iterable[int], entries: int) -> bytes:
    """The list, the first entry in the highest bit."""
    made = bytearray(entries // 8)
    for index in indices:
        made[index // 8] |= 0x80 >> index % 8
    return bytes(made)


def encoded(made: bytes) -> str:
    """As it stands in the credential: compressed, base64url, with the letter that says so. The same bytes each time."""
    return "u" + base64.urlsafe_b64encode(gzip.compress(made, mtime=0)).rstrip(b"=").decode()


def bits_of(text: str) -> bytes:
    """The other way round."""
    return gzip.decompress(base64.urlsafe_b64decode(text[1:] + "=" * (-len(text[1:]) % 4)))


def next_start(at: datetime, before: datetime | None) -> datetime:
    """The whole second from which a new list is good, after the one before whatever the clock says."""
    whole = at.replace(microsecond=0)
    return whole if before is None else max(whole, before + timedelta(seconds=1))


def is_old(valid_from: datetime, at: datetime) -> bool:
    return at - valid_from >= RENEWED_AFTER


def is_final(row: Revocation | None, days: int, at: datetime) -> bool:
    """Whether the revocation of a certificate can no longer be overturned: upheld, or ``days`` working days gone by
    without an appeal. None: it was recorded before appeals were.
    """
    if row is None or row.confirmed_at is None:
        return True
    match state(row):
        case State.APPEALED:
            return False
        case State.IN_FORCE:
            return uk_day(at) > last_day(row.confirmed_at, days)
        case _:
            return True
