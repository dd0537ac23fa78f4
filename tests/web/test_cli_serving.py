"""The server believes no word of whom a request comes from, but of the proxies in the settings."""

import pytest
import uvicorn
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from app.cli.serving import run_server
from app.config import Environment, Settings


@pytest.mark.parametrize("proxies", [[], ["10.0.0.0/8", "192.0.2.1"]])
def test_c09_only_proxies_in_the_settings_are_believed(
    proxies: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    given: dict[str, object] = {}
    monkeypatch.setattr(uvicorn, "run", lambda _app, **options: given.update(options))
    run_server(Settings(environment=Environment.DEVELOPMENT, trusted_proxies=proxies), "127.0.0.1", 8000, 1)
    config = uvicorn.Config("app.main:create_app", **given)  # type: ignore[arg-type]
    assert config.proxy_headers is bool(proxies)
    believed = ProxyHeadersMiddleware(lambda *_: None, config.forwarded_allow_ips).trusted_hosts  # type: ignore[arg-type, return-value]
    asked = [
        "127.0.0.1" in believed,
        "10.1.2.3" in believed,
        "192.0.2.1" in believed,
        "192.0.2.2" in believed,
    ]
    assert asked == [False, bool(proxies), bool(proxies), False]
