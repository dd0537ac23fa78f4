"""What a key is to the portal: it has a name and a certificate, and it signs. Where its private half lies, nobody asks.

Every key is ECDSA on P-256 with SHA-256: the one pair that PDF readers, JSON Web Tokens (ES256), smart cards and key
services all know.
"""

import base64
import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

SIZE = 32  # bytes of one coordinate, and of one half of a signature
SHA256 = ec.ECDSA(hashes.SHA256())


class NoKey(Exception):
    """There is no key to sign with; the sentence says what to do about it."""


class SigningFailed(Exception):
    """A key was asked and gave no signature that holds. Asking again later may work."""


@dataclass(frozen=True)
class KeyPlace:
    """Where keys are, as the settings say: a folder of files, unless a module (PKCS#11) or a command is named."""

    folder: Path
    may_make: bool = False  # at the first need; a real portal has its keys made on purpose
    issuer: str = ""  # named in certificates that are made here
    module: str = ""
    token: str = ""
    label: str = ""
    pin: str = field(default="", repr=False)
    command: tuple[str, ...] = ()
    certificate_file: str = ""


class Key(ABC):
    """One key that is ready to sign. `close()` it when done."""

    def __init__(self, certificate_pem: str) -> None:
        self.certificate_pem = certificate_pem
        self._public = public_key(certificate_pem)
        self.kid = kid_of(self._public)

    def sign(self, message: bytes) -> bytes:
        """The signature of `message` in DER; raises SigningFailed.

        It is checked against the certificate before it leaves: a module that was given another key, or a command that
        prints something else, must show here and not on somebody's wall.
        """
        signature = self._sign(message)
        try:
            self._public.verify(signature, message, SHA256)
        except (InvalidSignature, ValueError) as wrong:
            raise SigningFailed("the signature does not fit the key's certificate") from wrong
        return signature

    def sign_raw(self, message: bytes) -> bytes:
        """The same as the 64 bytes that ES256 wants: r and s."""
        r, s = decode_dss_signature(self.sign(message))
        return r.to_bytes(SIZE, "big") + s.to_bytes(SIZE, "big")

    @abstractmethod
    def _sign(self, message: bytes) -> bytes:
        """A signature in DER; raises SigningFailed."""

    def close(self) -> None:  # noqa: B027  a key in memory has nothing to close
        """Let go of what the key holds open."""

    def __enter__(self) -> "Key":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def usable(kid: str, without: Collection[str]) -> None:
    """Raises NoKey when the only key there is must not sign any more."""
    if kid in without:
        raise NoKey(f"The key {kid} was retired or is distrusted. Name another one in the settings.")


def public_key(certificate_pem: str) -> ec.EllipticCurvePublicKey:
    """The public key of a certificate; raises NoKey unless it is one on P-256."""
    try:
        key = x509.load_pem_x509_certificate(certificate_pem.encode()).public_key()
    except ValueError as wrong:
        raise NoKey(f"The signing certificate can't be read: {wrong}") from wrong
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise NoKey("The signing certificate must hold an elliptic curve key on P-256.")
    return key


def jwk_of(key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    """A public key as JSON Web Key, with the members that its thumbprint is made of and no other."""
    numbers = key.public_numbers()
    return {"crv": "P-256", "kty": "EC", "x": _coordinate(numbers.x), "y": _coordinate(numbers.y)}


def kid_of(key: ec.EllipticCurvePublicKey) -> str:
    """The thumbprint of a public key (RFC 7638): the same everywhere, whoever computes it."""
    written = json.dumps(jwk_of(key), separators=(",", ":"), sort_keys=True)
    return _base64url(hashlib.sha256(written.encode()).digest())


def pem_of(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _coordinate(number: int) -> str:
    return _base64url(number.to_bytes(SIZE, "big"))


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
