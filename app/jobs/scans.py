"""Files are scanned when they arrive, and each night anew."""

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from app.actions import scans
from app.actions.evidence_checks import ensure_reader_copy
from app.actions.scans import Claimed
from app.adapters.files import Files, StoreAway
from app.adapters.findings.examine import BARE
from app.adapters.scan import Answer, Scanner, Verdict
from app.adapters.stores import files_for
from app.adapters.structure.check import ACCEPTED
from app.config import Settings
from app.db import Database
from app.jobs.pauses import AWAY_SECONDS, MINUTE, PAUSE_SECONDS
from app.queries import scans as waiting
from app.rules.days import last_night

log = structlog.get_logger()


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


def scanning(settings: Settings, database: Database) -> Scanning:
    """The scanning that the settings ask for."""
    scanner = Scanner(settings.scanner) if settings.scanner else None
    return Scanning(database, files_for(settings), scanner, settings.base_url)
