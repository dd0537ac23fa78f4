"""A key in a module that never gives it away (PKCS#11): a smart card, a hardware module, SoftHSM.

One session a process and token, with one signature at a time: what modules promise of threads differs.
"""

import hashlib
import threading
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Any

import pkcs11
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key
from pkcs11.util.ec import encode_ec_public_key, encode_ecdsa_signature

from app.adapters.signing.key_certificates import self_signed
from app.adapters.signing.keys import Key, KeyPlace, NoKey, SigningFailed, pem_of, usable

_turns = threading.Lock()


class TokenKey(Key):
    """A key that its module signs with."""

    def __init__(self, session: pkcs11.Session, private: Any, certificate_pem: str) -> None:
        super().__init__(certificate_pem)
        self._session, self._private = session, private

    def _sign(self, message: bytes) -> bytes:
        return signed(self._private, message)

    def close(self) -> None:
        self._session.close()


def opened(place: KeyPlace, without: Collection[str]) -> TokenKey:
    """The token's key of the label in the settings; raises NoKey."""
    session = _session(place)
    try:
        key = TokenKey(session, _private(session, place), _certificate(session, place))
        usable(key.kid, without)
    except NoKey:
        session.close()
        raise
    return key


def write_certificate(place: KeyPlace, at: datetime) -> str:
    """A certificate that the token's key signs for itself, written to the file in the settings; raises NoKey."""
    path = Path(place.certificate_file)
    if not place.certificate_file or path.exists():
        raise NoKey(
            "Name a file that is not there yet in ARF_SIGNING_CERTIFICATE: the certificate goes there."
        )
    session = _session(place)
    try:
        private = _private(session, place)
        pem = self_signed(_public(session, place), place.issuer, lambda data: signed(private, data), at)
    finally:
        session.close()
    path.write_text(pem)
    return pem


def signed(private: Any, message: bytes) -> bytes:
    """The signature of `message` in DER, by the plain mechanism that every module has; raises SigningFailed."""
    try:
        with _turns:
            raw = private.sign(hashlib.sha256(message).digest(), mechanism=pkcs11.Mechanism.ECDSA)
    except pkcs11.PKCS11Error as failure:
        raise SigningFailed(f"the signing module failed: {type(failure).__name__}") from failure
    return bytes(encode_ecdsa_signature(raw))


def _session(place: KeyPlace) -> pkcs11.Session:
    try:
        token = pkcs11.lib(place.module).get_token(token_label=place.token)
    except (pkcs11.PKCS11Error, RuntimeError, OSError) as failure:
        raise NoKey(
            f"The token {place.token} can't be reached through {place.module}: {_kind(failure)}"
        ) from failure
    try:
        return token.open(user_pin=place.pin)
    except pkcs11.UserAlreadyLoggedIn:
        return token.open()  # another session of this process has given the PIN
    except pkcs11.PKCS11Error as failure:
        raise NoKey(f"The token {place.token} can't be opened: {_kind(failure)}") from failure


def _private(session: pkcs11.Session, place: KeyPlace) -> Any:
    try:
        return session.get_key(
            object_class=pkcs11.ObjectClass.PRIVATE_KEY, key_type=pkcs11.KeyType.EC, label=place.label
        )
    except pkcs11.PKCS11Error as failure:
        raise NoKey(
            f"The token {place.token} has no one key labelled {place.label}: {_kind(failure)}"
        ) from failure


def _public(session: pkcs11.Session, place: KeyPlace) -> ec.EllipticCurvePublicKey:
    try:
        found: Any = session.get_key(object_class=pkcs11.ObjectClass.PUBLIC_KEY, label=place.label)
    except pkcs11.PKCS11Error as failure:
        raise NoKey(f"The token gives no public key labelled {place.label}: {_kind(failure)}") from failure
    key = load_der_public_key(encode_ec_public_key(found))
    assert isinstance(key, ec.EllipticCurvePublicKey)
    return key


def _certificate(session: pkcs11.Session, place: KeyPlace) -> str:
    """From the file in the settings, or else the token's own of the same label."""
    if place.certificate_file:
        try:
            return Path(place.certificate_file).read_text()
        except OSError as failure:
            raise NoKey(f"The signing certificate can't be read: {failure}") from failure
    wanted = {
        pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
        pkcs11.Attribute.LABEL: place.label,
    }
    for found in session.get_objects(wanted):
        return pem_of(x509.load_der_x509_certificate(found[pkcs11.Attribute.VALUE]))
    raise NoKey(f"The token has no certificate labelled {place.label}. Make one with `portal keys new`.")


def _kind(failure: Exception) -> str:
    return str(failure) or type(failure).__name__
