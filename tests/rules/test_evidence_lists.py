"""Finding in the library: the same on both databases, hostile words are words, days end with the UK day."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from app.models import EvidenceKind, ScanState
from app.rules.evidence_lists import LibraryLine, Wanted, expiring, found, in_words

TODAY = date(2026, 11, 22)


def line(number: int, title: str, **facts: object) -> LibraryLine:
    made = LibraryLine(
        id=UUID(int=number),
        kind=EvidenceKind.FILE,
        title=title,
        source="",
        evidence_date=date(2026, 3, 27),
        expires_on=None,
        added_at=datetime(2026, 4, number, tzinfo=UTC),
        number=1,
        file_name="",
        size=100,
        url="",
        scan=ScanState.CLEAN,
        is_warned=False,
        uses=1,
    )
    return replace(made, **facts)  # type: ignore[arg-type]


LINES = [
    line(1, "WRES report", file_name="räport 100%.pdf", source="wres"),
    line(2, "board paper", kind=EvidenceKind.LINK, url="https://trust.example/Papers_1", scan=None, uses=0),
    line(3, "Ärztliche Übersicht", scan=ScanState.WAITING, expires_on=date(2026, 11, 21)),
    line(4, "Zero tolerance policy", expires_on=date(2027, 1, 22), evidence_date=date(2025, 11, 21)),
    line(5, "Audit", is_warned=True, scan=ScanState.INFECTED, expires_on=date(2027, 1, 23)),
]


def titles(**asked: str) -> list[str]:
    return [one.title for one in found(LINES, Wanted(**asked), today=TODAY)]


def test_without_a_wish_everything_comes_by_title() -> None:
    assert titles() == ["Ärztliche Übersicht", "Audit", "board paper", "WRES report", "Zero tolerance policy"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("wres", ["WRES report"]),
        ("REPORT wres", ["WRES report"]),
        ("report board", []),
        ("RÄPORT", ["WRES report"]),
        ("raport", ["WRES report"]),
        ("ubersicht", ["Ärztliche Übersicht"]),
        ("trust.example/papers", ["board paper"]),
        ("100%", ["WRES report"]),
        ("%", ["WRES report"]),
        ("_", ["board paper"]),
        ("\\", []),
        ("' OR 1=1 --", []),
        ("\x00", []),
        ("   ", ["Ärztliche Übersicht", "Audit", "board paper", "WRES report", "Zero tolerance policy"]),
        ("a" * 100_000, []),
    ],
)
def test_words_are_found_in_title_file_name_and_address(words: str, expected: list[str]) -> None:
    assert titles(words=words) == expected


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"kind": "link"}, ["board paper"]),
        ({"kind": "nonsense"}, []),
        ({"source": "wres"}, ["WRES report"]),
        ({"source": "none", "kind": "link"}, ["board paper"]),
        ({"scan": "waiting"}, ["Ärztliche Übersicht"]),
        ({"scan": "infected"}, ["Audit"]),
        ({"scan": "clean", "kind": "link"}, []),
        ({"expiry": "expired"}, ["Ärztliche Übersicht"]),
        ({"expiry": "soon"}, ["Zero tolerance policy"]),
        ({"expiry": "nonsense"}, []),
        ({"attention": "old"}, ["Zero tolerance policy"]),
        ({"attention": "unused"}, ["board paper"]),
        ({"attention": "warning"}, ["Audit"]),
        ({"attention": "warning", "words": "policy"}, []),
    ],
)
def test_filters_narrow_together(asked: dict[str, str], expected: list[str]) -> None:
    assert titles(**asked) == expected


@pytest.mark.parametrize(
    ("order", "first", "last"),
    [
        ("expires", "Ärztliche Übersicht", "WRES report"),
        ("newest", "Audit", "WRES report"),
        ("dated", "Ärztliche Übersicht", "Zero tolerance policy"),
        ("nonsense", "Ärztliche Übersicht", "Zero tolerance policy"),
    ],
)
def test_orders(order: str, first: str, last: str) -> None:
    ordered = titles(order=order)
    assert (ordered[0], ordered[-1], len(ordered)) == (first, last, 5)


def test_expiring_tells_what_has_expired_and_will_in_two_months_soonest_first() -> None:
    assert [one.title for one in expiring(LINES, today=TODAY)] == [
        "Ärztliche Übersicht",
        "Zero tolerance policy",
    ]


@pytest.mark.parametrize(
    ("last_day", "is_expired", "is_soon"),
    [
        (date(2026, 11, 21), True, False),
        (date(2026, 11, 22), False, True),
        (date(2027, 1, 22), False, True),
        (date(2027, 1, 23), False, False),
        (None, False, False),
    ],
)
def test_the_last_day_still_counts(last_day: date | None, is_expired: bool, is_soon: bool) -> None:
    one = line(1, "x", expires_on=last_day)
    assert (one.is_expired(TODAY), one.expires_soon(TODAY)) == (is_expired, is_soon)


@pytest.mark.parametrize(
    ("given", "words"),
    [((12, 48, True), "12 of 48 items"), ((48, 48, False), "48 items"), ((0, 1, True), "0 of 1 item")],
)
def test_the_count_in_words(given: tuple[int, int, bool], words: str) -> None:
    assert in_words(*given) == words


def test_an_address_keeps_what_was_asked() -> None:
    wanted = Wanted(words="a & b", kind="file", order="title")
    assert (wanted.query(0), wanted.query(50)) == (
        "?words=a+%26+b&kind=file",
        "?words=a+%26+b&kind=file&start=50",
    )
    assert (Wanted().query(0), Wanted().is_narrowed, Wanted(words=" ").is_narrowed) == ("?", False, False)
