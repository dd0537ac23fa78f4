"""A certificate with its credential, and verifiers that reach the portal as others do."""

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient

from app.db import Database
from app.models import Certificate
from tests.conftest import Clock
from tests.credentials.verifier import Verifier
from tests.recognition import certified
from tests.story import Story

DID = "did:web:127.0.0.1%3A8000"
Fetch = Callable[[str], bytes]


@pytest.fixture
def certificate(database: Database, story: Story, clock: Clock) -> Certificate:
    """Trust A holds Bronze, issued through the whole story."""
    with database.write() as session:
        return certified(session, story)


@pytest.fixture
def fetch(client: TestClient) -> Fetch:
    """What stands at an address of the portal."""

    def fetched(address: str) -> bytes:
        parts = urlsplit(address)
        assert parts.netloc == "127.0.0.1:8000"
        answer = client.get(parts.path)
        assert answer.status_code == 200, (address, answer.status_code)
        return answer.content

    return fetched


@pytest.fixture
def verifier(fetch: Fetch, clock: Clock) -> Verifier:
    return Verifier(DID, fetch, lambda: clock.at)


@pytest.fixture
def token(client: TestClient, certificate: Certificate) -> str:
    """The signed credential, as anyone gets it."""
    return client.get(f"/credentials/{certificate.token}.jwt").text
