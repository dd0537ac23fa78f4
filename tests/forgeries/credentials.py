"""Credentials that nobody signed so, as text and inside pictures, made from a genuine one."""

import base64
import hmac
import json
import random
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from app.adapters.credentials.pictures import baked, picture
from tests.forgeries import Forgeries, Forgery

Json = dict[str, Any]
Sign = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Genuine:
    """A credential of ours, that of another holder, and the picture that carries the first."""

    jwt: str
    another: str
    picture: str
    certificate_pem: str


def everything(made: Genuine) -> Forgeries:
    """Each still names a certificate of ours."""
    for family, found in (
        ("algorithm", algorithms(made)),
        ("key", keys(made)),
        ("claims", claims(made)),
        ("mixed", mixed(made)),
        ("wrapped", wrapped(made)),
        ("picture", pictures(made)),
    ):
        yield from (Forgery(family, name, data) for name, data in found)


def algorithms(made: Genuine) -> Iterator[tuple[str, bytes]]:
    """None at all, and the public key as a secret that everybody has."""
    header, payload, signature = _parts(made.jwt)
    for alg in ("none", "None", "NONE", ""):
        for name, kept in (("no signature", ""), ("the old signature", signature)):
            yield f"{alg} with {name}", f"{_part(header | {'alg': alg})}.{_part(payload)}.{kept}".encode()
    for alg in ("sha256", "sha384", "sha512"):
        forged = _jws(header | {"alg": f"HS{alg[3:]}"}, payload, _secretly(made.certificate_pem, alg))
        yield alg, forged


def _secretly(secret: str, alg: str) -> Sign:
    return lambda message: hmac.digest(secret.encode(), message, alg)


def keys(made: Genuine) -> Iterator[tuple[str, bytes]]:
    """Another key: under our name, under none, and brought along."""
    header, payload, _ = _parts(made.jwt)
    private = ec.generate_private_key(ec.SECP256R1())
    numbers = private.public_key().public_numbers()
    own = {"kty": "EC", "crv": "P-256", "x": _number(numbers.x), "y": _number(numbers.y)}

    def sign(message: bytes) -> bytes:
        r, s = decode_dss_signature(private.sign(message, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    yield "our kid", _jws(header, payload, sign)
    yield "no kid", _jws({"alg": "ES256"}, payload, sign)
    yield "in the header", _jws(header | {"jwk": own}, payload, sign)
    yield "elsewhere", _jws(header | {"jku": "https://evil.example/jwks.json"}, payload, sign)


def claims(made: Genuine) -> Iterator[tuple[str, bytes]]:
    """Another payload under the signature that was."""
    changes: dict[str, Json] = {
        "later end": {"validUntil": "2099-01-01T00:00:00Z", "exp": 4070908800},
        "another level": {"name": "Gold, North West anti-racist framework"},
        "another holder": {"sub": "https://fhir.nhs.uk/Id/ods-organization-code#ZZZ"},
        "no status": {"credentialStatus": []},
        "written otherwise": {},
    }
    head, _, last = made.jwt.split(".")
    _, payload, _ = _parts(made.jwt)
    for name, change in changes.items():
        yield name, f"{head}.{_part(payload | change, indent=1)}.{last}".encode()


def mixed(made: Genuine) -> Iterator[tuple[str, bytes]]:
    """Parts of two genuine ones."""
    a, b = made.jwt.split("."), made.another.split(".")
    for name, parts in (
        ("signature", (a[0], a[1], b[2])),
        ("payload", (a[0], b[1], a[2])),
        ("both in a row", (made.jwt, made.another)),
    ):
        yield name, ".".join(parts).encode()


def wrapped(made: Genuine) -> Iterator[tuple[str, bytes]]:
    """The genuine text with something around it."""
    jwt = made.jwt.encode()
    yield from {
        "a line after it": jwt + b"\n",
        "a space before it": b" " + jwt,
        "a byte order mark": b"\xef\xbb\xbf" + jwt,
        "a null byte": jwt + b"\x00",
        "twice": jwt + b"\n" + jwt,
        "as JSON": b'{"jwt":"' + jwt + b'"}',
        "as an address": b"https://evil.example/?credential=" + jwt,
        "in a page": b"<html><h1>Gold</h1><!--" + jwt + b"--></html>",
        "in a PDF": b"%PDF-1.7\n1 0 obj\n(" + jwt + b")\nendobj\n%%EOF",
        "in two bytes a letter, and plain": made.jwt.encode("utf-16") + b" " + jwt,
        "with padding": jwt.replace(b".", b"=.", 2),
        "after other text": b"A" * 300 + b"." + jwt,
    }.items()


def pictures(made: Genuine) -> Iterator[tuple[str, bytes]]:
    """The credential in a picture that is not its own, or beside things that nobody signed."""
    jwt, own = made.jwt.encode(), made.picture
    level, _, form = own.partition("-")
    other_level = "gold" if level != "gold" else "silver"
    for kind in ("svg", "png"):
        genuine = baked(picture(own, kind), kind, made.jwt)
        yield f"another level, {kind}", baked(picture(f"{other_level}-{form}", kind), kind, made.jwt)
        yield f"never such a form, {kind}", baked(picture(f"{level}-held", kind), kind, made.jwt)
        yield f"twice, {kind}", baked(genuine, kind, made.jwt)
        yield f"two credentials, {kind}", baked(genuine, kind, made.another)
        yield f"something after it, {kind}", genuine + b"\n"
        yield f"something before it, {kind}", b"\n" + genuine
        yield f"text after the picture, {kind}", picture(own, kind) + jwt
        unsigned = made.jwt.rpartition(".")[0] + "."
        yield f"no signature, {kind}", baked(picture(own, kind), kind, unsigned)
    genuine = baked(picture(own, "svg"), "svg", made.jwt)
    yield "a script", genuine.replace(b"</svg>", b"<script>alert(1)</script></svg>")
    yield "a drawn word", genuine.replace(b"</svg>", b'<text y="20">Gold</text></svg>')
    yield "an entity", b'<!DOCTYPE svg [<!ENTITY a "Gold">]>' + genuine
    yield "as the other kind", baked(picture(own, "svg"), "png", made.jwt) + jwt
    yield "another text chunk", _with_chunk(baked(picture(own, "png"), "png", made.jwt))


def _with_chunk(png: bytes) -> bytes:
    body = b"tEXtTitle\x00Gold"
    chunk = (len(body) - 4).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")
    head, end, tail = png.rpartition(b"\x00\x00\x00\x00IEND")
    return head + chunk + end + tail


def flipped(data: bytes, how_many: int, seed: int = 13) -> Iterator[bytes]:
    """``data`` with one byte changed, put in or taken out."""
    chance = random.Random(seed)
    for _ in range(how_many):
        at, other = chance.randrange(len(data)), bytes([chance.randrange(256)])
        kind = chance.randrange(3)
        changed = data[:at] + (b"" if kind == 0 else other) + data[at + (kind != 2) :]
        yield changed if changed != data else data + other


def _parts(jwt: str) -> tuple[Json, Json, str]:
    header, payload, signature = jwt.split(".")
    return _opened(header), _opened(payload), signature


def _opened(part: str) -> Json:
    found: Json = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def _part(value: Json, indent: int | None = None) -> str:
    return _text(json.dumps(value, indent=indent).encode())


def _jws(header: Json, payload: Json, sign: Sign) -> bytes:
    message = f"{_part(header)}.{_part(payload)}"
    return f"{message}.{_text(sign(message.encode()))}".encode()


def _number(number: int) -> str:
    return _text(number.to_bytes(32, "big"))


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
