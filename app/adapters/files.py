"""Evidence bytes in a local folder. Names are random, so nothing a person types ever becomes a path."""

import hashlib
import os
import re
import secrets
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

CHUNK = 1024 * 1024
NAME = re.compile(r"[0-9a-f]{32}")
PART = ".part"


@dataclass(frozen=True)
class Stored:
    """What was written: the random name, the size in bytes, the SHA-256 of the bytes as hex."""

    name: str
    size: int
    sha256: str


class Files:
    """A folder of bytes under random names, spread over two levels so that no folder grows huge."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, source: BinaryIO) -> Stored:
        """Copy `source` to a new name and return it only once the bytes would survive a power cut.

        Whatever `source` raises passes through, and leaves no file behind.
        """
        name = secrets.token_hex(16)
        target = self.path(name)
        self._make_folder(target.parent)
        part = target.with_suffix(PART)
        try:
            size, sha256 = _write(source, part)
            os.rename(part, target)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        _sync_folder(target.parent)
        return Stored(name, size, sha256)

    def open(self, name: str) -> BinaryIO:
        """Open stored bytes for reading; `FileNotFoundError` when there are none of that name."""
        return self.path(name).open("rb")

    def path(self, name: str) -> Path:
        """Where a name's bytes lie; `ValueError` unless it is a name that `put` could have given."""
        if not NAME.fullmatch(name):
            raise ValueError("not the name of a stored file")
        return self.root / name[:2] / name[2:4] / name

    def delete(self, name: str) -> None:
        """Remove a name's bytes; nothing happens when they are gone already, so a retry is safe."""
        self.path(name).unlink(missing_ok=True)

    def sweep(self, known: Collection[str], older_than: datetime) -> int:
        """Remove files that no row knows and that were last written before `older_than`; return how many.

        `older_than` must be aware. Leave it hours in the past: bytes are written before the row that
        names them is committed, so a young stranger may be an upload still under way.
        """
        if older_than.tzinfo is None:
            raise ValueError("older_than needs a time zone")
        strangers = [path for path in self._files() if path.name not in known and _written(path) < older_than]
        for path in strangers:
            path.unlink(missing_ok=True)
        return len(strangers)

    def _files(self) -> Iterator[Path]:
        """Only what this class could have made: a sweep must never reach a neighbour's file."""
        for path in self.root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*"):
            if NAME.fullmatch(path.name.removesuffix(PART)) and path.is_file() and not path.is_symlink():
                yield path

    def _make_folder(self, folder: Path) -> None:
        for each in (self.root, folder.parent, folder):
            if not each.is_dir():
                each.mkdir(mode=0o700, parents=True, exist_ok=True)
                # A new folder is itself an entry in its parent, and is lost with it unless that is synced.
                _sync_folder(each.parent)


def _write(source: BinaryIO, part: Path) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as target:
        while chunk := source.read(CHUNK):
            target.write(chunk)
            digest.update(chunk)
            size += len(chunk)
        target.flush()
        os.fsync(target.fileno())
    return size, digest.hexdigest()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _written(path: Path) -> datetime:
    """When a file was last written; a file swept by another process meanwhile counts as new."""
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        return datetime.max.replace(tzinfo=UTC)
