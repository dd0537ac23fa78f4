"""A real S3 server of the tests' own: SeaweedFS, on 127.0.0.1 only, with keys, killed at the end."""

import json
import os
import signal
import socket
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import obstore
from pydantic import SecretStr

from app.adapters.stores import files_for
from app.config import Environment, Settings

KEY, SECRET, BUCKET = "portal-of-tests", "a secret of the tests", "evidence"
_PORTS = ("master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc",
          "s3.port", "s3.port.grpc")  # fmt: skip


@dataclass(frozen=True)
class Seaweed:
    """A running server and how to reach it."""

    process: subprocess.Popen[bytes]
    s3: int
    filer: int

    def settings(self, prefix: str, *, key: str = SECRET, account: str = KEY) -> Settings:
        return Settings(
            environment=Environment.DEVELOPMENT,
            evidence_store=f"s3://{BUCKET}/{prefix}",
            evidence_store_endpoint=f"http://127.0.0.1:{self.s3}",
            evidence_store_account=account,
            evidence_store_key=SecretStr(key),
        )


@contextmanager
def running(folder: Path) -> Iterator[Seaweed]:
    """Start the server with its data in ``folder``; the block begins when it has taken an object."""
    ports = dict(zip(_PORTS, _free_ports(len(_PORTS)), strict=True))
    process = subprocess.Popen(
        _command(folder, ports),
        start_new_session=True,
        stdout=(folder / "log").open("wb"),
        stderr=subprocess.STDOUT,
    )
    try:
        found = Seaweed(process, ports["s3.port"], ports["filer.port"])
        _wait_until_it_takes(found)
        yield found
    finally:
        os.killpg(process.pid, signal.SIGKILL)  # asked to end, it takes its time
        process.wait()
        for port in ports.values():
            for socket_file in Path("/tmp").glob(f"seaweedfs-*-{port}.sock"):
                socket_file.unlink(missing_ok=True)


def _command(folder: Path, ports: dict[str, int]) -> list[str]:
    may = ["Admin", "Read", "Write", "List", "Tagging"]
    keys = [{"accessKey": KEY, "secretKey": SECRET}]
    config = folder / "s3.json"
    config.write_text(json.dumps({"identities": [{"name": "portal", "credentials": keys, "actions": may}]}))
    return [
        str(Path(sysconfig.get_path("scripts")) / "weed"), "-logtostderr", "server", f"-dir={folder}",
        "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-s3", "-s3.ip.bind=127.0.0.1", "-s3.iam=false",
        "-s3.port.iceberg=0", "-s3.port.lance=0", f"-s3.config={config}",
        "-volume.max=20", "-master.volumeSizeLimitMB=64", "-volume.preStopSeconds=0",
        *(f"-{name}={port}" for name, port in ports.items()),
    ]  # fmt: skip


def _free_ports(number: int) -> list[int]:
    probes = [socket.socket() for _ in range(number)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def _wait_until_it_takes(server: Seaweed) -> None:
    store = files_for(server.settings("probe")).store
    deadline = time.monotonic() + 60
    while True:
        try:
            with suppress(HTTPError):  # it is there from the try before
                urlopen(
                    Request(f"http://127.0.0.1:{server.filer}/buckets/{BUCKET}/", method="POST"), timeout=5
                )
            obstore.put(store, "probe", b"x")
            return
        except (OSError, obstore.exceptions.BaseError):
            if time.monotonic() > deadline or server.process.poll() is not None:
                raise
            time.sleep(0.1)
