"""Short marks of values. A form carries them to tell later what has changed since it was opened."""

from collections.abc import Mapping
from typing import Any

from app.rules.history import canonical, sha256

LENGTH = 16  # letters of a hash: enough to tell texts apart; nobody gains by making two alike


def mark(value: Any) -> str:
    """The mark of a JSON value. Equal values have equal marks."""
    return sha256(canonical(value))[:LENGTH]


def written(marks: Mapping[str, str]) -> str:
    """The marks as a form's hidden field has them: ``name=mark name=mark``."""
    return " ".join(f"{name}={one}" for name, one in marks.items())


def read(text: str) -> dict[str, str]:
    """The marks of a hidden field by name; what is no mark is passed over."""
    return dict(part.split("=", 1) for part in text.split() if "=" in part)
