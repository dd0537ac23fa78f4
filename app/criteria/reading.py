"""TOML files as they lie in a folder: bytes to tables to JSON, or the reason why not."""

import json
import re
import tomllib
from collections.abc import Iterator
from datetime import date, time
from pathlib import Path
from typing import Any

from app.criteria.faults import Fault
from app.criteria.text import CONTROL

# The shipped files are under 6 kB. tomllib takes quadratic time over a long dotted key: 64 kB of one last
# a minute.
LARGEST_FILE = 16 * 1024
MOST_FILES = 500
LARGEST_DOCUMENT = 1024 * 1024  # a whole version as JSON; the shipped one has 150 kB
# A framework is 5 deep (criteria, criterion, questions, question, key). Python's own limit ends in a crash.
DEEPEST = 12

_LINE = re.compile(r"at line (\d+)")
_KEY = re.compile(r"\s*([\w.\"'-]+)\s*=")
_TABLE = re.compile(r"\s*\[+\s*([\w.\"'-]+)\s*\]+")


class TooDeep(ValueError):
    """Values lie inside values further than any framework needs."""


def json_text(value: object) -> str:
    """JSON text of a document, dates as ISO texts. Raises TooDeep, or TypeError or ValueError for what has none.

    The schema reads JSON: strict checks take lists, names and dates from JSON but not from Python values.
    """
    if _deeper_than(DEEPEST, value):
        raise TooDeep("values are nested too deeply")
    return json.dumps(value, default=_date_text)


def json_document(data: bytes) -> Any:
    """The value that the bytes of a JSON file hold. Raises ValueError that says what to do.

    Strict where JSON is not: a key that stands twice, NaN, and characters that can't be seen are refused.
    """
    if reason := _unreadable(data, LARGEST_DOCUMENT):
        raise ValueError(reason)
    try:
        value = json.loads(data, object_pairs_hook=_each_once, parse_constant=_no_constant)
        json.dumps(value, allow_nan=False)
    except RecursionError as error:
        raise ValueError("Values are nested too deeply. Use one list or table at a time.") from error
    except json.JSONDecodeError as error:
        raise ValueError(f"Line {error.lineno} is not JSON: {error.msg}.") from error
    if _deeper_than(DEEPEST, value):
        raise ValueError("Values are nested too deeply. Use one list or table at a time.")
    if any(CONTROL.search(text.replace("\r\n", "\n")) for text in _texts(value)):
        raise ValueError("The file holds characters that can't be seen. Remove them.")
    return value


def _texts(value: Any) -> Iterator[str]:
    """Every text in the value, names of keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in [*value, *value.values()] if isinstance(value, dict) else value:
            yield from _texts(one)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"The key {key[:80]} is repeated. Keep one.")
        found[key] = value
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number that can be kept. Remove it.")


def _deeper_than(limit: int, value: object) -> bool:
    """Whether tables and lists lie inside one another more than `limit` times."""
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return limit == 0 or any(_deeper_than(limit - 1, one) for one in inner)


def _date_text(value: object) -> str:
    """TOML has dates and times, JSON has not."""
    if isinstance(value, date | time):
        return value.isoformat()
    raise TypeError(f"a {type(value).__name__} has no place in it")


def read_table(path: Path) -> dict[str, Any] | Fault:
    """The table a TOML file holds, or the fault that keeps it from being read."""
    text = _text(path)
    if isinstance(text, Fault):
        return text
    try:
        table = tomllib.loads(text)
        json_text(table)
        return table
    except (RecursionError, TooDeep):
        return Fault(path.name, "", "Values are nested too deeply. Use one list or table at a time.")
    except ValueError as error:
        return _not_toml(path.name, text, str(error))


def _text(path: Path) -> str | Fault:
    """The file's text. A link is not followed: a folder must not quote files from elsewhere."""
    if path.is_symlink() or not path.is_file():
        return Fault(path.name, "", "This is not an ordinary file. Replace it with one.")
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except OSError as error:
        return Fault(path.name, "", f"The file can't be opened: {error.strerror}.")
    reason = _unreadable(data, LARGEST_FILE)
    return Fault(path.name, "", reason) if reason else data.decode("utf-8")


def _unreadable(data: bytes, largest: int) -> str:
    """Why these bytes can't be a file of ours; empty when they may be."""
    if len(data) > largest:
        return f"The file is too large. Keep it under {largest // 1024} kB."
    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return "The file begins with a byte order mark. Save it as UTF-8 without one."
    if not data.strip():
        return "The file is empty. Write its keys or delete it."
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return f"Line {line} is not UTF-8 text. Save the file as UTF-8."
    return ""


def _not_toml(file: str, text: str, message: str) -> Fault:
    """Say which line is wrong, and name the key when the mistake is that it stands twice."""
    found = _LINE.search(message)
    if not found:
        return Fault(file, "", f"The file is not TOML: {message}.")
    number = int(found[1])
    line = text.splitlines()[number - 1] if number <= len(text.splitlines()) else ""
    named = _KEY.match(line) or _TABLE.match(line)
    if named and ("overwrite" in message or "twice" in message):
        return Fault(file, named[1].strip("\"'"), f"This key is repeated on line {number}. Keep one.")
    return Fault(file, f"line {number}", f"The file is not TOML: {message}.")
