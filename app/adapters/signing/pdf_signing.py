"""Signs a PDF as PAdES with pyHanko, and is the process in which a signing press does so.

The signature certifies: no change of any kind is allowed after it. It is invisible, for a mark on the page proves
nothing and can be copied. The bytes before it stay as they were, so the accessible copy is the beginning of the signed.
"""

import io
import logging
import sys
from multiprocessing.connection import Connection
from typing import Any

from asn1crypto import algos
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.timestamps import HTTPTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from app.adapters.press import FAILED, MADE, READY
from app.adapters.signing.keys import Key, NoKey
from app.adapters.signing.opening import opened
from app.adapters.signing.press import ToSign, Work

FIELD = "Certification"
SIGNATURE_BYTES = 72  # of ECDSA on P-256 in DER, at most
RESERVED = 8192  # bytes for signature and certificate as hexadecimal; as many again for a time stamp
TIME_STAMP_SECONDS = 15


class _KeySigner(signers.Signer):
    """Lets pyHanko build the signature and the key make it."""

    def __init__(self, key: Key) -> None:
        certificates = list(load_certs_from_pemder_data(key.certificate_pem.encode()))
        others = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        others.register_multiple(certificates[1:])  # of the authority, where one stands behind the key
        super().__init__(
            signing_cert=certificates[0],
            cert_registry=others,
            signature_mechanism=algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
        )
        self._key = key

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        return bytes(SIGNATURE_BYTES) if dry_run else self._key.sign(data)


class Signing:
    """One key, and the time stamper that vouches for the moment."""

    def __init__(self, key: Key, time_stamp_url: str = "") -> None:
        self._signer = _KeySigner(key)
        self._stamper = (
            HTTPTimeStamper(time_stamp_url, timeout=TIME_STAMP_SECONDS) if time_stamp_url else None
        )

    def signed(self, paper: ToSign) -> bytes:
        """The PDF with its signature appended."""
        meta = signers.PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            certify=True,
            docmdp_permissions=MDPPerm.NO_CHANGES,
            name=paper.signer,
            reason=paper.reason,
            contact_info=paper.address,
        )
        signer = signers.PdfSigner(
            meta, signer=self._signer, timestamper=self._stamper, new_field_spec=SigFieldSpec(FIELD)
        )
        room = RESERVED * (2 if self._stamper else 1)
        made = signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(paper.pdf)), bytes_reserved=room)
        return bytes(made.getbuffer())


def serve(pipe: Connection) -> None:
    """Opens the key, then answers each PDF with a signed one or a reason, until the other end is closed."""
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
    work: Work = pipe.recv()
    try:
        key = _key(work)
    except NoKey as missing:
        pipe.send_bytes(FAILED + str(missing).encode())
        return
    signing = Signing(key, work.time_stamp_url)
    pipe.send_bytes(READY)
    while True:
        try:
            paper: Any = pipe.recv()
        except EOFError:
            return
        pipe.send_bytes(_reply(signing, paper))


def _key(work: Work) -> Key:
    """The very key that the portal has registered, not one that came meanwhile."""
    key = opened(work.place, work.at, only=work.kid)
    if key.kid != work.kid:
        key.close()
        raise NoKey(f"The key {work.kid} is not there any more.")
    return key


def _reply(signing: Signing, paper: ToSign) -> bytes:
    try:
        return MADE + signing.signed(paper)
    except Exception as error:  # noqa: BLE001  the reason goes to the press, which raises NotSigned
        return FAILED + f"{type(error).__name__}: {error}".encode(errors="replace")


if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])))
