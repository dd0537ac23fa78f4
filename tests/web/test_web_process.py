"""What a web process loads at its start: each library below belongs to a process apart, and costs every worker 2 to
60 MB."""

import os
import subprocess
import sys

import pytest

from app.cli.serving import become_server
from app.config import ROOT

APART = {
    "PIL",
    "numpy",
    "openpyxl",
    "phonenumbers",
    "pikepdf",
    "pptx",
    "pypdfium2",
    "scipy",
    "weasyprint",
}


def loaded(module: str) -> set[str]:
    """The packages that a process has loaded once it has imported this module."""
    program = f"import sys, {module}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    said = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(said.stdout.split())


def test_the_web_process_loads_no_parser_and_no_arithmetic() -> None:
    assert APART & loaded("app.main") == set()


def test_the_process_that_watches_the_web_processes_loads_no_portal() -> None:
    assert {"fastapi", "sqlalchemy", "typer"} & loaded("app.cli.serving") == set()


def test_the_command_line_becomes_that_process(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[str] = []
    monkeypatch.setattr(os, "execv", lambda _path, command: given.extend(command))
    become_server("127.0.0.1", 8001, 3)
    assert given == [sys.executable, "-m", "app.cli.serving", "127.0.0.1", "8001", "3"]
