"""The signature: what a PDF reader finds in it, and that what signs and what draws stay apart."""

import io
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import EmbeddedPdfSignature, validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from app.adapters.pdf import CertificatePress
from app.adapters.pdf_drawing import draw_certificate
from app.adapters.press import ROOT
from app.adapters.signing.key_files import FileKey
from app.adapters.signing.keys import Key, KeyPlace
from app.adapters.signing.opening import opened
from app.adapters.signing.press import NotSigned, SigningPress, ToSign, Work
from tests.adapters.certificates import FACTS
from tests.adapters.test_signing_keys import PLACES, Place
from tests.tsa import Authority, answering

AT = datetime.now(UTC)


@pytest.fixture(scope="module")
def accessible() -> bytes:
    return draw_certificate(FACTS)


@pytest.fixture
def place(tmp_path: Path) -> KeyPlace:
    return KeyPlace(tmp_path / "keys", may_make=True, issuer="The Assembly")


@pytest.fixture
def press(place: KeyPlace) -> Iterator[SigningPress]:
    made = pressing(place)
    yield made
    made.close()


def pressing(place: KeyPlace, url: str = "", seconds: float = 60) -> SigningPress:
    with opened(place, AT) as key:
        return SigningPress(Work(place, key.kid, AT, url), seconds)


def paper(pdf: bytes) -> ToSign:
    return ToSign(
        pdf, "The Assembly", "Certificate of recognition ARF-2026-000017", "https://portal.example/verify"
    )


def signature_in(pdf: bytes) -> EmbeddedPdfSignature:
    (found,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    return found


def validated(pdf: bytes, key: Key, authority: Authority | None = None) -> PdfSignatureStatus:
    roots = list(load_certs_from_pemder_data(key.certificate_pem.encode()))
    stamps = ValidationContext(trust_roots=[authority.certificate]) if authority else None
    return validate_pdf_signature(
        signature_in(pdf), ValidationContext(trust_roots=roots), ts_validation_context=stamps
    )


@pytest.mark.parametrize("kind", PLACES)
def test_it_certifies_the_whole_file_and_allows_no_change(
    kind: Place, tmp_path: Path, accessible: bytes
) -> None:
    where = kind(tmp_path)
    made = pressing(where)
    try:
        signed = made.sign_now(paper(accessible))
    finally:
        made.close()
    assert signed.startswith(accessible)
    with opened(where, AT) as key:
        status = validated(signed, key)
    found = signature_in(signed)
    assert (status.bottom_line, status.coverage, found.docmdp_level) == (
        True,
        SignatureCoverageLevel.ENTIRE_FILE,
        MDPPerm.NO_CHANGES,
    )
    certifying = PdfFileReader(io.BytesIO(signed)).root["/Perms"]["/DocMDP"]["/Contents"]
    assert (certifying, str(found.sig_object["/SubFilter"])) == (
        found.sig_object["/Contents"],
        "/ETSI.CAdES.detached",
    )
    assert (found.sig_object["/Name"], found.sig_object["/Reason"]) == (
        "The Assembly",
        "Certificate of recognition ARF-2026-000017",
    )


def test_it_cannot_be_seen_on_the_page(press: SigningPress, accessible: bytes) -> None:
    field = signature_in(press.sign_now(paper(accessible))).sig_field
    assert [float(side) for side in field["/Rect"]] == [0, 0, 0, 0]


def test_a_changed_byte_is_found(press: SigningPress, place: KeyPlace, accessible: bytes) -> None:
    signed = bytearray(press.sign_now(paper(accessible)))
    signed[signed.index(b"/Title") + 12] ^= 1
    with opened(place, AT) as key:
        assert validated(bytes(signed), key).intact is False


def test_the_time_is_stamped_where_an_authority_is_named(place: KeyPlace, accessible: bytes) -> None:
    at = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=5)
    with answering(Authority(at)) as authority:
        made = pressing(place, authority.url)
        try:
            signed = made.sign_now(paper(accessible))
        finally:
            made.close()
    with opened(place, AT) as key:
        status = validated(signed, key, authority)
    assert status.timestamp_validity is not None
    assert (status.bottom_line, status.timestamp_validity.valid, status.timestamp_validity.timestamp) == (
        True,
        True,
        at,
    )
    assert authority.asked >= 1


def test_an_authority_that_is_away_means_not_signed_rather_than_not_stamped(
    place: KeyPlace, accessible: bytes
) -> None:
    made = pressing(place, "http://127.0.0.1:9/")
    try:
        with pytest.raises(NotSigned):
            made.sign_now(paper(accessible))
    finally:
        made.close()


def test_what_is_no_pdf_is_refused_and_the_process_stays(press: SigningPress, accessible: bytes) -> None:
    press.sign_now(paper(accessible))
    before = press.pid
    with pytest.raises(NotSigned, match=r"^PdfReadError: "):
        press.sign_now(paper(b"no PDF"))
    assert press.sign_now(paper(accessible)).startswith(accessible)
    assert press.pid == before


def test_a_key_that_is_gone_is_told_in_a_sentence(place: KeyPlace, accessible: bytes) -> None:
    made = SigningPress(Work(place, "x" * 43, AT))
    try:
        with pytest.raises(NotSigned, match=r"^The key x+ is not in the folder of keys\.$"):
            made.sign_now(paper(accessible))
    finally:
        made.close()


def test_the_key_is_in_the_memory_of_what_signs_and_never_of_what_draws(
    press: SigningPress, place: KeyPlace
) -> None:
    """Looked for as the file has it, in the order of bytes of both kinds of machines, and in OpenSSL's own words."""
    drawing = CertificatePress()
    try:
        press.sign_now(paper(drawing.draw_now(FACTS)))
        secrets = _secrets(opened(place, AT))
        assert (_holds(press.pid, secrets), _holds(drawing.pid, secrets)) == (True, False)
    finally:
        drawing.close()


def _secrets(key: Key) -> list[bytes]:
    assert isinstance(key, FileKey)
    number = key._private.private_numbers().private_value
    der = key._private.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return [number.to_bytes(32, "big"), number.to_bytes(32, "little"), der]


def _holds(pid: int | None, secrets: list[bytes]) -> bool:
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in maps:
            place, rights = line.split()[:2]
            if not rights.startswith("rw"):
                continue
            start, end = (int(one, 16) for one in place.split("-"))
            memory.seek(start)
            held = memory.read(end - start)
            if any(secret in held for secret in secrets):
                return True
    return False


def test_the_process_that_signs_sees_none_of_the_portals_settings(
    press: SigningPress, accessible: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARF_DATABASE_URL", "CANARY")
    monkeypatch.setenv("SOFTHSM2_CONF", "/kept/for/the/module")
    press.sign_now(paper(accessible))
    environment = Path(f"/proc/{press.pid}/environ").read_bytes()
    assert (b"CANARY" in environment, b"/kept/for/the/module" in environment) == (False, True)


def test_a_web_process_does_not_load_pyhanko() -> None:
    program = "import sys, app.jobs.certificates; print({'pyhanko', 'weasyprint'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"
