"""Certificates that a key signs for itself: they carry its public half, and say whose it is and since when.

No authority stands behind them. Whoever checks a certificate of ours compares the key with the published one, or asks
the register; a portal that wants the trust of an authority names that authority's certificate in the settings.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from app.adapters.signing.keys import pem_of

YEARS = 10  # longer than a certificate signed on the last day that the key is used
NAME_LIMIT = 64  # characters that X.520 leaves a common name


def self_signed(
    public: ec.EllipticCurvePublicKey, issuer: str, sign: Callable[[bytes], bytes], at: datetime
) -> str:
    """A certificate over `public` as PEM, signed by `sign`, which gives a DER signature of SHA-256.

    The private key may lie where no library reaches it. So a throw-away key signs first, which lays out every byte
    that is to be signed, and then the true signature takes the place of that one.
    """
    laid_out = _builder(public, issuer, at).sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
    certificate = asn1_x509.Certificate.load(laid_out.public_bytes(Encoding.DER))
    certificate["signature_value"] = sign(laid_out.tbs_certificate_bytes)
    return pem_of(x509.load_der_x509_certificate(certificate.dump(force=True)))


def _builder(public: ec.EllipticCurvePublicKey, issuer: str, at: datetime) -> x509.CertificateBuilder:
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, (issuer or "Portal")[:NAME_LIMIT]),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "Certificates of recognition"),
        ]
    )
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(minutes=5))  # clocks differ
        .not_valid_after(at + timedelta(days=366 * YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )
