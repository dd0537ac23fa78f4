"""An independent verifier of Open Badges 3.0: it knows the standards and no line of the portal.

RFC 7515 (JWS) and 7519 (JWT), Verifiable Credentials 2.0, Open Badges 3.0, Bitstring Status List 1.0, did:web: written
from their texts with `cryptography` alone. Whatever it does not understand it refuses.
"""

import base64
import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

CONTEXTS = [
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
]
LEAST_ENTRIES = 131_072
SIZE = 32
Json = dict[str, Any]
Fetch = Callable[[str], bytes]


class Refused(Exception):
    """The credential is not to be believed, and why."""


def require(holds: object, reason: str) -> None:
    if not holds:
        raise Refused(reason)


def unpadded(text: str) -> bytes:
    """Strict base64url: one text for the same bytes."""
    try:
        found = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise Refused("not base64url") from None
    require(
        base64.urlsafe_b64encode(found).rstrip(b"=").decode() == text, "not base64url as it must be written"
    )
    return found


def _pairs(found: list[tuple[str, Any]]) -> Json:
    require(len({name for name, _ in found}) == len(found), "a member stands twice")
    return dict(found)


def parsed(data: bytes) -> Json:
    try:
        value = json.loads(data, object_pairs_hook=_pairs)
    except (ValueError, RecursionError):
        raise Refused("not JSON") from None
    require(isinstance(value, dict), "not a JSON object")
    return dict(value)


def moment(text: object) -> datetime:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        raise Refused("not a moment") from None
    require(found.tzinfo, "a moment without a zone")
    return found


@dataclass
class Verifier:
    """Believes one issuer, named by its did:web. Remembers how new the status lists were that it has seen."""

    issuer: str
    fetch: Fetch
    now: Callable[[], datetime]
    seen: dict[str, datetime] = field(default_factory=dict)

    def accept(self, token: str) -> Json:
        """The credential, or Refused."""
        credential = self._signed(token)
        require(credential.get("@context") == CONTEXTS, "another context")
        require(credential.get("type") == ["VerifiableCredential", "OpenBadgeCredential"], "another type")
        subject = credential.get("credentialSubject")
        if not isinstance(subject, dict):
            raise Refused("no subject")
        require(subject.get("id"), "no subject")
        require(subject["type"] == ["AchievementSubject"], "another kind of subject")
        require(credential.get("sub") == subject["id"], "sub is not the subject")
        achieved = subject.get("achievement", {})
        require(achieved.get("type") == ["Achievement"] and achieved.get("criteria"), "no achievement")
        self._window(credential)
        for entry in credential.get("credentialStatus") or [{}]:
            self._status(entry)
        return credential

    def _signed(self, token: str) -> Json:
        """The payload of a JWS whose signature is of the key that its header names, a key of our issuer."""
        parts = token.split(".")
        require(len(parts) == 3, "not a compact JWS")
        header = parsed(unpadded(parts[0]))
        require(header.get("alg") == "ES256", "another algorithm")
        require("crit" not in header and "b64" not in header, "an extension that nobody knows")
        require(str(header.get("kid")).startswith(f"{self.issuer}#"), "the key of another issuer")
        signature = unpadded(parts[2])
        require(len(signature) == 2 * SIZE, "a signature of another length")
        r, s = (int.from_bytes(half, "big") for half in (signature[:SIZE], signature[SIZE:]))
        message = f"{parts[0]}.{parts[1]}".encode()
        try:
            self._key(header["kid"]).verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            raise Refused("the signature does not fit") from None
        payload = parsed(unpadded(parts[1]))
        self._claims(payload)
        return payload

    def _key(self, kid: str) -> ec.EllipticCurvePublicKey:
        host, *path = (unquote(part) for part in self.issuer.removeprefix("did:web:").split(":"))
        address = "/".join([f"https://{host}", *(path or [".well-known"]), "did.json"])
        document = parsed(self.fetch(address))
        require(document.get("id") == self.issuer, "the document of another issuer")
        require(kid in document.get("assertionMethod", []), "a key that may not assert")
        methods = [one for one in document.get("verificationMethod", []) if one.get("id") == kid]
        require(len(methods) == 1 and methods[0].get("controller") == self.issuer, "no such key")
        jwk = methods[0]["publicKeyJwk"]
        require((jwk["kty"], jwk["crv"]) == ("EC", "P-256"), "another kind of key")
        x, y = (int.from_bytes(unpadded(jwk[name]), "big") for name in ("x", "y"))
        return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()

    def _claims(self, payload: Json) -> None:
        issuer = payload.get("issuer")
        named = issuer.get("id") if isinstance(issuer, dict) else issuer
        require(payload.get("iss") == named == self.issuer, "another issuer")
        require(payload.get("id") and payload.get("jti") == payload["id"], "jti is not the credential")
        for claim, member in (("nbf", "validFrom"), ("exp", "validUntil")):
            require(payload.get(claim) == int(moment(payload.get(member)).timestamp()), f"{claim} disagrees")

    def _window(self, payload: Json) -> None:
        require(moment(payload["validFrom"]) <= self.now(), "not valid yet")
        require(self.now() < moment(payload["validUntil"]), "expired")

    def _status(self, entry: Json) -> None:
        require(entry.get("type") == "BitstringStatusListEntry", "a status that nobody knows")
        address, purpose = entry["statusListCredential"], entry["statusPurpose"]
        found = self._signed(self.fetch(address).decode())
        require("BitstringStatusListCredential" in found["type"], "no status list")
        require(found["id"] == address, "another status list")
        self._window(found)
        started = moment(found["validFrom"])
        require(started >= self.seen.get(address, started), "an older status list than was seen")
        self.seen[address] = started
        subject = found["credentialSubject"]
        require(
            subject["type"] == "BitstringStatusList" and subject["statusPurpose"] == purpose,
            "another purpose",
        )
        require(subject["encodedList"][:1] == "u", "another encoding")
        bits = gzip.decompress(unpadded(subject["encodedList"][1:]))
        require(len(bits) * 8 >= LEAST_ENTRIES, "a list that is too short")
        index = int(entry["statusListIndex"])
        require(0 <= index < len(bits) * 8, "outside the list")
        require(not bits[index // 8] >> (7 - index % 8) & 1, f"{purpose}: it holds no longer")
