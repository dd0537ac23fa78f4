"""Keys from a file, a module and a command: one behaviour, and a plain sentence where there is none."""

import base64
import hashlib
import json
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pkcs11
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwk, jws

from app.adapters.signing import key_commands, key_tokens
from app.adapters.signing.keys import SHA256, Key, KeyPlace, NoKey, SigningFailed, jwk_of, public_key
from app.adapters.signing.opening import make, opened, place_of
from app.config import Environment, Settings
from tests import softhsm

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ASSEMBLY = "The Assembly"


def in_files(folder: Path) -> KeyPlace:
    return KeyPlace(folder / "keys", may_make=True, issuer=ASSEMBLY)


def in_a_module(folder: Path) -> KeyPlace:
    place = softhsm.place_with_a_key(folder)
    make(place, AT)
    return place


def behind_a_command(folder: Path) -> KeyPlace:
    """openssl signs the digest that it gets, as any key service would."""
    made = opened(in_files(folder), AT)
    certificate = folder / "certificate.pem"
    certificate.write_text(made.certificate_pem)
    command = ("openssl", "pkeyutl", "-sign", "-inkey", str(folder / "keys" / f"{made.kid}.pem"))
    return KeyPlace(folder, command=command, certificate_file=str(certificate))


PLACES = [in_files, in_a_module, behind_a_command]
Place = Callable[[Path], KeyPlace]


@pytest.mark.parametrize("place", PLACES)
def test_every_kind_of_key_signs_alike(place: Place, tmp_path: Path) -> None:
    with opened(place(tmp_path), AT) as key:
        public_key(key.certificate_pem).verify(key.sign(b"message"), b"message", SHA256)
        assert len(key.sign_raw(b"message")) == 64
        issuer = x509.load_pem_x509_certificate(key.certificate_pem.encode())
        assert issuer.subject.rfc4514_string() == f"OU=Certificates of recognition,CN={ASSEMBLY}"


@pytest.mark.parametrize("place", PLACES)
def test_an_independent_library_takes_the_signature_as_es256(place: Place, tmp_path: Path) -> None:
    with opened(place(tmp_path), AT) as key:
        header, payload = (_part(json.dumps(one).encode()) for one in ({"alg": "ES256"}, {"sub": "x"}))
        token = f"{header}.{payload}.{_part(key.sign_raw(f'{header}.{payload}'.encode()))}"
        public = jwk.ECKey.import_key({**jwk_of(public_key(key.certificate_pem))})
    assert jws.deserialize_compact(token, public).payload == b'{"sub": "x"}'
    assert key.kid == public.thumbprint()


@pytest.mark.parametrize("place", PLACES)
def test_a_key_that_must_not_sign_is_not_opened(place: Place, tmp_path: Path) -> None:
    made = place(tmp_path)
    with opened(made, AT) as key:
        kid = key.kid
    where = replace(made, may_make=False)
    with pytest.raises(NoKey):
        opened(where, AT, {kid})


def _part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def test_the_certificate_is_signed_by_its_own_key(tmp_path: Path) -> None:
    key = opened(in_files(tmp_path), AT)
    certificate = x509.load_pem_x509_certificate(key.certificate_pem.encode())
    certificate.verify_directly_issued_by(certificate)
    assert certificate.not_valid_before_utc < AT < certificate.not_valid_after_utc


def test_a_key_file_is_for_the_portal_alone_and_a_second_key_takes_over(tmp_path: Path) -> None:
    place = in_files(tmp_path)
    first = opened(place, AT)
    path = place.folder / f"{first.kid}.pem"
    assert [stat.S_IMODE(one.stat().st_mode) for one in (place.folder, path)] == [0o700, 0o600]
    assert opened(place, AT).kid == first.kid
    second = make(place, AT.replace(hour=13))
    assert opened(place, AT).certificate_pem == second
    assert opened(place, AT, only=first.kid).kid == first.kid


def test_two_that_first_need_a_key_make_one(tmp_path: Path) -> None:
    place, kids = in_files(tmp_path), []
    threads = [threading.Thread(target=lambda: kids.append(opened(place, AT).kid)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(kids), len(set(kids)), len(list(place.folder.glob("*.pem")))) == (4, 1, 1)


def test_a_real_portal_makes_no_key_by_itself_and_says_so(tmp_path: Path) -> None:
    settings = Settings(
        environment=Environment.PRODUCTION, data_dir=tmp_path, scanner="tcp://clamd:3310", _env_file=None
    )
    with pytest.raises(NoKey, match=r"^There is no key to sign with\. Make one with `portal keys new`\.$"):
        opened(place_of(settings), AT)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"pin": "1111"}, "can't be opened: PinIncorrect"),
        ({"token": "other"}, "The token other can't be reached"),
        ({"label": "other"}, "has no one key labelled other"),
        ({"module": "/no/module.so"}, "can't be reached through /no/module.so"),
        ({"certificate_file": ""}, "The token has no certificate labelled certificates"),
        ({"certificate_file": "/no/file"}, "The signing certificate can't be read"),
    ],
)
def test_a_token_that_cannot_be_used_says_why(change: dict[str, str], sentence: str, tmp_path: Path) -> None:
    place = in_a_module(tmp_path)
    with pytest.raises(NoKey) as told:
        opened(replace(place, **change), AT)  # type: ignore[arg-type]
    assert (sentence in str(told.value), place.pin in str(told.value)) == (True, False)


def test_a_key_in_a_module_can_be_opened_twice_and_cannot_be_taken_out(tmp_path: Path) -> None:
    place = in_a_module(tmp_path)
    with opened(place, AT) as first, opened(place, AT) as second:
        assert first.kid == second.kid
        assert isinstance(first, key_tokens.TokenKey)
        with pytest.raises(pkcs11.exceptions.AttributeSensitive):
            first._private[pkcs11.Attribute.VALUE]


def test_a_command_that_fails_hangs_or_lies_gives_no_signature(tmp_path: Path) -> None:
    certificate = opened(in_files(tmp_path), AT).certificate_pem
    for script, reason in (
        ("import sys; sys.exit(3)", "ended with 3"),
        ("import time; time.sleep(30)", "gave nothing in 0.5 seconds"),
        ("print('not a signature')", "does not fit the key's certificate"),
    ):
        key = key_commands.CommandKey((sys.executable, "-c", script), certificate, seconds=0.5)
        with pytest.raises(SigningFailed, match=reason):
            key.sign(b"message")
    with pytest.raises(SigningFailed, match="can't be started"):
        key_commands.CommandKey(("/no/such/command",), certificate).sign(b"message")


def test_a_command_gets_the_digest_and_nothing_else(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    place = behind_a_command(tmp_path)
    script = f"import sys; data = sys.stdin.buffer.read(); open({str(seen)!r}, 'wb').write(data); sys.exit(1)"
    key = key_commands.CommandKey(
        (sys.executable, "-c", script), Path(place.certificate_file).read_text(), 10
    )
    with pytest.raises(SigningFailed):
        key.sign(b"message")
    assert seen.read_bytes() == hashlib.sha256(b"message").digest()


def test_a_signature_by_another_key_never_leaves(tmp_path: Path) -> None:
    """As when a module's label was given to a new key and the certificate stayed."""

    class Wrong(Key):
        def _sign(self, message: bytes) -> bytes:
            return ec.generate_private_key(ec.SECP256R1()).sign(message, SHA256)

    with pytest.raises(SigningFailed, match=r"^the signature does not fit the key's certificate$"):
        Wrong(opened(in_files(tmp_path), AT).certificate_pem).sign(b"message")


@pytest.mark.parametrize(
    "broken", ["", "-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----\n", "CANARY"]
)
def test_a_broken_key_file_is_told_without_its_text(broken: str, tmp_path: Path) -> None:
    place = in_files(tmp_path)
    place.folder.mkdir()
    (place.folder / "old.pem").write_text(broken)
    with pytest.raises(NoKey, match=r"^The key file old\.pem ") as told:
        opened(place, AT)
    assert "CANARY" not in str(told.value)


def test_a_certificate_of_another_kind_of_key_is_refused(tmp_path: Path) -> None:
    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x", "-keyout", os.devnull],
        capture_output=True,
        text=True,
        check=True,
    )
    with pytest.raises(NoKey, match="must hold an elliptic curve key on P-256"):
        public_key(made.stdout)


def test_the_pin_is_in_no_text_of_the_place() -> None:
    assert "4321" not in repr(KeyPlace(Path("keys"), pin="4321"))
