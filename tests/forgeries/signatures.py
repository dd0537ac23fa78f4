"""Changes to the signature itself: stripped, made by another key, taken apart, moved, or left with room in its gap."""

import io
import re
from datetime import timedelta

import pikepdf
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter

from app.adapters.signing.key_certificates import self_signed
from app.adapters.signing.key_files import FileKey
from app.adapters.signing.keys import SHA256
from app.adapters.signing.pdf_signing import _KeySigner
from tests.forgeries import Forgeries, Forgery
from tests.forgeries.edits import saved
from tests.forgeries.originals import AT, ISSUER, Original, fresh_key, signed


def everything(made: Original) -> Forgeries:
    yield from stripped(made)
    yield from by_another_key(made)
    yield from of_another_kind(made)
    yield from universal(made)
    yield from wrapped(made)
    yield from in_the_gap(made)


def stripped(made: Original) -> Forgeries:
    file = pikepdf.open(io.BytesIO(made.signed))
    del file.Root.AcroForm, file.Root.Perms
    del file.pages[0].obj.Annots
    yield Forgery("stripped", "signature and permissions", saved(file))
    file = pikepdf.open(io.BytesIO(made.signed))
    del file.Root.AcroForm
    yield Forgery("stripped", "form only", saved(file))
    file = pikepdf.open(io.BytesIO(made.signed))
    del file.Root.AcroForm.Fields[0].V
    yield Forgery("stripped", "an empty field", saved(file))
    yield Forgery("stripped", "everything after the accessible copy but a line", made.accessible + b"\n")


def by_another_key(made: Original) -> Forgeries:
    """The same name in the certificate, or the very same certificate, and a key of the forger's."""
    yield Forgery("re-signed", "same name", signed(made.accessible, fresh_key(ISSUER)))
    yield Forgery("re-signed", "same name over ours", signed_again(made.signed, fresh_key(ISSUER)))
    private = ec.generate_private_key(ec.SECP256R1())
    for name, certificate in {
        "every name and number of our certificate": _twin(made.key.certificate_pem, private),
        "our certificate": made.key.certificate_pem,
    }.items():
        yield Forgery("re-signed", name, with_permissions(made.accessible, _Loose(private, certificate)))


def of_another_kind(made: Original) -> Forgeries:
    """Our own key, but not as we certify: changes allowed, no certification, or two of them."""
    for permission in (MDPPerm.FILL_FORMS, MDPPerm.ANNOTATE):
        pdf = with_permissions(made.accessible, made.key, permission)
        yield Forgery("kind", f"certified with {permission.name}", pdf)
    yield Forgery("kind", "approved, not certified", signed_again(made.accessible, made.key))
    yield Forgery("kind", "approved once more", signed_again(made.signed, made.key))
    yield Forgery(
        "kind",
        "not PAdES",
        with_permissions(made.accessible, made.key, old=SigSeedSubFilter.ADOBE_PKCS7_DETACHED),
    )


def universal(made: Original) -> Forgeries:
    """Universal signature forgery: entries without which a careless verifier has nothing to verify."""
    pdf, (start, end) = made.signed, _gap(made.signed)
    ranges = re.search(rb"/ByteRange \[[^\]]*\] *", pdf)
    assert ranges is not None
    size = len(ranges[0])
    for name, entry in {
        "no range": b"",
        "null range": b"/ByteRange null",
        "zero range": b"/ByteRange [0 0 0 0]",
        "empty range": b"/ByteRange []",
        "one number": b"/ByteRange [0]",
        "range too long": b"/ByteRange [0 %d 99999999 99999999]" % start,
        "negative range": b"/ByteRange [0 -1 -1 -1]",
        "range of everything": b"/ByteRange [0 %d 0 0]" % len(pdf),
        "three ranges": b"/ByteRange [0 5 5 5 10 5]",
        "text range": b"/ByteRange (0 1 2 3)",
        "only the first half": b"/ByteRange [0 %d %d 0]" % (start, end),
    }.items():
        changed = pdf[: ranges.start()] + entry.ljust(size) + pdf[ranges.end() :]
        yield Forgery("universal", name, changed)
    room = end - start
    for name, content in {
        "no contents": b"",
        "null contents": b"null",
        "empty contents": b"<>",
        "zero contents": b"<" + b"0" * (room - 2) + b">",
        "one byte": b"<00>",
        "junk contents": b"<" + b"4a" * ((room - 2) // 2) + b">",
        "text contents": b"(" + b"x" * (room - 2) + b")",
        "name contents": b"/Nothing",
    }.items():
        yield Forgery("universal", name, pdf[:start] + content.ljust(room) + pdf[end:])
    no_key = pdf[: start - 10] + pdf[start - 10 : start].replace(b"/Contents", b"/Contentz") + pdf[start:]
    yield Forgery("universal", "another entry than contents", no_key)


def wrapped(made: Original) -> Forgeries:
    """Signature wrapping: what was signed behind the signature moves down, and a cross-reference table of the forger's
    is where the end of the file says that it is. Every signed byte is there, in two ranges."""
    pdf, (start, end) = made.signed, _gap(made.signed)
    tail, previous, table_at = pdf[end:], *(int(one) for one in re.findall(rb"startxref\s+(\d+)", pdf)[-2:])
    objects = {
        int(one[1]): one.start(1) for one in re.finditer(rb"\n(\d+) 0 obj", pdf) if one.start() < start
    }
    own = {number: at for number, at in objects.items() if at >= len(made.accessible)}
    (page,) = re.findall(rb"/Type /Page\n(?s:.)*?/Contents (\d+) 0 R", pdf[len(made.accessible) :])
    for room in (20_000, 60_000):
        moved = table_at + room
        body = pdf[:end] + _rest_of_signature(start, moved, len(tail))
        body = body.ljust(table_at, b" ")
        page_at = len(body) + 2_000
        table = _table(own | {int(page): page_at}, pdf, previous)
        content = b"%s 0 obj\n<</Length 2>>\nstream\nq \nendstream\nendobj\n" % page
        yield Forgery("wrapped", str(room), ((body + table).ljust(page_at) + content).ljust(moved) + tail)
    second = pdf[:end] + b" /ByteRange [0 %d %d %d] " % (start, end + 500, len(tail))
    yield Forgery("wrapped", "two ranges", second.ljust(end + 500) + tail)


def _rest_of_signature(before: int, after: int, rest: int) -> bytes:
    return (
        b"\n/ByteRange [0 %d %d %d]\n/Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached\n"
        b"/Reference [<</Type /SigRef /TransformMethod /DocMDP /TransformParams\n"
        b"<</Type /TransformParams /V /1.2 /P 1>>>>]\n>>\nendobj\n" % (before, after, rest)
    )


def _table(offsets: dict[int, int], pdf: bytes, previous: int) -> bytes:
    lines = b"".join(b"%d 1\n%010d 00000 n \n" % one for one in sorted(offsets.items()))
    root, ids = (re.findall(pattern, pdf)[-1] for pattern in (rb"/Root \d+ 0 R", rb"/Info \d+ 0 R"))
    size = max(offsets) + 1
    return b"xref\n%strailer\n<</Size %d %s %s /Prev %d>>\n" % (lines, size, root, ids, previous)


def in_the_gap(made: Original) -> Forgeries:
    """The gap's own bytes are signed by nobody. Written in fewer characters, the signature leaves room."""
    pdf, (start, end) = made.signed, _gap(made.signed)
    raw = bytes.fromhex(pdf[start + 1 : end - 1].decode())
    text = b"(" + re.sub(rb"([()\\\r])", lambda one: b"\\%03o" % one[1][0], raw) + b")"
    junk = b" /Location (Gold, signed by the Assembly) "
    yield Forgery(
        "gap", "text with room for more", pdf[:start] + (text + junk).ljust(end - start) + pdf[end:]
    )
    padding = bytearray(pdf)
    padding[end - 3 : end - 1] = b"ff"
    yield Forgery("gap", "padding that is not zero", bytes(padding))
    spaced = pdf[:start] + b"<" + pdf[start + 1 : end - 11] + b" " * 9 + b">" + pdf[end:]
    yield Forgery("gap", "spaces in the padding", spaced)


def with_permissions(
    pdf: bytes, key: FileKey, permission: MDPPerm = MDPPerm.NO_CHANGES, old: SigSeedSubFilter | None = None
) -> bytes:
    """Certified by ``key``, allowing so much."""
    meta = signers.PdfSignatureMetadata(
        field_name="Certification",
        md_algorithm="sha256",
        subfilter=old or SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=permission,
        name=ISSUER,
    )
    return _by(pdf, key, meta)


def signed_again(pdf: bytes, key: FileKey, name: str = "Again") -> bytes:
    """With an approval by ``key`` after what is there."""
    meta = signers.PdfSignatureMetadata(
        field_name=name, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES
    )
    return _by(pdf, key, meta)


def _by(pdf: bytes, key: FileKey, meta: signers.PdfSignatureMetadata) -> bytes:
    signer = _Careless(meta, signer=_KeySigner(key), new_field_spec=SigFieldSpec(meta.field_name))
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    return bytes(signer.sign_pdf(writer, bytes_reserved=8192).getbuffer())


class _Careless(signers.PdfSigner):  # type: ignore[misc]
    def _enforce_certification_constraints(self, reader: object) -> None:
        """A forger does not mind that nothing may follow."""


class _Loose(FileKey):
    """A key with a certificate that is not its own."""

    def sign(self, message: bytes) -> bytes:
        return self._private.sign(message, SHA256)


def _twin(pem: str, private: ec.EllipticCurvePrivateKey) -> str:
    """A certificate of the forger's key with every name and number of ``pem``."""
    ours = asn1_x509.Certificate.load(x509.load_pem_x509_certificate(pem.encode()).public_bytes(Encoding.DER))
    theirs_pem = self_signed(
        private.public_key(), ISSUER, lambda data: private.sign(data, SHA256), AT + timedelta(0)
    )
    theirs = asn1_x509.Certificate.load(
        x509.load_pem_x509_certificate(theirs_pem.encode()).public_bytes(Encoding.DER)
    )
    ours["tbs_certificate"]["subject_public_key_info"] = theirs["tbs_certificate"]["subject_public_key_info"]
    ours["signature_value"] = private.sign(ours["tbs_certificate"].dump(force=True), SHA256)
    der = ours.dump(force=True)
    return x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM).decode()


def _gap(pdf: bytes) -> tuple[int, int]:
    """Where the signature's hexadecimal begins, and the byte after it."""
    start = pdf.index(b"/Contents <") + len(b"/Contents ")
    return start, pdf.index(b">", start) + 1
