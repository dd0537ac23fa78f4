"""The link in the mail that asks an executive to sign: once, 72 hours, and a new one by one button."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

from fastapi.testclient import TestClient
from sqlmodel import col, select

from app.actions import submissions
from app.db import Database
from app.models import Mail, Membership, Person, Submission
from tests import steps
from tests.conftest import Clock
from tests.story import NOW, Story

BrowserOf = Callable[[Person], TestClient]


def handed_over(database: Database, story: Story) -> Submission:
    with database.write() as session:
        return steps.handed_over(session, story)


def links_to(database: Database, person: Person) -> list[str]:
    """The links in the mails to a person, the newest first, as paths."""
    with database.read() as session:
        query = select(Mail.body).where(Mail.to == person.email).order_by(col(Mail.written_at).desc())
        bodies = session.exec(query).all()
    return [found for body in bodies for found in re.findall(r"http://127\.0\.0\.1:8000(/\S+)", body)]


def test_the_executives_link_leads_straight_to_the_page_to_sign(
    database: Database, story: Story, client: TestClient
) -> None:
    submission = handed_over(database, story)
    (link,) = links_to(database, story.people["sponsor_a"])
    page = client.get(link).text  # a mail scanner opens it too: nothing happens
    assert "sponsor.a@example.invalid" in page
    next_path = unescape(re.findall(r'name="next" value="([^"]*)"', page)[0])
    answer = client.post(link, data={"next": next_path})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/submissions/{submission.id}/sign")
    text = client.get(answer.headers["location"]).text
    offered = [f'href="/submissions/{submission.id}/{verb}"' in text for verb in ("decline", "call-back")]
    assert (offered, "Sign and submit" in text) == ([True, True], True)


def test_t07_the_link_lives_72_hours_and_once_and_its_page_sends_a_new_one_by_one_button(
    database: Database, story: Story, client: TestClient, clock: Clock
) -> None:
    submission = handed_over(database, story)
    (link,) = links_to(database, story.people["sponsor_a"])
    clock.at = NOW + timedelta(hours=72) - timedelta(seconds=1)
    assert client.get(link).status_code == 200
    clock.at = NOW + timedelta(hours=72)
    spent = client.get(link)
    assert (spent.status_code, spent.text.count("<button")) == (410, 1)
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', spent.text))
    assert form == {"again": "yes", "next": f"/submissions/{submission.id}/sign"}
    assert client.post(link, data=form).headers["location"] == "/sign-in/sent"
    newest = links_to(database, story.people["sponsor_a"])[0]
    assert (newest != link, newest.endswith(f"?next=/submissions/{submission.id}/sign")) == (True, True)
    clock.at += timedelta(minutes=14)
    assert client.post(newest, data={"next": form["next"]}).headers["location"] == form["next"]
    assert client.post(newest, data={"next": form["next"]}).status_code == 410


def test_t09_a_made_up_link_sends_nothing_and_says_the_same(
    database: Database, story: Story, client: TestClient, clock: Clock
) -> None:
    handed_over(database, story)
    (link,) = links_to(database, story.people["sponsor_a"])
    clock.at = NOW + timedelta(hours=73)
    made_up = link.replace(link.split("/")[3].partition("?")[0], "A" * 43)
    assert client.get(link).content == client.get(made_up).content
    form = {"again": "yes", "next": "/home"}
    answers = [client.post(path, data=form) for path in (link, made_up)]
    assert {(one.status_code, one.content, one.headers["location"]) for one in answers} == {
        (303, b"", "/sign-in/sent")
    }
    assert len(links_to(database, story.people["sponsor_a"])) == 2


def test_t10_the_button_sends_no_more_mails_an_hour_than_the_sign_in_page(
    database: Database, story: Story, client: TestClient, clock: Clock
) -> None:
    handed_over(database, story)
    (link,) = links_to(database, story.people["sponsor_a"])
    clock.at = NOW + timedelta(hours=73)
    for _ in range(6):
        client.post(link, data={"again": "yes"})
    assert len(links_to(database, story.people["sponsor_a"])) == 1 + 3


def test_t10_handing_over_again_and_again_shuts_nobody_out(
    database: Database, story: Story, client: TestClient
) -> None:
    """After the hour's links the mail leads to the page itself, and so to the usual sign-in."""
    with database.write() as session:
        made = steps.finished(session, story)
        for _ in range(5):
            submission = steps.hand_over(session, story, made)
            by = story.who(session, "lead_a")
            submissions.withdraw(session, submission, "Not yet.", by=by, at=NOW)
    links = links_to(database, story.people["sponsor_a"])
    assert sum("/sign-in/link/" in link for link in links) == 3
    plain = [link for link in links if "/sign-in/link/" not in link]
    assert [re.fullmatch(r"/submissions/[0-9a-f-]{36}/sign", link) is not None for link in plain] == [
        True
    ] * 2
    assert client.get(plain[0]).headers["location"].startswith("/sign-in?next=")


def test_t11_an_executive_who_lost_the_role_can_t_use_the_link(
    database: Database, story: Story, client: TestClient
) -> None:
    handed_over(database, story)
    (link,) = links_to(database, story.people["sponsor_a"])
    with database.write() as session:
        own = Membership.person_id == story.people["sponsor_a"].id
        session.exec(select(Membership).where(own)).one().ended_at = NOW
    assert client.post(link, data={}).status_code == 410
