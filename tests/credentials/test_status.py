"""C-10, C-11, C-13: what no longer holds is refused within the minute, an old list too, and a stolen key's work."""

import base64
import json
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, col, select

from app.actions import certificates, credentials, signing_keys
from app.actions.certificates import Issuer
from app.actions.credentials import Issuing
from app.adapters.signing.opening import place_of
from app.config import Settings
from app.db import Database
from app.models import Certificate, Credential, Event, Revocation, StatusList
from app.queries import audit
from app.queries import credentials as queries
from app.rules.credentials import Places
from app.rules.days import uk_day
from app.rules.status_lists import LEAST, Purpose, bits, encoded, next_start, size
from tests import rounds
from tests.conftest import ORIGIN, Clock
from tests.credentials.conftest import Fetch
from tests.credentials.verifier import Refused, Verifier, moment, parsed, unpadded
from tests.holdings import certificate as held
from tests.holdings import trust
from tests.racing import at_once
from tests.recognition import appealed, judged, revoked, settled
from tests.story import NOW, Story

LISTS = [f"{ORIGIN}/status-lists/{purpose}" for purpose in Purpose]


def refusal(verifier: Verifier, token: str) -> str:
    try:
        verifier.accept(token)
    except Refused as refused:
        return str(refused)
    return ""


def own(session: Session, certificate: Certificate) -> Certificate:
    return session.get_one(Certificate, certificate.id)


def test_c10_a_revocation_is_seen_at_once_and_is_final_when_no_appeal_can_come(
    database: Database, story: Story, verifier: Verifier, token: str, certificate: Certificate, clock: Clock
) -> None:
    found = [refusal(verifier, token)]
    with database.write() as session:
        revoked(session, story, own(session, certificate))
    clock.at += timedelta(seconds=1)
    found.append(refusal(verifier, token))
    clock.at = NOW + timedelta(days=40)
    found.append(refusal(verifier, token))
    assert found == ["", "suspension: it holds no longer", "revocation: it holds no longer"]


def test_c10_while_an_appeal_is_judged_it_is_suspended_and_given_back_it_holds_again(
    database: Database, story: Story, verifier: Verifier, token: str, certificate: Certificate, clock: Clock
) -> None:
    with database.write() as session:
        story = rounds.cast(session, story)
        revoked(session, story, own(session, certificate))
        appealed(session, story, own(session, certificate))
    clock.at = NOW + timedelta(days=40)  # long after the days to appeal: the appeal is open still
    found = [refusal(verifier, token)]
    with database.write() as session:
        row, known = session.exec(select(Revocation)).one(), own(session, certificate)
        judged(session, story, known, row, is_upheld=False)
        settled(session, story, known, row)
    clock.at += timedelta(minutes=1)
    assert [*found, refusal(verifier, token)] == ["suspension: it holds no longer", ""]


def test_a_superseded_certificate_counts_as_revoked_and_the_new_one_has_a_credential_of_its_own(
    database: Database, story: Story, verifier: Verifier, token: str, certificate: Certificate, clock: Clock,
    client: TestClient,
) -> None:  # fmt: skip
    with database.write() as session:
        by, row = story.who(session, "administrator"), own(session, certificate)
        issuer = Issuer("Assembly", ("Director",))
        again = certificates.reissue(
            session, row, "A slip in the name.", issuer, by=by, at=NOW, on=uk_day(NOW)
        ).token
    clock.at += timedelta(minutes=1)
    newer = client.get(f"/credentials/{again}.jwt").text
    assert (refusal(verifier, token), refusal(verifier, newer)) == ("revocation: it holds no longer", "")


class Replayed:
    """What stands at the portal's addresses, but of some an earlier copy."""

    def __init__(self, fetch: Fetch) -> None:
        self.fetch = fetch
        self.kept: dict[str, bytes] = {}

    def keep(self) -> None:
        self.kept = {address: self.fetch(address) for address in LISTS}

    def __call__(self, address: str) -> bytes:
        return self.kept.get(address) or self.fetch(address)


def test_c13_a_rolled_back_list_is_refused(
    database: Database, story: Story, fetch: Fetch, verifier: Verifier, token: str, certificate: Certificate,
    clock: Clock,
) -> None:  # fmt: skip
    """By whoever has seen a newer one at once, by whoever has seen none after a day."""
    replayed = Replayed(fetch)
    verifier.fetch = replayed
    verifier.accept(token)
    replayed.keep()
    old, replayed.kept = replayed.kept, {}
    with database.write() as session:
        revoked(session, story, own(session, certificate))
    clock.at += timedelta(hours=2)
    found = [refusal(verifier, token)]
    replayed.kept = old
    found.append(refusal(verifier, token))
    fresh = Verifier(verifier.issuer, replayed, lambda: clock.at)
    clock.at = NOW + timedelta(hours=23)
    within = refusal(fresh, token)
    clock.at = NOW + timedelta(hours=24)
    assert (found, within, refusal(fresh, token)) == (
        ["suspension: it holds no longer", "an older status list than was seen"],
        "",  # what LIFE costs: decision 24
        "expired",
    )


@pytest.mark.parametrize("swap", [LISTS, LISTS[::-1]])
def test_c13_one_list_in_the_place_of_the_other_is_refused(
    fetch: Fetch, verifier: Verifier, token: str, swap: list[str]
) -> None:
    genuine = {address: fetch(address) for address in LISTS}
    verifier.fetch = lambda address: genuine[swap[1]] if address == swap[0] else fetch(address)
    assert refusal(verifier, token) == "another status list"


def start_of(jwt: str) -> datetime:
    return moment(parsed(unpadded(jwt.split(".")[1]))["validFrom"])


@pytest.mark.usefixtures("token")
def test_a_list_is_signed_anew_each_hour_and_never_older_than_the_one_before(
    fetch: Fetch, clock: Clock, database: Database
) -> None:
    def start() -> datetime:
        return start_of(fetch(LISTS[0]).decode())

    found = [start()]
    clock.at = NOW + timedelta(minutes=59)
    found.append(start())
    clock.at = NOW + timedelta(hours=1)
    found.append(start())
    with database.read() as session:
        news = session.exec(select(Event.stream).where(Event.verb == "publish status list")).all()
    assert (found, news) == ([NOW, NOW, NOW + timedelta(hours=1)], ["status-list:revocation"])
    assert next_start(NOW, NOW + timedelta(days=1)) == NOW + timedelta(days=1, seconds=1)  # a clock put back


@pytest.mark.reaches_past
def test_a_list_hides_whom_it_is_asked_for(
    database: Database, story: Story, client: TestClient, fetch: Fetch
) -> None:
    with database.write() as session:
        made = [held(session, story, trust(session, story, f"T{n}")).token for n in range(6)]
    for one in made:
        client.get(f"/credentials/{one}.jwt")
    with database.read() as session:
        indices = session.exec(select(Credential.status_index)).all()
    assert (len(set(indices)), sorted(indices) == list(range(6)), max(indices) < LEAST) == (6, False, True)
    assert all(len(fetch(address)) < 2_000 for address in LISTS)


def test_the_list_grows_before_it_is_half_full() -> None:
    assert [size(n) for n in (0, 1, LEAST // 2, LEAST // 2 + 1, LEAST)] == [LEAST] * 3 + [2 * LEAST] * 2
    assert bits([0, 9, LEAST - 1], LEAST)[:2] == b"\x80\x40"
    assert bits([LEAST - 1], LEAST)[-1] == 1


def kids(client: TestClient) -> list[str]:
    found = client.get("/.well-known/jwks.json").json()["keys"]
    did = client.get("/.well-known/did.json").json()
    assert (
        [key["kid"] for key in found]
        == did["assertionMethod"]
        == [one["id"] for one in did["verificationMethod"]]
    )
    return [key["kid"].partition("#")[2] for key in found]


def test_c11_a_retired_key_stays_published_and_what_it_signed_stays_good(
    database: Database, client: TestClient, verifier: Verifier, token: str
) -> None:
    (kid,) = kids(client)
    with database.write() as session:
        signing_keys.retire(session, kid, at=NOW)
    assert (kids(client), refusal(verifier, token)) == ([kid], "")


def test_c11_a_distrusted_key_leaves_and_what_it_signed_is_signed_anew(
    database: Database,
    client: TestClient,
    verifier: Verifier,
    token: str,
    certificate: Certificate,
    clock: Clock,
) -> None:
    (kid,) = kids(client)
    verifier.accept(token)
    with database.write() as session:
        index = session.exec(select(Credential.status_index)).one()
        signing_keys.distrust(session, kid, since=NOW, reason="A lost disk.", at=NOW)
    clock.at += timedelta(seconds=2)
    gone = (kids(client), refusal(verifier, token))
    again = client.get(f"/credentials/{certificate.token}.jwt").text
    assert (gone, refusal(verifier, again), kid in kids(client)) == (
        ([], "a key that may not assert"),
        "",
        False,
    )
    with database.read() as session:
        assert session.exec(select(Credential.status_index)).one() == index


def test_a_portal_that_moved_signs_anew_in_its_new_name(
    database: Database, story: Story, token: str, settings: Settings
) -> None:
    with database.write() as session:
        row = session.exec(select(Credential)).one()
        issuing = Issuing(place_of(settings), Places("https://new.example"), "Assembly")
        known = session.get_one(Certificate, row.certificate_id)
        made = credentials.of_certificate(session, known, story.framework, issuing, at=NOW)
        assert (made.id, made.jwt == token) == (row.id, False)
        said = parsed(unpadded(made.jwt.split(".")[1]))
        assert (said["iss"], said["jti"][:24]) == ("did:web:new.example", "https://new.example/cred")


def test_k03_of_many_who_ask_at_once_for_the_first_time_all_get_the_same(
    database: Database, story: Story, certificate: Certificate, settings: Settings
) -> None:
    issuing = Issuing(place_of(settings), Places(ORIGIN), "Assembly")

    def ask(session: Session) -> tuple[UUID, str]:
        row = credentials.of_certificate(session, own(session, certificate), story.framework, issuing, at=NOW)
        return row.id, row.jwt

    assert len(set(at_once(database, *[ask] * 6))) == 1
    with database.read() as session:
        told = session.exec(select(Event).where(col(Event.verb) == "sign credential")).all()
        assert (queries.how_many(session), len(told)) == (1, 1)


@pytest.mark.reaches_past
@pytest.mark.usefixtures("token")
def test_c14_the_audit_finds_a_credential_or_list_that_was_changed_or_taken_away(
    database: Database, fetch: Fetch, certificate: Certificate
) -> None:
    def faults(session: Session) -> list[str]:
        # The judging behind the certificate was written by hand.
        return [line for line in audit.verify(session) if not line.startswith("submission:")]

    fetch(LISTS[0])
    stream = f"certificate:{certificate.id}"
    with database.write() as session:
        row, published = session.exec(select(Credential)).one(), session.exec(select(StatusList)).one()
        found = [faults(session)]
        row.status_index += 1
        found.append(faults(session))
        row.status_index -= 1
        kept, row.jwt = row.jwt, row.jwt[:-2]
        found.append(faults(session))
        row.jwt = kept
        header, payload, signature = published.jwt.split(".")
        said = parsed(unpadded(payload))
        said["credentialSubject"]["encodedList"] = encoded(bits([7], LEAST))
        published.jwt = ".".join(
            [header, base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode(), signature]
        )
        found.append(faults(session))
        published.jwt = ".".join([header, payload, signature])
        session.delete(row)
        found.append(faults(session))
    changed = f"{stream}: the credential is not the one that was signed"
    assert found == [
        [],
        [changed],
        [changed],
        ["status-list:revocation: the list is not the one that was published"],
        [f"{stream}: the credential is gone"],
    ]
