"""The virus scanner: clamd, asked over its INSTREAM command, and believed only after it was tested.

clamd answers OK about what it did not read: about a zip entry over its limits in any setting, about archives too deep
and about locked ones unless its configuration says otherwise. So `unfit` asks it about files whose answer is known,
the largest of them as large as the structure checks let anything be, and nothing is scanned while one answer is wrong.
"""

import io
import re
import socket
import struct
import time
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from urllib.parse import urlsplit

from app.config import MEGABYTE

CONNECT_SECONDS = 5.0
SILENCE_SECONDS = 150.0  # longer than the 120 seconds that clamd gives itself for one file
WHOLE_SECONDS = 300.0  # for one file, sending included; the lease of a scan is longer
FIT_FOR_SECONDS = 3600.0
LARGEST_ANSWER = 1000
PIECE = 64 * 1024
LARGEST_ENTRY = 160 * MEGABYTE  # what the structure checks let an office file unpack to
DEEPEST = 30

# In pieces, so that no scanner takes this file for what it names.
EICAR = b"".join([b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$", b"EICAR-STANDARD-", b"ANTIVIRUS-TEST-FILE", b"!$H+H*"])
_FOUND = re.compile(r"stream: (\S.*) FOUND")
FOUND_INSIDE = (
    "found inside"  # a signature of something known, by whatever name; not one about the file's own shape
)
_OUT_OF_TIME = "Heuristics.Limits.Exceeded.MaxScanTime"  # says how busy the scanner is, not what the file is


class Verdict(StrEnum):
    CLEAN = "clean"
    INFECTED = "infected"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True)
class Answer:
    """What the scanner says of some bytes. ``text`` is the signature it found, or why there is no answer."""

    verdict: Verdict
    text: str = ""


class _NoAnswer(Exception):
    """The scanner was not reached, went away or took too long."""


@dataclass
class Scanner:
    """A clamd at ``tcp://host:port`` or ``unix:///path``. Its calls block: for up to five minutes a file."""

    address: str
    silence_seconds: float = SILENCE_SECONDS
    whole_seconds: float = WHOLE_SECONDS
    _fit_until: float = field(default=0.0, repr=False)  # by the monotonic clock

    def scan(self, chunks: Iterable[bytes]) -> Answer:
        """Send all the bytes and tell what is said of them. Whatever ``chunks`` raises passes through.

        What the scanner could not read whole is never clean: it is INFECTED with one of the scanner's Heuristics as its
        signature, or UNAVAILABLE.
        """
        try:
            return _understood(self._said_of(chunks))
        except _NoAnswer as silence:
            return Answer(Verdict.UNAVAILABLE, str(silence))

    def unfit(self) -> str:
        """Why the scanner can't be trusted with a file now; empty when it can. Cheap but for once an hour."""
        try:
            pong = self._asked(b"zPING\0")
        except _NoAnswer as silence:
            self._fit_until = 0.0  # another scanner, or another configuration, may come back
            return str(silence)
        if pong != "PONG":
            return f"not a clamd: it answered {pong!r} to PING"
        if time.monotonic() >= self._fit_until:
            wrong = self._wrong()
            self._fit_until = 0.0 if wrong else time.monotonic() + FIT_FOR_SECONDS
            return wrong
        return ""

    def _wrong(self) -> str:
        """The first of the known files about which the scanner does not say what is true."""
        for known in known_files():
            answer = self.scan([known.content])
            if answer.verdict is Verdict.UNAVAILABLE:
                return answer.text
            if answer.verdict is not known.verdict or _kind(answer.text) != known.signature:
                return f"{known.advice} It said: {answer.verdict.value} {answer.text}".rstrip()
        return ""

    def _said_of(self, chunks: Iterable[bytes]) -> str:
        with self._connected() as (connection, deadline):
            try:
                connection.sendall(b"zINSTREAM\0")
                for chunk in chunks:
                    _send(connection, chunk, deadline)
                connection.sendall(struct.pack("!I", 0))
            except TimeoutError:
                raise
            except OSError:
                # It hung up, perhaps with a word about why.
                return _answer(connection, deadline) or "it hung up"
            return _answer(connection, deadline)

    def _asked(self, command: bytes) -> str:
        with self._connected() as (connection, deadline):
            connection.sendall(command)
            return _answer(connection, deadline)

    @contextmanager
    def _connected(self) -> Iterator[tuple[socket.socket, float]]:
        deadline = time.monotonic() + self.whole_seconds
        try:
            with _connection(self.address) as connection:
                connection.settimeout(self.silence_seconds)
                yield connection, deadline
        except TimeoutError as late:
            raise _NoAnswer("the scanner took too long") from late
        except OSError as away:
            raise _NoAnswer(f"the scanner could not be reached: {away.strerror or away}") from away


def _kind(signature: str) -> str:
    if not signature.startswith("Heuristics."):
        return FOUND_INSIDE if signature else ""
    return ".".join(signature.split(".")[:2])


def _understood(said: str) -> Answer:
    if said == "stream: OK":
        return Answer(Verdict.CLEAN)
    found = _FOUND.fullmatch(said)
    if found is None or found[1] == _OUT_OF_TIME:
        return Answer(Verdict.UNAVAILABLE, f"the scanner said: {said[:200]}")
    return Answer(Verdict.INFECTED, found[1][:200])


def _connection(address: str) -> socket.socket:
    where = urlsplit(address)
    if where.scheme == "tcp":
        return socket.create_connection((where.hostname or "", where.port or 3310), CONNECT_SECONDS)
    made = socket.socket(socket.AF_UNIX)
    made.settimeout(CONNECT_SECONDS)
    made.connect(where.path)
    return made


def _send(connection: socket.socket, chunk: bytes, deadline: float) -> None:
    for start in range(0, len(chunk), PIECE):
        if time.monotonic() > deadline:
            raise TimeoutError
        piece = chunk[start : start + PIECE]
        connection.sendall(struct.pack("!I", len(piece)) + piece)


def _answer(connection: socket.socket, deadline: float) -> str:
    """One answer, without the zero byte that ends it. An answer cut short has none, and is no answer."""
    said = b""
    while not said.endswith(b"\0"):
        if time.monotonic() > deadline:
            raise TimeoutError
        more = connection.recv(LARGEST_ANSWER)
        if not more or len(said) > LARGEST_ANSWER:
            raise ConnectionError("it hung up in the middle")
        said += more
    return said[:-1].decode("ascii", "replace")


@dataclass(frozen=True)
class Known:
    """A file, what the scanner must say of it, the kind of signature, and what to do when it says otherwise."""

    content: bytes
    verdict: Verdict
    signature: str
    advice: str


@cache
def known_files() -> tuple[Known, ...]:
    """The files that ``unfit`` asks about, the quick ones first."""
    nested = b"harmless"
    for _ in range(DEEPEST):
        nested = _zipped(nested)
    advice = (
        "The scanner finds something in a harmless text: check its signatures.",
        "The scanner does not know the EICAR test file: check that it has its signatures.",
        "The scanner passes archives that are too deep for it. Set AlertExceedsMax yes in clamd.conf.",
        "The scanner passes locked archives. Set AlertEncrypted yes in clamd.conf.",
        "The scanner does not read large files to their end. Set MaxFileSize 200M and MaxScanSize 1000M.",
    )
    return (
        Known(b"A harmless text.", Verdict.CLEAN, "", advice[0]),
        Known(EICAR, Verdict.INFECTED, FOUND_INSIDE, advice[1]),
        Known(nested, Verdict.INFECTED, "Heuristics.Limits", advice[2]),
        Known(_locked(), Verdict.INFECTED, "Heuristics.Encrypted", advice[3]),
        Known(_large(), Verdict.INFECTED, FOUND_INSIDE, advice[4]),
    )


def _zipped(content: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("inside"), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _locked() -> bytes:
    """An archive whose entry says that it is encrypted, in both of its headers."""
    archive = bytearray(_zipped(b"harmless"))
    archive[6] |= 1
    archive[archive.index(b"PK\x01\x02") + 8] |= 1
    return bytes(archive)


def _large() -> bytes:
    """An archive with the test file as its last entry, behind so many zeros that only reading all of it shows it."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as outer,
        outer.open("inner.zip", "w") as inside,
        zipfile.ZipFile(inside, "w", zipfile.ZIP_STORED) as inner,
    ):
        with inner.open("zeros", "w") as zeros:
            for _ in range(LARGEST_ENTRY // MEGABYTE - 1):
                zeros.write(bytes(MEGABYTE))
        # Deflated, so that its bytes stand nowhere before this entry is unpacked too.
        inner.writestr("last.txt", EICAR, zipfile.ZIP_DEFLATED)
    return target.getvalue()
