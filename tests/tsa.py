"""A time-stamping authority of the tests' own on a port of 127.0.0.1, with a key that nobody else has."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from asn1crypto import keys, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps import DummyTimeStamper


class Authority:
    """Its certificate, and how often it was asked."""

    def __init__(self, at: datetime | None = None) -> None:
        key = rsa.generate_private_key(65537, 2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Time of the tests")])
        now = datetime.now(UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=4000)).not_valid_after(now + timedelta(days=4000))
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
            .add_extension(
                x509.KeyUsage(True, False, False, False, False, False, False, False, False), critical=True
            )
            .sign(key, hashes.SHA256())
        )  # fmt: skip
        self.certificate = asn1_x509.Certificate.load(made.public_bytes(serialization.Encoding.DER))
        private = key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        self.stamper = DummyTimeStamper(
            tsa_cert=self.certificate, tsa_key=keys.PrivateKeyInfo.load(private), fixed_dt=at
        )
        self.asked = 0
        self.url = ""


@contextmanager
def answering(authority: Authority) -> Iterator[Authority]:
    """Serve time stamps as RFC 3161 over HTTP while the block runs."""

    class Stamping(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            authority.asked += 1
            asked = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["content-length"])))
            reply = authority.stamper.request_tsa_response(asked).dump()
            self.send_response(200)
            self.send_header("content-type", "application/timestamp-reply")
            self.send_header("content-length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, *_: object) -> None:
            """Tests print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Stamping)
    authority.url = f"http://127.0.0.1:{server.server_port}/"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield authority
    finally:
        server.shutdown()
        server.server_close()
