"""What happens beside requests: mails go out. One transaction claims a mail, the next says how it went."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import structlog

from app.actions import mails
from app.adapters.email import NotDelivered, Sender, sender_for
from app.config import Settings
from app.db import Database
from app.models import Mail

log = structlog.get_logger()
PAUSE_SECONDS = 1.0


def deliver_due(database: Database, sender: Sender) -> int:
    """Try each mail that is due, once. Returns how many were sent."""
    sent = 0
    while mail := _claimed(database):
        try:
            sender.send(mail)
        except NotDelivered as failure:
            with database.write() as session:
                mails.note_failure(session, mail.id, str(failure))
            continue
        with database.write() as session:
            mails.note_sent(session, mail.id, at=database.now(session))
        sent += 1
    return sent


def _claimed(database: Database) -> Mail | None:
    with database.read() as session:
        if not mails.is_any_due(session, at=database.now(session)):
            return None  # looking must not take the writer's lock each second
    with database.write() as session:
        return mails.claim(session, at=database.now(session))


@asynccontextmanager
async def mail_round(settings: Settings, database: Database) -> AsyncIterator[None]:
    """Deliver mails in the background while the block runs."""
    task = asyncio.create_task(_rounds(settings, database))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def run(settings: Settings, database: Database) -> None:
    """Deliver mails until the process is stopped, touching a file each round whose age tells that the worker lives."""
    asyncio.run(_rounds(settings, database, alive=settings.data_dir / "worker.alive"))


async def _rounds(settings: Settings, database: Database, alive: Path | None = None) -> None:
    sender = sender_for(settings)
    while True:
        try:
            await asyncio.to_thread(deliver_due, database, sender)
        except Exception as failure:
            log.error("mail round failed", exc_info=failure)
        if alive:
            alive.touch()
        await asyncio.sleep(PAUSE_SECONDS)
