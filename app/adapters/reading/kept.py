"""Readings and pages, drawn once in a process apart and kept in the data folder.

What is kept for one review is never given to another: whether a page comes at once or after a second would tell that
somebody else has opened it. The folder can be deleted at any time: all of it is drawn again from evidence.
"""

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import time
from typing import BinaryIO
from uuid import UUID

import structlog

from app.adapters.reading.blocks import NOTHING, PICTURE, READING, Reading, packed, unpacked
from app.adapters.structure import apart

MOST_BYTES = 512 * 1024 * 1024
KEPT_SHARE = 0.8  # of MOST_BYTES, once that was reached
TRY_AGAIN_AFTER = 24 * 60 * 60  # seconds: a machine in trouble may be why a file could not be drawn
WALL_SECONDS = 30
_DRAWING = 1  # raised when files are drawn otherwise, so that nothing drawn before is shown
_PICTURES = "app.adapters.reading.pictures"
_TEXTS = {
    "docx": "app.adapters.reading.word",
    "xlsx": "app.adapters.reading.sheets",
    "pptx": "app.adapters.reading.slides",
    "csv": "app.adapters.reading.plain",
    "txt": "app.adapters.reading.plain",
}
_AS_PICTURES = frozenset({"pdf", "png", "jpg"})
_LIST = "reading.json"
_PRUNED_EACH = 25  # pages drawn of one file

log = structlog.get_logger(__name__)
Open = Callable[[], BinaryIO]


@dataclass(frozen=True)
class Drawable:
    """A file's bytes, known by their SHA-256, as one review reads them. ``open`` is called when they must be drawn."""

    review_id: UUID
    sha256: str
    extension: str  # as the structure check gave it
    open: Open


class Readings:
    """What was drawn. Every call blocks: the first of a file for a second or more, later ones for a disk's answer."""

    def __init__(self, folder: Path, most_bytes: int = MOST_BYTES) -> None:
        self.folder, self.most_bytes = folder / f"drawn-{_DRAWING}", most_bytes

    def kept(self, file: Drawable) -> Reading | None:
        """What was drawn before; None when nothing was, or when it is time to try again."""
        found = self._get(file, _LIST)
        if found is None:
            return None
        try:
            reading = unpacked(found)
        except (ValueError, KeyError, TypeError):
            return None  # cut off by a full disk; drawn again
        return reading if reading.leaves or not self._is_old(file) else None

    def reading(self, file: Drawable) -> Reading:
        """The whole file but for its pictures. Without leaves when it can't be shown. Raises as ``open`` does."""
        if (kept := self.kept(file)) is not None:
            return kept
        made = _listed(file)
        self._put(file, _LIST, made or packed(NOTHING))
        self.prune()
        return unpacked(made) if made else NOTHING

    def picture(self, file: Drawable, number: int) -> bytes | None:
        """Page ``number``, from 1, as PNG; None when there is no such page or it can't be drawn."""
        reading = self.reading(file)
        if not reading.are_pictures or not 1 <= number <= len(reading.leaves):
            return None
        name = f"page-{number}.png"
        if (kept := self._get(file, name)) is not None:
            return kept
        made = _made(_PICTURES, file, PICTURE, file.extension, str(number))
        if made:
            self._put(file, name, made)
            self.prune() if number % _PRUNED_EACH == 0 else None
        return made

    def prune(self) -> int:
        """Remove what was not looked at for longest, once there is too much; return the bytes removed."""
        found = sorted(_files(self.folder))
        excess = sum(size for _, size, _ in found) - self.most_bytes
        if excess <= 0:
            return 0
        goal, removed = excess + int(self.most_bytes * (1 - KEPT_SHARE)), 0
        for _, size, path in found:
            if removed >= goal:
                break
            path.unlink(missing_ok=True)
            removed += size
        return removed

    def _path(self, file: Drawable, name: str) -> Path:
        return self.folder / str(file.review_id) / file.sha256 / name

    def _get(self, file: Drawable, name: str) -> bytes | None:
        path = self._path(file, name)
        try:
            data = path.read_bytes()
            if name != _LIST:
                os.utime(path)  # looked at just now
        except OSError:
            return None
        return data or None

    def _is_old(self, file: Drawable) -> bool:
        try:
            return time() - self._path(file, _LIST).stat().st_mtime > TRY_AGAIN_AFTER
        except OSError:
            return True

    def _put(self, file: Drawable, name: str, data: bytes) -> None:
        """Whole or not at all. A disk that is full costs only that the page is drawn again the next time."""
        path = self._path(file, name)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as half:
                half.write(data)
            os.replace(half.name, path)
        except OSError as failure:
            log.warning("reading_not_kept", reason=str(failure)[:200])


def _listed(file: Drawable) -> bytes | None:
    """The reading as JSON; None when there is none, as for a kind of file that we do not know."""
    if file.extension in _AS_PICTURES:
        return _made(_PICTURES, file, READING, file.extension)
    module = _TEXTS.get(file.extension)
    return _made(module, file, file.extension) if module else None


def _made(module: str, file: Drawable, *arguments: str) -> bytes | None:
    with file.open() as source:
        return apart.output(module, source, *arguments, wall_seconds=WALL_SECONDS)


def _files(folder: Path) -> list[tuple[float, int, Path]]:
    """When each kept file was last looked at, its size, and where it lies."""
    found = []
    for path in folder.rglob("*"):
        try:
            facts = path.stat()
        except OSError:
            continue  # another process pruned it meanwhile
        if path.is_file():
            found.append((facts.st_mtime, facts.st_size, path))
    return found
