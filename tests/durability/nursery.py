"""Starts portals that are to be killed, each by a fork of this process, which never serves anything itself.

What a start would do anew without touching a file is done once, here: imports, routes, compiled templates. No
connection to the database is open before the fork; files, connections and locks are each portal's own. Told "start"
on its input, this answers with the id of the new process group.
"""

import gc
import os
import signal
import socket
import sys
from contextlib import suppress

import uvicorn
from fastapi import FastAPI
from sqlalchemy.orm import configure_mappers

from app.main import create_app
from app.web.portal import PortalParts


def main() -> None:
    port, workers = int(sys.argv[1]), int(sys.argv[2])
    settings = _ready(create_app())
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are gone at once; nobody asks how they ended
    group = 0
    for _ in sys.stdin:
        listening = socket.create_server(("127.0.0.1", port))
        group = 0
        for _ in range(workers):
            pid = os.fork()
            if pid == 0:
                _serve(settings, listening, group)
            os.setpgid(pid, group or pid)
            group = group or pid
        listening.close()
        sys.stdout.write(f"{group}\n")
        sys.stdout.flush()
    if group:  # whoever asked for it is gone
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)


def _ready(app: FastAPI) -> uvicorn.Config:
    parts: PortalParts = app.state.portal
    for name in parts.templates.list_templates(filter_func=_is_ours_or_component):
        parts.templates.get_template(name)
    configure_mappers()
    settings = uvicorn.Config(app, access_log=False, server_header=False, log_level="error")
    settings.load()
    gc.collect()
    gc.freeze()
    return settings


def _is_ours_or_component(name: str) -> bool:
    return name.endswith(".html") or (name.startswith("nhsuk/") and name.endswith(".jinja"))


def _serve(settings: uvicorn.Config, listening: socket.socket, group: int) -> None:
    """Be one web process of the group. Never returns."""
    os.setpgid(0, group)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # our output is for the ids of groups, not for the log
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    uvicorn.Server(settings).run(sockets=[listening])
    os._exit(0)


if __name__ == "__main__":
    main()
