"""Certificates a second, through the same press that a web process uses."""

import asyncio
import time
from datetime import date

from app.adapters.pdf import CertificateFacts, CertificatePress, Signatory
from benchmarks.served import Memory, memory


def facts(number: int) -> CertificateFacts:
    return CertificateFacts(
        number=f"ARF-2026-{number:06d}",
        level_name="Bronze",
        organisation_name=f"Fictional trust {number}",
        ods_code=f"ZZ{number:05d}",
        framework_title="Anti-Racist Framework",
        framework_version="2023-illustrative",
        illustrative_mark="Illustrative, awaiting the Assembly's text",
        issued_on=date(2026, 11, 22),
        expires_on=date(2029, 11, 22),
        issuer_name="Fictional assembly",
        signatories=(Signatory("Director", "Fictional assembly"),),
        verify_url=f"https://portal.example/verify/{number:032x}",
        register_address="https://portal.example/verify",
        demo=True,
    )


async def per_second(presses: int, number: int) -> tuple[float, list[Memory]]:
    """Draw ``number`` certificates with so many warm processes; the rate, and what each process then holds."""
    made = [CertificatePress() for _ in range(presses)]
    try:
        for place, press in enumerate(made):
            await press.draw(facts(place))
        begun = time.perf_counter()
        await asyncio.gather(*(made[one % presses].draw(facts(one)) for one in range(number)))
        seconds = time.perf_counter() - begun
        held = [memory(press.pid, f"press {place}") for place, press in enumerate(made, 1) if press.pid]
        return number / seconds, held
    finally:
        for press in made:
            press.close()
