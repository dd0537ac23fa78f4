"""How often one address may ask whether a certificate is genuine: C-09, and that no address is kept."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.config import Environment, Settings
from app.db import Database
from app.models import Certificate
from app.web.throttle import household
from tests.conftest import ORIGIN
from tests.holdings import certificate, trust
from tests.story import Story
from tests.verifying import words

pytestmark = pytest.mark.reaches_past


@pytest.fixture
def held(database: Database, story: Story) -> Certificate:
    with database.write() as session:
        return certificate(session, story, trust(session, story, "T1"))


def test_c09_who_tries_number_after_number_is_told_to_wait(client: TestClient, settings: Settings) -> None:
    answers = [client.get(f"/verify?number=ARF-2026-{number:06d}") for number in range(1, 66)]
    most = settings.verify_numbers_per_minute
    assert [one.status_code for one in answers] == [404] * most + [429] * (65 - most)
    refused = answers[-1]
    assert 0 < int(refused.headers["retry-after"]) <= 60
    assert "You have checked many certificates in a short time. Wait a minute" in words(refused)


def test_c09_right_and_wrong_numbers_are_refused_alike(
    client: TestClient, settings: Settings, held: Certificate
) -> None:
    for _ in range(settings.verify_numbers_per_minute):
        client.get("/verify?number=x")
    right = client.get(f"/verify?number={held.number}").text.replace(held.number, "")
    wrong = client.get("/verify?number=ARF-2026-999999").text.replace("ARF-2026-999999", "")
    assert right == wrong


def test_c09_a_token_is_told_to_everybody_on_the_day_of_results(
    client: TestClient, settings: Settings, held: Certificate
) -> None:
    for _ in range(settings.verify_numbers_per_minute):
        client.get("/verify?number=x")
    assert client.get(f"/verify/{held.token}").status_code == 200


def test_c09_another_address_is_not_held_back(app: FastAPI, settings: Settings) -> None:
    def visitor(address: str) -> TestClient:
        return TestClient(app, base_url=ORIGIN, client=(address, 1))

    for _ in range(settings.verify_numbers_per_minute):
        visitor("192.0.2.1").get("/verify?number=x")
    asked = [visitor(one).get("/verify?number=x").status_code for one in ("192.0.2.1", "192.0.2.2")]
    assert asked == [429, 404]
    lying = visitor("192.0.2.1").get("/verify?number=x", headers={"x-forwarded-for": "203.0.113.9"})
    assert lying.status_code == 429


def test_d10_no_address_is_kept(app: FastAPI, client: TestClient) -> None:
    visitor = TestClient(app, base_url=ORIGIN, client=("192.0.2.77", 1))
    visitor.get("/verify?number=x")
    kept = vars(app.state.portal.throttle._limiter.storage)
    assert ("192.0.2.77" in repr(kept), len(kept["storage"])) == (False, 1)


@pytest.mark.parametrize(
    ("address", "counts_as"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::9", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_c09_a_network_of_ipv6_counts_as_one(address: str, counts_as: str) -> None:
    assert household(address) == counts_as


@pytest.mark.parametrize("proxies", [["*"], ["proxy.example"], ["10.0.0.1/8"], [""]])
def test_proxies_are_addresses_or_networks(proxies: list[str]) -> None:
    with pytest.raises(ValueError, match="ARF_TRUSTED_PROXIES must hold addresses or networks"):
        Settings(environment=Environment.DEVELOPMENT, trusted_proxies=proxies)
