"""The JSON interface: the register for anyone, in pages that say whether they changed."""

from datetime import date, timedelta

import pytest
import schemathesis
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

from app.db import Database
from app.models import Revocation
from app.web import api, api_areas
from tests.bearing import bearing
from tests.conftest import ORIGIN, Clock
from tests.holdings import ON, certificate, trust
from tests.story import Story

pytestmark = pytest.mark.reaches_past  # these tests write rows that no action would

HOST = {"host": "localhost"}
# That a day has not been yet no description can say; that figures need a token test_tokens.py shows, with this header.
UNSAYABLE = [positive_data_acceptance, ignored_auth]


@pytest.fixture
def register(database: Database, story: Story, clock: Clock) -> None:
    """T1 holds Bronze and then Silver, T2 Bronze that is revoked, T3 one that has expired, T4 nothing."""
    with database.write() as session:
        bodies = {code: trust(session, story, code) for code in ("T1", "T2", "T3", "T4")}
        certificate(session, story, bodies["T1"], issued=ON - timedelta(days=400))
        certificate(session, story, bodies["T1"], "silver", issued=ON - timedelta(days=10))
        certificate(
            session, story, bodies["T2"], issued=ON - timedelta(days=30), revoked=ON - timedelta(days=3)
        )
        gone = ON - timedelta(days=5)
        certificate(session, story, bodies["T3"], issued=ON - timedelta(days=900), expires=gone)


@pytest.fixture
def bearer(database: Database, story: Story, clock: Clock) -> dict[str, str]:
    return bearing(database, story, "icb_viewer_1", clock.at)


@pytest.mark.usefixtures("register")
def test_the_register_says_who_holds_what(client: TestClient) -> None:
    found = client.get("/api/v1/register").json()
    assert (found["total"], found["page"], found["next"]) == (1, 1, None)
    assert [(one["ods_code"], one["level"], one["standing"]) for one in found["items"]] == [
        ("T1", "silver", "Genuine and in date")
    ]
    (award,) = found["items"]
    assert award["address"] == f"{ORIGIN}/verify?number={award['certificate_number']}"


@pytest.mark.usefixtures("register")
def test_the_register_answers_for_a_day_that_has_been(client: TestClient) -> None:
    def held(on: date) -> list[tuple[str, str]]:
        found = client.get("/api/v1/register", params={"on": on.isoformat()}).json()["items"]
        return [(one["ods_code"], one["level"]) for one in found]

    assert held(ON - timedelta(days=20)) == [("T1", "bronze"), ("T2", "bronze"), ("T3", "bronze")]
    assert held(ON - timedelta(days=4)) == [("T1", "silver"), ("T2", "bronze")]
    assert held(ON - timedelta(days=3)) == [("T1", "silver")]  # the day of the revocation
    future = client.get("/api/v1/register", params={"on": (ON + timedelta(days=1)).isoformat()})
    assert (future.status_code, future.json()["detail"]) == (
        400,
        "The day asked for has not been yet. Give today or an earlier day.",
    )


@pytest.mark.usefixtures("register")
def test_an_organisation_shows_every_certificate_and_nothing_else(client: TestClient) -> None:
    def standings(code: str) -> list[tuple[str, str]]:
        found = client.get(f"/api/v1/register/{code}").json()["items"]
        return sorted((one["level"], one["standing"]) for one in found)

    assert standings("T1") == [("bronze", "Genuine and in date"), ("silver", "Genuine and in date")]
    assert (standings("t2"), standings("T3")) == ([("bronze", "Revoked")], [("bronze", "Expired")])
    # D-12: who holds nothing is as who does not exist.
    without, unknown = (client.get(f"/api/v1/register/{code}") for code in ("T4", "NOBODY"))
    assert (without.status_code, without.content) == (404, unknown.content)


@pytest.mark.usefixtures("register")
def test_changes_tell_each_award_revocation_and_expiry(client: TestClient) -> None:
    found = client.get("/api/v1/changes").json()
    assert [(one["ods_code"], one["change"], one["on"], one["reason"]) for one in found["items"]] == [
        ("T2", "revoked", "2026-11-19", "A wrong figure."),
        ("T3", "expired", "2026-11-17", ""),
        ("T1", "issued", "2026-11-12", ""),
        ("T2", "issued", "2026-10-23", ""),
        ("T1", "issued", "2025-10-18", ""),
        ("T3", "issued", "2024-06-05", ""),
    ]
    since = client.get("/api/v1/changes", params={"since": "2026-11-17"}).json()
    assert (since["total"], since["items"]) == (2, found["items"][:2])


@pytest.mark.usefixtures("register")
def test_a_revocation_that_was_overturned_stays_among_the_changes(
    client: TestClient, database: Database, story: Story, clock: Clock
) -> None:
    by = story.people["administrator"].id
    with database.write() as session:
        made = certificate(session, story, trust(session, story, "T5"), issued=ON - timedelta(days=50))
        session.add(
            Revocation(
                certificate_id=made.id,
                reason="It seemed wrong.",
                asked_at=clock.at,
                asked_by_id=by,
                revoked_on=ON - timedelta(days=9),
                reinstated_on=ON - timedelta(days=2),
            )
        )
    found = client.get("/api/v1/changes").json()["items"]
    assert [(one["change"], one["on"], one["reason"]) for one in found if one["ods_code"] == "T5"] == [
        ("reinstated", "2026-11-20", ""),
        ("revoked", "2026-11-13", "It seemed wrong."),
        ("issued", "2026-10-03", ""),
    ]


def test_changes_tell_nothing_twice_and_nothing_that_is_still_to_come(
    client: TestClient, database: Database, story: Story, clock: Clock
) -> None:
    """What was revoked or replaced does not expire as well; a last day is told when it is over."""
    long_ago, revoked_on = ON - timedelta(days=900), ON - timedelta(days=300)
    with database.write() as session:
        ended = certificate(
            session,
            story,
            trust(session, story, "T1"),
            issued=long_ago,
            expires=ON - timedelta(days=5),
            revoked=revoked_on,
        )
        asked = Revocation(
            certificate_id=ended.id,
            reason="A wrong figure.",
            asked_at=clock.at,
            asked_by_id=story.people["administrator"].id,
            revoked_on=revoked_on,
        )
        session.add(asked)
        body = trust(session, story, "T2")
        old = certificate(session, story, body, issued=long_ago, expires=ON - timedelta(days=5))
        again = certificate(session, story, body, issued=revoked_on, expires=ON)
        old.superseded_on = revoked_on
        again.edition, again.supersedes_id, again.reissue_reason = 2, old.id, "A slip."
        certificate(session, story, trust(session, story, "T3"), issued=ON + timedelta(days=1))
    found = client.get("/api/v1/changes").json()
    assert (found["total"], [(one["ods_code"], one["change"], one["reason"]) for one in found["items"]]) == (
        4,
        [
            ("T2", "issued again", "A slip."),
            ("T1", "revoked", "A wrong figure."),
            ("T2", "issued", ""),
            ("T1", "issued", ""),
        ],
    )


@pytest.mark.parametrize("list_", ["register", "changes", "areas/ZZ1/organisations"])
def test_pages_follow_one_another_and_miss_nobody(
    database: Database,
    story: Story,
    client: TestClient,
    bearer: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    list_: str,
) -> None:
    for module in (api, api_areas):
        monkeypatch.setattr(module, "SIZE", 3)
    codes = [f"T{number}" for number in range(4)]
    with database.write() as session:
        for code in codes:
            certificate(session, story, trust(session, story, code))
    address, seen, sizes = f"/api/v1/{list_}", [], []
    while address and len(sizes) < 4:
        found = client.get(address, headers=bearer).json()
        seen += [one["ods_code"] for one in found["items"]]
        sizes.append(len(found["items"]))
        address = found["next"]
    own = ["ZZ1", "ZZA", "ZZC"] if "areas" in list_ else []  # of the story
    assert (sorted(seen), sizes) == ([*codes, *own], [3, 3, 1] if own else [3, 1])


@pytest.mark.usefixtures("register")
def test_an_answer_that_is_known_is_not_sent_again(
    client: TestClient, database: Database, story: Story
) -> None:
    first = client.get("/api/v1/register")
    assert first.headers["cache-control"] == "public, max-age=60"
    again = client.get("/api/v1/register", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    with database.write() as session:
        certificate(session, story, trust(session, story, "T9"))
    changed = client.get("/api/v1/register", headers={"if-none-match": first.headers["etag"]})
    assert (changed.status_code, changed.json()["total"]) == (200, 2)


def test_failures_are_json_and_say_what_to_do(client: TestClient) -> None:
    asked = ("register?page=0", "register?page=100001", "register?on=yesterday", "changes?since=1")
    longer = [f"register?{name}={'x' * 201}" for name in ("name", "level")]
    for address in (f"/api/v1/{one}" for one in (*asked, *longer)):
        answer = client.get(address)
        assert (answer.status_code, sorted(answer.json())) == (400, ["detail", "error", "reference"])
    assert client.get("/api/v1/nothing").json()["error"] == "Page not found"


def test_no_shape_has_a_place_for_evidence_scores_or_drafts(client: TestClient) -> None:
    """Every field of every answer, by name: a new one must be thought about here."""
    shapes = client.get("/api/v1/openapi.json").json()["components"]["schemas"]
    fields = {name for shape in shapes.values() for name in shape.get("properties", {})}
    assert fields == {
        *("items", "total", "page", "next", "error", "detail", "reference", "code", "name", "kind", "on"),
        *("organisation", "organisations", "ods_code", "fictional", "framework_version", "address", "key"),
        *("level", "level_name", "rank", "standing", "certificate_number", "issued_on", "expires_on"),
        *("change", "reason", "stage", "submissions", "waiting_since", "in_pipeline", "since"),
    }


@pytest.mark.usefixtures("register")
def test_the_whole_interface_keeps_to_its_description(
    app: FastAPI, client: TestClient, bearer: dict[str, str]
) -> None:
    """Schemathesis asks every operation what the description allows and what it does not: no 5xx, no answer of another
    shape, none of another kind."""
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    headers = HOST | bearer
    asked: set[str] = set()

    @given(case=st.one_of(*(found.ok().as_strategy() for found in _schema(app).get_all_operations())))
    @settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
    def ask(case: schemathesis.Case) -> None:
        case.call_and_validate(headers=headers, excluded_checks=UNSAYABLE)
        asked.add(case.path)

    ask()
    assert asked == set(paths)


def _schema(app: FastAPI) -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_asgi("/api/v1/openapi.json", app, headers=HOST)
