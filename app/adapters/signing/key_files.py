"""Keys in a folder: one file a key, named for its thumbprint, that only the portal's account may read.

A file holds the private key and its certificate. Old ones stay until an operator removes them; the newest that may
still sign does.
"""

import fcntl
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.adapters.signing.key_certificates import self_signed
from app.adapters.signing.keys import SHA256, Key, KeyPlace, NoKey, kid_of

BEGINS = "-----BEGIN CERTIFICATE-----"


class FileKey(Key):
    """A key whose private half is in this process's memory."""

    def __init__(self, private: ec.EllipticCurvePrivateKey, certificate_pem: str) -> None:
        super().__init__(certificate_pem)
        self._private = private

    def _sign(self, message: bytes) -> bytes:
        return self._private.sign(message, SHA256)


def opened(place: KeyPlace, without: Collection[str], at: datetime) -> FileKey:
    """The newest key that is not among `without`; made now where that is allowed. Raises NoKey."""
    found = newest(place.folder, without)
    if found is None and place.may_make:
        with _one_at_a_time(place.folder):
            found = newest(place.folder, without) or make(place.folder, place.issuer, at)
    if found is None:
        raise NoKey("There is no key to sign with. Make one with `portal keys new`.")
    return found


def named(place: KeyPlace, kid: str) -> FileKey:
    """The key of that name; raises NoKey."""
    path = place.folder / f"{kid}.pem"
    if not path.is_file():
        raise NoKey(f"The key {kid} is not in the folder of keys.")
    return _read(path)


def newest(folder: Path, without: Collection[str]) -> FileKey | None:
    """The key made last of those in the folder that are not among `without`."""
    paths = [path for path in folder.glob("*.pem") if path.stem not in without]
    keys = sorted((_read(path) for path in paths), key=_made_at)
    return keys[-1] if keys else None


def make(folder: Path, issuer: str, at: datetime) -> FileKey:
    """Make a key with a certificate of its own, and return it once it would survive a power cut."""
    private = ec.generate_private_key(ec.SECP256R1())
    certificate = self_signed(private.public_key(), issuer, lambda data: private.sign(data, SHA256), at)
    secret = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write(folder / f"{kid_of(private.public_key())}.pem", secret + certificate.encode())
    return FileKey(private, certificate)


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, and never readable by others, not even for a moment."""
    half = path.with_suffix(".part")
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    half.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _read(path: Path) -> FileKey:
    text = path.read_text()
    try:
        private = serialization.load_pem_private_key(text.encode(), password=None)
    except (ValueError, TypeError) as wrong:
        raise NoKey(f"The key file {path.name} can't be read.") from wrong  # its text must not reach a log
    if not isinstance(private, ec.EllipticCurvePrivateKey) or BEGINS not in text:
        raise NoKey(f"The key file {path.name} must hold a P-256 key and its certificate.")
    return FileKey(private, text[text.index(BEGINS) :])


def _made_at(key: FileKey) -> tuple[datetime, str]:
    return x509.load_pem_x509_certificate(key.certificate_pem.encode()).not_valid_before_utc, key.kid


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Two processes that first need a key at the same moment make one."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "making.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
