"""A register that knows the certificates of ``tests.forgeries`` with both files, and pages that tell a verdict."""

import html
import re
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import Session, select

from app.models import Certificate, CertificateFile, FileForm, SigningKey
from tests.forgeries.originals import Original
from tests.holdings import certificate, trust
from tests.story import NOW, Story


@dataclass(frozen=True)
class Registered:
    original: Original
    certificate: Certificate
    key: SigningKey


def registered(
    session: Session, story: Story, original: Original, *, drawn_at: datetime = NOW, **columns: object
) -> Registered:
    """The certificate of ``original`` in the register, with the hashes of its two files and the key that signed."""
    facts = original.facts
    body = trust(session, story, f"Q{facts.number[-2:]}")
    # Of another year at first, so that its number is none that a test has given already.
    row = certificate(session, story, body, issued=date(2025, 12, 1), expires=facts.expires_on)
    row.number, row.year, row.serial = facts.number, int(facts.number[4:8]), int(facts.number[-6:])
    row.organisation_name, row.level_name = facts.organisation_name, facts.level_name
    for name, value in columns.items():
        setattr(row, name, value)
    key = session.exec(select(SigningKey).where(SigningKey.kid == original.key.kid)).first()
    if key is None:
        key = SigningKey(
            kid=original.key.kid, certificate_pem=original.key.certificate_pem, first_used_at=NOW
        )
        session.add(key)
        session.flush()
    for form, pdf, key_id in (
        (FileForm.ACCESSIBLE, original.accessible, None),
        (FileForm.SIGNED, original.signed, key.id),
    ):
        session.add(
            CertificateFile(
                certificate_id=row.id,
                form=form,
                sha256=sha256(pdf).hexdigest(),
                size=len(pdf),
                stored_name=f"{facts.number}-{form.value}",
                drawn_at=drawn_at,
                key_id=key_id,
            )
        )
    session.flush()
    return Registered(original, row, key)


def send(client: TestClient, pdf: bytes, name: str = "certificate.pdf") -> Response:
    """Have a file checked, as the form on the page does."""
    return client.post("/verify", files={"file": (name, pdf, "application/pdf")})


def verdict(answer: Response) -> str:
    """The word in the page's heading."""
    (heading,) = re.findall(r"<h1[^>]*>.*</span>(.*?)</h1>", answer.text, re.DOTALL)
    return html.unescape(heading.strip())


def words(answer: Response) -> str:
    """What a person reads."""
    main = answer.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())
