"""The table of owners, and the panel beside an answer."""

import html
import re
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from app.actions import membership
from app.db import Database
from app.models import CriterionOwner, Person, SelfAssessment
from app.web.transaction import MOST_FIELDS
from tests.sharing import give, started
from tests.story import NOW, PEOPLE, Story
from tests.walk import errors_of, hidden_of

BrowserOf = Callable[..., TestClient]


@pytest.fixture
def path(database: Database, story: Story) -> str:
    with database.write() as session:
        return f"/self-assessments/{started(session, story).id}"


@pytest.fixture
def lead(browser_of: BrowserOf, story: Story) -> TestClient:
    return browser_of(story.people["lead_a"])


def form_of(page: str) -> dict[str, str]:
    """The form as a browser would send it back, unchanged."""
    form = hidden_of(page)
    for name, options in re.findall(r'(?s)<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page):
        chosen = re.findall(r'<option value="([^"]*)" selected', options)
        form[name] = chosen[0] if chosen else ""
    for name, value in re.findall(r'<input[^>]*type="date"[^>]*name="([^"]+)" value="([^"]*)"', page):
        form[name] = html.unescape(value)
    return form


def held(database: Database) -> dict[str, tuple[object, str]]:
    with database.read() as session:
        rows = session.exec(select(CriterionOwner)).all()
        return {row.criterion_code: (row.person_id, str(row.due_on or "")) for row in rows}


def test_a_table_of_every_criterion_is_saved_as_a_plain_form(
    lead: TestClient, database: Database, story: Story, path: str
) -> None:
    page = lead.get(f"{path}/owners").text
    form = form_of(page)
    assert (len(form), len(form) < MOST_FIELDS) == (3 * 31, True)
    contributor = story.people["contributor_a"].id
    changed = {"owner-B01": str(contributor), "due-B01": "2026-12-03", "owner-S02": str(contributor)}
    answer = lead.post(f"{path}/owners", data=form | changed)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}/owners?done=saved")
    assert held(database) == {"B01": (contributor, "2026-12-03"), "S02": (contributor, "")}
    again = form_of(lead.get(f"{path}/owners").text)
    assert {key: again[key] for key in changed} == changed


def test_one_criterion_has_the_same_form_alone_and_leads_back(
    lead: TestClient, database: Database, story: Story, path: str
) -> None:
    page = lead.get(f"{path}/owners?only=B02").text
    form = form_of(page)
    assert set(form) == {"was-B02", "owner-B02", "due-B02"}
    assert f'action="{path}/owners?only=B02"' in page
    answer = lead.post(
        f"{path}/owners?only=B02", data=form | {"owner-B02": str(story.people["contributor_a"].id)}
    )
    assert answer.headers["location"] == f"{path}/criteria/B02"
    text = " ".join(re.sub(r"<[^>]+>", "", lead.get(f"{path}/criteria/B02").text).split())
    assert "Contributor, trust A looks after this criterion. Change the owner Comments" in text
    assert lead.get(f"{path}/owners?only=B99").status_code == 404


def test_rows_left_alone_are_not_written_whatever_another_lead_did(
    lead: TestClient, database: Database, story: Story, path: str
) -> None:
    old = form_of(lead.get(f"{path}/owners").text)
    mine, theirs = str(story.people["lead_a"].id), str(story.people["contributor_a"].id)
    lead.post(f"{path}/owners", data=old | {"owner-B01": theirs})
    assert lead.post(f"{path}/owners", data=old | {"owner-B02": mine}).status_code == 303
    assert {code: str(who) for code, (who, _) in held(database).items()} == {"B01": theirs, "B02": mine}
    stale = lead.post(f"{path}/owners", data=old | {"owner-B01": mine, "owner-B03": mine})
    assert (stale.status_code, errors_of(stale.text)) == (
        409,
        ["Another lead changed the owner of B01 meanwhile. Reload the page."],
    )
    shown = form_of(stale.text)
    assert (shown["owner-B01"], shown["owner-B03"], shown["owner-B02"]) == (mine, mine, mine)
    assert shown["was-B01"] == f"{theirs}|"
    assert lead.post(f"{path}/owners", data=shown).status_code == 303
    assert {str(who) for who, _ in held(database).values()} == {mine}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"owner-B01": "x"}, "Choose a colleague who may write answers, from the list."),
        ({"due-B01": "2026-12-03"}, "Choose who looks after B01, or clear its date."),
        ({"owner-B01": "contributor_a", "due-B01": "2026-11-21"}, "The date for B01 has passed."),
        ({"owner-B01": "contributor_a", "due-B01": "3.12."}, "Enter the date for B01 as year-month-day"),
        ({"owner-B01": "sponsor_a"}, "Choose a colleague who may write answers"),
        ({"owner-B01": "lead_b"}, "Choose a colleague who may write answers"),
    ],
)
def test_a07_a_refusal_writes_nothing_and_keeps_the_rest(
    lead: TestClient, database: Database, story: Story, path: str, change: dict[str, str], sentence: str
) -> None:
    ids = {part: str(person.id) for part, person in story.people.items()}
    change = {key: ids.get(text, text) for key, text in change.items()}
    form = form_of(lead.get(f"{path}/owners").text) | {"owner-B02": ids["contributor_a"]} | change
    answer = lead.post(f"{path}/owners", data=form)
    (said,) = errors_of(answer.text)
    assert (answer.status_code, said.startswith(sentence), held(database)) == (422, True, {})
    assert form_of(answer.text)["owner-B02"] == ids["contributor_a"]


def test_t11_who_has_left_is_said_so_and_can_be_kept_or_replaced(
    lead: TestClient, database: Database, story: Story, path: str
) -> None:
    with database.write() as session:
        made = session.exec(select(SelfAssessment)).one()
        give(session, story, made, "contributor_a", "B01")
        membership.leave(session, session.get_one(Person, story.people["contributor_a"].id), at=NOW)
    page = lead.get(f"{path}/owners").text
    assert page.count("Contributor, trust A (has left)") == 1
    assert "has left" in lead.get(f"{path}/criteria/B01").text
    form = form_of(page)
    assert form["owner-B01"] == str(story.people["contributor_a"].id)
    assert lead.post(f"{path}/owners", data=form).status_code == 303
    form["owner-B01"] = str(story.people["lead_a"].id)
    lead.post(f"{path}/owners", data=form)
    assert [who for who, _ in held(database).values()] == [story.people["lead_a"].id]


def test_a09_only_leads_of_the_organisation_give_criteria(
    browser_of: BrowserOf, story: Story, database: Database, path: str
) -> None:
    found = {}
    for part in PEOPLE:
        browser, form = browser_of(story.people[part]), {"was-B01": "|", "owner-B01": "", "due-B01": ""}
        form["owner-B01"] = str(story.people["contributor_a"].id) if part != "lead_a" else ""
        codes = {
            browser.get(f"{path}/owners").status_code,
            browser.post(f"{path}/owners", data=form).status_code,
        }
        found[part] = codes
    own = {"contributor_a", "sponsor_a", "chair_a"}
    expected = {part: {403} if part in own else {404} for part in PEOPLE} | {"lead_a": {200, 303}}
    assert (found, held(database)) == (expected, {})
