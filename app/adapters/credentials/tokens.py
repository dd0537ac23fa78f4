"""JSON signed by one of our keys: a JWS in compact form (RFC 7515), always ES256.

Written out rather than left to a library, because the key may lie in a module or behind a command: what libraries sign
with is a key in their own memory.
"""

import base64
import json
from typing import Any

from app.adapters.signing.keys import Key

VC_TYPE = (
    "vc+jwt"  # Securing Verifiable Credentials using JOSE (W3C), and the media type that it is served with
)


def signed(claims: dict[str, Any], key: Key, kid: str) -> str:
    """``claims`` as a JWT whose header names the key by ``kid``; raises SigningFailed."""
    header = {"alg": "ES256", "typ": VC_TYPE, "kid": kid}
    message = f"{_part(header)}.{_part(claims)}"
    return f"{message}.{_base64url(key.sign_raw(message.encode()))}"


def claims_of(jwt: str) -> dict[str, Any]:
    """What one of our own, kept in the register, says. The signature is not looked at."""
    payload = jwt.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return found


def _part(value: dict[str, Any]) -> str:
    return _base64url(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
