"""A genuine certificate as both its files, signed by a key as the portal signs."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from app.adapters.pdf import CertificateFacts
from app.adapters.pdf_drawing import draw_certificate
from app.adapters.signing.key_files import FileKey, make
from app.adapters.signing.pdf_signing import Signing
from app.adapters.signing.press import ToSign
from tests.adapters.certificates import FACTS

ISSUER = "The Assembly"
AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Original:
    facts: CertificateFacts
    accessible: bytes
    signed: bytes
    key: FileKey

    @property
    def keys(self) -> list[tuple[str, str]]:
        """What the portal trusts: its own key."""
        return [(self.key.kid, self.key.certificate_pem)]


@cache
def original() -> Original:
    return drawn(FACTS, fresh_key())


@cache
def another() -> Original:
    """The certificate of another organisation, signed by the same key."""
    facts = replace(FACTS, number="ARF-2026-000018", organisation_name="Demo trust 5", level_name="Gold")
    return drawn(facts, original().key)


def drawn(facts: CertificateFacts, key: FileKey) -> Original:
    pdf = draw_certificate(facts)
    return Original(facts, pdf, signed(pdf, key), key)


def signed(pdf: bytes, key: FileKey) -> bytes:
    """As the portal signs. In a thread: pyHanko runs a loop of its own, and a test with a browser has one already."""
    paper = ToSign(pdf, ISSUER, "Certificate of recognition", "register.example/verify")
    with ThreadPoolExecutor(max_workers=1) as apart:
        return apart.submit(Signing(key).signed, paper).result()


def fresh_key(issuer: str = ISSUER) -> FileKey:
    with TemporaryDirectory() as folder:
        return make(Path(folder), issuer, AT)
