"""A recognition as Open Badges 3.0: what the credential says, of whom, and where each of its parts is to be found.

Sources: Open Badges 3.0 (1EdTech) sections 8.2 and B.1, Verifiable Credentials 2.0 (W3C), did:web. Every address is
made from the portal's own setting, never from a request.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

from app.criteria.schema import Framework, Level
from app.models import Certificate
from app.rules.days import UK
from app.rules.status_lists import Purpose

VC_CONTEXT = "https://www.w3.org/ns/credentials/v2"
OB_CONTEXT = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
DID_CONTEXT = "https://www.w3.org/ns/did/v1"
KEY_CONTEXT = "https://w3id.org/security/suites/jws-2020/v1"
SCHEMA = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
# What the NHS calls the space of its organisation codes; the part after # is the code.
ODS_CODES = "https://fhir.nhs.uk/Id/ods-organization-code"
FICTIONAL = "Demonstration only. Not a recognition of any organisation."

Json = dict[str, Any]


@dataclass(frozen=True)
class Places:
    """Where everything of a credential is, from the address of the portal."""

    base_url: str

    @property
    def did(self) -> str:
        """Who issues, as did:web: the host (and port) of the portal."""
        return f"did:web:{quote(urlsplit(self.base_url).netloc, safe='.-')}"

    def key(self, kid: str) -> str:
        return f"{self.did}#{kid}"

    def credential(self, token: str) -> str:
        return f"{self.base_url}/credentials/{token}"

    def verify(self, token: str) -> str:
        return f"{self.base_url}/verify/{token}"

    def badge(self, token: str) -> str:
        return f"{self.base_url}/badges/{token}.svg"

    def achievement(self, version: str, level: str) -> str:
        return f"{self.base_url}/achievements/{version}/{level}"

    def status_list(self, purpose: Purpose) -> str:
        return f"{self.base_url}/status-lists/{purpose}"


def subject_of(ods_code: str) -> str:
    """The organisation, by its ODS code."""
    return f"{ODS_CODES}#{quote(ods_code, safe='')}"


def starts(issued_on: date) -> datetime:
    """The first moment of the day of issue in the United Kingdom."""
    return datetime.combine(issued_on, time(), UK).astimezone(UTC)


def ends(expires_on: date) -> datetime:
    """The last second of the last day in date in the United Kingdom: whoever reads it reads the right day."""
    return datetime.combine(expires_on + timedelta(days=1), time(), UK).astimezone(UTC) - timedelta(seconds=1)


def stamp(at: datetime) -> str:
    """``2026-11-22T12:00:00Z``."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def profile(places: Places, name: str) -> Json:
    """The issuer under the name it had."""
    return {"id": places.did, "type": ["Profile"], "name": name, "url": places.base_url}


def achievement(places: Places, framework: Framework, level: Level) -> Json:
    """What is recognised: a level of one framework version, which never changes once it is published."""
    address = places.achievement(framework.version, level.id)
    mark = f" {framework.mark}." if framework.mark else ""
    return {
        "id": address,
        "type": ["Achievement"],
        "achievementType": "Award",
        "name": f"{level.name}, {framework.title}",
        "description": f"{level.signifies}{mark}",
        "criteria": {"narrative": _criteria(framework, level)},
        "image": {
            "id": f"{address}.png",
            "type": "Image",
            "caption": f"Badge: {level.name}, {framework.title}",
        },
        "inLanguage": "en-GB",
        "version": framework.version,
    }


def _criteria(framework: Framework, level: Level) -> str:
    """What an organisation has to show, criterion by criterion of this level and those below."""
    lines = [
        "The organisation gave evidence for each criterion of this level and of those below that applies to it. "
        "Reviewers scored it, and the Assembly decided."
    ]
    for one in framework.levels_up_to(level.id):
        of_level = [criterion for criterion in framework.criteria if criterion.level == one.id]
        lines += ["", f"{one.name}:", *(f"- {criterion.code} {criterion.title}" for criterion in of_level)]
    if framework.mark:
        lines += ["", f"{framework.mark}."]
    return "\n".join(lines)


def claims(places: Places, certificate: Certificate, framework: Framework, index: int) -> Json:
    """The payload of the credential: the credential itself and the registered claims that must agree with it.

    Names are those of the day of issue. It names no person.
    """
    credential = _credential(places, certificate, framework, index)
    return credential | {
        "iss": credential["issuer"]["id"],
        "sub": credential["credentialSubject"]["id"],
        "jti": credential["id"],
        "nbf": int(starts(certificate.issued_on).timestamp()),
        "exp": int(ends(certificate.expires_on).timestamp()),
    }


def _credential(places: Places, certificate: Certificate, framework: Framework, index: int) -> Json:
    caution = f" {FICTIONAL}" if certificate.is_fictional else ""
    return {
        "@context": [VC_CONTEXT, OB_CONTEXT],
        "id": places.credential(certificate.token),
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": f"{certificate.level_name}, {certificate.framework_title}",
        "description": f"Certificate {certificate.number}.{caution}",
        "issuer": profile(places, certificate.issuer_name),
        "validFrom": stamp(starts(certificate.issued_on)),
        "validUntil": stamp(ends(certificate.expires_on)),
        "credentialSubject": {
            "id": subject_of(certificate.ods_code),
            "type": ["AchievementSubject"],
            "identifier": [
                _identity("identifier", certificate.ods_code),
                _identity("name", certificate.organisation_name),
            ],
            "licenseNumber": certificate.number,
            "achievement": achievement(places, framework, framework.level(certificate.level)),
        },
        "evidence": [
            {
                "id": places.verify(certificate.token),
                "type": ["Evidence"],
                "name": "Entry in the public register, as it is now",
            }
        ],
        "credentialStatus": [_status(places, purpose, index) for purpose in Purpose],
        "credentialSchema": [{"id": SCHEMA, "type": "1EdTechJsonSchemaValidator2019"}],
    }


def _identity(kind: str, text: str) -> Json:
    return {"type": "IdentityObject", "hashed": False, "identityHash": text, "identityType": kind}


def _status(places: Places, purpose: Purpose, index: int) -> Json:
    address = places.status_list(purpose)
    return {
        "id": f"{address}#{index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": purpose.value,
        "statusListIndex": str(index),
        "statusListCredential": address,
    }


def status_list(
    places: Places, purpose: Purpose, encoded: str, *, issuer: str, since: datetime, until: datetime
) -> Json:
    """The payload of a signed status list. ``until`` is soon: an old copy is worth nothing after it."""
    address = places.status_list(purpose)
    return {
        "@context": [VC_CONTEXT],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": {"id": places.did, "name": issuer},
        "validFrom": stamp(since),
        "validUntil": stamp(until),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": purpose.value,
            "encodedList": encoded,
        },
        "iss": places.did,
        "sub": f"{address}#list",
        "jti": address,
        "nbf": int(since.timestamp()),
        "exp": int(until.timestamp()),
    }


def did_document(places: Places, keys: list[Json]) -> Json:
    """What did:web resolves to: each key that may have signed, under the name that the header of a JWT gives."""
    methods = [
        {"id": key["kid"], "type": "JsonWebKey2020", "controller": places.did, "publicKeyJwk": key}
        for key in keys
    ]
    return {
        "@context": [DID_CONTEXT, KEY_CONTEXT],
        "id": places.did,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }
