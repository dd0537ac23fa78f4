"""Tokens: what a program reads figures with. One role each, shown once, ended with the role."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import select

from app.actions import membership
from app.actions import tokens as actions
from app.db import Database
from app.models import ApiToken, Event, Membership, Person, Role
from app.queries import tokens
from app.rules.errors import RuleError
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
    with database.read() as session:
        (told,) = session.exec(select(Event).where(Event.verb == "revoke token")).all()
        assert (told.stream, told.by_id, told.facts) == (
            f"person:{person.id}",
            person.id,
            {"token": found.split("/")[2]},
        )
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


@pytest.mark.reaches_past  # the action ends the roles with the person
def test_who_has_left_reads_nothing_whatever_became_of_the_role(
    database: Database, story: Story, client: TestClient, token: str, clock: Clock
) -> None:
    with database.write() as session:
        session.get_one(Person, story.people["icb_viewer_1"].id).left_at = clock.at
    assert areas(client, token).status_code == 401


@pytest.mark.reaches_past  # the page makes none for such a role
def test_a_token_for_a_role_that_sees_no_figures_reads_nothing(
    database: Database, story: Story, client: TestClient, token: str
) -> None:
    with database.write() as session:
        lead = select(Membership.id).where(Membership.person_id == story.people["lead_a"].id)
        session.exec(select(ApiToken)).one().membership_id = session.exec(lead).one()
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


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("reach", "x", "Select what the token may read."),
        ("name", " ", "Enter what the token is for, in 120 characters or fewer."),
        ("name", "n" * 121, "Enter what the token is for, in 120 characters or fewer."),
        ("days", "91", "Select how long the token holds."),
        ("days", "x", "Select how long the token holds."),
        ("days", "", "Select how long the token holds."),
    ],
)
def test_the_page_asks_again_for_what_is_missing(
    database: Database, story: Story, browser_of: BrowserOf, field: str, typed: str, sentence: str
) -> None:
    person = story.people["icb_viewer_1"]
    browser = browser_of(person)
    answer = browser.post("/tokens", data=form(database, person, Role.ICB_VIEWER) | {field: typed})
    assert (answer.status_code, errors_of(answer.text)) == (422, [sentence])
    assert "You have no token that holds." in browser.get("/tokens").text


def test_the_action_itself_knows_how_long_a_token_may_hold(
    database: Database, story: Story, clock: Clock
) -> None:
    with database.write() as session:
        by = story.who(session, "icb_viewer_1")
        (reach,) = tokens.reaches(session, by.person_id)
        with pytest.raises(RuleError, match="how long"):
            actions.create(session, reach, "Power BI", 36_500, by=by, at=clock.at)


def test_a_token_is_made_only_for_ones_own_roles_of_today_that_see_figures(
    database: Database, story: Story, browser_of: BrowserOf, clock: Clock
) -> None:
    person = story.people["icb_viewer_1"]
    others = [
        Membership(
            person_id=person.id,
            role=role,
            organisation_id=story.organisations[code].id,
            granted_at=clock.at,
            ended_at=ended,
        )
        for role, code, ended in ((Role.LEAD, "ZZA", None), (Role.ICB_VIEWER, "ZZ2", clock.at))
    ]
    with database.write() as session:
        session.add_all(others)
        foreign = select(Membership.id).where(Membership.person_id == story.people["icb_viewer_2"].id)
        ids = [*(one.id for one in others), session.exec(foreign).one()]
    browser = browser_of(person)
    given = {"name": "Power BI", "days": "90"}
    answers = [browser.post("/tokens", data={**given, "reach": str(id_)}) for id_ in ids]
    assert [errors_of(one.text) for one in answers] == [["Select what the token may read."]] * 3
    assert len(re.findall(r'name="reach"', browser.get("/tokens").text)) == 1


def test_the_page_lists_ones_own_tokens_that_hold(
    database: Database, story: Story, browser_of: BrowserOf, clock: Clock, token: str
) -> None:
    def endings(part: str) -> list[str]:
        page = browser_of(story.people[part]).get("/tokens").text
        return re.findall(r"ends in <code>(.{4})</code>", page)

    person = story.people["icb_viewer_1"]
    longer = made(database, browser_of(person), person, Role.ICB_VIEWER, 365)
    assert (sorted(endings("icb_viewer_1")), endings("icb_viewer_2")) == (
        sorted([token[-4:], longer[-4:]]),
        [],
    )
    clock.at += timedelta(days=90)
    assert endings("icb_viewer_1") == [longer[-4:]]
    with database.write() as session:
        held = session.exec(select(Membership).where(Membership.person_id == person.id)).one()
        held.ended_at = clock.at
        another = Membership(
            person_id=person.id, role=held.role, organisation_id=held.organisation_id, granted_at=clock.at
        )
        session.add(another)
    assert endings("icb_viewer_1") == []


def test_use_is_noted_by_the_hour(database: Database, client: TestClient, token: str, clock: Clock) -> None:
    def used_at() -> datetime | None:
        areas(client, token)
        with database.read() as session:
            return session.exec(select(ApiToken.used_at)).one()

    first = clock.at
    found = []
    for minutes in (0, 59, 1):
        clock.at += timedelta(minutes=minutes)
        found.append(used_at())
    assert found == [first, first, first + timedelta(hours=1)]


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
