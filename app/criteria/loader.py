"""From a folder or a stored document to a framework, and back.

Both ways in go through the same checks, so a version drafted on a screen meets what one in files meets.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from app.criteria import carry_over, consistency
from app.criteria.carry_over import CarryOver
from app.criteria.consistency import Clash, Document, Where
from app.criteria.faults import CriteriaError, Fault, key_of, reason_of
from app.criteria.reading import MOST_FILES, json_document, json_text, read_table
from app.criteria.schema import Framework

__all__ = [
    "CriteriaError",
    "Fault",
    "check",
    "checksum",
    "from_document",
    "from_file",
    "load_carry_over",
    "load_folder",
    "to_document",
]

HEAD = "framework.toml"


@dataclass
class _Folder:
    """What was read: the head (None when unreadable), each criterion with its file, and the faults so far."""

    head: Document | None = None
    files: list[tuple[str, Document]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def document(self) -> Document:
        """Head and criteria as one document, in the shape that is stored."""
        return {**(self.head or {}), "criteria": [table for _, table in self.files]}

    def was_read(self, where: Where) -> bool:
        """Whether a place was there to be judged. What an absent file lacks has been said already."""
        return where != ("criteria",) and (self.head is not None or where[:1] == ("criteria",))

    def place(self, where: Where) -> tuple[str, str]:
        """The file and key that a place in the document came from."""
        match where:
            case ("criteria", int(number), *rest):
                return self.files[number][0], key_of(rest)
        return HEAD, key_of(where)


def load_folder(path: Path) -> Framework:
    """The framework in this folder, criteria by level and code. Raises CriteriaError with every fault."""
    folder = _read(path)
    document = folder.document()
    wrong = _wrongs(document)
    if not folder.faults:
        wrong += consistency.empty_levels(document)
    sayable = [one for one in wrong if folder.was_read(one[0])]
    return _made(document, folder.faults + _told(sayable, folder.place))


def check(path: Path) -> list[Fault]:
    """Every fault of the folder, in the order of its files; none when it can be used.

    What `carry-over.toml` names in the version before is checked when both are there: at publishing.
    """
    found: list[Fault] = []
    for load in (load_folder, load_carry_over):
        try:
            load(path)
        except CriteriaError as error:
            found += error.faults
    return sorted(found)


def load_carry_over(path: Path) -> CarryOver | None:
    """What the folder says carries over; None when it has no such file. Raises CriteriaError with every fault."""
    file = path / carry_over.FILE
    if not file.exists() and not file.is_symlink():
        return None
    table = read_table(file)
    if isinstance(table, Fault):
        raise CriteriaError([table])
    return carry_over.read(table)


def from_file(data: bytes, name: str) -> Document:
    """The document that an uploaded JSON file holds, whether or not it makes a framework yet.

    Raises CriteriaError when it can't be read, or holds no list of criteria that a page could show.
    """
    try:
        document = json_document(data)
    except ValueError as error:
        raise CriteriaError([Fault(name, "", str(error))]) from error
    if not isinstance(document, dict):
        raise CriteriaError([Fault(name, "", "The document must be a table of keys and values.")])
    criteria = document.get("criteria")
    if not isinstance(criteria, list) or not all(isinstance(row, dict) for row in criteria):
        raise CriteriaError([Fault(name, "criteria", "This must be a list of criteria, each a table.")])
    return document


def from_document(document: dict[str, Any], name: str) -> Framework:
    """The framework a stored document holds. Raises CriteriaError whose faults carry `name` as their file."""
    try:
        json_text(document)
    except (TypeError, ValueError) as error:
        raise CriteriaError([Fault(name, "", f"The document is not JSON: {error}.")]) from error
    if not isinstance(document, dict):
        raise CriteriaError([Fault(name, "", "The document must be a table of keys and values.")])
    wrong = [*_wrongs(document), *consistency.empty_levels(document)]
    return _made(document, _told(wrong, lambda where: (name, _key_in(document, where))))


def to_document(framework: Framework) -> dict[str, Any]:
    """The framework as JSON values, the form in which the portal keeps a version."""
    return framework.model_dump(mode="json")


def checksum(framework: Framework) -> str:
    """SHA-256, in hexadecimal, of the canonical JSON: equal for equal content, whatever the layout."""
    canonical = json.dumps(to_document(framework), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()


def _made(document: Document, faults: Iterable[Fault]) -> Framework:
    """The framework, unless there is a fault to raise."""
    if found := sorted(set(faults)):
        raise CriteriaError(found)
    return Framework.model_validate_json(json_text(document))


def _wrongs(document: Document) -> list[Clash]:
    """All that contradicts itself or the schema, with its place."""
    wrong = list(consistency.clashes(document))
    try:
        Framework.model_validate_json(json_text(document))
    except ValidationError as error:
        # "clash" is the schema's own guard, and says again what the line above has said.
        wrong += [(one["loc"], reason_of(one)) for one in error.errors() if one["type"] != "clash"]
    return wrong


def _told(wrong: Iterable[Clash], place: Callable[[Where], tuple[str, str]]) -> list[Fault]:
    """The same as faults, each with the file and key that its author knows."""
    return [Fault(*place(where), reason) for where, reason in wrong]


def _key_in(document: Document, where: Where) -> str:
    """The path of a key in a stored document, where a criterion is known by its code."""
    match where:
        case ("criteria", int(number), *rest):
            row = document["criteria"][number]
            code = row.get("code") if isinstance(row, dict) else None
            return ".".join(
                ["criteria", code if isinstance(code, str) else str(number + 1), key_of(rest)]
            ).rstrip(".")
    return key_of(where)


def _read(path: Path) -> _Folder:
    """Read each file once; a file that can't be read is a fault, and the others are still checked."""
    folder = _Folder()
    try:
        entries = sorted(path.iterdir())
    except OSError as error:
        folder.faults.append(Fault(str(path), "", f"The folder can't be opened: {error.strerror}."))
        return folder
    if len(entries) > MOST_FILES:
        folder.faults.append(Fault(str(path), "", f"The folder has more than {MOST_FILES} files."))
        return folder
    for entry in entries:
        _read_entry(folder, entry)
    if HEAD not in {entry.name for entry in entries}:
        folder.faults.append(Fault(HEAD, "", "This file is missing. Add it."))
    if not {entry.suffix for entry in entries if entry.name not in (HEAD, carry_over.FILE)} & {".toml"}:
        folder.faults.append(Fault(HEAD, "", "The folder has no criteria. Add one TOML file for each."))
    ranks = _ranks(folder.head or {})
    folder.files.sort(key=lambda named: (ranks.get(str(named[1].get("level")), 0), _by_number(named[0])))
    return folder


def _read_entry(folder: _Folder, entry: Path) -> None:
    """Add one file to the folder, as head, as criterion or as fault."""
    if entry.name == carry_over.FILE:
        return
    if entry.suffix != ".toml":
        reason = f"This does not belong here. Keep {HEAD} and one TOML file for each criterion."
        folder.faults.append(Fault(entry.name, "", reason))
        return
    table = read_table(entry)
    if isinstance(table, Fault):
        folder.faults.append(table)
    elif entry.name == HEAD:
        folder.head = table
        if table.pop("criteria", None) is not None:
            folder.faults.append(Fault(HEAD, "criteria", "Each criterion has its own file. Remove this key."))
    else:
        folder.files.append((entry.name, table))
        folder.faults += _misnamed(entry, table)


def _misnamed(entry: Path, table: Document) -> list[Fault]:
    """A file is found by its code, so its name must begin with it."""
    code = table.get("code")
    if not isinstance(code, str) or entry.stem == code or entry.stem.startswith(f"{code}-"):
        return []
    return [
        Fault(entry.name, "code", f"The code is {code}. Name the file {code}.toml or {code}-some-words.toml.")
    ]


def _ranks(head: Document) -> dict[str, int]:
    """The rank of each level, as far as the head can be read."""
    levels = head.get("levels")
    rows = [row for row in levels if isinstance(row, dict)] if isinstance(levels, list) else []
    return {str(row.get("id")): row["rank"] for row in rows if isinstance(row.get("rank"), int)}


def _by_number(name: str) -> list[tuple[int, str]]:
    """A sorting key that puts 1.2 before 1.10."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", name)]
