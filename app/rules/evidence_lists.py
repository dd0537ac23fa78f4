"""Searching, narrowing and sorting the evidence library.

A library has at most ``MOST_ITEMS`` lines, which are read in one statement; they are chosen among here, so that both
databases find and order the same, whatever the letters (SQLite folds the case of A to Z alone).
"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from urllib.parse import urlencode
from uuid import UUID

from app.models import EvidenceKind, ScanState
from app.rules.days import months_before
from app.rules.standing_check import OLD_AFTER_MONTHS

PAGE = 50
SOON_MONTHS = (
    2  # before it expires: long enough to have a policy approved again by a board that meets monthly
)
LONGEST_SEARCH = 200  # characters
NO_SOURCE = "none"


@dataclass(frozen=True)
class LibraryLine:
    """One line of the library."""

    id: UUID
    kind: EvidenceKind
    title: str
    source: str
    evidence_date: date
    expires_on: date | None
    added_at: datetime
    number: int  # of the newest version, and so how many there are
    file_name: str
    size: int
    url: str
    scan: ScanState | None  # None for a link, which has nothing to scan
    is_warned: bool  # the warning about its newest version waits for an answer
    uses: int  # criteria that it supports

    def is_expired(self, today: date) -> bool:
        return self.expires_on is not None and self.expires_on < today

    def expires_soon(self, today: date) -> bool:
        """Within two months; on its last day it still counts."""
        last = self.expires_on
        return last is not None and today <= last and months_before(last, SOON_MONTHS) <= today

    def is_old(self, today: date) -> bool:
        return self.evidence_date < months_before(today, OLD_AFTER_MONTHS)


class Expiry(StrEnum):
    SOON = "soon"
    EXPIRED = "expired"


class Attention(StrEnum):
    """What an item may want somebody to do."""

    OLD = "old"
    UNUSED = "unused"
    WARNING = "warning"


class Order(StrEnum):
    TITLE = "title"
    EXPIRES = "expires"
    NEWEST = "newest"
    DATED = "dated"


@dataclass(frozen=True)
class Wanted:
    """What a person looks for. An empty text asks for nothing; one that no choice has finds nothing."""

    words: str = ""
    kind: str = ""
    source: str = ""
    scan: str = ""
    expiry: str = ""
    attention: str = ""
    order: str = Order.TITLE

    @property
    def is_narrowed(self) -> bool:
        return bool(self.words.strip()) or self.has_choices

    @property
    def has_choices(self) -> bool:
        return any((self.kind, self.source, self.scan, self.expiry, self.attention))

    def query(self, start: int) -> str:
        """The address of one page of what is found, from ``?`` on."""
        fields = {
            "words": self.words,
            "kind": self.kind,
            "source": self.source,
            "scan": self.scan,
            "expiry": self.expiry,
            "attention": self.attention,
            "order": "" if self.order == Order.TITLE else self.order,
            "start": str(start) if start else "",
        }
        return "?" + urlencode({name: text for name, text in fields.items() if text})


def found(lines: Iterable[LibraryLine], wanted: Wanted, *, today: date) -> list[LibraryLine]:
    """The lines that fit, in the order asked for; what never expires comes last among expiry dates."""
    words = _folded(wanted.words[:LONGEST_SEARCH]).split()
    fitting = [one for one in lines if _fits(one, wanted, today) and _says(one, words)]
    by_title = sorted(fitting, key=lambda one: (_folded(one.title), one.title, str(one.id)))
    return sorted(by_title, key=_ORDERS.get(wanted.order, _by_nothing))


def expiring(lines: Iterable[LibraryLine], *, today: date) -> list[LibraryLine]:
    """What has expired or will within two months, soonest first."""
    due = [one for one in lines if one.is_expired(today) or one.expires_soon(today)]
    return sorted(due, key=lambda one: (_by_expiry(one), _folded(one.title), str(one.id)))


def in_words(found: int, total: int, is_narrowed: bool) -> str:
    """``12 of 48 items``, or ``48 items`` when nothing narrows them."""
    items = "item" if total == 1 else "items"
    return f"{found} of {total} {items}" if is_narrowed else f"{total} {items}"


def _fits(one: LibraryLine, wanted: Wanted, today: date) -> bool:
    facts: Mapping[str, bool] = {
        Expiry.SOON: one.expires_soon(today),
        Expiry.EXPIRED: one.is_expired(today),
        Attention.OLD: one.is_old(today),
        Attention.UNUSED: one.uses == 0,
        Attention.WARNING: one.is_warned,
    }
    return (
        wanted.kind in ("", one.kind.value)
        and wanted.source in ("", one.source or NO_SOURCE)
        and wanted.scan in ("", one.scan.value if one.scan else "")
        and all(not asked or facts.get(asked, False) for asked in (wanted.expiry, wanted.attention))
    )


def _says(one: LibraryLine, words: list[str]) -> bool:
    """Whether every word stands somewhere in the title, the file name or the address."""
    text = _folded(f"{one.title}\n{one.file_name}\n{one.url}")
    return all(word in text for word in words)


def _folded(text: str) -> str:
    """Without case and accents: who looks for ``raport`` finds ``Räport``."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


def _by_nothing(one: LibraryLine) -> float:
    return 0


def _by_expiry(one: LibraryLine) -> float:
    return (one.expires_on or date.max).toordinal()


_ORDERS = {
    Order.EXPIRES.value: _by_expiry,
    Order.NEWEST.value: lambda one: -one.added_at.timestamp(),
    Order.DATED.value: lambda one: -one.evidence_date.toordinal(),
}
