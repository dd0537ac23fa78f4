"""Checking a credential or a badge at /verify: the register decides by whole files, and no forgery passes (C-13)."""

import base64
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from app.adapters.credentials.finding import MOST_BYTES, Named, named
from app.adapters.credentials.pictures import baked, picture
from app.adapters.verifying import apart
from app.adapters.verifying.child import looked_at
from app.adapters.verifying.examined import Examined
from app.db import Database
from app.models import Certificate, Credential, SigningKey
from app.queries import verification
from app.web.throttle import Throttle
from tests.conftest import Clock
from tests.digests import event_count
from tests.forgeries import credentials as forgeries
from tests.forgeries.credentials import Genuine
from tests.holdings import ON, certificate, trust
from tests.story import NOW, Story
from tests.verifying import send, verdict, words

pytestmark = pytest.mark.reaches_past
KINDS = ("jwt", "svg", "png")
FLIPS = 100


@pytest.fixture(autouse=True)
def unhindered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many files from one address, looked at without starting a process for each."""

    def here(data: bytes, keys: list[tuple[str, str]]) -> Examined:
        return looked_at(data, [part for key in keys for part in key])

    monkeypatch.setattr(apart, "looked_at", here)
    monkeypatch.setattr(Throttle, "wait", lambda *_: 0)


@pytest.fixture
def held(database: Database, story: Story, clock: Clock) -> tuple[Certificate, Certificate]:
    """The Bronze of two trusts, both fictional."""
    with database.write() as session:
        made = [certificate(session, story, trust(session, story, code)) for code in ("T1", "T2")]
        for one in made:
            one.is_fictional = True
        return made[0], made[1]


def download(client: TestClient, made: Certificate, kind: str) -> bytes:
    return client.get(f"/credentials/{made.token}.{kind}").content


@pytest.fixture
def genuine(held: tuple[Certificate, Certificate], client: TestClient, database: Database) -> Genuine:
    jwt, another = (download(client, one, "jwt").decode() for one in held)
    with database.read() as session:
        pem = session.exec(select(SigningKey.certificate_pem)).one()
    return Genuine(jwt, another, "bronze-demonstration", pem)


@pytest.mark.parametrize(
    ("columns", "word"),
    [
        ({}, "Genuine and in date"),
        ({"expires_on": ON - timedelta(1)}, "Genuine, expired"),
        ({"revoked_on": ON, "revoke_reason": "A figure was wrong."}, "Revoked"),
        ({"superseded_on": ON}, "Superseded"),
    ],
)
def test_what_was_downloaded_is_told_what_its_certificate_is_worth_now(
    columns: dict[str, object],
    word: str,
    held: tuple[Certificate, Certificate],
    database: Database,
    client: TestClient,
) -> None:
    before = {kind: download(client, held[0], kind) for kind in KINDS}
    with database.write() as session:
        row = session.get_one(Certificate, held[0].id)
        for name, value in columns.items():
            setattr(row, name, value)
    for kind, data in before.items():
        answer = send(client, data, f"mine.{kind}")
        told = "the credential that we signed." if kind == "jwt" else "one of our badges, with the credential"
        assert (answer.status_code, verdict(answer), told in words(answer)) == (200, word, True)
        assert (held[0].number in words(answer), held[1].number in words(answer)) == (True, False)
        named_as = "Signed credential" if kind == "jwt" else "Badge with the credential"
        assert f"{named_as} of certificate {held[0].number}" in words(answer)
        assert verdict(send(client, download(client, held[0], kind))) == word  # the picture of today too


def test_c13_every_forged_credential_is_a_changed_copy(
    held: tuple[Certificate, Certificate], genuine: Genuine, client: TestClient
) -> None:
    for jwt, held_as in ((genuine.jwt, held[0]), (genuine.another, held[1])):
        answer = send(client, jwt.encode())
        assert (verdict(answer), held_as.number in words(answer)) == ("Genuine and in date", True)
    forged = list(forgeries.everything(genuine))
    told = {str(one): send(client, one.pdf) for one in forged}
    assert len(told) == len(forged) == 56
    assert {one.status_code for one in told.values()} == {200}
    assert {name: verdict(one) for name, one in told.items() if verdict(one) != "Changed copy"} == {}
    assert all("Do not rely on this file." in words(one) for one in told.values())


def test_c13_one_byte_changed_is_never_accepted(genuine: Genuine, client: TestClient) -> None:
    jwt, own = genuine.jwt, genuine.picture
    for data in (jwt.encode(), *(baked(picture(own, kind), kind, jwt) for kind in ("svg", "png"))):
        assert verdict(send(client, data)) == "Genuine and in date"
        answers = [send(client, one) for one in forgeries.flipped(data, FLIPS)]
        assert (len(answers), {one.status_code for one in answers}) == (FLIPS, {200})
        assert {verdict(one) for one in answers} == {"Changed copy"}


def test_the_plain_badge_and_a_stranger_s_files_are_not_ours(
    held: tuple[Certificate, Certificate], genuine: Genuine, client: TestClient
) -> None:
    strange = base64.urlsafe_b64encode(b"x" * 600).rstrip(b"=")
    foreign = b".".join((strange, strange, strange))
    files = [
        picture(genuine.picture, "svg"),
        picture(genuine.picture, "png"),
        foreign,
        baked(picture(genuine.picture, "svg"), "svg", foreign.decode()),
        b"<svg/>",
    ]
    answers = [send(client, data) for data in files]
    assert {verdict(one) for one in answers} == {"Not ours"}
    assert all("The picture of a badge alone proves nothing" in words(one) for one in answers)


def test_a_name_in_a_credential_that_is_none_of_ours_is_not_ours(
    held: tuple[Certificate, Certificate], client: TestClient
) -> None:
    """Nothing tells that the portal was ever asked for such a number or address."""
    claims = b'{"id":"https://x.example/credentials/' + b"0" * 32 + b'","n":"ARF-2026-999999"}' + b" " * 200
    forged = b"eyJh." + base64.urlsafe_b64encode(claims).rstrip(b"=") + b".AAAA"
    assert verdict(send(client, forged)) == "Not ours"
    renamed = claims.replace(b"ARF-2026-999999", held[0].number.encode())
    forged = b"eyJh." + base64.urlsafe_b64encode(renamed).rstrip(b"=") + b".AAAA"
    assert verdict(send(client, forged)) == "Changed copy"


def test_a_credential_that_is_not_kept_is_a_changed_copy(
    held: tuple[Certificate, Certificate], genuine: Genuine, database: Database, client: TestClient
) -> None:
    with database.write() as session:
        rows = session.exec(select(Credential)).all()
        session.delete(next(one for one in rows if one.certificate_id == held[0].id))
    assert verdict(send(client, genuine.jwt.encode())) == "Changed copy"


def test_c11_what_a_distrusted_key_signed_is_not_verified_however_old_it_is(
    held: tuple[Certificate, Certificate], database: Database, client: TestClient
) -> None:
    before = [download(client, held[0], kind) for kind in KINDS]
    with database.write() as session:
        key = session.exec(select(SigningKey)).one()
        key.distrusted_from = key.retired_at = NOW + timedelta(days=1)
        key.distrust_reason = "A laptop was lost."
    answers = [send(client, data) for data in before]
    assert [verdict(one) for one in answers] == ["Not verified"] * 3
    assert all("Reason: A laptop was lost." in words(one) for one in answers)
    with database.write() as session:
        session.get_one(Certificate, held[0].id).revoked_on = ON
    assert verdict(send(client, before[0])) == "Revoked"  # bad news stays bad news


def test_a_kept_credential_that_our_key_did_not_sign_is_not_verified(
    held: tuple[Certificate, Certificate], genuine: Genuine, database: Database, client: TestClient
) -> None:
    """As after somebody wrote into the database: the signature takes away what the register would grant."""
    forged = next(data for name, data in forgeries.claims(genuine) if name == "another level")
    with database.write() as session:
        for row in session.exec(select(Credential)):
            if row.certificate_id == held[0].id:
                row.jwt = forged.decode()
    answer = send(client, forged)
    assert (verdict(answer), "Its signature could not be confirmed." in words(answer)) == (
        "Not verified",
        True,
    )


def test_whatever_fails_on_the_way_is_not_verified(
    genuine: Genuine, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise LookupError("a picture is not there")

    monkeypatch.setattr(verification, "by_credential", broken)
    answer = send(client, genuine.jwt.encode())
    assert (answer.status_code, verdict(answer)) == (200, "Not verified")


def test_nothing_is_written_and_no_library_meets_a_genuine_credential(
    genuine: Genuine, database: Database, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "looked_at", lambda *_: pytest.fail("looked at"))
    before = event_count(database)
    for data in (genuine.jwt.encode(), genuine.jwt.encode() + b"\n"):
        send(client, data)
    assert event_count(database) == before


def test_a_file_may_ask_about_few_certificates_only() -> None:
    """A file must not be a way to try numbers, nor to keep the process busy."""
    lines = [f"ARF-2026-{n:06d} /credentials/{n:032x}".encode() for n in range(60)]
    runs = [base64.urlsafe_b64encode(b" ".join(lines[start : start + 4])) for start in range(0, 60, 4)]
    many = b".".join(runs)
    found = named(many)
    assert (len(found.numbers), len(found.tokens)) == (5, 5)
    assert named(b"." * MOST_BYTES + many) == Named()


def test_the_page_says_that_it_takes_them(client: TestClient) -> None:
    page = client.get("/verify")
    said = "Choose the certificate’s PDF, its signed credential (.jwt), or a badge picture with the credential inside"
    assert (said in words(page), ".jwt,.svg,.png" in page.text) == (True, True)
