"""A real key store behind PKCS#11: SoftHSM with a token for each test. Where there is none, tests skip, and fail in CI.

The module reads where its tokens are once a process, so all tests of one process share a folder, with a token each.
"""

import os
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from secrets import token_hex

import pkcs11
import pytest
from pkcs11.util.ec import encode_named_curve_parameters

from app.adapters.signing.keys import KeyPlace
from app.config import ROOT

PIN = "4321"
LABEL = "certificates"


def module_or_skip() -> str:
    done = subprocess.run([str(ROOT / "scripts" / "softhsm")], capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return done.stdout.strip()
    missing = "no SoftHSM on this machine: apt-get install softhsm2"
    if os.environ.get("CI"):
        pytest.fail(missing)
    pytest.skip(missing)


@cache
def _tokens() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="arf-softhsm-"))
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(
        f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n"
    )
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    return folder


def place_with_a_key(folder: Path) -> KeyPlace:
    """A new token with a P-256 key that never leaves it; its certificate is still to be made."""
    module = module_or_skip()
    _tokens()
    token = f"arf-{token_hex(4)}"
    subprocess.run(
        ["softhsm2-util", "--init-token", "--free", "--label", token, "--so-pin", "12345678", "--pin", PIN],
        check=True,
        capture_output=True,
    )
    library = pkcs11.lib(module)
    library.reinitialize()  # or it does not see the new token
    with library.get_token(token_label=token).open(user_pin=PIN, rw=True) as session:
        curve = {pkcs11.Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}
        pair = session.create_domain_parameters(pkcs11.KeyType.EC, curve, local=True)
        pair.generate_keypair(store=True, label=LABEL)
    return KeyPlace(
        folder, module=module, token=token, label=LABEL, pin=PIN, issuer="The Assembly",
        certificate_file=str(folder / "certificate.pem"),
    )  # fmt: skip
