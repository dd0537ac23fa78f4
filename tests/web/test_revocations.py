"""Revocation, appeal and light check as their people meet them."""

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from app.db import Database
from app.models import Certificate, Person
from app.queries import revocations
from tests import rounds
from tests.conftest import Clock
from tests.recognition import appealed, asked, certified, judged, revoked, settled
from tests.story import NOW, Story
from tests.walk import buttons_of, errors_of, hidden_of

BrowserOf = Callable[[Person], TestClient]
JUDGES = ("administrator_3", "administrator_4")


@pytest.fixture
def bronze(database: Database, story: Story) -> UUID:
    with database.write() as session:
        return certified(session, story).id


@pytest.fixture
def open_as(story: Story, browser_of: BrowserOf) -> Callable[[str], TestClient]:
    made: dict[str, TestClient] = {}

    def browser(part: str) -> TestClient:
        if part not in made:
            made[part] = browser_of(story.people[part])
        return made[part]

    return browser


def test_each_sees_the_forms_they_may_send(
    database: Database, story: Story, bronze: UUID, open_as: Callable[[str], TestClient]
) -> None:
    path = f"/certificates/{bronze}/revoke"

    def offered(part: str) -> set[str]:
        page = open_as(part).get(path)
        words = ("revo", "Revo", "back", "forward", "Confirm")
        return {one for one in buttons_of(page.text) if any(word in one for word in words)}

    assert offered("administrator") == {"Ask for the revocation"}
    with database.write() as session:
        asked(session, story, session.get_one(Certificate, bronze))
    assert offered("administrator") == {"Take it back"}
    assert offered("administrator_2") == {"Revoke the certificate", "Refuse the revocation"}
    for part, status in (("lead_a", 403), ("moderator", 404), ("administrator_of_a", 404), ("lead_b", 404)):
        assert (part, open_as(part).get(path).status_code) == (part, status)


def test_what_is_missing_is_asked_for_with_what_was_typed(
    database: Database, story: Story, bronze: UUID, open_as: Callable[[str], TestClient]
) -> None:
    path, one, two = f"/certificates/{bronze}/revoke", open_as("administrator"), open_as("administrator_2")
    answer = one.post(path, data={"reason": " "})
    assert (answer.status_code, "Enter the reason. Anyone" in answer.text) == (422, True)
    assert one.post(path, data={"reason": "Wrong."}).status_code == 303
    hidden = hidden_of(one.get(path).text)
    assert one.post(f"{path}/confirm", data=hidden).status_code == 403
    assert two.post(f"{path}/confirm", data={"revocation": str(bronze)}).status_code == 409
    assert two.post(f"{path}/close", data=hidden).status_code == 422
    assert two.post(f"{path}/confirm", data=hidden).status_code == 303
    assert two.post(f"{path}/confirm", data=hidden).status_code == 409
    lead = open_as("lead_a")
    answer = lead.post(f"/certificates/{bronze}/appeal", data={"grounds": ""})
    assert (answer.status_code, errors_of(answer.text)) == (
        422, ["Say why the certificate should not be revoked."],
    )  # fmt: skip
    assert lead.post(f"/certificates/{bronze}/appeal", data={"grounds": "It is right."}).status_code == 303
    assert lead.post(f"/certificates/{bronze}/appeal", data={"grounds": "Again."}).status_code == 409
    for part in ("administrator", "administrator_2"):
        form = hidden | {"ends": "upheld", "appeal_reason": "Wrong it is."}
        assert open_as(part).post(f"{path}/judge", data=form).status_code == 403
    with database.write() as session:
        people = rounds.cast(session, story).people
    judges = {part: people[part] for part in JUDGES}
    assert [sorted(judges), "2 must" in two.get(path).text] == [sorted(JUDGES), False]


def test_the_organisation_reads_why_and_until_when_and_how_it_ended(
    database: Database, story: Story, bronze: UUID, open_as: Callable[[str], TestClient]
) -> None:
    path = f"/certificates/{bronze}"
    with database.write() as session:
        row = revoked(session, story, session.get_one(Certificate, bronze))
    page = open_as("sponsor_a").get(path).text
    for told in ("A figure in the evidence was wrong.", f"{path}/appeal", "4 December 2026"):
        assert told in page
    assert f"{path}/appeal" not in open_as("contributor_a").get(path).text
    with database.write() as session:
        story = rounds.cast(session, story)
        certificate = session.get_one(Certificate, bronze)
        found = revocations.standing(session, bronze)
        assert found is not None
        assert found.id == row.id
        appealed(session, story, certificate)
        judged(session, story, certificate, found, is_upheld=False)
        settled(session, story, certificate, found)
    page = open_as("sponsor_a").get(path).text
    for told in ("Genuine and in date", "the revocation is overturned", "We looked again."):
        assert told in page
    names = ("Administrator", "Extra administrator 3", "Extra administrator 4")
    assert [name for name in names if name in page] == []  # who judged stays with the Assembly


def test_too_few_to_judge_an_appeal_is_said(
    database: Database, story: Story, bronze: UUID, open_as: Callable[[str], TestClient]
) -> None:
    with database.write() as session:
        certificate = session.get_one(Certificate, bronze)
        revoked(session, story, certificate)
        appealed(session, story, certificate)
    page = open_as("administrator").get(f"/certificates/{bronze}/revoke").text
    assert "Nobody is left who may judge this appeal, and 2 must" in page


def test_c10_the_public_page_says_it_within_the_same_minute(
    database: Database, story: Story, bronze: UUID, client: TestClient
) -> None:
    with database.read() as session:
        token = session.get_one(Certificate, bronze).token
    assert "Genuine and in date" in client.get(f"/verify/{token}").text
    with database.write() as session:
        revoked(session, story, session.get_one(Certificate, bronze))
    answer = client.get(f"/verify/{token}")
    assert ("A figure in the evidence was wrong." in answer.text, "Revoked" in answer.text) == (True, True)
    kept = re.search(r"max-age=(\d+)", answer.headers.get("cache-control", ""))
    assert kept is None or int(kept.group(1)) <= 60


@pytest.mark.reaches_past
@pytest.mark.parametrize("seconds", [-1, 0])
def test_c10_a_certificate_ends_at_midnight_in_london_on_every_page(
    seconds: int, database: Database, story: Story, bronze: UUID, clock: Clock, client: TestClient
) -> None:
    """Its last day is 28 March 2027, the day the clocks go forward: midnight is 23:00 UTC."""
    last = NOW.replace(year=2027, month=3, day=28, hour=23, minute=0)
    with database.write() as session:
        row = session.get_one(Certificate, bronze)
        row.expires_on, token = last.date(), row.token
    clock.at = last - timedelta(hours=1)
    first = client.get(f"/verify/{token}").text  # would fill a cache
    clock.at = last + timedelta(seconds=seconds)
    said = "genuine and in date" if seconds < 0 else "expired"
    assert "Genuine and in date" in first
    for address in (f"/verify/{token}", "/register/organisations/ZZA"):
        assert (address, said in client.get(address).text.casefold()) == (address, True)
    assert ("Fictional trust A" in client.get("/register").text) is (seconds < 0)


def test_the_light_check_over_http(story: Story, bronze: UUID, clock: Clock, browser_of: BrowserOf) -> None:
    path = f"/certificates/{bronze}/light-check"
    lead = browser_of(story.people["lead_a"])
    assert "can be answered from 22 November 2027" in lead.get(path).text
    assert lead.post(path, data={"holds": "yes", "text": "Fine."}).status_code == 409
    clock.at = NOW.replace(year=2028, month=2)
    lead, assembly = browser_of(story.people["lead_a"]), browser_of(story.people["administrator"])
    assert "Answer the light check of Bronze" in lead.get("/home").text
    assert "Overdue" in assembly.get("/light-checks").text
    assert "1 overdue, 0 answers to read" in assembly.get("/home").text
    answer = lead.post(path, data={"text": "The network has a new chair."})
    assert (answer.status_code, "The network has a new chair." in answer.text) == (422, True)
    sent = {"holds": "no", "text": "The network has no chair."}
    assert [lead.post(path, data=sent).status_code, lead.post(path, data=sent).status_code] == [303, 409]
    assert "0 overdue, 1 answer to read" in assembly.get("/home").text
    assert "It no longer holds as it did" in assembly.get("/light-checks").text
    assert "The network has no chair." in assembly.get(f"/certificates/{bronze}").text
    assert [lead.post(f"{path}/read").status_code, assembly.post(f"{path}/read").status_code] == [403, 303]
    assert browser_of(story.people["moderator"]).get("/light-checks").status_code == 404
    own = browser_of(story.people["administrator_of_a"]).get("/light-checks").text
    assert ("Fictional trust A" in own, "No light check is asked now" in own) == (False, True)


def test_renewing_leads_into_the_living_self_assessment(
    database: Database, story: Story, bronze: UUID, clock: Clock, browser_of: BrowserOf
) -> None:
    path = f"/certificates/{bronze}"
    clock.at = NOW.replace(year=2029, month=5, day=21)
    early = browser_of(story.people["lead_a"]).get(path).text
    clock.at = NOW.replace(year=2029, month=5, day=22)
    lead = browser_of(story.people["lead_a"])
    page = lead.get(path).text
    found = re.search(r'href="(/self-assessments/[0-9a-f-]{36}/missing/bronze)">Renew Bronze', page)
    assert ("Renew Bronze" in early, found is not None) == (False, True)
    assert found is not None
    assert lead.get(found.group(1)).status_code == 200
    assert f'href="{found.group(1)}">Renew Bronze' in lead.get("/home").text
    assert "Renew Bronze" not in browser_of(story.people["contributor_a"]).get(path).text
