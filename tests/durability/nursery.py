"""Starts portals that are to be killed: everything is imported once, each start is a fork and takes half a second.

A fork shares nothing with its siblings but code: files, connections and the application are made anew in it. Told
"start" on its input, it answers with the id of the new process group.
"""

import os
import signal
import socket
import sys

import uvicorn

from app.main import create_app


def main() -> None:
    port, workers = int(sys.argv[1]), int(sys.argv[2])
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the dead
    for _ in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _lead(port, workers)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


def _lead(port: int, workers: int) -> None:
    """Become a process group that listens, with as many web processes as asked for. Never returns."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    listening = socket.create_server(("127.0.0.1", port))
    listening.set_inheritable(True)
    for _ in range(workers - 1):
        if os.fork() == 0:
            break
    settings = uvicorn.Config(
        create_app, factory=True, access_log=False, server_header=False, log_level="error"
    )
    uvicorn.Server(settings).run(sockets=[listening])
    os._exit(0)


if __name__ == "__main__":
    main()
