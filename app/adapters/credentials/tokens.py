"""JSON signed by one of our keys: a JWS in compact form (RFC 7515), always ES256.

Written out rather than left to a library, because the key may lie in a module or behind a command: what libraries sign
with is a key in their own memory.
"""

import base64
import json
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from app.adapters.signing.keys import SHA256, SIZE, Key, NoKey, public_key

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


def is_signed_by(jwt: str, certificate_pem: str) -> bool:
    """Whether one that the register keeps was signed by the key of this certificate. What it says of its own key and
    of its algorithm decides nothing."""
    message, _, signature = jwt.rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
    r, s = int.from_bytes(raw[:SIZE]), int.from_bytes(raw[SIZE:])
    try:
        public_key(certificate_pem).verify(encode_dss_signature(r, s), message.encode(), SHA256)
    except (InvalidSignature, NoKey):
        return False
    return True


def _part(value: dict[str, Any]) -> str:
    return _base64url(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
