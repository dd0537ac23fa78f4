"""What a web process loads at its start: each library below belongs to a process apart, and costs every worker 2 to
60 MB."""

import subprocess
import sys

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


def test_the_web_process_loads_no_parser_and_no_arithmetic() -> None:
    program = "import sys, app.main; print(*{name.partition('.')[0] for name in sys.modules})"
    said = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert APART & set(said.stdout.split()) == set()
