"""What the portal acknowledged, kept outside it: one line of JSON each, on the disk before anything else is asked."""

import json
import os
from pathlib import Path
from typing import Any

Acknowledged = dict[str, Any]  # "kind", and what was acknowledged


class Ledger:
    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8")
        self.lines: list[Acknowledged] = []

    def note(self, kind: str, **facts: Any) -> None:
        line: Acknowledged = {"kind": kind, **{name: _plain(value) for name, value in facts.items()}}
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        self.lines.append(line)

    def close(self) -> None:
        self._file.close()


def _plain(value: Any) -> Any:
    return value if isinstance(value, (int, str)) else str(value)


def read(path: Path) -> list[Acknowledged]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
