"""The JSON interface: the register for anyone, in pages that say whether they changed."""

from datetime import date, timedelta

import pytest
import schemathesis
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

from app.actions import tokens as actions
from app.db import Database
from app.models import Revocation
from app.queries import tokens
from app.web import api
from tests.conftest import Clock
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
    """The header of a program that reads for the analyst of ICB 1."""
    with database.write() as session:
        by = story.who(session, "icb_viewer_1")
        (reach,) = tokens.reaches(session, by.person_id)
        text = actions.create(session, reach, "Report", 365, by=by, at=clock.at)
    return {"authorization": f"Bearer {text}"}


@pytest.mark.usefixtures("register")
def test_the_register_says_who_holds_what(client: TestClient) -> None:
    found = client.get("/api/v1/register").json()
    assert (found["total"], found["page"], found["next"]) == (1, 1, None)
    assert [(one["ods_code"], one["level"], one["standing"]) for one in found["items"]] == [
        ("T1", "silver", "Genuine and in date")
    ]


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


def test_pages_follow_one_another_and_miss_nobody(
    database: Database, story: Story, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "SIZE", 3)
    with database.write() as session:
        for number in range(7):
            certificate(session, story, trust(session, story, f"T{number}"))
    address, seen, pages = "/api/v1/register?name=&page=1", [], 0
    while address:
        found = client.get(address).json()
        seen += [one["ods_code"] for one in found["items"]]
        address, pages = found["next"], pages + 1
    assert (pages, sorted(seen)) == (3, [f"T{number}" for number in range(7)])


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
    for address in ("/api/v1/register?page=0", "/api/v1/register?on=yesterday", "/api/v1/changes?since=1"):
        answer = client.get(address)
        assert (answer.status_code, sorted(answer.json())) == (400, ["detail", "error", "reference"])
    assert client.get("/api/v1/nothing").json()["error"] == "Page not found"


def test_figures_of_an_area_are_for_its_own_tokens(client: TestClient, bearer: dict[str, str]) -> None:
    """A foreign area is as one that does not exist, byte for byte."""
    for what in ("levels", "stages", "organisations"):
        foreign, unknown = (
            client.get(f"/api/v1/areas/{code}/{what}", headers=bearer) for code in ("ZZ2", "ZZZZ")
        )
        assert (foreign.status_code, foreign.content) == (404, unknown.content)
        assert client.get(f"/api/v1/areas/zz1/{what}", headers=bearer).status_code == 200


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
