"""Tokens: what a program reads figures with. One role each, shown once, ended with the role."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import select

from app.actions import membership
from app.db import Database
from app.models import ApiToken, Event, Membership, Person, Role
from tests.conftest import Clock
from tests.story import Story
from tests.walk import errors_of, title_of

BrowserOf = Callable[[Person], TestClient]


def form(database: Database, person: Person, role: Role, days: int = 90) -> dict[str, str]:
    with database.read() as session:
        query = select(Membership.id).where(Membership.person_id == person.id, Membership.role == role)
        return {"name": "Power BI", "reach": str(session.exec(query).one()), "days": str(days)}


def made(database: Database, browser: TestClient, person: Person, role: Role, days: int = 90) -> str:
    answer = browser.post("/tokens", data=form(database, person, role, days))
    assert (answer.status_code, title_of(answer.text)) == (
        201,
        "Copy your token - Anti-Racist Framework portal",
    )
    (text,) = re.findall(r"arf_[\w-]{43}", answer.text)
    return str(text)


def areas(client: TestClient, token: str) -> Response:
    return client.get("/api/v1/areas", headers={"authorization": f"Bearer {token}"})


@pytest.fixture
def token(database: Database, story: Story, browser_of: BrowserOf) -> str:
    """Of the analyst of ICB 1."""
    person = story.people["icb_viewer_1"]
    return made(database, browser_of(person), person, Role.ICB_VIEWER)


def test_a_token_reads_the_areas_of_its_one_role(client: TestClient, token: str) -> None:
    found = areas(client, token)
    assert [(one["code"], one["kind"]) for one in found.json()["items"]] == [("ZZ1", "icb")]
    assert found.headers["cache-control"] == "private, no-cache"
    assert "access-control-allow-origin" not in found.headers


def test_the_token_is_kept_nowhere(database: Database, token: str) -> None:
    with database.read() as session:
        (row,) = session.exec(select(ApiToken)).all()
        facts = [
            event.facts for event in session.exec(select(Event).where(Event.verb == "create token")).all()
        ]
        assert (token in str(row.model_dump()), token in str(facts)) == (False, False)
        assert (row.ending, len(facts)) == (token[-4:], 1)


def test_a_token_ends_by_itself_by_hand_and_with_the_role(
    database: Database, story: Story, browser_of: BrowserOf, client: TestClient, clock: Clock
) -> None:
    person = story.people["icb_viewer_1"]
    browser = browser_of(person)
    first, second, third = (made(database, browser, person, Role.ICB_VIEWER, days) for days in (90, 365, 365))
    clock.at += timedelta(days=90)
    assert [areas(client, one).status_code for one in (first, second, third)] == [401, 200, 200]
    browser = browser_of(person)  # the sign-in of 90 days ago has ended
    (found,) = (
        path
        for path in re.findall(r"/tokens/[0-9a-f-]{36}/revoke", browser.get("/tokens").text)
        if ends_in(database, path) == second[-4:]
    )
    assert browser.post(found).status_code == 303
    assert [areas(client, one).status_code for one in (second, third)] == [401, 200]
    assert browser.post(found).status_code == 409
    with database.write() as session:
        held = session.exec(select(Membership).where(Membership.person_id == person.id)).one()
        held.ended_at = clock.at
    assert areas(client, third).status_code == 401


def ends_in(database: Database, path: str) -> str:
    with database.read() as session:
        rows = session.exec(select(ApiToken)).all()
        return next(row.ending for row in rows if str(row.id) in path)


def test_who_has_left_reads_nothing_more(
    database: Database, story: Story, client: TestClient, token: str, clock: Clock
) -> None:
    with database.write() as session:
        person = session.get_one(Person, story.people["icb_viewer_1"].id)
        membership.leave(session, person, at=clock.at)
    assert areas(client, token).status_code == 401


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", "Basic {token}", "{token}"])
def test_without_a_token_that_holds_there_is_nothing(client: TestClient, token: str, header: str) -> None:
    answer = client.get("/api/v1/areas", headers={"authorization": header.format(token=token)})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.json()["error"] == "No token that holds"


def test_a_sign_in_is_no_token(story: Story, browser_of: BrowserOf) -> None:
    """What a browser is led to by another site reads nothing: only a header that no page can send by itself."""
    assert browser_of(story.people["icb_viewer_1"]).get("/api/v1/areas").status_code == 401


def test_a08_a_token_reads_less_than_its_person(
    database: Database, story: Story, browser_of: BrowserOf, client: TestClient, clock: Clock
) -> None:
    """The analyst of ICB 1 becomes one of ICB 2 as well: the token of ICB 1 does not see it."""
    person = story.people["icb_viewer_1"]
    token = made(database, browser_of(person), person, Role.ICB_VIEWER)
    with database.write() as session:
        session.add(
            Membership(
                person_id=person.id,
                role=Role.ICB_VIEWER,
                organisation_id=story.organisations["ZZ2"].id,
                granted_at=clock.at,
            )
        )
    assert [one["code"] for one in areas(client, token).json()["items"]] == ["ZZ1"]


def test_the_page_asks_again_for_what_is_missing(story: Story, browser_of: BrowserOf) -> None:
    browser = browser_of(story.people["icb_viewer_1"])
    answer = browser.post("/tokens", data={"name": " ", "reach": "x", "days": "1"})
    assert (answer.status_code, errors_of(answer.text)) == (422, ["Select what the token may read."])
    assert "You have no token that holds." in browser.get("/tokens").text


def test_nobody_revokes_the_token_of_another(
    database: Database, story: Story, browser_of: BrowserOf, client: TestClient, token: str
) -> None:
    with database.read() as session:
        id_ = session.exec(select(ApiToken.id)).one()
    other = browser_of(story.people["icb_viewer_2"])
    unknown = other.post("/tokens/00000000-0000-4000-8000-000000000000/revoke")
    refused = other.post(f"/tokens/{id_}/revoke")
    assert (refused.status_code, refused.content) == (404, unknown.content)
    assert areas(client, token).status_code == 200


@pytest.mark.parametrize("part", ["lead_a", "reviewer_1", "sponsor_a"])
def test_who_sees_no_figures_makes_no_tokens(story: Story, browser_of: BrowserOf, part: str) -> None:
    assert browser_of(story.people[part]).get("/tokens").status_code == 404
