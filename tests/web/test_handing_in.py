"""Handing in as its people meet it: intention, late door, the executive's link and call back, the clock."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from app.db import Database
from app.models import CallBack, Event, Intention, LateDoor, Person, Submission
from tests import steps
from tests.conftest import Clock
from tests.story import NOW, Story

BrowserOf = Callable[[Person], TestClient]


def handed_over(database: Database, story: Story) -> Submission:
    with database.write() as session:
        return steps.handed_over(session, story)


def test_the_lead_states_an_intention_and_takes_it_back(
    database: Database, story: Story, browser_of: BrowserOf
) -> None:
    lead, own = browser_of(story.people["lead_a"]), story.organisations["ZZA"].id
    path = f"/organisations/{own}/windows"
    page = lead.get(path).text
    assert (page.count("We mean to submit"), "Closes" in page) == (3, True)
    form = {"window": str(story.window_id), "level": "bronze"}
    assert lead.post(f"/organisations/{own}/intentions", data=form).headers["location"] == path
    page = lead.get(path).text
    assert "Bronze: you mean to submit it. EDI lead, trust A said so on 22 November 2026." in page
    (intention,) = re.findall(r'name="intention" value="([^"]*)"', page)
    lead.post(f"/organisations/{own}/intentions/withdraw", data={"intention": intention})
    assert "you mean to submit it" not in lead.get(path).text
    with database.read() as session:
        assert session.exec(select(Intention.withdrawn_at)).all() == [NOW]


@pytest.mark.parametrize(
    ("part", "read", "write"),
    [
        ("contributor_a", 200, 403),
        ("sponsor_a", 200, 403),
        ("chair_a", 200, 403),
        ("lead_b", 404, 404),
        ("administrator", 403, 403),  # may read the organisation's dashboard, and so know that it exists
        ("reviewer_1", 404, 404),
    ],
)
def test_only_the_lead_states_it(
    database: Database, story: Story, browser_of: BrowserOf, part: str, read: int, write: int
) -> None:
    browser, own = browser_of(story.people[part]), story.organisations["ZZA"].id
    assert browser.get(f"/organisations/{own}/windows").status_code == read
    form = {"window": str(story.window_id), "level": "bronze"}
    assert browser.post(f"/organisations/{own}/intentions", data=form).status_code == write
    assert browser.post(f"/organisations/{own}/intentions/withdraw", data={}).status_code == write
    with database.read() as session:
        assert session.exec(select(Intention)).all() == []


def test_b19_the_assembly_reads_who_and_a_conflicted_administrator_how_many(
    database: Database, story: Story, browser_of: BrowserOf
) -> None:
    lead, own = browser_of(story.people["lead_a"]), story.organisations["ZZA"].id
    lead.post(f"/organisations/{own}/intentions", data={"window": str(story.window_id), "level": "bronze"})
    pages = ("/windows", f"/windows/{story.window_id}/intentions", f"/windows/{story.window_id}/late-doors")
    told = {
        part: [browser_of(story.people[part]).get(page).text for page in pages]
        for part in ("administrator", "administrator_of_a")
    }
    names = {part: ["Fictional trust A" in text for text in texts] for part, texts in told.items()}
    assert names == {"administrator": [False, True, True], "administrator_of_a": [False, False, False]}
    assert all('<th scope="row">Bronze</th><td>1</td>' in texts[1] for texts in told.values())
    assert "counted and not named" in told["administrator_of_a"][1]
    assert browser_of(story.people["moderator"]).get(pages[1]).status_code == 404


DOOR = {
    "closes-day": "24",
    "closes-month": "12",
    "closes-year": "2026",
    "closes-time": "17:00",
    "reason": "A <flood>.",
}


def test_k09_a_late_door_is_shown_with_its_reason_and_lets_only_its_organisation_in(
    database: Database, story: Story, browser_of: BrowserOf, clock: Clock
) -> None:
    administrator, path = browser_of(story.people["administrator"]), f"/windows/{story.window_id}/late-doors"
    own = story.organisations["ZZA"].id
    answer = administrator.post(path, data={**DOOR, "organisation": str(own)})
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    shown = administrator.get(path).text
    assert ("24 December 2026 at 5:00pm" in shown, "A &lt;flood&gt;." in shown) == (True, True)
    submission = handed_over(database, story)
    clock.at = NOW + timedelta(days=30)  # the close for everybody else
    pages = (
        ("lead_a", f"/organisations/{own}/windows"),
        ("lead_a", f"/submissions/{submission.id}"),
        ("sponsor_a", f"/submissions/{submission.id}/sign"),
    )
    for part, page in pages:
        text = browser_of(story.people[part]).get(page).text
        assert ("A &lt;flood&gt;." in text, "24 December 2026 at 5:00pm" in text) == (True, True), page
    sponsor = browser_of(story.people["sponsor_a"])
    text = sponsor.get(pages[2][1]).text
    content = re.findall(r'name="content" value="([^"]*)"', text)[0]
    signed = sponsor.post(pages[2][1], data={"content": content, "read": "yes"})
    assert signed.headers["location"] == f"/submissions/{submission.id}/receipt"
    other = browser_of(story.people["lead_b"]).get(f"/organisations/{story.organisations['ZZB'].id}/windows")
    assert ("flood" in other.text, "No window is open" in other.text) == (False, True)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"organisation": ""}, "Choose an organisation from the list."),
        ({"organisation": "00000000-0000-4000-8000-000000000000"}, "Choose an organisation from the list."),
        ({"closes-day": "31", "closes-month": "2"}, "Enter the day and the time"),
        ({"closes-time": "25:00"}, "Enter the day and the time"),
        ({"closes-time": "noon"}, "Enter the day and the time"),
        ({"closes-year": "9" * 30}, "Enter the day and the time"),
        (
            {"closes-day": "22", "closes-time": "11.59"},
            "Choose a time after Autumn 2026 closes for everybody.",
        ),
        ({"reason": " "}, "Enter the reason."),
    ],
)
def test_a_door_that_can_t_be_comes_back_with_what_was_typed(
    database: Database, story: Story, browser_of: BrowserOf, typed: dict[str, str], sentence: str
) -> None:
    form = {**DOOR, "organisation": str(story.organisations["ZZA"].id), **typed}
    answer = browser_of(story.people["administrator"]).post(
        f"/windows/{story.window_id}/late-doors", data=form
    )
    assert (answer.status_code, sentence in unescape(answer.text)) == (422, True)
    if "reason" not in typed:
        assert "A &lt;flood&gt;." in answer.text
    with database.read() as session:
        assert session.exec(select(LateDoor)).all() == []


@pytest.mark.parametrize("part", ["moderator", "reviewer_1", "lead_a", "icb_viewer_1"])
def test_nobody_else_opens_a_late_door(story: Story, browser_of: BrowserOf, part: str) -> None:
    browser, path = browser_of(story.people[part]), f"/windows/{story.window_id}/late-doors"
    assert (browser.get(path).status_code, browser.post(path, data=DOOR).status_code) == (404, 404)


def test_a_call_back_is_asked_for_shown_to_the_lead_and_done(
    database: Database, story: Story, browser_of: BrowserOf
) -> None:
    submission = handed_over(database, story)
    sponsor, lead = browser_of(story.people["sponsor_a"]), browser_of(story.people["lead_a"])
    path = f"/submissions/{submission.id}/call-back"
    assert "How and when can you be reached?" in sponsor.get(path).text
    empty = sponsor.post(path, data={"note": " "})
    assert (empty.status_code, empty.text.count("Say how and when you can be reached.")) == (422, 2)
    asked = sponsor.post(path, data={"note": "Ring <b>4711</b>, Tuesday"})
    assert asked.headers["location"] == f"/submissions/{submission.id}/sign"
    assert "You asked for a call back on" in sponsor.get(asked.headers["location"]).text
    page = lead.get(f"/submissions/{submission.id}").text
    assert ("Ring &lt;b&gt;4711&lt;/b&gt;, Tuesday" in page, "With the executive sponsor" in page) == (
        True,
        True,
    )
    for part in ("contributor_a", "chair_a", "administrator"):
        assert "4711" not in browser_of(story.people[part]).get(f"/submissions/{submission.id}").text
    assert lead.post(f"{path}/done").headers["location"] == f"/submissions/{submission.id}"
    assert "4711" not in lead.get(f"/submissions/{submission.id}").text
    with database.read() as session:
        assert session.exec(select(CallBack.done_by_id)).all() == [story.people["lead_a"].id]
        verbs = session.exec(select(Event.verb).where(Event.stream == f"submission:{submission.id}")).all()
        assert sorted(verbs) == ["ask for a call back", "hand over", "note that the call was made"]


@pytest.mark.parametrize(
    ("part", "ask", "done"),
    [("lead_a", 403, 409), ("chair_a", 403, 403), ("sponsor_a", 422, 403), ("lead_b", 404, 404)],
)
def test_only_the_executive_asks_and_only_a_lead_is_done(
    database: Database, story: Story, browser_of: BrowserOf, part: str, ask: int, done: int
) -> None:
    path = f"/submissions/{handed_over(database, story).id}/call-back"
    browser = browser_of(story.people[part])
    assert (browser.post(path, data={"note": ""}).status_code, browser.post(f"{path}/done").status_code) == (
        ask,
        done,
    )


def test_the_clock_is_on_every_page_where_the_applicant_looks(
    database: Database, story: Story, browser_of: BrowserOf, clock: Clock
) -> None:
    submission = handed_over(database, story)
    lead = browser_of(story.people["lead_a"])
    pages = ("/home", f"/self-assessments/{submission.self_assessment_id}", f"/submissions/{submission.id}")

    def texts() -> list[str]:
        found = [" ".join(re.sub(r"<[^>]+>", " ", lead.get(page).text).split()) for page in pages]
        return [unescape(text) for text in found]

    for text in texts():
        assert ("Executive sponsor, trust A" in text, "22 December 2026 at 12:00pm" in text) == (True, True)
    with database.write() as session:
        steps.sign(session, story, session.get_one(Submission, submission.id))
    for text in texts():
        assert ("The Assembly" in text, "Decision promised by 16 March 2027" in text) == (True, True)
    few = "How long it usually takes can't be said yet: fewer than 5 outcomes have been released."
    assert [few in text for text in texts()] == [False, True, True]
    clock.at = NOW.replace(year=2027, month=3, day=17)
    lead = browser_of(story.people["lead_a"])
    late = "The promised date has passed. Ask contact@example.invalid when the decision comes."
    assert [late in text for text in texts()] == [True, True, True]
