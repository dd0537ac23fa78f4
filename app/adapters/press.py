"""One warm process that works on one thing after the other, and may hang or die without taking the portal with it.

What draws loads 45 MB of libraries and reads what people typed; what signs holds a key. Neither belongs into a web
process, and not into the same one.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import Pipe
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).parents[2]
# What a process that draws needs. Passwords and keys of the portal are in the environment too: those it
# never sees.
_KEPT = ("PATH", "HOME", "LANG", "PYTHONHASHSEED", "LD_LIBRARY_PATH", "FONTCONFIG_FILE", "FONTCONFIG_PATH")
# One letter before each reply. Replies are plain bytes, never pickles: a process that was taken over
# by something it drew must not be able to run code here.
READY, MADE, FAILED = b"R", b"D", b"F"


class PressFailed(Exception):
    """Nothing came out; nothing else was changed, so that the caller may try again later."""


class _Died(PressFailed):
    """The process ended in the middle, by a signal or for want of memory."""


class Press:
    """Has a module's process make one thing after the other.

    Work that takes longer than `seconds`, counted from when its turn comes, has its process ended. A process that
    dies is replaced and the work tried once more. `close()` the press at the end.

    Not a `ProcessPoolExecutor`: that gives no public way to end a process that hangs before Python 3.14, and
    a spawned process would load the whole portal again, because it imports the parent's main module.
    """

    def __init__(
        self, module: str, makes: str, *, seconds: float = 20.0, starting_seconds: float = 60.0
    ) -> None:
        self._module, self._makes = module, makes  # "certificate": named where none came
        self._seconds, self._starting_seconds = seconds, starting_seconds
        self._process: _Process | None = None
        self._closed = False
        # One thread, so that callers queue here and a process has only one piece of work at a time.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"{makes}-press")

    @property
    def pid(self) -> int | None:
        """The process that works, where there is one; it changes when the process is replaced."""
        return self._process.pid if self._process else None

    async def warm(self) -> None:
        """Starts the process ahead of the first piece of work, so that nobody waits for it."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._running)

    async def make(self, thing: Any) -> bytes:
        """What the process makes of `thing`; raises PressFailed."""
        self._require_open()
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._made, thing)

    def make_now(self, thing: Any) -> bytes:
        """The same for a caller that is a thread of its own."""
        self._require_open()
        return self._thread.submit(self._made, thing).result()

    def rest(self) -> None:
        """Ends the process and its memory until the next piece of work."""
        if not self._closed:
            self._thread.submit(self._end).result()

    def close(self) -> None:
        """Ends the process, also in the middle of its work, and waits until it is gone."""
        self._closed = True
        if self._process:
            self._process.kill()
        self._thread.shutdown(wait=True, cancel_futures=True)
        self._end()

    def environment(self) -> dict[str, str]:
        """What of the environment the process may see."""
        return kept_environment(os.environ)

    def greeting(self) -> Any:
        """What the process is told before anything else; None: nothing."""
        return None

    def failed(self, reason: str) -> PressFailed:
        return PressFailed(reason)

    def _require_open(self) -> None:
        if self._closed:
            raise self.failed("the press is closed")

    def _made(self, thing: Any) -> bytes:
        try:
            return self._ask(thing)
        except _Died:
            pass
        try:
            return self._ask(thing)
        except _Died as died:
            raise self.failed(str(died)) from died

    def _ask(self, thing: Any) -> bytes:
        process = self._running()
        try:
            reply = process.ask(thing, self._seconds)
        except _Died:
            self._end()
            raise
        if reply is None:
            self._end()
            raise self.failed(f"no {self._makes} after {self._seconds:g} seconds")
        if reply[:1] == MADE:
            return reply[1:]
        raise self.failed(reply[1:].decode(errors="replace"))

    def _running(self) -> "_Process":
        self._require_open()
        if self._process is None:
            self._process = _Process(self._module, self._makes, self.environment())
            try:
                self._begin(self._process)
            except PressFailed:
                self._end()
                raise
        return self._process

    def _begin(self, process: "_Process") -> None:
        greeting = self.greeting()
        if greeting is not None:
            process.send(greeting)
        reply = process.reply(self._starting_seconds)
        if reply is None:
            raise self.failed(f"no {self._makes} after {self._starting_seconds:g} seconds")
        if reply[:1] != READY:
            raise self.failed(reply[1:].decode(errors="replace"))

    def _end(self) -> None:
        if self._process:
            self._process.end()
        self._process = None


class _Process:
    """One process, with the pipe to it and the folder it may write in."""

    def __init__(self, module: str, makes: str, environment: Mapping[str, str]) -> None:
        self._makes = makes
        self._pipe, theirs = Pipe()
        # Fonts are unpacked to files. A folder of ours is swept even when the process had no time to tidy up.
        self._folder = TemporaryDirectory(prefix=f"{makes}-press-")
        self._child = subprocess.Popen(
            [sys.executable, "-m", module, str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            cwd=ROOT,
            env={**environment, "TMPDIR": self._folder.name},
            stdin=subprocess.DEVNULL,
            # Control-C in a terminal is for the portal, which then closes the press in good order.
            start_new_session=True,
        )
        theirs.close()
        self.pid = self._child.pid

    def ask(self, thing: Any, seconds: float) -> bytes | None:
        self.send(thing)
        return self.reply(seconds)

    def send(self, thing: Any) -> None:
        try:
            self._pipe.send(thing)
        except OSError as error:
            raise _Died(f"the process that draws {self._makes}s had ended") from error

    def reply(self, seconds: float) -> bytes | None:
        """What came back; None when nothing did in time."""
        try:
            return self._pipe.recv_bytes() if self._pipe.poll(seconds) else None
        except (EOFError, OSError) as error:
            raise _Died(f"the process that draws {self._makes}s ended") from error

    def kill(self) -> None:
        self._child.kill()

    def end(self) -> None:
        self._child.kill()
        self._child.wait()
        self._pipe.close()
        self._folder.cleanup()


def kept_environment(everything: Mapping[str, str]) -> dict[str, str]:
    """What of the environment a process that draws may see: no password or key of the portal."""
    return {name: value for name, value in everything.items() if name in _KEPT or name.startswith("LC_")}
