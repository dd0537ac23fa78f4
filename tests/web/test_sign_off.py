"""Handing over and signing, as the lead and the executive do it in a browser."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, col, select

from app.db import Database
from app.models import Event, Person, SealedCopy, SelfAssessment, Status, Submission
from app.queries.self_assessments import answers
from app.rules.declarations import DECLARATION
from tests import steps
from tests.conftest import Clock
from tests.story import NOW, Story

BrowserOf = Callable[[Person], TestClient]
TOO_LATE = NOW + timedelta(days=31)


def hidden(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found
    return unescape(found[1])


def made(database: Database, story: Story) -> str:
    with database.write() as session:
        return str(steps.finished(session, story).id)


def handed_over(database: Database, story: Story) -> Submission:
    with database.write() as session:
        return steps.handed_over(session, story)


def choice(story: Story, sponsor: str = "sponsor_a") -> dict[str, str]:
    return {"window": str(story.window_id), "sponsor": str(story.people[sponsor].id)}


def read_form(client: TestClient, path: str) -> dict[str, str]:
    html = client.get(path).text
    return {"content": hidden(html, "content"), "marks": hidden(html, "marks"), "read": "yes"}


def change(session: Session, story: Story, submission: Submission) -> str:
    steps.change(session, story, submission)
    return story.framework.criteria[0].code


def test_the_lead_hands_over_and_sees_where_it_is(
    database: Database, story: Story, browser_of: BrowserOf
) -> None:
    path = f"/self-assessments/{made(database, story)}/submit/bronze"
    lead = browser_of(story.people["lead_a"])
    page = lead.get(path).text
    assert "Closes on 22 December 2026 at 12:00pm. It must be signed before then." in page
    assert page.count('name="sponsor"') == 1
    answer = lead.post(path, data=choice(story))
    with database.read() as session:
        id_ = session.exec(select(Submission.id)).one()
    assert (answer.status_code, answer.headers["location"]) == (303, f"/submissions/{id_}")
    shown = lead.get(f"/submissions/{id_}").text
    assert "With the executive sponsor" in shown
    assert "Executive sponsor, trust A" in shown


def test_what_is_missing_is_listed_with_links_and_no_form(
    database: Database, story: Story, browser_of: BrowserOf
) -> None:
    id_ = made(database, story)
    lead = browser_of(story.people["lead_a"])
    page = lead.get(f"/self-assessments/{id_}/submit/silver").text
    first = story.framework.of_level("silver", story.organisations["ZZA"].kind)[0]
    assert f'href="/self-assessments/{id_}/criteria/{first.code}"' in page
    assert 'name="sponsor"' not in page
    answer = lead.post(f"/self-assessments/{id_}/submit/silver", data=choice(story))
    assert (answer.status_code, "Finish these criteria first" in answer.text) == (422, True)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"window": ""}, "Choose the window to submit in."),
        ({"window": "00000000-0000-0000-0000-000000000000"}, "Choose the window to submit in."),
        ({"sponsor": "x"}, "Choose who signs."),
        ({"sponsor": "sponsor_b"}, "Choose an executive sponsor of your organisation."),
        ({"sponsor": "lead_a"}, "Choose an executive sponsor of your organisation."),
    ],
)
def test_a_wrong_choice_comes_back_with_a_sentence(
    database: Database, story: Story, browser_of: BrowserOf, typed: dict[str, str], sentence: str
) -> None:
    path = f"/self-assessments/{made(database, story)}/submit/bronze"
    named = {
        key: str(story.people[value].id) if value in story.people else value for key, value in typed.items()
    }
    answer = browser_of(story.people["lead_a"]).post(path, data=choice(story) | named)
    assert (answer.status_code, answer.text.count(sentence)) == (422, 2)
    with database.read() as session:
        assert session.exec(select(Submission)).all() == []


def test_hand_over_after_close_is_refused_clearly(
    database: Database, story: Story, browser_of: BrowserOf, clock: Clock
) -> None:
    path = f"/self-assessments/{made(database, story)}/submit/bronze"
    clock.at = TOO_LATE
    lead = browser_of(story.people["lead_a"])
    assert "No window takes Bronze at the moment" in lead.get(path).text
    answer = lead.post(path, data=choice(story))
    assert (answer.status_code, "Autumn 2026 has closed." in answer.text) == (422, True)


def test_hand_over_twice_shows_where_the_first_one_is(
    database: Database, story: Story, browser_of: BrowserOf
) -> None:
    path = f"/self-assessments/{made(database, story)}/submit/bronze"
    lead = browser_of(story.people["lead_a"])
    first = lead.post(path, data=choice(story)).headers["location"]
    again = lead.post(path, data=choice(story))
    assert (again.status_code, f'href="{first}"' in again.text) == (409, True)


@pytest.mark.parametrize(
    ("part", "status"), [("contributor_a", 403), ("sponsor_a", 403), ("lead_b", 404), ("administrator", 404)]
)
def test_only_the_lead_hands_over(
    database: Database, story: Story, browser_of: BrowserOf, part: str, status: int
) -> None:
    path = f"/self-assessments/{made(database, story)}/submit/bronze"
    client = browser_of(story.people[part])
    assert client.get(path).status_code == client.post(path, data=choice(story)).status_code == status


def test_a_level_that_does_not_exist_is_not_found(
    database: Database, story: Story, browser_of: BrowserOf
) -> None:
    path = f"/self-assessments/{made(database, story)}/submit/platinum"
    lead = browser_of(story.people["lead_a"])
    assert (lead.get(path).status_code, lead.post(path, data=choice(story)).status_code) == (404, 404)


def test_the_executive_reads_one_page_signs_and_gets_a_receipt(
    database: Database, story: Story, browser_of: BrowserOf
) -> None:
    submission = handed_over(database, story)
    sponsor = browser_of(story.people["sponsor_a"])
    page = sponsor.get(f"/submissions/{submission.id}/sign").text
    kind = story.organisations["ZZA"].kind
    for criterion in story.framework.of_level("bronze", kind):
        assert f"Made-up text of trust A about {criterion.code}." in page
    assert unescape(page).count(DECLARATION) == 1
    assert story.framework.mark in unescape(page)
    answer = sponsor.post(
        f"/submissions/{submission.id}/sign", data=read_form(sponsor, f"/submissions/{submission.id}/sign")
    )
    assert (answer.status_code, answer.headers["location"]) == (303, f"/submissions/{submission.id}/receipt")
    with database.read() as session:
        number, digest = session.exec(select(SealedCopy.receipt, SealedCopy.sha256)).one()
    receipt = sponsor.get(answer.headers["location"]).text
    assert (number in receipt, digest in receipt) == (True, True)
    assert "22 November 2026 at 12:00:00pm" in receipt


def test_k11_the_same_form_sent_again_leads_to_the_same_receipt(
    database: Database, story: Story, browser_of: BrowserOf
) -> None:
    submission = handed_over(database, story)
    sponsor = browser_of(story.people["sponsor_a"])
    path = f"/submissions/{submission.id}/sign"
    form = read_form(sponsor, path)
    answers = [sponsor.post(path, data=form) for _ in range(3)]
    assert [answer.headers["location"] for answer in answers] == [f"/submissions/{submission.id}/receipt"] * 3
    with database.read() as session:
        assert len(session.exec(select(SealedCopy)).all()) == 1
        assert len(session.exec(select(Event).where(col(Event.verb) == "sign")).all()) == 1


def test_without_the_tick_nothing_is_signed(database: Database, story: Story, browser_of: BrowserOf) -> None:
    submission = handed_over(database, story)
    sponsor = browser_of(story.people["sponsor_a"])
    path = f"/submissions/{submission.id}/sign"
    answer = sponsor.post(path, data=read_form(sponsor, path) | {"read": ""})
    assert (answer.status_code, answer.text.count("Tick the box to say")) == (422, 2)
    with database.read() as session:
        assert session.get_one(Submission, submission.id).status is Status.AWAITING_SIGN_OFF


def test_what_changed_is_named_and_the_box_is_empty_again(
    database: Database, story: Story, browser_of: BrowserOf
) -> None:
    submission = handed_over(database, story)
    sponsor = browser_of(story.people["sponsor_a"])
    path = f"/submissions/{submission.id}/sign"
    form = read_form(sponsor, path)
    with database.write() as session:
        code = change(session, story, submission)
    answer = sponsor.post(path, data=form)
    assert (answer.status_code, "has changed since you opened it" in answer.text) == (409, True)
    assert re.findall(r'<li><a href="#criterion-(\w+)"', answer.text) == [code]
    assert "checked" not in answer.text
    assert hidden(answer.text, "content") != form["content"]
    again = sponsor.post(path, data={"content": hidden(answer.text, "content"), "read": "yes"})
    assert again.status_code == 303


def test_signing_after_close_is_refused_clearly(
    database: Database, story: Story, browser_of: BrowserOf, clock: Clock
) -> None:
    submission = handed_over(database, story)
    sponsor = browser_of(story.people["sponsor_a"])
    path = f"/submissions/{submission.id}/sign"
    form = read_form(sponsor, path)
    clock.at = TOO_LATE
    sponsor = browser_of(story.people["sponsor_a"])
    answer = sponsor.post(path, data=form)
    assert (answer.status_code, "Autumn 2026 has closed." in answer.text) == (422, True)
    assert 'name="read"' not in sponsor.get(path).text


def test_sign_after_withdraw_is_refused_clearly(
    database: Database, story: Story, browser_of: BrowserOf
) -> None:
    submission = handed_over(database, story)
    sponsor = browser_of(story.people["sponsor_a"])
    path = f"/submissions/{submission.id}/sign"
    form = read_form(sponsor, path)
    browser_of(story.people["lead_a"]).post(
        f"/submissions/{submission.id}/withdraw", data={"reason": "Not yet"}
    )
    answer = sponsor.post(path, data=form)
    assert (answer.status_code, "can no longer be signed" in answer.text) == (409, True)
    assert sponsor.get(path).headers["location"] == f"/submissions/{submission.id}"


@pytest.mark.parametrize(
    ("part", "status"), [("lead_a", 403), ("contributor_a", 403), ("sponsor_b", 404), ("lead_c", 404)]
)
def test_nobody_else_opens_the_page_to_sign(
    database: Database, story: Story, browser_of: BrowserOf, part: str, status: int
) -> None:
    submission = handed_over(database, story)
    client = browser_of(story.people[part])
    for path in (f"/submissions/{submission.id}/sign", f"/submissions/{submission.id}/decline"):
        assert (client.get(path).status_code, client.post(path, data={}).status_code) == (status, status)


def test_decline_with_a_reason_and_hand_over_again(
    database: Database, story: Story, browser_of: BrowserOf
) -> None:
    submission = handed_over(database, story)
    sponsor, lead = browser_of(story.people["sponsor_a"]), browser_of(story.people["lead_a"])
    path = f"/submissions/{submission.id}/decline"
    empty = sponsor.post(path, data={"reason": " "})
    assert (empty.status_code, empty.text.count("Enter a reason.")) == (422, 2)
    told = sponsor.post(path, data={"reason": "The <board> has not seen it."})
    assert told.headers["location"] == f"/submissions/{submission.id}"
    shown = lead.get(f"/submissions/{submission.id}").text
    assert "The &lt;board&gt; has not seen it." in shown
    again = f"/self-assessments/{submission.self_assessment_id}/submit/bronze"
    assert f'href="{again}"' in shown
    assert lead.post(again, data=choice(story)).status_code == 303
    with database.read() as session:
        assert session.get(SelfAssessment, submission.self_assessment_id) is not None
        assert len(session.exec(select(Submission)).all()) == 2


def test_an_unfinished_web_address_is_text_on_the_page_to_sign(
    database: Database, story: Story, browser_of: BrowserOf
) -> None:
    """Until they sign, colleagues may save anything; only what is checked as an address becomes a link."""
    submission = handed_over(database, story)
    with database.write() as session:
        answer = answers(session, submission.self_assessment_id)["B01"]
        answer.values = {**answer.values, "link": "javascript:alert(1)"}
    page = browser_of(story.people["sponsor_a"]).get(f"/submissions/{submission.id}/sign").text
    assert ("javascript:alert(1)" in page, 'href="javascript' in page) == (True, False)
