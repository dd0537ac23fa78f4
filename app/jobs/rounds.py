"""Every kind of work, round after round, each in a thread of its own."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import structlog

from app.adapters.email import sender_for
from app.adapters.pdf import CertificatePress
from app.adapters.stores import files_for
from app.config import Settings
from app.db import Database
from app.jobs.certificates import Drawing
from app.jobs.mails import deliver_due, remind_due
from app.jobs.nights import apply_changes, check_invariants, close_day, publish_head
from app.jobs.pauses import AWAY_SECONDS, MINUTE, PAUSE_SECONDS
from app.jobs.scans import scanning

log = structlog.get_logger()


@asynccontextmanager
async def beside_requests(settings: Settings, database: Database) -> AsyncIterator[None]:
    """Do the work in the background while the block runs."""
    tasks = [asyncio.create_task(work) for work in _rounds(settings, database)]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


def run(settings: Settings, database: Database) -> None:
    """Do the work until the process is stopped, touching a file each round whose age tells that the worker lives."""
    alive = settings.data_dir / "worker.alive"

    async def all_rounds() -> None:
        await asyncio.gather(*_rounds(settings, database, alive))

    asyncio.run(all_rounds())


def _rounds(
    settings: Settings, database: Database, alive: Path | None = None
) -> list[Coroutine[Any, Any, None]]:
    """Each kind of work goes round by itself: a large file under the scanner must not hold up a mail."""
    sender = sender_for(settings)

    def deliver() -> float:
        deliver_due(database, sender)
        return PAUSE_SECONDS

    def remind() -> float:
        remind_due(database, settings.base_url)
        return MINUTE

    def follow() -> float:
        apply_changes(database, settings)
        return MINUTE

    def check() -> float:
        check_invariants(database, settings.contact_email)
        return MINUTE

    def close() -> float:
        close_day(database)
        return MINUTE

    def publish() -> float:
        publish_head(database, settings.contact_email)
        return MINUTE

    return [
        _round("mails", deliver, alive),
        _round("scans", scanning(settings, database)),
        _round("certificates", Drawing(database, files_for(settings), settings, CertificatePress())),
        _round("reminders", remind),
        _round("organisations", follow),
        _round("invariants", check),
        _round("dashboards", close),
        _round("history", publish),
    ]


async def _round(name: str, work: Callable[[], float], alive: Path | None = None) -> None:
    """Do ``work``, which says how long to pause, for ever. A failure is told and the work is tried again."""
    while True:
        pause = AWAY_SECONDS
        try:
            pause = await _apart(work)
        except Exception as failure:
            log.error("round failed", work=name, exc_info=failure)
        if alive:
            alive.touch()
        await asyncio.sleep(pause)


async def _apart(work: Callable[[], float]) -> float:
    """Run ``work`` in a thread that the end of the process does not wait for: a scan may take minutes.

    What is cut off is done again when its lease ends, as after a power cut.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[float] = loop.create_future()

    def running() -> None:
        try:
            pause = work()
        except BaseException as failure:  # noqa: BLE001  # it goes to who waits
            _hand_over(loop, done.set_exception, done, failure)
        else:
            _hand_over(loop, done.set_result, done, pause)

    threading.Thread(target=running, daemon=True).start()
    return await done


def _hand_over(
    loop: asyncio.AbstractEventLoop, give: Callable[[Any], None], done: asyncio.Future[float], what: object
) -> None:
    with suppress(RuntimeError):  # the loop has ended meanwhile
        loop.call_soon_threadsafe(lambda: None if done.done() else give(what))
