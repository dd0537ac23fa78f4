"""What is issued is accepted by verifiers that know nothing of the portal, and says what it may and nothing more."""

import json
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

import pytest
from fastapi.testclient import TestClient
from joserfc import jws
from joserfc.jwk import KeySet
from openbadgeslib.ob3.did import fetch_did_web_document
from openbadgeslib.ob3.verifier import OB3Verifier
from sqlmodel import select

from app.config import Settings
from app.db import Database
from app.models import Certificate, Credential, Event, Person, StatusList
from app.rules.credentials import ends, starts
from app.rules.days import uk_day
from tests.conftest import Clock
from tests.credentials.conftest import DID, Fetch
from tests.credentials.verifier import Verifier, parsed, unpadded
from tests.holdings import certificate as held
from tests.holdings import trust
from tests.story import Story


def test_c13_an_independent_verifier_accepts_what_we_issue(
    verifier: Verifier, token: str, certificate: Certificate
) -> None:
    found = verifier.accept(token)
    subject = found["credentialSubject"]
    assert (found["iss"], found["issuer"]["name"]) == (DID, "The Assembly")
    assert (found["id"], found["sub"]) == (
        f"http://127.0.0.1:8000/credentials/{certificate.token}",
        "https://fhir.nhs.uk/Id/ods-organization-code#ZZA",
    )
    assert (found["validFrom"], found["validUntil"]) == ("2026-11-22T00:00:00Z", "2029-11-22T23:59:59Z")
    assert [one["identityHash"] for one in subject["identifier"]] == ["ZZA", "Fictional trust A"]
    assert (subject["licenseNumber"], subject["achievement"]["version"]) == (
        certificate.number,
        "2023.illustrative",
    )


def test_c13_so_does_another_ones_library(token: str, client: TestClient) -> None:
    """joserfc, by the keys of the JWKS and nothing else."""
    keys = KeySet.import_key_set(client.get("/.well-known/jwks.json").json())
    checked = jws.deserialize_compact(token, keys, algorithms=["ES256"])
    assert json.loads(checked.payload)["iss"] == DID


@pytest.mark.reaches_past
def test_c13_so_does_a_verifier_of_open_badges(
    database: Database, story: Story, client: TestClient, fetch: Fetch
) -> None:
    """Its clock is the real one, so the portal's is too."""
    today = uk_day(datetime.now(UTC))
    with database.write() as session:
        made = held(
            session,
            story,
            trust(session, story, "T1"),
            issued=today - timedelta(days=3),
            expires=today + timedelta(days=9),
        )
    token = client.get(f"/credentials/{made.token}.jwt").text
    assert fetch_did_web_document(DID, fetch)["id"] == DID
    checking = OB3Verifier.for_issuer_did(DID, download=fetch)
    found = checking.verify(token, check_status=True, download=fetch)
    assert (found.recipient_id, found.achievement.name) == (
        "https://fhir.nhs.uk/Id/ods-organization-code#T1",
        "Bronze, North West anti-racist framework",
    )
    for kind, extract in (
        ("svg", OB3Verifier.extract_token_from_svg),
        ("png", OB3Verifier.extract_token_from_png),
    ):
        assert extract(client.get(f"/credentials/{made.token}.{kind}").content) == token


def test_it_is_signed_once_and_kept(
    client: TestClient, database: Database, token: str, certificate: Certificate, clock: Clock
) -> None:
    clock.at += timedelta(days=30)
    assert client.get(f"/credentials/{certificate.token}.jwt").text == token
    with database.read() as session:
        (row,) = session.exec(select(Credential)).all()
        (event,) = session.exec(select(Event).where(Event.verb == "sign credential")).all()
        assert (row.certificate_id, row.jwt) == (certificate.id, token)
        told = (event.stream, event.facts["status_index"], event.facts["jwt_sha256"])
        digest = sha256(token.encode()).hexdigest()
        assert told == (f"certificate:{certificate.id}", row.status_index, digest)


def test_d11_no_person_is_named_anywhere_in_it(
    client: TestClient, database: Database, token: str, certificate: Certificate
) -> None:
    said = json.dumps([parsed(unpadded(part)) for part in token.split(".")[:2]])
    said += client.get(f"/credentials/{certificate.token}").text
    with database.read() as session:
        people = session.exec(select(Person.name, Person.email)).all()
    assert [text for one in people for text in one if text in said] == []


def test_c12_a_spoofed_host_changes_nothing(client: TestClient, token: str, certificate: Certificate) -> None:
    spoofed = {"host": "localhost", "x-forwarded-host": "evil.example", "forwarded": "host=evil.example"}
    addresses = [f"/credentials/{certificate.token}.{kind}" for kind in ("jwt", "json", "svg", "png")]
    addresses += ["/.well-known/did.json", "/.well-known/jwks.json", "/issuer.json"]
    addresses += [
        "/achievements/2023.illustrative/bronze",
        "/status-lists/revocation",
        "/status-lists/suspension",
    ]
    addresses += [f"/credentials/{certificate.token}"]
    own = [client.get(address).content for address in addresses]
    assert [client.get(address, headers=spoofed).content for address in addresses] == own
    refused = client.get(addresses[0], headers={"host": "evil.example"})
    assert (refused.status_code, b"evil" in refused.content) == (400, False)


def test_the_parts_that_a_credential_names_are_there(
    client: TestClient, fetch: Fetch, token: str, certificate: Certificate
) -> None:
    said = parsed(unpadded(token.split(".")[1]))
    achieved = said["credentialSubject"]["achievement"]
    found = json.loads(fetch(achieved["id"]))
    assert {name: found[name] for name in achieved} == achieved
    assert fetch(achieved["image"]["id"])[:8] == b"\x89PNG\r\n\x1a\n"
    assert "16 criteria" not in achieved["criteria"]["narrative"]
    assert ("- B01 " in achieved["criteria"]["narrative"], "Illustrative" in achieved["description"]) == (
        True,
        True,
    )
    profile = client.get("/issuer.json").json()
    assert (profile["id"], profile["url"]) == (said["issuer"]["id"], said["issuer"]["url"])
    assert client.get(f"/credentials/{certificate.token}.json").json() == said


@pytest.mark.parametrize(
    "path",
    [
        "/credentials/none.jwt",
        f"/credentials/{'0' * 32}.jwt",
        f"/credentials/{'0' * 32}",
        f"/badges/{'0' * 32}.svg",
        "/achievements/2023.illustrative/platinum",
        "/achievements/none/bronze",
        "/achievements/2023.illustrative/bronze.gif",
        "/status-lists/message",
        "/status-lists/revocation",  # before there is any credential
    ],
)
@pytest.mark.usefixtures("certificate")
def test_c09_what_is_not_there_is_not_found(client: TestClient, database: Database, path: str) -> None:
    assert client.get(path).status_code == 404
    with database.read() as session:
        assert (session.exec(select(Credential)).all(), session.exec(select(StatusList)).all()) == ([], [])


def test_days_begin_and_end_in_london() -> None:
    summer = date(2026, 7, 1)
    assert (starts(summer), ends(summer)) == (
        datetime(2026, 6, 30, 23, 0, tzinfo=UTC),
        datetime(2026, 7, 1, 22, 59, 59, tzinfo=UTC),
    )


def test_without_a_key_nothing_is_signed_and_the_page_says_so(
    client: TestClient, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Settings, "is_production", True)  # where no key is made by itself
    answer = client.get(f"/credentials/{certificate.token}.jwt")
    assert (answer.status_code, "This can&#39;t be signed at the moment" in answer.text) == (503, True)
