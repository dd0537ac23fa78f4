"""How often one client may ask. Counted in the memory of each web process, by a hash of the address that nobody can
turn back: no address is kept or logged.

The client is who opened the connection. Behind a proxy that is the proxy, unless the setting ``trusted_proxies`` names
it: then the server takes the address that the proxy reports (see ``serve`` in ``cli.py``).
"""

import time
from dataclasses import dataclass, field
from hashlib import blake2b
from ipaddress import IPv6Address, ip_address
from math import ceil
from secrets import token_bytes

from fastapi import Request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter


@dataclass
class Throttle:
    """Counts by minute. Several web processes count each for itself."""

    _limiter: FixedWindowRateLimiter = field(default_factory=lambda: FixedWindowRateLimiter(MemoryStorage()))
    _secret: bytes = field(default_factory=lambda: token_bytes(32), repr=False)  # forgotten with the process

    def wait(self, request: Request, what: str, per_minute: int) -> int:
        """Count one request. 0 when it may go on, else the seconds after which the client may ask again."""
        limit = RateLimitItemPerMinute(per_minute, namespace=what)
        client = self._client(request)
        if self._limiter.hit(limit, client):
            return 0
        left = self._limiter.get_window_stats(limit, client).reset_time - time.time()
        return max(1, ceil(left))

    def _client(self, request: Request) -> str:
        address = request.client.host if request.client else ""
        return blake2b(household(address).encode(), key=self._secret, digest_size=16).hexdigest()


def household(address: str) -> str:
    """What counts as one client: an IPv4 address, or the 64 bits of an IPv6 one that its network was given.

    One machine has 2 to the power of 64 addresses of IPv6 to choose from.
    """
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(IPv6Address(int(parsed) >> 64 << 64))
