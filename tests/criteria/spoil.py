"""Ways to break a good folder, and the claim that it is refused."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.criteria.loader import CriteriaError, Fault, check, load_folder

Break = Callable[[Path], object]
Found = list[tuple[str, str, str]]

MISSING = "This key is missing. Add it."
UNKNOWN = "This key is not known. Remove it or check the spelling."
HEAD, X1, X2 = "framework.toml", "X1.toml", "X2-b.toml"


def swap(file: str, old: str, new: str) -> Break:
    """Replace the first place where this text stands; fails when it stands nowhere."""

    def edit(folder: Path) -> None:
        text = (folder / file).read_text()
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1))

    return edit


def put(file: str, data: bytes) -> Break:
    """Write these bytes."""
    return lambda folder: (folder / file).write_bytes(data)


def remove(file: str) -> Break:
    """Take this file away."""
    return lambda folder: (folder / file).unlink()


def both(*breaks: Break) -> Break:
    """Do one after the other."""
    return lambda folder: [one(folder) for one in breaks]


def assert_refused(folder: Path, found: Found) -> None:
    """Both ways of reading the folder give these faults and no others."""
    expected = tuple(sorted(Fault(*one) for one in found))
    assert tuple(check(folder)) == expected
    with pytest.raises(CriteriaError) as refusal:
        load_folder(folder)
    assert refusal.value.faults == expected
