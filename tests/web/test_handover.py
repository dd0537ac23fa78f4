"""The handover page and the home page as they are read."""

import html
import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.actions import comments, evidence, membership
from app.db import Database
from app.models import (
    ChangeRequest,
    CriterionOwner,
    Decision,
    Intention,
    Mail,
    Person,
    SelfAssessment,
    Status,
    Submission,
)
from app.rules.evidence import Details
from tests import holdings, steps
from tests.sharing import BASE, give, started
from tests.story import NOW, PEOPLE, Story
from tests.walk import errors_of

BrowserOf = Callable[..., TestClient]
TODAY = NOW.date()


def words(page: str) -> str:
    page = page.partition("<main")[2].partition("</main")[0]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.fixture
def path(story: Story) -> str:
    return f"/organisations/{story.organisations['ZZA'].id}/handover"


def leave(session: Session, story: Story, part: str) -> None:
    membership.leave(session, session.get_one(Person, story.people[part].id), at=NOW)


def test_open_work_stands_by_owner_leavers_first_then_what_nobody_looks_after(
    browser_of: BrowserOf, database: Database, story: Story, path: str
) -> None:
    with database.write() as session:
        made = steps.finished(session, story)  # Bronze is ready
        give(session, story, made, "contributor_a", "B01", "S01", due_on=TODAY)
        give(session, story, made, "lead_a", "S02")
        leave(session, story, "contributor_a")
    text = words(browser_of(story.people["lead_a"]).get(path).text)
    order = [
        "Contributor, trust A (has left): 1 not ready S01",
        "Nobody: 13 not ready S03",
        "EDI lead, trust A: 1 not ready S02",
    ]
    places = [text.index(words_) for words_ in order]
    assert places == sorted(places)
    assert "Due today: 22 November 2026" in text
    assert "B01" not in text.partition("Open comments")[0]


@pytest.mark.reaches_past
def test_it_tells_promises_comments_and_what_expires_and_nothing_of_others(
    browser_of: BrowserOf, database: Database, story: Story, path: str
) -> None:
    with database.write() as session:
        submission = steps.signed(session, story)
        by, trust = story.who(session, "contributor_a"), story.organisations["ZZA"]
        made = submission.self_assessment_id
        self_assessment = session.get_one(SelfAssessment, made)
        comments.write(session, self_assessment, "B02", "Ask finance.", base_url=BASE, by=by, at=NOW)
        for title, days in (("Old paper", -3), ("New paper", 30), ("Fresh paper", 90)):
            details = Details(title, date(2026, 1, 5), TODAY + timedelta(days=days))
            evidence.add_link(session, trust, details, "https://trust.example/x", by=by, at=NOW)
        for code, part in (("ZZA", "lead_a"), ("ZZB", "lead_b")):
            session.add(
                Intention(
                    organisation_id=story.organisations[code].id,
                    window_id=story.window_id,
                    level="silver" if code == "ZZA" else "gold",
                    stated_at=NOW,
                    stated_by_id=story.people[part].id,
                )
            )
        session.add(
            ChangeRequest(
                submission_id=submission.id,
                copy_number=1,
                reason="r",
                criteria={"B03": "x", "B01": "y"},
                due_on=TODAY + timedelta(days=9),
                requested_at=NOW,
                requested_by_id=story.people["administrator"].id,
            )
        )
        session.get_one(Submission, submission.id).status = Status.CHANGES_REQUESTED
        leave(session, story, "contributor_a")
    text = words(browser_of(story.people["sponsor_a"]).get(path).text)
    for told in (
        "Silver : Means to submit in Autumn 2026, which closes 22 December 2026",
        "Bronze : Changes requested to B01, B03, needed by 1 December 2026",
        "B02 , Contributor, trust A, 22 November 2026 at 12:00pm Ask finance.",
        "Old paper : expired 3 days ago, 19 November 2026 New paper : expires in 30 days, 22 December 2026",
        "Evidence added by people who have left",
        "Contributor, trust A: 3 items",
    ):
        assert told in text
    assert ("Fresh paper" in text, "Gold" in text, "Take over" in text) == (False, False, False)


@pytest.mark.reaches_past
def test_b07_conditions_are_promises_only_once_they_are_released(
    browser_of: BrowserOf, database: Database, story: Story, path: str
) -> None:
    with database.write() as session:
        submission = steps.signed(session, story)
        condition = holdings.condition(session, story, submission, "B05", "Publish the plan.")
        session.get_one(Submission, submission.id).status = Status.DECIDED
        ids = (submission.id, condition.decision_id)
    lead = browser_of(story.people["lead_a"])
    assert "Publish the plan." not in lead.get(path).text
    with database.write() as session:
        session.get_one(Submission, ids[0]).status = Status.RELEASED
        session.get_one(Decision, ids[1]).released_at = NOW
    assert "Bronze : Condition of the decision on B05: Publish the plan." in words(lead.get(path).text)


def test_take_over_gives_all_criteria_of_a_leaver_to_one_colleague(
    browser_of: BrowserOf, database: Database, story: Story, path: str
) -> None:
    with database.write() as session:
        made = started(session, story)
        give(session, story, made, "contributor_a", "B01", "B02")
        leave(session, story, "contributor_a")
        mails = len(session.exec(select(Mail)).all())
    lead, giver = browser_of(story.people["lead_a"]), str(story.people["contributor_a"].id)
    assert "Contributor, trust A (has left)" in lead.get(path).text
    form = {"from": giver, "to": str(story.people["lead_a"].id)}
    answer = lead.post(path, data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}?done=given")
    with database.read() as session:
        held = {row.criterion_code: row.person_id for row in session.exec(select(CriterionOwner)).all()}
        assert held == dict.fromkeys(("B01", "B02"), story.people["lead_a"].id)
        assert len(session.exec(select(Mail)).all()) == mails  # nobody writes a mail to themselves
    again = lead.post(path, data=form)
    assert (again.status_code, errors_of(again.text)) == (422, ["Choose whose criteria to give away."])
    for to in ("", "x", giver, str(story.people["lead_b"].id), str(story.people["sponsor_a"].id)):
        refused = lead.post(path, data={"from": form["to"], "to": to})
        assert (refused.status_code, errors_of(refused.text)) == (
            422,
            ["Choose a colleague who may write answers, from the list."],
        )


def test_a09_who_may_read_and_who_may_give(
    browser_of: BrowserOf, database: Database, story: Story, path: str
) -> None:
    found = {}
    for part in PEOPLE:
        browser = browser_of(story.people[part])
        found[part] = (browser.get(path).status_code, browser.post(path, data={}).status_code)
    own = dict.fromkeys(("contributor_a", "sponsor_a", "chair_a"), (200, 403)) | {"lead_a": (200, 422)}
    seen = dict.fromkeys(("administrator_of_a", "icb_viewer_1", "region_viewer"), (403, 403))
    seen |= dict.fromkeys(("administrator", "administrator_2"), (403, 403))
    assert found == dict.fromkeys(PEOPLE, (404, 404)) | seen | own


def test_an_empty_organisation_is_said_so_plainly(browser_of: BrowserOf, story: Story, path: str) -> None:
    lead = browser_of(story.people["lead_a"])
    text = words(lead.get(path).text)
    assert "No self-assessment is started." in text
    assert "None expires within two months." in text
    home = words(lead.get("/home").text)
    assert "Nothing waits for you. What colleagues give you, and what is due, will stand here." in home
    sponsor = words(browser_of(story.people["sponsor_a"]).get("/home").text)
    assert "We will send you an email when the lead hands a level to you to sign." in sponsor


def test_home_lists_lines_that_lead_straight_to_the_thing(
    browser_of: BrowserOf, database: Database, story: Story
) -> None:
    with database.write() as session:
        made = started(session, story)
        give(session, story, made, "contributor_a", "B01", due_on=TODAY)
    browser = browser_of(story.people["contributor_a"])
    page = browser.get("/home").text
    (found,) = re.findall(rf'<a href="(/self-assessments/{made.id}/criteria/B01)">Write B01', page)
    assert browser.get(found).status_code == 200
    for link in ("people", "handover"):
        assert f"/organisations/{story.organisations['ZZA'].id}/{link}" in page
    assert "Give criteria to colleagues" not in page
    assert "Give criteria to colleagues" in browser_of(story.people["lead_a"]).get("/home").text
