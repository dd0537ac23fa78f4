"""Certificates as PDF: what one says, and the separate process that draws them.

The drawing itself lives in `pdf_drawing`, which loads WeasyPrint (45 MB and most of a second). A web worker
imports only this file: it sends facts to a warm process and gets bytes back.
"""

from dataclasses import dataclass
from datetime import date

from app.adapters.press import Press, PressFailed

SIGNATORIES_LIMIT = 3
# Characters. With every text at its limit and made of the widest letter the page still holds all of them.
LIMITS = {
    "number": 40,
    "level_name": 30,
    "organisation_name": 300,
    "ods_code": 20,
    "framework_title": 150,
    "framework_version": 40,
    "illustrative_mark": 200,
    "issuer_name": 120,
    "name_or_role": 80,
    "role": 80,
    "verify_url": 200,
    "register_address": 100,
}


class DrawingFailed(PressFailed):
    """No certificate came out; nothing else was changed, so that the caller may try again later."""


@dataclass(frozen=True)
class Signatory:
    """Who stands behind a certificate: a name, or the name of a part where none is to be printed."""

    name_or_role: str
    role: str


@dataclass(frozen=True)
class CertificateFacts:
    """All that a certificate says. The same facts give the same bytes.

    `verify_url` is what the QR code holds, `register_address` the address printed in words, `expires_on`
    the day on which the certificate stops. Raises ValueError for texts that are blank or over `LIMITS`.
    """

    number: str
    level_name: str
    organisation_name: str
    ods_code: str
    framework_title: str
    framework_version: str
    illustrative_mark: str
    issued_on: date
    expires_on: date
    issuer_name: str
    signatories: tuple[Signatory, ...]
    verify_url: str
    register_address: str
    demo: bool

    def __post_init__(self) -> None:
        if len(self.signatories) > SIGNATORIES_LIMIT:
            raise ValueError(f"signatories: a certificate holds {SIGNATORIES_LIMIT} or fewer")
        _check_texts(self)
        for signatory in self.signatories:
            _check_texts(signatory)


def _check_texts(said: "CertificateFacts | Signatory") -> None:
    for name, text in vars(said).items():
        if name not in LIMITS:
            continue
        if len(text) > LIMITS[name]:
            raise ValueError(f"{name}: {len(text)} characters, a certificate holds {LIMITS[name]} or fewer")
        if not text.strip() and name != "illustrative_mark":
            raise ValueError(f"{name}: blank")


class CertificatePress(Press):
    """Draws certificates one after the other in a warm process of its own."""

    def __init__(self, seconds: float = 20.0, starting_seconds: float = 60.0) -> None:
        super().__init__(
            "app.adapters.pdf_drawing", "certificate", seconds=seconds, starting_seconds=starting_seconds
        )

    async def draw(self, facts: CertificateFacts) -> bytes:
        """Returns the PDF of `facts`; raises DrawingFailed."""
        return await self.make(facts)

    def draw_now(self, facts: CertificateFacts) -> bytes:
        """The same for a caller that is a thread of its own."""
        return self.make_now(facts)

    def failed(self, reason: str) -> DrawingFailed:
        return DrawingFailed(reason)
