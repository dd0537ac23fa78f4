"""C-13: what is forged, altered, expired, revoked or out of place is refused, whoever checks it.

Two judges that share no code: the verifier beside this file, and a verifier of Open Badges of other people. The second
goes by the real clock, so all of this happens today.
"""

import base64
import hashlib
import hmac
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from fastapi.testclient import TestClient
from openbadgeslib.errors import LibOpenBadgesException
from openbadgeslib.ob3.verifier import OB3Verifier
from sqlmodel import select

from app.adapters.signing.keys import Key, public_key
from app.adapters.signing.opening import opened, place_of
from app.config import Settings
from app.db import Database
from app.models import SigningKey
from app.rules.days import uk_day
from tests.credentials.conftest import DID, Fetch
from tests.credentials.verifier import Json, Refused, Verifier, parsed, unpadded
from tests.holdings import certificate, trust
from tests.story import Story

pytestmark = pytest.mark.reaches_past  # certificates are rows alone here
Signer = Callable[[bytes], bytes]
Tokens = tuple[str, str]


def text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def jws(header: Json, payload: Json, sign: Signer) -> str:
    message = ".".join(text(json.dumps(part).encode()) for part in (header, payload))
    return f"{message}.{text(sign(message.encode()))}"


def opened_token(token: str) -> tuple[Json, Json]:
    header, payload, _signature = token.split(".")
    return parsed(unpadded(header)), parsed(unpadded(payload))


def signer_of(private: ec.EllipticCurvePrivateKey) -> Signer:
    def sign(message: bytes) -> bytes:
        r, s = decode_dss_signature(private.sign(message, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    return sign


@pytest.fixture
def tokens(database: Database, story: Story, client: TestClient) -> Tokens:
    """The credentials of two trusts."""
    today, found = uk_day(datetime.now(UTC)), []
    with database.write() as session:
        for code in ("T1", "T2"):
            made = certificate(
                session,
                story,
                trust(session, story, code),
                issued=today - timedelta(days=30),
                expires=today + timedelta(days=30),
            )
            found.append(made.token)
    first, second = (client.get(f"/credentials/{one}.jwt").text for one in found)
    return first, second


@dataclass
class Judges:
    own: Verifier
    fetch: Fetch

    def accept(self, token: str) -> list[str]:
        """Which of the two accept it."""
        return [name for name, check in (("own", self._own), ("library", self._library)) if check(token)]

    def _own(self, token: str) -> bool:
        try:
            return bool(self.own.accept(token))
        except (Refused, KeyError, TypeError, AttributeError, ValueError):
            return False

    def _library(self, token: str) -> bool:
        try:
            checking = OB3Verifier.for_issuer_did(DID, download=self.fetch)
            return bool(checking.verify(token, check_status=True, download=self.fetch))
        except LibOpenBadgesException:
            return False


@pytest.fixture
def judges(fetch: Fetch) -> Judges:
    return Judges(Verifier(DID, fetch, lambda: datetime.now(UTC)), fetch)


@pytest.fixture
def key(settings: Settings) -> Iterator[Key]:
    """The portal's own key: for what an issuer's fault would produce, not a forger."""
    with opened(place_of(settings), datetime.now(UTC)) as found:
        yield found


def test_both_judges_accept_the_genuine_ones(judges: Judges, tokens: Tokens) -> None:
    """Else what follows would prove nothing."""
    assert [judges.accept(token) for token in tokens] == [["own", "library"]] * 2


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE", ""])
@pytest.mark.parametrize("signature", ["", "AAAA", None])
def test_c13_without_a_signature(judges: Judges, tokens: Tokens, alg: str, signature: str | None) -> None:
    header, payload = opened_token(tokens[0])
    forged = jws(header | {"alg": alg}, payload, lambda message: b"")
    kept = tokens[0].split(".")[2] if signature is None else signature
    assert judges.accept(forged + kept) == []


@pytest.mark.parametrize("alg", ["HS256", "HS384", "HS512"])
def test_c13_the_public_key_as_a_secret(
    judges: Judges, tokens: Tokens, alg: str, database: Database, client: TestClient
) -> None:
    """Key confusion: whoever lets the header choose would check an HMAC with what everybody has."""
    with database.read() as session:
        pem = session.exec(select(SigningKey.certificate_pem)).one()
    public = public_key(pem)
    shapes = [
        (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo),
        (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo),
        (serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint),
    ]
    jwk = client.get("/.well-known/jwks.json").json()["keys"][0]
    secrets = [public.public_bytes(*shape) for shape in shapes] + [pem.encode(), json.dumps(jwk).encode()]
    header, payload = opened_token(tokens[0])
    digest = getattr(hashlib, f"sha{alg[2:]}")

    def forged(secret: bytes) -> str:
        return jws(header | {"alg": alg}, payload, lambda message: hmac.digest(secret, message, digest))

    assert [judges.accept(forged(secret)) for secret in secrets] == [[]] * 5


def altered(token: str, change: Callable[[Json], object]) -> str:
    """Another payload under the signature that was."""
    _header, payload = opened_token(token)
    change(payload)
    first, _, last = token.split(".")
    return f"{first}.{text(json.dumps(payload).encode())}.{last}"


CHANGES: list[Callable[[Json], object]] = [
    lambda said: said.update(validUntil="2099-01-01T00:00:00Z", exp=4070908800),
    lambda said: said["credentialSubject"]["achievement"].update(
        name="Gold, North West anti-racist framework"
    ),
    lambda said: said["credentialSubject"]["identifier"][1].update(identityHash="Another trust"),
    lambda said: said["credentialSubject"].update(licenseNumber="ARF-2026-999999"),
    lambda said: said.pop("credentialStatus"),
    lambda said: said["credentialStatus"][0].update(statusListIndex="1"),
    lambda said: said.update(name=said["name"]),  # the same, written otherwise
]


@pytest.mark.parametrize("change", CHANGES)
def test_c13_altered_claims(judges: Judges, tokens: Tokens, change: Callable[[Json], object]) -> None:
    assert judges.accept(altered(tokens[0], change)) == []


def test_c13_a_swapped_subject(judges: Judges, tokens: Tokens, key: Key) -> None:
    """Parts of two genuine ones, and one that our own key would sign by a fault."""
    (header, first), (_, second) = map(opened_token, tokens)
    a, b = (token.split(".") for token in tokens)
    mixed = [".".join(parts) for parts in ((a[0], a[1], b[2]), (a[0], b[1], a[2]), (b[0], b[1], a[2]))]
    swapped = first | {"credentialSubject": second["credentialSubject"]}
    assert [judges.accept(token) for token in (*mixed, jws(header, swapped, key.sign_raw))] == [[]] * 4


def test_c13_a_foreign_key_under_our_name(judges: Judges, tokens: Tokens) -> None:
    """With the same kid, with none, and with the key brought along in the header."""
    private = ec.generate_private_key(ec.SECP256R1())
    sign, numbers = signer_of(private), private.public_key().public_numbers()
    own = {
        "kty": "EC",
        "crv": "P-256",
        "x": text(numbers.x.to_bytes(32, "big")),
        "y": text(numbers.y.to_bytes(32, "big")),
    }
    header, payload = opened_token(tokens[0])
    headers = [
        header,
        {"alg": "ES256", "typ": "JWT"},
        header | {"jwk": own},
        header | {"jku": "https://evil.example/jwks.json"},
        header | {"kid": f"{DID}#mine", "jwk": own},
        header | {"kid": "did:web:evil.example#mine"},
    ]
    assert [judges.accept(jws(one, payload, sign)) for one in headers] == [[]] * 6


def test_c13_another_issuer(judges: Judges, tokens: Tokens, key: Key) -> None:
    """Another name, even signed by our key: who says it is the key's owner or nobody."""
    header, payload = opened_token(tokens[0])
    evil = "did:web:evil.example"
    forged = [
        payload | {"iss": evil, "issuer": payload["issuer"] | {"id": evil}},
        payload | {"iss": evil},
        payload | {"issuer": evil},
    ]
    assert [judges.accept(jws(header, one, key.sign_raw)) for one in forged] == [[]] * 3


def test_c13_another_context_or_type(judges: Judges, tokens: Tokens, key: Key, fetch: Fetch) -> None:
    header, payload = opened_token(tokens[0])
    wrong: list[Json] = [
        {"@context": ["https://evil.example/context"]},
        {"@context": payload["@context"][:1]},
        {"@context": payload["@context"][::-1]},
        {"type": ["VerifiableCredential"]},
        {"type": ["VerifiableCredential", "EndorsementCredential"]},
    ]
    found = [judges.accept(jws(header, payload | one, key.sign_raw)) for one in wrong]
    lists = [
        judges.accept(fetch(f"http://127.0.0.1:8000/status-lists/{one}").decode())
        for one in ("revocation", "suspension")
    ]
    assert (found, lists) == ([[]] * 5, [[], []])


def test_c13_expired(tokens: Tokens, fetch: Fetch, key: Key, judges: Judges) -> None:
    def accepted(at: datetime) -> bool:
        # The lists are of today; what is asked here is the credential's own window.
        own = Verifier(DID, fetch, lambda: at)
        own._status = lambda entry: None  # type: ignore[method-assign]
        try:
            return bool(own.accept(tokens[0]))
        except Refused:
            return False

    last = datetime.fromisoformat(opened_token(tokens[0])[1]["validUntil"])
    start = datetime.fromisoformat(opened_token(tokens[0])[1]["validFrom"])
    second = timedelta(seconds=1)
    assert [accepted(at) for at in (last - second, last, start, start - second)] == [True, False, True, False]
    header, payload = opened_token(tokens[0])
    yesterday = datetime.now(UTC) - timedelta(days=1)
    over = {"validUntil": f"{yesterday:%Y-%m-%dT%H:%M:%SZ}", "exp": int(yesterday.timestamp())}
    assert judges.accept(jws(header, payload | over, key.sign_raw)) == []


def mutated(token: str, chance: random.Random) -> str:
    """One change anywhere: of a letter, a bit of a part, a part left out or doubled, a claim."""
    kind, at = chance.randrange(6), chance.randrange(len(token))
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ \n"
    parts = token.split(".")
    which = chance.randrange(3)
    if kind == 0:
        return token[:at] + chance.choice(alphabet.replace(token[at], "")) + token[at + 1 :]
    if kind == 1:
        return token[:at] + token[at + 1 :]
    if kind == 2:
        return token[:at] + chance.choice(alphabet) + token[at:]
    if kind == 3:
        raw = bytearray(unpadded(parts[which]))
        raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
        parts[which] = text(bytes(raw))
    elif kind == 4:
        parts[which] = chance.choice(["", parts[which] * 2, parts[which - 1], parts[which][::-1]])
    else:
        parts[1] = text(json.dumps(_other_value(parsed(unpadded(parts[1])), chance)).encode())
    return ".".join(parts)


def _other_value(said: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    name = chance.choice(sorted(said))
    other = chance.choice([None, "", 0, [], {}, "did:web:evil.example", said[chance.choice(sorted(said))]])
    return {key: value for key, value in said.items() if key != name} | (
        {name: other} if other != said[name] else {}
    )


def test_c13_200_random_mutations(judges: Judges, tokens: Tokens) -> None:
    chance = random.Random(13)
    made = {mutated(tokens[0], chance) for _ in range(260)} - {tokens[0]}
    assert len(made) >= 200
    assert [token for token in made if judges.accept(token)] == []
