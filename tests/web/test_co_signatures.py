"""The staff network's view on its pages: who gives it, who reads it, and how far."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from app.db import Database
from app.models import CoSignature, Mail, Person, Submission, View
from tests import steps
from tests.conftest import Clock
from tests.story import NOW, Story

BrowserOf = Callable[[Person], TestClient]
COMMENT = "The network was <not> asked before."


def signed(database: Database, story: Story) -> Submission:
    with database.write() as session:
        submission = steps.handed_over(session, story)
        steps.sign(session, story, submission)
        return submission


def path_of(submission: Submission) -> str:
    return f"/submissions/{submission.id}/co-signature"


def give(
    browser: TestClient, path: str, view: str = "disagree", comment: str = COMMENT, **more: str
) -> tuple[int, str]:
    content = re.findall(r'name="content" value="([^"]*)"', browser.get(path).text)
    form = {"view": view, "comment": comment, "content": "".join(content), **more}
    answer = browser.post(path, data=form)
    return answer.status_code, answer.headers.get("location", answer.text)


def seen(browser: TestClient, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, path
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def test_the_chair_comes_by_the_mail_reads_and_says_it(
    database: Database, story: Story, client: TestClient, clock: Clock
) -> None:
    with database.write() as session:
        submission = steps.handed_over(session, story)
        body = session.exec(select(Mail.body).where(Mail.to == "chair.a@example.invalid")).one()
    (link,) = re.findall(r"http://127\.0\.0\.1:8000(/\S+)", body)
    assert client.post(link, data={"next": path_of(submission)}).headers["location"] == path_of(submission)
    page = seen(client, path_of(submission))
    assert "Made-up text of trust A about B01." in page
    assert "The answers as they are now. They can change until they are signed." in page
    assert "checked" not in client.get(path_of(submission)).text  # nothing is shared or chosen by default
    assert give(client, path_of(submission)) == (303, path_of(submission))
    page = seen(client, path_of(submission))
    assert "Disagrees, on 22 November 2026 at 12:00pm, before anything was sealed" in page
    assert "Your organisation sees that you gave a view and when, not what it is." in page
    with database.read() as session:
        row = session.exec(select(CoSignature)).one()
        assert (row.view, row.comment, row.is_view_shared, row.is_comment_shared) == (
            View.DISAGREE,
            COMMENT,
            False,
            False,
        )


def test_not_answered_stands_on_the_page_to_sign_the_receipt_and_the_reviewers_page(
    database: Database, story: Story, browser_of: BrowserOf
) -> None:
    with database.write() as session:
        submission = steps.handed_over(session, story)
    sentence = "The staff network's chair was asked on 22 November 2026 and has not answered."
    assert sentence in seen(browser_of(story.people["sponsor_a"]), f"/submissions/{submission.id}/sign")
    with database.write() as session:
        kept = session.get_one(Submission, submission.id)
        steps.sign(session, story, kept)
        review = steps.assigned(session, story, kept, "reviewer_1")
        review.status = type(review.status).STARTED
    for page in ("", "/receipt", "/copy"):
        assert sentence in seen(browser_of(story.people["lead_a"]), f"/submissions/{submission.id}{page}")
    assert sentence in seen(browser_of(story.people["reviewer_1"]), f"/reviews/{review.id}")


def test_nobody_to_ask_stands_there_too(database: Database, story: Story, browser_of: BrowserOf) -> None:
    with database.write() as session:
        made = steps.finished(session, story, code="ZZB", lead="lead_b")
        submission = steps.hand_over(session, story, made, lead="lead_b", sponsor="sponsor_b")
        steps.sign(session, story, submission, sponsor="sponsor_b")
    for page in ("", "/receipt", "/copy"):
        text = seen(browser_of(story.people["lead_b"]), f"/submissions/{submission.id}{page}")
        assert "had no network chair in the portal when this was handed over: nobody was asked." in text


def test_the_assembly_reads_it_and_a_change_shows_both_times(
    database: Database, story: Story, browser_of: BrowserOf, clock: Clock
) -> None:
    submission = signed(database, story)
    chair = browser_of(story.people["chair_a"])
    give(chair, path_of(submission))
    with database.write() as session:
        review = steps.assigned(session, story, session.get_one(Submission, submission.id), "reviewer_1")
        review.status = type(review.status).STARTED
    clock.at = NOW + timedelta(days=1)
    chair = browser_of(story.people["chair_a"])
    give(chair, path_of(submission), "agree", "")
    pages = (
        ("administrator", f"/submissions/{submission.id}/copy"),
        ("moderator", f"/submissions/{submission.id}"),
        ("reviewer_1", f"/reviews/{review.id}"),
    )
    for part, page in pages:
        text = seen(browser_of(story.people[part]), page)
        assert "The staff network: Agrees" in text, part
        assert "gave a view on 22 November 2026 at 12:00pm about the sealed copy R-" in text
        assert ", changed it on 23 November 2026 at 12:00pm about the sealed copy R-" in text
        assert "Before: disagrees (22 November 2026 at 12:00pm)." in text


@pytest.mark.parametrize(
    ("form", "status", "sentence"),
    [
        ({"view": ""}, 422, "Choose what the staff network says."),
        ({"view": "maybe"}, 422, "Choose what the staff network says."),
        ({"comment": " "}, 422, "Enter the staff network's comment."),
        ({"view": "agree"}, 422, "Choose to agree with a comment, or clear the comment."),
        ({"content": "0" * 64}, 409, "What you read has changed since you opened it."),
    ],
)
def test_what_can_t_be_kept_comes_back_as_it_was_typed(
    database: Database,
    story: Story,
    browser_of: BrowserOf,
    form: dict[str, str],
    status: int,
    sentence: str,
) -> None:
    submission = signed(database, story)
    chair = browser_of(story.people["chair_a"])
    answer, text = give(chair, path_of(submission), **{"share-view": "yes", "view": "disagree", **form})
    assert (answer, sentence in unescape(text)) == (status, True)
    assert re.search(r'name="share-view" type="checkbox" value="yes" checked', text)
    if "comment" not in form:
        assert "The network was &lt;not&gt; asked before." in text
    with database.read() as session:
        assert session.exec(select(CoSignature.given_at)).all() == [None]


@pytest.mark.parametrize(
    ("part", "status"),
    [("lead_a", 403), ("sponsor_a", 403), ("contributor_a", 403), ("administrator", 403), ("lead_b", 404)],
)
def test_only_the_chair_who_was_asked_opens_the_page(
    database: Database, story: Story, browser_of: BrowserOf, part: str, status: int
) -> None:
    submission = signed(database, story)
    browser = browser_of(story.people[part])
    assert browser.get(path_of(submission)).status_code == status
    assert browser.post(path_of(submission), data={"view": "agree"}).status_code == status


def test_after_its_time_the_page_says_so(
    database: Database, story: Story, browser_of: BrowserOf, clock: Clock
) -> None:
    submission = signed(database, story)
    clock.at = NOW.replace(month=12, day=5, hour=0)
    chair = browser_of(story.people["chair_a"])
    page = chair.get(path_of(submission)).text
    assert ("The time for the staff network's view is over." in unescape(page), 'name="view"' in page) == (
        True,
        False,
    )
    assert give(chair, path_of(submission))[0] == 409
