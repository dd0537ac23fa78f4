"""A ZIP of many files, written to a temporary file piece by piece, under names that no system reads as a path."""

import hashlib
import unicodedata
import zipfile
from collections.abc import Iterable
from typing import BinaryIO

from app.adapters.structure.names import LONGEST, safe_name

CHUNK = 1024 * 1024


class Archive:
    """A ZIP while it is written. Files of evidence are kept as they are: most are packed in themselves."""

    def __init__(self, target: BinaryIO) -> None:
        self._zip = zipfile.ZipFile(target, "w", zipfile.ZIP_STORED)
        self._taken: set[str] = set()

    def __enter__(self) -> "Archive":
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def add(self, name: str, content: bytes, folder: str = "") -> str:
        """Keep bytes that are at hand, packed. Returns the name they got."""
        path = self._path(name, folder)
        self._zip.writestr(path, content, zipfile.ZIP_DEFLATED)
        return path

    def copy(self, name: str, chunks: Iterable[bytes], folder: str = "") -> tuple[str, int, str]:
        """Keep bytes as they come. Returns the name they got, their length and their SHA-256 in hex."""
        path, size, sha256 = self._path(name, folder), 0, hashlib.sha256()
        with self._zip.open(path, "w", force_zip64=True) as entry:
            for chunk in chunks:
                entry.write(chunk)
                sha256.update(chunk)
                size += len(chunk)
        return path, size, sha256.hexdigest()

    def _path(self, name: str, folder: str) -> str:
        """A name of one part, different from the others also where case or the form of letters does not count."""
        safe = safe_name(name)
        stem, dot, ending = safe.rpartition(".")
        stem, ending = (stem, f".{ending}") if dot else (safe, "")
        found, number = safe, 1
        while (key := _folded(folder, found)) in self._taken:
            number += 1
            mark = f" ({number})"
            found = f"{stem[: LONGEST - len(mark) - len(ending)].rstrip()}{mark}{ending}"
        self._taken.add(key)
        return f"{folder}/{found}" if folder else found


def _folded(folder: str, name: str) -> str:
    return unicodedata.normalize("NFKC", f"{folder}/{name}").casefold()
