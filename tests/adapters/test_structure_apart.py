"""The process that each check runs in: its limits, its silence, its end."""

import io
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from app.adapters.structure import apart
from app.adapters.structure.check import CheckBroken
from app.adapters.structure.child import CPU_SECONDS
from tests import samples

TOO_HARD = (
    "This file takes too much work to check. "
    "Save it again as a simpler file, or split it into smaller files, and upload that."
)
TOO_MUCH = (
    "This file unpacks to far more than its size, so it cannot be checked. "
    "Save it as a PDF, or split it into smaller files, and upload that."
)
DAMAGED = (
    "This file is damaged or was cut short. Open it on your computer, save it again and upload the new copy."
)


def child(body: str) -> "subprocess.CompletedProcess[bytes]":
    """Run `body` as an inspection, with the limits of the real one and nothing else around it."""
    script = f"from app.adapters.structure.child import serve\ndef inspect(source, extension):\n{body}\nserve(inspect)"
    return subprocess.run(
        [sys.executable, "-c", script, "pdf"],
        input=b"x",
        capture_output=True,
        cwd=apart.ROOT,
        check=False,
    )


def test_U07_a_check_that_never_ends_is_stopped_by_the_kernel() -> None:
    assert apart._reading("check", child("    while True: pass")) == TOO_HARD


def test_U07_a_check_that_takes_all_memory_is_refused() -> None:
    assert apart._reading("check", child("    bytearray(400_000_000)")) == TOO_HARD


def test_U07_a_check_that_crashes_refuses_the_file_and_spares_the_portal() -> None:
    assert apart._reading("check", child("    import os; os.abort()")) == TOO_HARD


def test_a_surprise_in_a_parser_refuses_the_file_without_quoting_it() -> None:
    done = child("    raise ValueError('canary')")
    assert (done.returncode, done.stderr) == (0, b"ValueError")
    assert apart._reading("check", done) == DAMAGED


def test_a_check_that_cannot_start_is_our_fault_and_not_a_verdict() -> None:
    with pytest.raises(CheckBroken):
        apart.refusal("app.adapters.structure.nowhere", io.BytesIO(b"x"), "pdf")


def test_the_process_apart_sees_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []

    def run(*_: object, **how: object) -> "subprocess.CompletedProcess[bytes]":
        seen.append(how["env"])
        return subprocess.CompletedProcess([], 0, b"", b"")

    monkeypatch.setenv("ARF_SECRET", "canary")
    monkeypatch.setattr(subprocess, "run", run)
    assert apart.refusal("m", io.BytesIO(b"x"), "pdf") == ""
    assert seen == [{}]


def pdf_of(streams: list[bytes]) -> bytes:
    """A PDF written by hand, so that the test itself never holds what it unpacks to."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>"]
    objects.append(b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>")
    for data in streams:
        objects.append(b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(data), data))
    body, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    head = b"xref\n0 %d\n0000000000 65535 f \n" % count
    return (
        body + head + table + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (count, len(body))
    )


def zeros(megabytes: int) -> bytes:
    pack = zlib.compressobj(9)
    return b"".join(pack.compress(bytes(1_000_000)) for _ in range(megabytes)) + pack.flush()


def sheet(cells: int) -> bytes:
    markup = b"<a>" + b"".join(b"<c r='A%d'/>" % number for number in range(cells)) + b"</a>"
    return samples.repacked(samples.xlsx(), {"xl/worksheets/sheet1.xml": markup})


HEAVY: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "one_stream_of_300_megabytes": (lambda: pdf_of([zeros(300)]), "a.pdf", TOO_MUCH),
    "two_hundred_streams": (lambda: pdf_of([zeros(40)] * 200), "a.pdf", TOO_MUCH),
    "sheet_of_2_million_cells": (lambda: sheet(2_000_000), "a.xlsx", TOO_MUCH),
    "picture_of_8_million_comments": (
        lambda: b"\xff\xd8" + b"\xff\xfe\x00\x02" * 8_000_000,
        "a.jpg",
        DAMAGED,
    ),
}


# A process of its own asks, because what a child is charged for begins with what its parent held.
ASK = """
import resource, sys
from app.adapters.structure.check import Refused, check
try:
    check(open(sys.argv[1], "rb"), sys.argv[1])
except Refused as refused:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(refused.reason, used.ru_utime + used.ru_stime, used.ru_maxrss // 1024, sep="|")
"""


@pytest.mark.parametrize("case", HEAVY)
def test_U07_bombs_cost_at_most_two_seconds_and_200_megabytes(case: str, tmp_path: Path) -> None:
    """By the kernel's own account of the child, whose limits hold however slow the machine is."""
    make, name, expected = HEAVY[case]
    (tmp_path / name).write_bytes(make())
    command = [sys.executable, "-c", ASK, str(tmp_path / name)]
    said = subprocess.run(command, capture_output=True, cwd=apart.ROOT, check=True).stdout.decode()
    answer, seconds, megabytes = said.strip().split("\n")[-1].split("|")
    assert answer in (expected, TOO_HARD)  # on a slow machine the kernel is the first to lose patience
    assert float(seconds) <= CPU_SECONDS + 0.5
    assert int(megabytes) <= 200
