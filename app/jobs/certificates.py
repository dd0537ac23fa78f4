"""Certificates drawn and signed beside requests, and by hand for a whole window.

A certificate's row is its truth from the moment of release; its two files follow within seconds. One process draws and
holds no key, another signs and draws nothing, and neither is there while nothing is to be done.
"""

import io
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

import structlog

from app.actions import certificate_files as actions
from app.actions import signing_keys
from app.adapters.files import Files, StoreAway
from app.adapters.pdf import CertificatePress
from app.adapters.press import PressFailed
from app.adapters.signing.keys import NoKey
from app.adapters.signing.opening import place_of
from app.adapters.signing.press import SigningPress, ToSign, Work
from app.config import Settings
from app.db import Database
from app.jobs.pauses import AWAY_SECONDS, PAUSE_SECONDS
from app.models import Certificate
from app.queries import certificate_files as queries
from app.queries import signing_keys as key_queries
from app.rules.printed import facts_of

log = structlog.get_logger()
IDLE_ROUNDS = 60  # without work, until the processes go and their memory with them


@dataclass
class Drawing:
    """Draws and signs what waits, one certificate after the other. Not to be shared between threads."""

    database: Database
    files: Files
    settings: Settings
    press: CertificatePress
    window_id: UUID | None = None  # None: whatever waits
    _signing: SigningPress | None = field(default=None, repr=False)
    _idle: int = field(default=0, repr=False)

    def __call__(self) -> float:
        """One round. Returns the seconds until the next."""
        if not self._is_any_due():
            self._rest_when_idle()
            return PAUSE_SECONDS
        self._idle = 0
        try:
            self.draw_due()
        except NoKey as missing:
            log.error("certificates wait for a key", reason=str(missing))
            with self.database.write() as session:
                actions.note_waiting(session, str(missing))
            return AWAY_SECONDS
        return PAUSE_SECONDS

    def draw_due(self, tell: Callable[[Certificate], None] | None = None) -> int:
        """Draw each certificate that is due, once. Returns how many have their files now. Raises NoKey."""
        done = 0
        while True:
            signing = self._signer()  # before the claim: a missing key must not use up tries
            certificate = self._claimed()
            if certificate is None:
                return done
            done += self._drawn(certificate, signing)
            if tell:
                tell(certificate)

    def close(self) -> None:
        """End the process that signs. The one that draws belongs to who gave it."""
        if self._signing:
            self._signing.close()
        self._signing = None

    def _is_any_due(self) -> bool:
        with self.database.read() as session:
            return queries.is_any_due(session, at=self.database.now(session))

    def _rest_when_idle(self) -> None:
        self._idle += 1
        if self._idle == IDLE_ROUNDS:
            self.press.rest()
            self.close()  # the next one opens the key that signs then

    def _signer(self) -> SigningPress:
        """The process that signs, with a key that still may."""
        if self._signing:
            with self.database.read() as session:
                if self._signing.kid not in key_queries.unusable(session):
                    return self._signing
            self.close()
        place = place_of(self.settings)
        with self.database.write() as session:
            at = self.database.now(session)
            key, row = signing_keys.ready(session, place, at=at)
            key.close()
            kid = row.kid
        self._signing = SigningPress(Work(place, kid, at, self.settings.time_stamp_url))
        return self._signing

    def _claimed(self) -> Certificate | None:
        with self.database.write() as session:
            return actions.claim(session, at=self.database.now(session), window_id=self.window_id)

    def _drawn(self, certificate: Certificate, signing: SigningPress) -> bool:
        try:
            drawn = self._made(certificate, signing)
        except (PressFailed, StoreAway, ValueError) as failure:
            reason = f"{type(failure).__name__}: {failure}"
            log.warning("certificate not drawn", certificate=str(certificate.id), reason=reason)
            with self.database.write() as session:
                actions.note_failure(session, certificate.id, reason)
            return False
        with self.database.write() as session:
            return actions.note_drawn(session, certificate.id, drawn, at=self.database.now(session))

    def _made(self, certificate: Certificate, signing: SigningPress) -> actions.Drawn:
        facts = facts_of(certificate, self.settings.base_url)
        accessible = self.press.draw_now(facts)
        signed = signing.sign_now(
            ToSign(
                accessible,
                signer=certificate.issuer_name,
                reason=f"Certificate of recognition {certificate.number}",
                address=facts.register_address,
            )
        )
        if not signed.startswith(accessible):
            raise PressFailed("the signed file does not begin with the accessible one")
        return actions.Drawn(
            accessible=self.files.put(io.BytesIO(accessible)),
            signed=self.files.put(io.BytesIO(signed)),
            kid=signing.kid,
            has_time_stamp=bool(self.settings.time_stamp_url),
        )


def draw_window(
    database: Database,
    files: Files,
    settings: Settings,
    window_id: UUID | None,
    processes: int,
    tell: Callable[[Certificate], None],
) -> None:
    """Draw what waits of a window, or of all, with so many pairs of processes. Raises what the first failed with."""
    failures: list[BaseException] = []

    def lane() -> None:
        press = CertificatePress()
        drawing = Drawing(database, files, settings, press, window_id)
        try:
            drawing.draw_due(tell)
        except BaseException as failure:  # noqa: BLE001  it goes to who waits
            failures.append(failure)
        finally:
            press.close()
            drawing.close()

    threads = [threading.Thread(target=lane) for _ in range(processes)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
