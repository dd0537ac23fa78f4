"""Administrators keep what became of organisations; anyone reads what an organisation held, and nothing else."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from fastapi.testclient import TestClient

from app.db import Database
from app.models import Person
from app.rules.days import uk_day
from tests import rounds
from tests.boundaries import applied, closed, noon, renamed
from tests.conftest import Clock
from tests.recognition import certified, revoked
from tests.story import NOW, Story
from tests.walk import errors_of

BrowserOf = Callable[[Person], TestClient]
ON, APRIL = uk_day(NOW), date(2027, 4, 1)
FROM = {"from-day": "1", "from-month": "4", "from-year": "2027"}


@pytest.fixture
def keeper(story: Story, browser_of: BrowserOf) -> TestClient:
    return browser_of(story.people["administrator"])


def test_an_administrator_records_and_voids(story: Story, keeper: TestClient) -> None:
    page = f"/organisations/{story.organisations['ZZA'].id}/changes"
    c, two = (str(story.organisations[code].id) for code in ("ZZC", "ZZ2"))
    assert "Fictional trust A" in keeper.get("/organisations?name=zza").text
    assert "Nothing has been recorded" in keeper.get(page).text
    sent = [
        {"kind": "renamed", "name": "New name A", **FROM, "note": "Letter of 3 May"},
        {"kind": "moved", "area": two, **FROM | {"from-day": "2"}},
        {"kind": "closed", "successor": c, **FROM | {"from-day": "3"}},
        {"kind": "successor", "successor": str(story.organisations["ZZB"].id)},
    ]
    assert [keeper.post(page, data=form).status_code for form in sent] == [303] * 4
    told = keeper.get(page).text
    for words in (
        "Renamed to New name A from 1 April 2027", "Letter of 3 May", "Moved to Fictional ICB 2, Fictional region",
        "No longer exists from 3 April 2027", "It became part of Fictional trust C on 3 April 2027",
        "It became part of Fictional trust B on 3 April 2027", "First recorded as Fictional trust A",
    ):  # fmt: skip
        assert words in told
    assert "renamed from 1 April 2027" in keeper.get("/organisations").text
    links = re.findall(rf"{page}/[0-9a-f-]{{36}}/void", told)
    assert len(links) == 3
    answer = keeper.post(links[0], data={"reason": ""})
    assert (answer.status_code, errors_of(answer.text)) == (422, ["Enter the reason. It stays on record."])
    assert keeper.post(links[0], data={"reason": "Not decided yet."}).status_code == 303
    assert keeper.post(links[0], data={"reason": "Twice."}).status_code == 409
    told = keeper.get(page).text
    assert ("Not decided yet." in told, "became part of Fictional" in told) == (True, False)


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "Select what became of it."),
        (
            {"kind": "renamed", "name": "New"},
            "Enter the first day on which this counts, for example 1 4 2027.",
        ),
        ({"kind": "renamed", **FROM}, "Enter the new name."),
        ({"kind": "moved", **FROM}, "Choose an area from the list."),
        ({"kind": "moved", "area": "nowhere", **FROM}, "Choose an area from the list."),
        ({"kind": "successor"}, "Choose an organisation from the list."),
        ({"kind": "renamed", "name": "New", "from-day": "31", "from-month": "2", "from-year": "2027"}, ""),
    ],
)
def test_what_is_missing_is_named(story: Story, keeper: TestClient, form: dict[str, str], error: str) -> None:
    page = f"/organisations/{story.organisations['ZZA'].id}/changes"
    answer = keeper.post(page, data=form)
    assert (answer.status_code, not error or errors_of(answer.text) == [error]) == (422, True)
    assert "Nothing has been recorded" in keeper.get(page).text


@pytest.mark.parametrize("part", ["moderator", "reviewer_1", "lead_b", "icb_viewer_2", ""])
def test_nobody_else_keeps_organisations(
    part: str, story: Story, browser_of: BrowserOf, client: TestClient
) -> None:
    page = f"/organisations/{story.organisations['ZZA'].id}/changes"
    browser = browser_of(story.people[part]) if part else client
    answers = [browser.get("/organisations"), browser.get(page), browser.post(page, data={})]
    assert {one.status_code for one in answers} <= ({404} if part else {303, 401})


def test_the_public_page_tells_what_was_held_by_whom_and_under_which_name(
    database: Database, story: Story, clock: Clock, client: TestClient
) -> None:
    with database.write() as session:
        certified(session, story)
        renamed(session, story, "ZZA", "New name A", date(2027, 2, 1), ON)
        closed(session, story, "ZZA", ["ZZC"], APRIL, ON)
    address = "/register/organisations/ZZA"
    before = client.get(address).text
    assert [word in before for word in ("New name A", "became part", "existed until")] == [False] * 3
    clock.at = noon(APRIL)
    with database.write() as session:
        applied(session, APRIL)
    page = client.get(address).text
    for words in (
        "This organisation existed until 31 March 2027", 'href="/register/organisations/ZZC"',
        "the successor does not inherit it", "Fictional trust A, 1 January 2020 to 31 January 2027",
        "New name A, since 1 February 2027", "/verify?number=ARF-2026-000001", "Genuine and in date",
    ):  # fmt: skip
        assert words in page
    successor = client.get("/register/organisations/zzc").text
    assert 'href="/register/organisations/ZZA"' in successor
    assert ("held no level so far" in successor, "ARF-2026-000001" in successor) == (True, False)


def test_a_revoked_certificate_stays_on_the_page_as_revoked(
    database: Database, story: Story, client: TestClient
) -> None:
    with database.write() as session:
        revoked(session, story, certified(session, story))
    page = client.get("/register/organisations/ZZA").text
    assert ("Revoked" in page, "Genuine" in page) == (True, False)


def test_d12_the_page_of_a_refused_body_is_that_of_one_that_never_asked(
    database: Database, story: Story, client: TestClient
) -> None:
    with database.write() as session:
        rounds.refused(session, story)

    def page(letter: str) -> str:
        text = client.get(f"/register/organisations/ZZ{letter}").text
        return text.replace(f"ZZ{letter}", "CODE").replace(f"trust {letter}", "trust")

    assert page("A") == page("C")


@pytest.mark.parametrize("code", ["ZZ9", "Z%20Z", "x" * 40, "ZZA'"])
def test_an_unknown_code_is_not_found(code: str, client: TestClient) -> None:
    assert client.get(f"/register/organisations/{code}").status_code == 404
