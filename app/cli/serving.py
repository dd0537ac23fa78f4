"""How the web processes are run."""

import os
import sys
from typing import NoReturn

import uvicorn

from app.config import Settings


def become_server(host: str, port: int, workers: int) -> NoReturn:
    """Go on as the server. What the command line has loaded is gone with it: the first process only watches the web
    processes, and each of those loads again what the first one was started with."""
    sys.stdout.flush()
    module = "app.cli.serving"
    command = [sys.executable, "-m", module, host, str(port), str(workers)]
    os.execv(sys.executable, command)  # noqa: S606  # the arguments are our own, and no shell reads them


def run_server(settings: Settings, host: str, port: int, workers: int) -> None:
    """Serve until stopped.

    The server would believe what any program on this machine says of whom it speaks for; it believes the proxies in
    the settings instead, and none by default.
    """
    uvicorn.run(
        "app.main:create_app",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=10,
        timeout_worker_healthcheck=60,  # the default of 5 seconds kills a busy machine's worker while it starts
    )


if __name__ == "__main__":
    run_server(Settings(), sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
