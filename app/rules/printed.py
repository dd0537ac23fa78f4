"""What is printed on a certificate: its row as it was that day, and where anyone can check it."""

from app.adapters.pdf import CertificateFacts, Signatory
from app.models import Certificate

SIGNS_FOR = "For the issuer"


def facts_of(certificate: Certificate, base_url: str) -> CertificateFacts:
    """The facts of a certificate. Its address comes from the settings, never from a request (C-12)."""
    return CertificateFacts(
        number=certificate.number,
        level_name=certificate.level_name,
        organisation_name=certificate.organisation_name,
        ods_code=certificate.ods_code,
        framework_title=certificate.framework_title,
        framework_version=certificate.framework_version,
        illustrative_mark=certificate.illustrative_mark,
        issued_on=certificate.issued_on,
        expires_on=certificate.expires_on,
        issuer_name=certificate.issuer_name,
        signatories=tuple(Signatory(role, SIGNS_FOR) for role in certificate.signatories),
        verify_url=f"{base_url}/verify/{certificate.token}",
        register_address=f"{base_url}/verify",
        demo=certificate.is_fictional,
    )
