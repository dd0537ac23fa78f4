"""Verdicts on certificates and files: the register decides, doubts only take away."""

from datetime import timedelta

import pytest

from app.adapters.verifying.examined import Examined, Fault
from app.models import FileForm
from app.rules.certificates import Standing
from app.rules.verification import (
    Doubt,
    KnownFile,
    Verdict,
    doubt,
    needs_look,
    number_of,
    of_certificate,
    of_known,
    of_unknown,
)
from tests.story import NOW

CERTIFIED = Examined((), "kid", ("ARF-2026-000001",))
SIGNED = KnownFile(FileForm.SIGNED, NOW, "kid")


def test_the_words_are_these() -> None:
    assert [one.value for one in Verdict] == [
        "Genuine and in date",
        "Genuine, expired",
        "Revoked",
        "Superseded",
        "Changed copy",
        "Not ours",
        "Not verified",
    ]
    assert [of_certificate(one).name for one in Standing] == [one.name for one in Standing]


@pytest.mark.parametrize("standing", Standing)
@pytest.mark.parametrize("against", [one for one in Doubt if one])
def test_a_doubt_never_makes_bad_news_better(standing: Standing, against: Doubt) -> None:
    is_bad_already = standing in (Standing.REVOKED, Standing.SUPERSEDED)
    wanted = of_certificate(standing) if is_bad_already else Verdict.NOT_VERIFIED
    assert of_known(standing, against) is wanted


@pytest.mark.parametrize(
    ("known", "found", "against"),
    [
        (SIGNED, CERTIFIED, Doubt.NONE),
        (SIGNED, None, Doubt.CHECK),
        (SIGNED, Examined((), ""), Doubt.SIGNATURE),
        (SIGNED, Examined((), "another"), Doubt.SIGNATURE),
        *((SIGNED, Examined((fault,), "kid"), Doubt.SIGNATURE) for fault in Fault),
        (KnownFile(FileForm.ACCESSIBLE, NOW), None, Doubt.NONE),
        (KnownFile(FileForm.SIGNED, NOW, "kid", NOW + timedelta(seconds=1)), CERTIFIED, Doubt.NONE),
        (KnownFile(FileForm.SIGNED, NOW, "kid", NOW), CERTIFIED, Doubt.KEY),
        (KnownFile(FileForm.SIGNED, NOW, "kid", NOW - timedelta(days=1)), CERTIFIED, Doubt.KEY),
    ],
)
def test_c11_what_stands_against_a_file_that_the_register_knows(
    known: KnownFile, found: Examined | None, against: Doubt
) -> None:
    assert doubt(known, found) is against


@pytest.mark.parametrize("names_ours", [True, False])
@pytest.mark.parametrize(
    "found", [None, CERTIFIED, Examined((Fault.PARTIAL,), "kid"), Examined((Fault.UNSIGNED,))]
)
def test_c04_c05_no_file_that_the_register_does_not_know_is_genuine(
    found: Examined | None, names_ours: bool
) -> None:
    assert of_unknown(found, names_ours=names_ours) in (
        Verdict.CHANGED,
        Verdict.NOT_OURS,
        Verdict.NOT_VERIFIED,
    )


def test_what_an_unknown_file_is_called() -> None:
    stranger, ours = Examined((Fault.UNSIGNED,)), Examined((Fault.PARTIAL,), "kid")
    told = [
        of_unknown(found, names_ours=names) for found in (None, stranger, ours) for names in (False, True)
    ]
    assert told == [
        Verdict.NOT_VERIFIED,
        Verdict.NOT_VERIFIED,
        Verdict.NOT_OURS,
        Verdict.CHANGED,
        Verdict.CHANGED,
        Verdict.CHANGED,
    ]


def test_only_the_hash_of_an_unsigned_copy_says_all_there_is() -> None:
    assert [needs_look(one) for one in (None, SIGNED, KnownFile(FileForm.ACCESSIBLE, NOW))] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("ARF-2026-000017", "ARF-2026-000017"),
        (" arf – 2026 — 000017 ", "ARF-2026-000017"),
        ("ARF_2026_000017", "ARF-2026-000017"),
        ("ARF-2026-17", ""),
        ("ARF-2026-0000171", ""),
        ("ARF-2026-٠٠٠٠١٧", ""),
        ("ARF-2026-000017\x00", ""),
        ("", ""),
        ("' OR 1=1", ""),
    ],
)
def test_a_number_is_read_as_people_type_it(typed: str, number: str) -> None:
    assert number_of(typed) == number
