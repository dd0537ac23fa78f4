"""Perform the Dockerfile's steps in order in a fresh folder, without Docker, and ask the result for its health.

What stands in for what:

- the base image's Python: a fresh venv, first on PATH;
- the image's root: a fresh folder, so ``/srv/...`` and ``/var/...`` in a step become folders below it;
- ``apt-get``: packages that are installed pass; missing ones are installed when this runs as root, else it fails;
- ``useradd``: the number is remembered; the server runs under it when this runs as root, else as who runs this.

Then the database is migrated and loaded, CMD is started on a free loopback port against SQLite with nothing of this
shell's environment, HEALTHCHECK is performed until it passes, and the server is stopped by its number. What this
cannot show: that the base image holds the same system libraries as this machine.
"""

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEALTHY_WITHIN_SECONDS = 30
PREPARE = "portal migrate && portal load"  # what docker-compose.yml's service "migrate" does
MAPPED = re.compile(r"(?<![\w.])(/srv|/var)(?=/)")
PYTHON_NAMES = ("python3.13", "python3.12", "python3.11", "python3.14", "python3")

APT_STAND_IN = """#!/bin/sh
[ "$1" = install ] || exit 0
shift; missing=
for word; do case $word in -*) ;; *)
    dpkg-query -W -f '${Status}' "$word" 2>/dev/null | grep -q ' installed$' || missing="$missing $word" ;; esac; done
[ -n "$missing" ] || { echo "installed already"; exit 0; }
[ "$(id -u)" = 0 ] || { echo "not installed on this machine:$missing" >&2; exit 1; }
/usr/bin/apt-get update -q && /usr/bin/apt-get install -q --yes --no-install-recommends $missing
"""
CHOWN_STAND_IN = """#!/bin/sh
[ "$(id -u)" = 0 ] || { echo "left to $(id -un): $2"; exit 0; }
exec /bin/chown "$(cat "$IMAGE_ACCOUNT")" "$2"
"""
USERADD_STAND_IN = """#!/bin/sh
while [ $# -gt 1 ]; do [ "$1" != --uid ] || echo "$2:$2" > "$IMAGE_ACCOUNT"; shift; done
echo "account $1: not made here, its number is used"
"""


@dataclass
class Image:
    """What the steps so far have made: the folder that stands for /, the working folder and the environment."""

    root: Path
    workdir: Path
    env: dict[str, str]
    cmd: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)
    user: str = ""

    def mapped(self, text: str) -> str:
        return MAPPED.sub(lambda found: f"{self.root}{found[1]}", text)

    @property
    def account(self) -> int | None:
        """The number to run under: the image's own when we are root and it is not."""
        file = Path(self.env["IMAGE_ACCOUNT"])
        if os.geteuid() != 0 or not self.user or not file.exists():
            return None
        return int(file.read_text().split(":")[0])


def main() -> int:
    folder = Path(tempfile.mkdtemp(prefix="image-"))
    folder.chmod(0o755)  # the account of the image must reach its files
    try:
        image = _base(folder)
        for word, rest in _steps((ROOT / "Dockerfile").read_text(encoding="utf-8")):
            print(f"-- {word} {rest}", flush=True)
            STEPS[word](image, rest)
        return _serve_and_ask(image)
    except subprocess.CalledProcessError as failure:
        print(f"FAILED with {failure.returncode}: {failure.cmd}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(folder)


def _base(folder: Path) -> Image:
    """A venv and the stand-ins, first on PATH."""
    root, tools = folder / "root", folder / "stand-ins"
    root.mkdir()
    tools.mkdir()
    for name, text in (("apt-get", APT_STAND_IN), ("chown", CHOWN_STAND_IN), ("useradd", USERADD_STAND_IN)):
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
    subprocess.run([_python(), "-m", "venv", folder / "python"], check=True)
    kept = {
        name: value
        for name, value in os.environ.items()
        if name.startswith("PIP_") or name.endswith("_proxy")
    }
    path = f"{tools}:{folder / 'python' / 'bin'}:/usr/local/bin:/usr/bin:/bin"
    return Image(
        root, root, {**kept, "PATH": path, "HOME": str(root), "IMAGE_ACCOUNT": str(folder / "account")}
    )


def _python() -> str:
    """A Python that the image's account may run too: not one below root's own folder."""
    for name in PYTHON_NAMES:
        if (found := shutil.which(name, path="/usr/local/bin:/usr/bin")) and _has_venv(found):
            return found
    return sys.executable


def _has_venv(python: str) -> bool:
    check = "import ensurepip, sys; sys.exit(sys.version_info < (3, 11))"
    return subprocess.run([python, "-c", check], capture_output=True).returncode == 0


def _steps(text: str) -> Iterator[tuple[str, str]]:
    """The instructions of a Dockerfile: comments left out, continued lines joined."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        if line.strip():
            word, _, rest = line.partition(" ")
            yield word, " ".join(rest.split())


def _from(image: Image, rest: str) -> None:
    version = subprocess.run(
        ["python", "--version"], env=image.env, check=True, capture_output=True, text=True
    )
    print(f"   in its place: {version.stdout.strip()}", flush=True)


def _run(image: Image, rest: str) -> None:
    subprocess.run(["/bin/sh", "-c", image.mapped(rest)], cwd=image.workdir, env=image.env, check=True)


def _workdir(image: Image, rest: str) -> None:
    image.workdir = Path(image.mapped(rest))
    image.workdir.mkdir(parents=True, exist_ok=True)


def _copy(image: Image, rest: str) -> None:
    *sources, target = rest.split()
    for source in (ROOT / name for name in sources):
        place = image.workdir / target
        if source.is_dir():
            shutil.copytree(source, place, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            place = place / source.name if target.endswith("/") else place
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, place)


def _env(image: Image, rest: str) -> None:
    name, _, value = rest.partition("=")
    image.env[name] = image.mapped(value).replace("$PATH", image.env["PATH"])


def _user(image: Image, rest: str) -> None:
    image.user = rest


def _healthcheck(image: Image, rest: str) -> None:
    image.health = json.loads(rest.partition(" CMD ")[2])


def _cmd(image: Image, rest: str) -> None:
    image.cmd = json.loads(rest)


def _said(image: Image, rest: str) -> None:
    """Nothing to perform: these speak to Docker."""


STEPS = {
    "FROM": _from,
    "RUN": _run,
    "WORKDIR": _workdir,
    "COPY": _copy,
    "ENV": _env,
    "USER": _user,
    "HEALTHCHECK": _healthcheck,
    "CMD": _cmd,
    "EXPOSE": _said,
    "VOLUME": _said,
}


def _serve_and_ask(image: Image) -> int:
    port = _free_port()
    caches = image.root / "cache"
    caches.mkdir()
    caches.chmod(0o777)
    env = image.env | {"HOST": "127.0.0.1", "PORT": str(port), "XDG_CACHE_HOME": str(caches)}
    env["ARF_SCANNER"] = "tcp://127.0.0.1:1"  # nobody answers there: uploads would wait, and none is made
    print(
        f"-- as {image.account or os.geteuid()}: portal migrate, then {shlex.join(image.cmd)} on port {port}",
        flush=True,
    )
    subprocess.run(["portal", "migrate"], cwd=image.workdir, env=env, check=True, user=image.account)
    server = subprocess.Popen(
        image.cmd, cwd=image.workdir, env=env, user=image.account, start_new_session=True
    )
    try:
        healthy = _becomes_healthy(image, server, env)
    finally:
        stopped = _stopped(server)
    print(f"-- healthy: {healthy}; ended with {stopped} after SIGTERM", flush=True)
    return 0 if healthy and stopped in (0, -signal.SIGTERM) else 1


def _becomes_healthy(image: Image, server: subprocess.Popen[bytes], env: dict[str, str]) -> bool:
    deadline = time.monotonic() + HEALTHY_WITHIN_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        check = subprocess.run(
            image.health, cwd=image.workdir, env=env, user=image.account, capture_output=True
        )
        if check.returncode == 0:
            return True
        time.sleep(0.5)
    print(
        check.stderr.decode() if server.poll() is None else f"the server ended with {server.poll()}",
        file=sys.stderr,
    )
    return False


def _stopped(server: subprocess.Popen[bytes]) -> int:
    """Ask the server to end, and make its whole session end when it does not within ten seconds."""
    server.terminate()
    try:
        return server.wait(10)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        return server.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    sys.exit(main())
