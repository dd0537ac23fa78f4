"""Certificates as PDF: what one says, and the separate process that draws them.

The drawing itself lives in `pdf_drawing`, which loads WeasyPrint (45 MB and most of a second). A web worker
imports only this file: it sends facts to a warm process and gets bytes back.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from multiprocessing import Pipe
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]
SIGNATORIES_LIMIT = 3
# Characters. With every text at its limit and made of the widest letter the page still holds all of them.
LIMITS = {
    "number": 40,
    "level_name": 30,
    "organisation_name": 300,
    "ods_code": 20,
    "framework_title": 150,
    "framework_version": 40,
    "illustrative_mark": 200,
    "issuer_name": 120,
    "name_or_role": 80,
    "role": 80,
    "verify_url": 200,
    "register_address": 100,
}

# What a process that draws needs. Passwords and keys of the portal are in the environment too: those it
# never sees.
_KEPT = ("PATH", "HOME", "LANG", "PYTHONHASHSEED", "LD_LIBRARY_PATH", "FONTCONFIG_FILE", "FONTCONFIG_PATH")
# One letter before each reply. Replies are plain bytes, never pickles: a process that was taken over
# by something it drew must not be able to run code here.
READY, DRAWN, FAILED = b"R", b"D", b"F"


class DrawingFailed(Exception):
    """No certificate came out; nothing else was changed, so that the caller may try again later."""


class _Died(DrawingFailed):
    """The process ended in the middle, by a signal or for want of memory."""


@dataclass(frozen=True)
class Signatory:
    """Who stands behind a certificate: a name, or the name of a part where none is to be printed."""

    name_or_role: str
    role: str


@dataclass(frozen=True)
class CertificateFacts:
    """All that a certificate says. The same facts give the same bytes.

    `verify_url` is what the QR code holds, `register_address` the address printed in words, `expires_on`
    the day on which the certificate stops. Raises ValueError for texts that are blank or over `LIMITS`.
    """

    number: str
    level_name: str
    organisation_name: str
    ods_code: str
    framework_title: str
    framework_version: str
    illustrative_mark: str
    issued_on: date
    expires_on: date
    issuer_name: str
    signatories: tuple[Signatory, ...]
    verify_url: str
    register_address: str
    demo: bool

    def __post_init__(self) -> None:
        if len(self.signatories) > SIGNATORIES_LIMIT:
            raise ValueError(f"signatories: a certificate holds {SIGNATORIES_LIMIT} or fewer")
        _check_texts(self)
        for signatory in self.signatories:
            _check_texts(signatory)


def _check_texts(said: "CertificateFacts | Signatory") -> None:
    for name, text in vars(said).items():
        if name not in LIMITS:
            continue
        if len(text) > LIMITS[name]:
            raise ValueError(f"{name}: {len(text)} characters, a certificate holds {LIMITS[name]} or fewer")
        if not text.strip() and name != "illustrative_mark":
            raise ValueError(f"{name}: blank")


class CertificatePress:
    """Draws certificates one after the other in a warm process of its own.

    A drawing that takes longer than `seconds`, counted from when its turn comes, has its process ended. A
    process that dies is replaced and the drawing tried once more. Use one press a web worker; `close()` it
    at shutdown.

    Not a `ProcessPoolExecutor`: that gives no public way to end a process that hangs before Python 3.14, and
    a spawned process would load the whole portal again, because it imports the parent's main module.
    """

    def __init__(self, seconds: float = 20.0, starting_seconds: float = 60.0) -> None:
        self._seconds = seconds
        self._starting_seconds = starting_seconds
        self._process: _Process | None = None
        self._closed = False
        # One thread, so that callers queue here and a process has only one drawing at a time.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="certificate-press")

    @property
    def pid(self) -> int | None:
        """The process that draws, where there is one; it changes when the process is replaced."""
        return self._process.pid if self._process else None

    async def warm(self) -> None:
        """Starts the process ahead of the first certificate, so that nobody waits for it."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._running)

    async def draw(self, facts: CertificateFacts) -> bytes:
        """Returns the PDF of `facts`; raises DrawingFailed."""
        if self._closed:
            raise DrawingFailed("the press is closed")
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._draw, facts)

    def close(self) -> None:
        """Ends the process, also in the middle of a drawing, and waits until it is gone."""
        self._closed = True
        if self._process:
            self._process.kill()
        self._thread.shutdown(wait=True, cancel_futures=True)
        self._end()

    def _draw(self, facts: CertificateFacts) -> bytes:
        try:
            return self._ask(facts)
        except _Died:
            return self._ask(facts)

    def _ask(self, facts: CertificateFacts) -> bytes:
        process = self._running()
        try:
            reply = process.ask(facts, self._seconds)
        except DrawingFailed:
            self._end()
            raise
        if reply[:1] == DRAWN:
            return reply[1:]
        raise DrawingFailed(reply[1:].decode(errors="replace"))

    def _running(self) -> "_Process":
        if self._closed:
            raise DrawingFailed("the press is closed")
        if self._process is None:
            self._process = _Process()
            try:
                self._process.reply(self._starting_seconds)
            except DrawingFailed:
                self._end()
                raise
        return self._process

    def _end(self) -> None:
        if self._process:
            self._process.end()
        self._process = None


class _Process:
    """One process that draws, with the pipe to it and the folder it may write in."""

    def __init__(self) -> None:
        self._pipe, theirs = Pipe()
        # Fonts are unpacked to files. A folder of ours is swept even when the process had no time to tidy up.
        self._folder = TemporaryDirectory(prefix="certificate-press-")
        self._child = subprocess.Popen(
            [sys.executable, "-m", "app.adapters.pdf_drawing", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            cwd=ROOT,
            env=kept_environment(os.environ) | {"TMPDIR": self._folder.name},
            stdin=subprocess.DEVNULL,
            # Control-C in a terminal is for the portal, which then closes the press in good order.
            start_new_session=True,
        )
        theirs.close()
        self.pid = self._child.pid

    def ask(self, facts: CertificateFacts, seconds: float) -> bytes:
        try:
            self._pipe.send(facts)
        except OSError as error:
            raise _Died("the process that draws certificates had ended") from error
        return self.reply(seconds)

    def reply(self, seconds: float) -> bytes:
        try:
            if not self._pipe.poll(seconds):
                raise DrawingFailed(f"no certificate after {seconds:g} seconds")
            return self._pipe.recv_bytes()
        except (EOFError, OSError) as error:
            raise _Died("the process that draws certificates ended") from error

    def kill(self) -> None:
        self._child.kill()

    def end(self) -> None:
        self._child.kill()
        self._child.wait()
        self._pipe.close()
        self._folder.cleanup()


def kept_environment(everything: Mapping[str, str]) -> dict[str, str]:
    """What of the environment a process that draws may see: no password or key of the portal."""
    return {name: value for name, value in everything.items() if name in _KEPT or name.startswith("LC_")}
