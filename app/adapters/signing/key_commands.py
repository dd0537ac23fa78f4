"""A key behind a command of the operator's: a key service of a cloud, a card, another machine.

The command gets the SHA-256 digest (32 bytes) on standard input and prints the ECDSA signature in DER. Nothing is
passed through a shell, and no text of anybody's ever reaches it.
"""

import hashlib
import subprocess
from collections.abc import Collection
from pathlib import Path

from app.adapters.signing.keys import Key, KeyPlace, NoKey, SigningFailed, usable

SECONDS = 20.0


class CommandKey(Key):
    """A key that a command signs with."""

    def __init__(self, command: tuple[str, ...], certificate_pem: str, seconds: float = SECONDS) -> None:
        super().__init__(certificate_pem)
        self._command, self._seconds = command, seconds

    def _sign(self, message: bytes) -> bytes:
        digest = hashlib.sha256(message).digest()
        try:
            done = subprocess.run(
                self._command, input=digest, capture_output=True, timeout=self._seconds, check=False
            )
        except subprocess.TimeoutExpired as slow:
            raise SigningFailed(f"the signing command gave nothing in {self._seconds:g} seconds") from slow
        except OSError as failure:
            raise SigningFailed(f"the signing command can't be started: {failure}") from failure
        if done.returncode:
            raise SigningFailed(f"the signing command ended with {done.returncode}")
        return done.stdout


def opened(place: KeyPlace, without: Collection[str]) -> CommandKey:
    """The command's key; raises NoKey."""
    try:
        certificate = Path(place.certificate_file).read_text()
    except OSError as failure:
        raise NoKey(f"The signing certificate can't be read: {failure}") from failure
    key = CommandKey(place.command, certificate)
    usable(key.kid, without)
    return key
