"""Certificates a second: drawn alone, and drawn, signed, stored and noted in the register, as after a release."""

import asyncio
import time
from datetime import date
from pathlib import Path

import sqlalchemy as sa

from app.adapters.pdf import CertificateFacts, CertificatePress, Signatory
from app.adapters.stores import files_for
from app.config import Environment, Settings
from app.db import Database
from app.jobs.certificates import draw_window
from app.models import Certificate, CertificateDrawing, CertificateFile
from benchmarks import seeding
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


def whole_per_second(folder: Path, number: int) -> dict[int, float]:
    """So many certificates of a seeded portal, by one pair of processes and by two; starting them is not counted."""
    seeding.for_load(folder, number)
    settings = Settings(environment=Environment.DEVELOPMENT, data_dir=folder)
    database = Database(settings.database)
    rates = {pairs: _whole(database, settings, pairs) for pairs in (1, 2)}
    database.close()
    return rates


def _whole(database: Database, settings: Settings, pairs: int) -> float:
    with database.write() as session:
        session.execute(sa.delete(CertificateFile))
        session.execute(sa.delete(CertificateDrawing))
        ids = session.execute(sa.select(Certificate.id)).scalars()  # type: ignore[call-overload]
        session.add_all(CertificateDrawing(certificate_id=id_) for id_ in ids)
    done: list[float] = []
    draw_window(
        database, files_for(settings), settings, None, pairs, lambda _: done.append(time.perf_counter())
    )
    return (len(done) - pairs) / (done[-1] - done[pairs - 1])
