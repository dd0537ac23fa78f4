"""Whether one of our keys certified a file exactly as it is: C-03, C-04, C-05, C-06, C-07, without the register's help.

The register refuses every one of these files by its hash alone; here that help is left away.
"""

import io
import os
from collections.abc import Callable

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.pdf_embedded import collect_embedded_signatures
from pyhanko.sign.validation.status import SignatureCoverageLevel

from app.adapters.verifying import apart
from app.adapters.verifying.child import looked_at
from app.adapters.verifying.coverage import covers_everything, is_padded_with_nothing
from app.adapters.verifying.examined import Examined, Fault, read, written
from app.adapters.verifying.numbers import numbers
from app.adapters.verifying.signatures import _holds
from tests.forgeries import Forgery, edits, signatures, updates
from tests.forgeries.originals import another, original

FLIPS = int(os.environ.get("ARF_TEST_FLIPPED_FILES", "300"))
NUMBER = "ARF-2026-000017"


def found(pdf: bytes) -> Examined:
    """As the process apart finds it, without its start."""
    return looked_at(pdf, [part for key in original().keys for part in key])


@pytest.fixture(scope="module")
def forged() -> list[Forgery]:
    makers = (edits.everything, signatures.everything, updates.everything)
    return [one for make in makers for one in make(original())]


def test_c05_the_file_as_it_was_issued_is_accepted() -> None:
    made = original()
    assert found(made.signed) == Examined((), made.key.kid, (NUMBER,))
    assert found(made.accessible) == Examined((Fault.UNSIGNED,), "", (NUMBER,))
    assert found(another().signed) == Examined((), made.key.kid, ("ARF-2026-000018",))


def test_c03_c05_no_forgery_is_accepted(forged: list[Forgery]) -> None:
    assert [str(one) for one in forged if found(one.pdf).is_certified] == []


def test_c03_c05_the_forgeries_are_of_every_published_family_and_each_is_another_file(
    forged: list[Forgery],
) -> None:
    made = original()
    families = {one.family for one in forged}
    assert families == {
        "QR",
        "annotation",
        "appended",
        "edit",
        "gap",
        "incremental",
        "kind",
        "re-signed",
        "shadow",
        "sneaky",
        "stripped",
        "truncated",
        "universal",
        "wrapped",
    }
    assert sum(one.family == "edit" for one in forged) == 50
    assert len({one.pdf for one in forged} | {made.signed, made.accessible}) == len(forged) + 2


WHY = {
    "appended: a line": {Fault.PARTIAL},
    "appended: a page for browsers": {Fault.PARTIAL},
    "wrapped: 20000": {Fault.PARTIAL},
    "gap: text with room for more": {Fault.PARTIAL},
    "gap: padding that is not zero": {Fault.PARTIAL},
    "incremental: another page content": {Fault.PARTIAL, Fault.LATER},
    "shadow: hide": {Fault.PARTIAL, Fault.LATER},
    "shadow: replace": {Fault.PARTIAL, Fault.LATER},
    "shadow: hide and replace": {Fault.PARTIAL, Fault.LATER},
    "annotation: allowed": {Fault.APPROVES, Fault.PARTIAL, Fault.LATER},
    "sneaky: by a stranger": {Fault.SEVERAL, Fault.APPROVES, Fault.PARTIAL, Fault.LATER},
    "kind: certified with FILL_FORMS": {Fault.APPROVES},
    "kind: approved, not certified": {Fault.APPROVES},
    "kind: approved once more": {Fault.SEVERAL, Fault.PARTIAL, Fault.LATER},
    "kind: not PAdES": {Fault.APPROVES},
    "re-signed: same name": {Fault.FOREIGN},
    "re-signed: every name and number of our certificate": {Fault.FOREIGN},
    "re-signed: our certificate": {Fault.BROKEN},
    "stripped: signature and permissions": {Fault.UNSIGNED},
    "edit: glyphs 0 of the signed": {Fault.BROKEN},
    "universal: zero range": {Fault.BROKEN, Fault.PARTIAL},
}


def test_c05_each_is_refused_for_its_own_reason(forged: list[Forgery]) -> None:
    """So that no guard can be lost behind another one."""
    by_name = {str(one): one for one in forged}
    assert {name: set(found(by_name[name].pdf).faults) for name in WHY} == WHY


@pytest.mark.parametrize("family", ["appended", "incremental", "wrapped", "gap"])
def test_c05_a_verifier_that_asks_whether_the_signature_is_intact_accepts_some(
    family: str, forged: list[Forgery]
) -> None:
    """The precedent: why the signature must cover every byte."""
    assert [str(one) for one in forged if one.family == family and _is_intact(one.pdf)] != []


def test_c05_a_reader_that_adds_up_lengths_calls_a_file_covered_that_has_unsigned_text(
    forged: list[Forgery],
) -> None:
    (pdf,) = (one.pdf for one in forged if one.name == "text with room for more")
    (signature,) = collect_embedded_signatures(PdfFileReader(io.BytesIO(pdf)))
    assert signature.evaluate_signature_coverage() is SignatureCoverageLevel.ENTIRE_FILE
    assert b"/Location (Gold, signed by the Assembly)" in pdf
    assert found(pdf).faults == (Fault.PARTIAL,)


def _is_intact(pdf: bytes) -> bool:
    """What a naive verifier asks: does any signature hold over what it says that it covers?"""
    try:
        return any(map(_holds, collect_embedded_signatures(PdfFileReader(io.BytesIO(pdf), strict=False))))
    except Exception:  # noqa: BLE001  it chokes on some
        return False


def test_c06_no_changed_byte_is_accepted_and_every_file_has_an_answer() -> None:
    """Only letters of the hexadecimal may change their case: the same signature, written otherwise. The register
    refuses those as well."""
    accepted = [one.pdf for one in edits.flipped(original(), FLIPS) if found(one.pdf).is_certified]
    assert [one for one in accepted if one.lower() != original().signed.lower()] == []


@pytest.mark.parametrize(
    "data",
    [b"", b"\0", b"%PDF-1.7", b"%PDF-1.7\n%%EOF", b"\xff" * 1000, b"<" * 10_000, b"[" * 100_000, b"PK\3\4"],
    ids=range(8),
)
def test_c06_what_is_no_certificate_at_all_is_unreadable(data: bytes) -> None:
    assert found(data) == Examined((Fault.UNREADABLE,))


def test_c07_no_key_means_that_nothing_is_ours() -> None:
    assert looked_at(original().signed, []).faults == (Fault.FOREIGN,)


def test_a_process_apart_finds_the_same() -> None:
    made = original()
    for pdf in (made.signed, made.signed + b"\n", b"%PDF-"):
        assert apart.looked_at(pdf, made.keys) == found(pdf)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda patch: patch.setattr(apart, "_MODULE", "app.adapters.verifying.nothing"),
        lambda patch: patch.setattr(apart, "WALL_SECONDS", 0.01),
        lambda patch: patch.setattr(apart, "output", lambda *_, **__: b'{"faults": ["new"]}'),
        lambda patch: patch.setattr(apart, "output", lambda *_, **__: b"not even this"),
        lambda patch: patch.setattr(apart, "output", lambda *_, **__: None),
    ],
    ids=[
        "it can't start",
        "it takes too long",
        "it says something else",
        "it says nothing of sense",
        "it died",
    ],
)
def test_c06_a_process_that_fails_finds_nothing(
    spoil: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(monkeypatch)
    assert apart.looked_at(original().signed, original().keys) is None


def test_what_is_found_arrives_as_it_was_written() -> None:
    made = Examined((Fault.PARTIAL, Fault.LATER), "kid", (NUMBER,))
    assert read(written(made)) == made


@pytest.mark.parametrize(
    ("byte_range", "is_covered"),
    [
        ([0, 4, 10, 3], True),
        ([0, 4, 10, 2], False),
        ([0, 4, 10, 4], False),
        ([0, 4, 9, 4], False),
        ([0, 3, 10, 3], False),
        ([1, 3, 10, 3], False),
        ([0, 4, 10, 3, 13, 0], False),
        ([0, 4], False),
        ([0, 4, 10, True], False),
        ([0.0, 4, 10, 3], False),
        ([0, 4, 10, "3"], False),
        ([], False),
    ],
)
def test_c05_one_gap_with_the_signature_and_nothing_else(byte_range: list[object], is_covered: bool) -> None:
    assert covers_everything(b"abcd<0aFf>xyz", byte_range, b"\x0a\xff") is is_covered


def test_c05_the_gap_holds_the_very_signature() -> None:
    assert covers_everything(b"abcd<0aFf>xyz", [0, 4, 10, 3], b"\x0a\xfe") is False
    assert covers_everything(b"abcd<0a  >xyz", [0, 4, 10, 3], b"\x0a") is False
    assert covers_everything(b"abcd(0aFf)xyz", [0, 4, 10, 3], b"0aFf") is False
    assert [is_padded_with_nothing(one, b"ab") for one in (b"ab", b"ab\0\0", b"ab\0x", b"a", b"xab")] == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_a_file_may_ask_about_few_numbers() -> None:
    data = b" ".join(b"ARF-2026-%06d" % number for number in range(1000))
    assert numbers(data) == tuple(f"ARF-2026-{number:06d}" for number in range(5))
    assert numbers("ARF-2026-000017".encode("utf-16-be")) == (NUMBER,)
    assert numbers(b"ARF-2026-0000171") == ()
