"""What happens beside requests: mails go out, files are scanned, reminders are written, invariants are checked.

Each piece of work is a row. One transaction claims it for a while, the work is done outside any transaction, the next
transaction says how it went. A process that dies at any step leaves a lease that ends, and the row is done again.
"""

import asyncio
import hashlib
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import structlog
from sqlmodel import Session

from app.actions import certificate_reminders, day_ends, invariants, mails, reminders, scans
from app.actions.evidence_checks import ensure_reader_copy
from app.actions.organisation_places import By, apply_due
from app.actions.scans import Claimed
from app.adapters.email import NotDelivered, Sender, sender_for
from app.adapters.files import Files, StoreAway
from app.adapters.findings.examine import BARE
from app.adapters.pdf import CertificatePress
from app.adapters.scan import Answer, Scanner, Verdict
from app.adapters.stores import files_for
from app.adapters.structure.check import ACCEPTED
from app.config import Settings
from app.db import Database
from app.jobs_certificates import Drawing
from app.models import Mail
from app.queries import organisation_changes
from app.queries import scans as waiting
from app.rules.days import UK, uk_day

log = structlog.get_logger()
PAUSE_SECONDS = 1.0
MINUTE = 60.0
AWAY_SECONDS = 15.0  # between two looks whether the scanner is back
NIGHT_HOUR = 2  # UK time: what was last scanned before it is scanned again, with the day's signatures


class Reminding(Protocol):
    """A module that writes one kind of reminders."""

    def is_any_due(self, session: Session, *, at: datetime) -> bool: ...
    def write_due(self, session: Session, *, at: datetime, base_url: str) -> int: ...


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


def remind_due(database: Database, base_url: str) -> int:
    """Write each reminder that is due, of windows and of certificates. Returns how many mails."""
    return sum(_remind(database, base_url, kind) for kind in (reminders, certificate_reminders))


def _remind(database: Database, base_url: str, kind: Reminding) -> int:
    with database.read() as session:
        if not kind.is_any_due(session, at=database.now(session)):
            return 0
    with database.write() as session:
        return kind.write_due(session, at=database.now(session), base_url=base_url)


def apply_changes(database: Database, settings: Settings) -> int:
    """Let organisations' rows take over the changes whose day has come. Returns how many organisations."""
    with database.read() as session:
        due = organisation_changes.to_apply(session, uk_day(database.now(session)))
    by = By(None, settings.conflict_years, settings.base_url)
    for organisation_id in due:
        with database.write() as session:
            apply_due(session, organisation_id, by=by, at=database.now(session))
    return len(due)


def check_invariants(database: Database, contact: str) -> list[str]:
    """Once a night, see whether every record still keeps to the rules. Returns what does not."""
    with database.read() as session:
        if not invariants.is_due(session, last_night(database.now(session))):
            return []
    with database.write() as session:
        broken = invariants.look(session, contact=contact, at=database.now(session))
    if broken:
        log.error("invariants broken", number=len(broken))
    return broken


def close_day(database: Database) -> bool:
    """Once a night, add up what dashboards count. Returns whether it was due."""
    with database.read() as session:
        if not day_ends.is_due(session, last_night(database.now(session))):
            return False
    with database.write() as session:
        day_ends.close_day(session, at=database.now(session))
    return True


@dataclass
class Scanning:
    """Scans what waits, and once a night everything. Without a scanner, which production refuses, it only makes the
    copies for readers that a scan begins with."""

    database: Database
    files: Files
    scanner: Scanner | None
    base_url: str = ""
    _look_at_all_from: float = field(default=0.0, repr=False)
    _was_away: str = field(default="", repr=False)

    def __call__(self) -> float:
        """One round. Returns the seconds until the next."""
        if self.scanner is None:
            self._make_reader_copies()
            return MINUTE
        rescan_before = None
        if time.monotonic() >= self._look_at_all_from:
            self._adopt()
            with self.database.read() as session:
                rescan_before = last_night(self.database.now(session))
        is_away = not self.scan_due(rescan_before)
        if rescan_before and not is_away:
            # Looking at every row once a minute is often enough for what is due once a day.
            self._look_at_all_from = time.monotonic() + MINUTE
        return AWAY_SECONDS if is_away else PAUSE_SECONDS

    def scan_due(self, rescan_before: datetime | None = None) -> bool:
        """Scan each file that is due, once. False when the scanner can't be trusted with any now."""
        assert self.scanner is not None
        while self._is_any_due(rescan_before):
            away = self.scanner.unfit()
            if away != self._was_away:
                log.warning("scanner", reason=away or "it is back")
            self._was_away = away
            if away:
                return False
            with self.database.write() as session:
                claimed = scans.claim(session, at=self.database.now(session), rescan_before=rescan_before)
            if claimed:
                self._scan(claimed)
        return True

    def _adopt(self) -> None:
        with self.database.read() as session:
            if not waiting.is_any_unseen(session):
                return
        with self.database.write() as session:
            scans.adopt(session)

    def _make_reader_copies(self) -> None:
        """What a scan does first. Without a scanner readers would wait for it for ever."""
        with self.database.read() as session:
            wanting = waiting.without_reader_copy(session, (ACCEPTED[extension] for extension in BARE))
        for version_id in wanting:
            try:
                ensure_reader_copy(self.database, self.files, version_id)
            except (FileNotFoundError, StoreAway) as failure:
                log.warning("no copy for readers", version=str(version_id), reason=str(failure))

    def _is_any_due(self, rescan_before: datetime | None) -> bool:
        with self.database.read() as session:
            at = self.database.now(session)
            return waiting.is_any_due(session, at=at, rescan_before=rescan_before)

    def _scan(self, claimed: Claimed) -> None:
        try:
            if claimed.is_first:
                ensure_reader_copy(self.database, self.files, claimed.version_id)
            answer = self._asked(claimed)
        except FileNotFoundError:
            with self.database.write() as session:
                scans.note_gone(session, claimed.version_id, at=self.database.now(session))
            return
        except StoreAway as away:
            answer = Answer(Verdict.UNAVAILABLE, str(away))
        except Exception as failure:
            log.error("scan failed", version=str(claimed.version_id), exc_info=failure)
            answer = Answer(Verdict.UNAVAILABLE, f"the portal failed at it: {type(failure).__name__}")
        self._note(claimed, answer)

    def _asked(self, claimed: Claimed) -> Answer:
        """What the scanner says, if what it read was what was uploaded."""
        assert self.scanner is not None
        digest = hashlib.sha256()

        def hashed() -> Iterator[bytes]:
            for chunk in self.files.stream(claimed.stored_name).chunks:
                digest.update(chunk)
                yield chunk

        answer = self.scanner.scan(hashed())
        if answer.verdict is Verdict.CLEAN and digest.hexdigest() != claimed.sha256:
            return Answer(Verdict.UNAVAILABLE, "the stored bytes are not those that were uploaded")
        return answer

    def _note(self, claimed: Claimed, answer: Answer) -> None:
        with self.database.write() as session:
            at = self.database.now(session)
            match answer.verdict:
                case Verdict.CLEAN:
                    scans.note_clean(session, claimed.version_id, at=at)
                case Verdict.INFECTED:
                    scans.note_infected(
                        session, claimed.version_id, answer.text, at=at, base_url=self.base_url
                    )
                case Verdict.UNAVAILABLE:
                    scans.note_failure(session, claimed.version_id, answer.text, at=at)


def last_night(at: datetime) -> datetime:
    """The last time that it was the hour of the rescan."""
    local = at.astimezone(UK)
    night = local.replace(hour=NIGHT_HOUR, minute=0, second=0, microsecond=0)
    return night if night <= local else night - timedelta(days=1)


def scanning(settings: Settings, database: Database) -> Scanning:
    """The scanning that the settings ask for."""
    scanner = Scanner(settings.scanner) if settings.scanner else None
    return Scanning(database, files_for(settings), scanner, settings.base_url)


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

    return [
        _round("mails", deliver, alive),
        _round("scans", scanning(settings, database)),
        _round("certificates", Drawing(database, files_for(settings), settings, CertificatePress())),
        _round("reminders", remind),
        _round("organisations", follow),
        _round("invariants", check),
        _round("dashboards", close),
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
