"""The press: a process of its own, which may hang or die without taking a portal or a certificate with it."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from app.adapters.pdf import CertificatePress, DrawingFailed
from app.adapters.pdf_drawing import draw_certificate
from app.adapters.press import ROOT
from tests.adapters.certificates import FACTS, named


@asynccontextmanager
async def pressing(seconds: float = 20.0) -> AsyncIterator[CertificatePress]:
    press = CertificatePress(seconds=seconds)
    try:
        yield press
    finally:
        press.close()


def run(play: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(play())  # type: ignore[arg-type]


def pid_of(press: CertificatePress) -> int:
    assert press.pid is not None
    return press.pid


def is_running(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_draws_what_the_drawing_draws_in_one_process_that_stays() -> None:
    async def play() -> None:
        async with pressing() as press:
            await press.warm()
            first = press.pid
            drawn = await asyncio.gather(
                press.draw(FACTS), press.draw(named("Demo trust 5")), press.draw(FACTS)
            )
            assert list(drawn) == [draw_certificate(f) for f in (FACTS, named("Demo trust 5"), FACTS)]
            assert (press.pid, press.pid == os.getpid()) == (first, False)

    run(play)


def test_p05_a_process_that_hangs_is_ended_and_the_queue_goes_on() -> None:
    async def play() -> None:
        async with pressing() as press:
            await press.warm()
            hanging = pid_of(press)
            press._seconds = 0.05
            os.kill(hanging, signal.SIGSTOP)
            with pytest.raises(DrawingFailed, match=r"^no certificate after 0\.05 seconds$"):
                await press.draw(FACTS)
            assert (is_running(hanging), press.pid) == (False, None)
            press._seconds = 20.0
            assert await press.draw(FACTS) == draw_certificate(FACTS)

    run(play)


def test_a_process_killed_in_the_middle_is_replaced_and_the_certificate_drawn() -> None:
    async def play() -> None:
        async with pressing() as press:
            await press.warm()
            killed = pid_of(press)
            os.kill(killed, signal.SIGSTOP)
            drawing = asyncio.create_task(press.draw(FACTS))
            await asyncio.sleep(0)
            os.kill(killed, signal.SIGKILL)
            assert await drawing == draw_certificate(FACTS)
            assert press.pid != killed

    run(play)


def test_a_process_that_dies_each_time_is_tried_twice_only(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[str] = []
    start = subprocess.Popen

    def dying(command: list[str], **settings: object) -> object:
        started.append(command[2])
        return start([sys.executable, "-c", ""], **settings)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "Popen", dying)

    async def play() -> None:
        async with pressing() as press:
            with pytest.raises(DrawingFailed, match=r"^the process that draws certificates ended$"):
                await press.draw(FACTS)

    run(play)
    assert started == ["app.adapters.pdf_drawing"] * 2


def test_a_refused_drawing_keeps_its_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """A QR code holds 2,331 bytes at most; the limits of the facts are lifted to get past them."""
    monkeypatch.setattr("app.adapters.pdf.LIMITS", {})
    endless = FACTS.__class__(**{**vars(FACTS), "verify_url": "x" * 3000})

    async def play() -> None:
        async with pressing() as press:
            await press.warm()
            before = press.pid
            with pytest.raises(DrawingFailed, match=r"^DataOverflowError: "):
                await press.draw(endless)
            assert await press.draw(FACTS) == draw_certificate(FACTS)
            assert press.pid == before

    run(play)


def test_close_ends_the_process_and_sweeps_its_folder() -> None:
    async def play() -> None:
        async with pressing() as press:
            await press.warm()
            assert press._process is not None
            pid, folder = pid_of(press), Path(press._process._folder.name)
            assert (is_running(pid), len(list(folder.glob("weasyprint-*/*")))) == (True, 6)
            press.close()
            assert (is_running(pid), folder.exists()) == (False, False)
            with pytest.raises(DrawingFailed, match=r"^the press is closed$"):
                await press.draw(FACTS)

    run(play)


def test_close_in_the_middle_of_a_drawing_does_not_wait_for_it() -> None:
    async def play() -> None:
        async with pressing() as press:
            await press.warm()
            os.kill(pid_of(press), signal.SIGSTOP)
            drawing = asyncio.create_task(press.draw(FACTS))
            await asyncio.sleep(0)
            press.close()
            with pytest.raises((DrawingFailed, asyncio.CancelledError)):
                await drawing

    run(play)


def test_the_process_never_sees_a_secret_of_the_portal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARF_SECRET_KEY", "CANARY")

    async def play() -> None:
        async with pressing() as press:
            await press.warm()
            assert b"CANARY" not in Path(f"/proc/{press.pid}/environ").read_bytes()

    run(play)


def test_memory_of_the_process_is_capped() -> None:
    async def play() -> None:
        async with pressing() as press:
            await press.warm()
            limits = Path(f"/proc/{press.pid}/limits").read_text().splitlines()
            cap = next(int(line.split()[3]) for line in limits if line.startswith("Max address space"))
            assert 512 << 20 < cap < 1024 << 20

    run(play)


def test_a_web_worker_does_not_load_weasyprint() -> None:
    program = "import sys, app.adapters.pdf; print('weasyprint' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"
