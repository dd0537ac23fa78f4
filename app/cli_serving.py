"""How the web processes are run."""

import uvicorn

from app.config import Settings


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
