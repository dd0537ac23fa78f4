"""Whether one of our keys certified a PDF exactly as it is.

Pinned to the keys: no chain of trust, no name in a certificate, and nothing that the file brings along counts.
"""

import io
from collections.abc import Iterator, Mapping
from typing import Any

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko.sign.validation.pdf_embedded import (
    EmbeddedPdfSignature,
    collect_embedded_signatures,
    read_certification_data,
)

from app.adapters.verifying.coverage import covers_everything, is_padded_with_nothing
from app.adapters.verifying.examined import Examined, Fault

Keys = Mapping[bytes, str]  # public key (SubjectPublicKeyInfo in DER) -> kid


def public_key_of(certificate: x509.Certificate) -> bytes:
    """The public key of an X.509 certificate, in DER."""
    return bytes(certificate.public_key.dump())


def examined(data: bytes, keys: Keys) -> Examined:
    """What the signatures of a PDF are worth. A file that a reader chokes on is unreadable, never an error."""
    try:
        return _examined(data, keys)
    except Exception:  # noqa: BLE001  readers meet bytes here that nobody foresaw; no surprise may pass for genuine
        return Examined((Fault.UNREADABLE,))


def _examined(data: bytes, keys: Keys) -> Examined:
    reader = PdfFileReader(io.BytesIO(data), strict=True)
    found = collect_embedded_signatures(reader)
    if not found:
        return Examined((Fault.UNSIGNED,))
    ours = [one for one in found if public_key_of(one.signer_cert) in keys]
    if not ours:
        return Examined((Fault.FOREIGN,))
    signature = ours[0]
    faults = [Fault.SEVERAL] if len(found) > 1 else []
    faults += _faults(reader, data, signature)
    # A certificate can be copied into any file: only a signature that holds says that our key was here.
    kid = "" if Fault.BROKEN in faults else keys[public_key_of(signature.signer_cert)]
    return Examined(tuple(faults), kid)


def _faults(reader: PdfFileReader, data: bytes, signature: EmbeddedPdfSignature) -> Iterator[Fault]:
    if not _holds(signature):
        yield Fault.BROKEN
    if not _certifies(reader, signature):
        yield Fault.APPROVES
    if not _is_covered(data, signature):
        yield Fault.PARTIAL
    if signature.signed_revision != reader.xrefs.total_revisions - 1:
        yield Fault.LATER


def _holds(signature: EmbeddedPdfSignature) -> bool:
    """The key signed the digest of what the signature says that it covers."""
    try:
        intact, valid = validate_sig_integrity(
            signature.signer_info, signature.signer_cert, "data", signature.compute_digest()
        )
    except Exception:  # noqa: BLE001  as above
        return False
    return intact is True and valid is True


def _certifies(reader: PdfFileReader, signature: EmbeddedPdfSignature) -> bool:
    """It is the document's certification, as PAdES, and allows no change."""
    certification = read_certification_data(reader)
    return (
        certification is not None
        and certification.permission is MDPPerm.NO_CHANGES
        and certification.author_sig == signature.sig_object
        and signature.docmdp_level is MDPPerm.NO_CHANGES
        and signature.sig_object.get("/SubFilter") == "/ETSI.CAdES.detached"
    )


def _is_covered(data: bytes, signature: EmbeddedPdfSignature) -> bool:
    content: bytes = signature.pkcs7_content
    byte_range: list[Any] = [
        int(one) if isinstance(one, int) else one for one in _plain(signature.byte_range)
    ]
    return covers_everything(data, byte_range, content) and is_padded_with_nothing(
        content, _structure(content)
    )


def _plain(byte_range: Any) -> list[Any]:
    return list(byte_range) if isinstance(byte_range, list) else []


def _structure(content: bytes) -> bytes:
    """The one DER value that the content begins with."""
    size = content[1]
    if size < 0x80:
        return content[: 2 + size]
    more = size & 0x7F
    return content[: 2 + more + int.from_bytes(content[2 : 2 + more], "big")]
