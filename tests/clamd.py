"""A real clamd of the tests' own: the shipped configuration, one signature, a free port of 127.0.0.1, no network.

Tests that use it carry the marker ``scanner``. Where there is no clamd they are skipped, and fail in CI.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.adapters.scan import EICAR
from app.config import ROOT

SHIPPED = ROOT / "deploy" / "clamd.conf"
SIGNATURE = "Portal.Test.Eicar"  # clamd adds .UNOFFICIAL to what is not signed by its makers
FOUND = f"{SIGNATURE}.UNOFFICIAL"


@dataclass
class Clamd:
    """One clamd, which can be stopped, killed and started again on the same port."""

    folder: Path
    port: int
    changes: dict[str, str] = field(
        default_factory=dict
    )  # lines of its configuration that differ; "" takes one out
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Returns when it answers."""
        configuration = self._written()
        self.process = subprocess.Popen(
            [path_or_fail(), "--config-file", str(configuration)],
            stdout=(self.folder / "log").open("ab"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        deadline = time.monotonic() + 60
        while not self._is_listening():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self.folder / "log").read_text())
            time.sleep(0.02)

    def kill(self) -> None:
        if self.process:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def learn(self, name: str, content: bytes) -> None:
        """Add a signature for files that hold ``content``; known from the next start on."""
        with (self.folder / "db" / "local.ndb").open("a") as signatures:
            signatures.write(f"{name}:0:*:{content.hex()}\n")

    def _is_listening(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True

    def _written(self) -> Path:
        """The shipped configuration, with places of this folder and nothing that needs another account."""
        here = {
            "TCPSocket": str(self.port),
            "TCPAddr": "127.0.0.1",
            "LocalSocket": "",
            "User": "",
            "DatabaseDirectory": str(self.folder / "db"),
            "TemporaryDirectory": str(self.folder),
            **self.changes,
        }
        text = SHIPPED.read_text()
        for name, value in here.items():
            text, found = re.subn(
                rf"^{name} .*$", f"{name} {value}" if value else "", text, flags=re.MULTILINE
            )
            assert found == 1, f"{SHIPPED.name} has no line for {name}"
        target = self.folder / "clamd.conf"
        target.write_text(text)
        return target


def path_or_fail() -> str:
    """Where clamd is. Skips the test without one; in CI that is a failure."""
    path = shutil.which(os.environ.get("ARF_TEST_CLAMD") or "clamd", path=f"{os.environ['PATH']}:/usr/sbin")
    if path is None:
        missing = "no clamd on this machine: apt-get install clamav-daemon"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    return path


@contextmanager
def running(folder: Path, **changes: str) -> Iterator[Clamd]:
    """Start a clamd with its files in ``folder``, and kill it at the end."""
    made = prepared(folder, **changes)
    made.start()
    try:
        yield made
    finally:
        made.kill()


def prepared(folder: Path, **changes: str) -> Clamd:
    """A clamd that was not started."""
    path_or_fail()
    (folder / "db").mkdir()
    made = Clamd(folder, free_port(), changes)
    made.learn(SIGNATURE, EICAR)
    return made


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
