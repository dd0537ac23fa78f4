"""The process that signs PDFs. It holds the key and draws nothing; what draws holds no key."""

import os
from dataclasses import dataclass
from datetime import datetime

from app.adapters.press import Press, PressFailed
from app.adapters.signing.keys import KeyPlace, SigningFailed

SETTINGS = "ARF_"  # the portal's own; what a module or a command needs of the environment has other names


class NotSigned(PressFailed, SigningFailed):
    """No signature came out; asking again later may work."""


@dataclass(frozen=True)
class Work:
    """What the process is told first: the key to use, and where time is stamped. Empty: nowhere."""

    place: KeyPlace
    kid: str
    at: datetime
    time_stamp_url: str = ""


@dataclass(frozen=True)
class ToSign:
    """One PDF, who signs it and why, as its readers are told."""

    pdf: bytes
    signer: str
    reason: str
    address: str  # where anyone can check it


class SigningPress(Press):
    """Signs PDFs one after the other in a warm process of its own, with one key."""

    def __init__(self, work: Work, seconds: float = 60.0) -> None:
        super().__init__("app.adapters.signing.pdf_signing", "signature", seconds=seconds)
        self.kid, self._work = work.kid, work

    def sign_now(self, paper: ToSign) -> bytes:
        """`paper.pdf` with a certification signature after its last byte; raises NotSigned."""
        return self.make_now(paper)

    def greeting(self) -> Work:
        return self._work

    def environment(self) -> dict[str, str]:
        """A module or a command is configured by variables of its own, so all but the portal's settings go along."""
        return {name: value for name, value in os.environ.items() if not name.startswith(SETTINGS)}

    def failed(self, reason: str) -> NotSigned:
        return NotSigned(reason)
