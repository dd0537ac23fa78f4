"""Evidence bytes under random names, in a local folder, S3 or Azure. Nothing a person types ever becomes a name.

All bytes go through obstore. A local folder gets two things more: bytes are synced to the disk before their name is
given out, and only the portal's own account may read them.
"""

import hashlib
import os
import re
import secrets
import tempfile
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, cast

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore

CHUNK = 1024 * 1024
PIECE = 5 * CHUNK  # the least that S3 takes as one part of many; what is smaller goes in one request
NAME = re.compile(r"[0-9a-f]{32}")
_KEY = re.compile(r"([0-9a-f]{2})/([0-9a-f]{2})/(\1\2[0-9a-f]{28})")
_HALF = re.compile(
    r"[0-9a-f]{32}(\.part|#\d+)"
)  # what a crash leaves in a local folder: of 0.1.0, and of obstore
_AT_ONCE = 2  # parts in memory for one upload


class StoreAway(Exception):
    """The store did not take, give or remove bytes: not reached, refused, or full. Trying later may work."""


@dataclass(frozen=True)
class Stored:
    """What was written: the random name, the size in bytes, the SHA-256 of the bytes as hex."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Streamed:
    """Bytes on their way out: how many, and themselves, chunk by chunk. A store that fails raises StoreAway."""

    size: int
    chunks: Iterator[bytes]


class Files:
    """Bytes under random names, spread over two levels so that no folder grows huge.

    `place` is a local folder, or the prefix of a bucket that exists. Every call blocks; what comes from or goes to a
    store over the network belongs in a worker thread.
    """

    def __init__(self, place: Path | ObjectStore) -> None:
        self.folder = _Folder(place) if isinstance(place, Path) else None
        self.store: ObjectStore = _local(place) if isinstance(place, Path) else place

    def put(self, source: BinaryIO) -> Stored:
        """Copy `source` to a new name and return it only once the bytes would survive a power cut.

        Whatever `source` raises passes through, and leaves nothing that can be seen behind. Raises StoreAway when the
        store does not take the bytes, or has taken another number of them.
        """
        name = secrets.token_hex(16)
        read = _Read(source)
        with self._answering():
            if self.folder:
                self.folder.prepare(name)
            _send(self.store, _key(name), read)
            if self.folder:
                self.folder.settle(name)
            elif obstore.head(self.store, _key(name))["size"] != read.size:
                raise StoreAway("the store holds another number of bytes than it was sent")
        return Stored(name, read.size, read.digest.hexdigest())

    def stream(self, name: str) -> Streamed:
        """The bytes of a name, to be read once. Raises FileNotFoundError when there are none, or StoreAway."""
        with self._answering():
            found = obstore.get(self.store, _key(name))
        return Streamed(found.meta["size"], self._chunks(found.stream(min_chunk_size=CHUNK)))

    def open(self, name: str) -> BinaryIO:
        """The bytes of a name as a file that can be read from any place, closed by the caller.

        From a store over the network they are first copied to a temporary file. Raises as `stream` does.
        """
        if self.folder:
            return self.folder.path(name).open("rb")
        target = tempfile.TemporaryFile()  # noqa: SIM115  # the caller closes it
        for chunk in self.stream(name).chunks:
            target.write(chunk)
        target.seek(0)
        return cast(BinaryIO, target)

    def delete(self, name: str) -> None:
        """Remove a name's bytes; nothing happens when they are gone already, so a retry is safe. Raises StoreAway."""
        with self._answering():
            self._remove(_key(name))

    def sweep(self, known: Collection[str], older_than: datetime) -> int:
        """Remove files that no row knows and that were last written before `older_than`; return how many.

        `older_than` must be aware. Leave it hours in the past: bytes are written before the row that
        names them is committed, so a young stranger may be an upload still under way.
        """
        if older_than.tzinfo is None:
            raise ValueError("older_than needs a time zone")
        with self._answering():
            strangers = [
                key for key, written in self._listed() if key[6:] not in known and written < older_than
            ]
            for key in strangers:
                self._remove(key)
        return len(strangers) + (self.folder.sweep_halves(older_than) if self.folder else 0)

    def _remove(self, key: str) -> None:
        try:
            obstore.delete(self.store, key)
        except FileNotFoundError:
            return  # a local folder says so, the others don't

    def _listed(self) -> Iterator[tuple[str, datetime]]:
        """Only what this class could have made: a sweep must never reach a neighbour's file."""
        for page in obstore.list(self.store):
            for one in page:
                is_ours = _KEY.fullmatch(one["path"]) and not (
                    self.folder and self.folder.is_link(one["path"])
                )
                if is_ours:
                    yield one["path"], one["last_modified"]

    def _chunks(self, source: Iterable[bytes]) -> Iterator[bytes]:
        with self._answering():
            yield from (bytes(chunk) for chunk in source)

    @contextmanager
    def _answering(self) -> Iterator[None]:
        """Turn what a store or a disk says into StoreAway; its own words may hold keys' names and addresses."""
        try:
            yield
        except _Cut as cut:
            raise cut.reason from None
        except FileNotFoundError:
            raise
        except (BaseError, OSError) as failure:
            raise StoreAway(f"the evidence store did not answer as it should: {failure}"[:500]) from failure


class _Cut(Exception):
    """The source, not the store, ended too early."""

    def __init__(self, reason: BaseException) -> None:
        self.reason = reason


class _Read:
    """Reads a source piece by piece, and counts and hashes what it gave."""

    def __init__(self, source: BinaryIO) -> None:
        self.source, self.size, self.digest = source, 0, hashlib.sha256()

    def piece(self) -> bytes:
        """The next bytes, as many as a piece has unless the source ends; empty at the end."""
        try:
            parts = []
            wanted = PIECE
            while wanted and (part := self.source.read(min(CHUNK, wanted))):
                parts.append(part)
                wanted -= len(part)
        except Exception as reason:
            raise _Cut(reason) from reason
        piece = b"".join(parts)
        self.digest.update(piece)
        self.size += len(piece)
        return piece


def _send(store: ObjectStore, key: str, read: _Read) -> None:
    """In one request when it fits in one piece, else in parts; the name appears when all of it is there."""
    first = read.piece()
    if len(first) < PIECE:
        obstore.put(store, key, first, use_multipart=False)
        return
    pieces = _pieces(first, read)
    obstore.put(store, key, pieces, chunk_size=PIECE, max_concurrency=_AT_ONCE)


def _pieces(first: bytes, read: _Read) -> Iterator[bytes]:
    piece = first
    while piece:
        yield piece
        piece = read.piece()


def _key(name: str) -> str:
    """Where a name's bytes lie in a store; `ValueError` unless it is a name that `put` could have given."""
    if not NAME.fullmatch(name):
        raise ValueError("not the name of a stored file")
    return f"{name[:2]}/{name[2:4]}/{name}"


def _local(root: Path) -> LocalStore:
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    return LocalStore(root)


class _Folder:
    """What a local folder needs beside obstore: rights, and syncing."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, name: str) -> Path:
        return self.root / _key(name)

    def prepare(self, name: str) -> None:
        """Make the folders that `name` lies in."""
        folder = self.path(name).parent
        for each in (self.root, folder.parent, folder):
            if not each.is_dir():
                each.mkdir(mode=0o700, parents=True, exist_ok=True)
                # A new folder is itself an entry in its parent, and is lost with it unless that is synced.
                _sync(each.parent)

    def settle(self, name: str) -> None:
        """Bring bytes and name to the disk. obstore has written both, but to the system's memory only."""
        path = self.path(name)
        path.chmod(0o600)
        _sync(path)
        _sync(path.parent)

    def is_link(self, key: str) -> bool:
        return (self.root / key).is_symlink()

    def sweep_halves(self, older_than: datetime) -> int:
        """Remove what a crash left half written; the store's own list does not show it."""
        halves = [
            path
            for path in self.root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*")
            if _HALF.fullmatch(path.name) and not path.is_symlink() and _written(path) < older_than
        ]
        for path in halves:
            path.unlink(missing_ok=True)
        return len(halves)


def _sync(path: Path) -> None:
    """Bring a file's bytes, or a folder's names, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
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
