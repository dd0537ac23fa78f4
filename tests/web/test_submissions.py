"""A submission's pages, as each part may see them."""

import io
import re
from collections.abc import Callable
from datetime import date
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.actions import evidence, reviews
from app.actions.evidence import Content
from app.db import Database
from app.models import Evidence, Person, Review, SelfAssessment, Submission
from app.queries.evidence import newest_version
from app.rules.evidence import Details
from tests import steps
from tests.story import NOW, Story

BrowserOf = Callable[[Person], TestClient]
OWN_PAGES = ("", "/history", "/receipt", "/copy")


def signed(database: Database, story: Story) -> Submission:
    with database.write() as session:
        return steps.signed(session, story)


def own_view(browser_of: BrowserOf, story: Story, submission: Submission) -> dict[str, str]:
    """Every byte that the organisation can fetch about its submission."""
    return {
        f"{part}{page}": browser_of(story.people[part]).get(f"/submissions/{submission.id}{page}").text
        for part in ("lead_a", "sponsor_a", "contributor_a", "chair_a")
        for page in OWN_PAGES
    }


def test_b07_the_organisation_sees_the_same_bytes_however_far_the_reviews_are(
    database: Database, story: Story, browser_of: BrowserOf
) -> None:
    submission = signed(database, story)
    views = [own_view(browser_of, story, submission)]
    with database.write() as session:
        first = steps.assigned(session, story, submission, "reviewer_1")
    views.append(own_view(browser_of, story, submission))
    with database.write() as session:
        second = steps.assigned(session, story, submission, "reviewer_2")
    views.append(own_view(browser_of, story, submission))
    assert views[0] == views[1] == views[2]
    with database.write() as session:
        row = session.get_one(Review, second.id)
        reviews.start(session, row, by=story.who(session, "reviewer_2"), at=NOW)
    views = [own_view(browser_of, story, submission)]
    with database.write() as session:
        fresh = session.get_one(Submission, submission.id)
        steps.reviewed(session, story, fresh, session.get_one(Review, first.id), "reviewer_1", 3)
    views.append(own_view(browser_of, story, submission))
    with database.write() as session:
        fresh, row = session.get_one(Submission, submission.id), session.get_one(Review, second.id)
        steps.scored_and_sealed(session, story, fresh, row, "reviewer_2", 0)
        assert fresh.status.value == "third review"
    views.append(own_view(browser_of, story, submission))
    assert views[0] == views[1] == views[2]
    assert "With the Assembly" in views[2]["lead_a"]


def test_b10_the_organisation_reads_no_name_of_the_assembly(
    database: Database, story: Story, browser_of: BrowserOf
) -> None:
    submission = signed(database, story)
    with database.write() as session:
        review = steps.assigned(session, story, submission, "reviewer_1")
        steps.reviewed(session, story, session.get_one(Submission, submission.id), review, "reviewer_1")
    html = "".join(own_view(browser_of, story, submission).values())
    for part in ("reviewer_1", "administrator", "moderator"):
        assert str(story.people[part].id) not in html
        assert story.people[part].email not in html
    assert not re.search(
        r"Reviewer [12A-E]\b|Administrator|Moderator|reviewer assigned|review sealed|review started",
        html,
        re.IGNORECASE,
    )


@pytest.mark.parametrize(
    ("part", "names", "letters"), [("administrator", True, True), ("moderator", False, True)]
)
def test_the_assembly_sees_everything_and_only_the_administrator_names(
    database: Database, story: Story, browser_of: BrowserOf, part: str, names: bool, letters: bool
) -> None:
    submission = signed(database, story)
    with database.write() as session:
        review = steps.assigned(session, story, submission, "reviewer_1")
        steps.reviewed(session, story, session.get_one(Submission, submission.id), review, "reviewer_1")
    client = browser_of(story.people[part])
    for page in ("", "/history"):
        html = client.get(f"/submissions/{submission.id}{page}").text
        assert (">Review sealed<" in html, "Reviewer 1" in html) == (True, names)
        assert (f"Reviewer {review.letter}" in html) == (letters if page == "" or not names else False)
    assert "In review" in client.get(f"/submissions/{submission.id}").text


def test_a_reviewer_reads_no_more_than_the_organisation(
    database: Database, story: Story, browser_of: BrowserOf
) -> None:
    submission = signed(database, story)
    with database.write() as session:
        first = steps.assigned(session, story, submission, "reviewer_1")
        steps.assigned(session, story, submission, "reviewer_2")
    other = browser_of(story.people["reviewer_2"])
    with database.write() as session:
        reviews.start(session, session.get_one(Review, first.id), by=story.who(session, "reviewer_1"), at=NOW)
    pages = [f"/submissions/{submission.id}{page}" for page in OWN_PAGES]
    before = [other.get(path).text for path in pages]
    with database.write() as session:
        fresh = session.get_one(Submission, submission.id)
        steps.scored_and_sealed(session, story, fresh, session.get_one(Review, first.id), "reviewer_1", 3)
    assert [other.get(path).text for path in pages] == before


@pytest.mark.parametrize(
    "part", ["lead_b", "lead_c", "reviewer_2", "icb_viewer_1", "region_viewer", "administrator_of_a"]
)
def test_b05_a_submission_one_may_not_know_of_is_as_a_random_one(
    database: Database, story: Story, browser_of: BrowserOf, part: str
) -> None:
    submission = signed(database, story)
    client = browser_of(story.people[part])
    ends = [*OWN_PAGES, "/withdraw", "/sign", "/decline", f"/copy/evidence/{uuid4()}"]
    for end in ends:
        known, random = (client.get(f"/submissions/{id_}{end}") for id_ in (submission.id, uuid4()))
        assert (known.status_code, known.text) == (404, random.text)


def test_withdraw_also_while_it_is_reviewed(database: Database, story: Story, browser_of: BrowserOf) -> None:
    submission = signed(database, story)
    lead = browser_of(story.people["lead_a"])
    path = f"/submissions/{submission.id}/withdraw"
    assert f'href="{path}"' in lead.get(f"/submissions/{submission.id}").text
    empty = lead.post(path, data={"reason": ""})
    assert (empty.status_code, empty.text.count("Enter a reason.")) == (422, 2)
    with database.write() as session:
        review = steps.assigned(session, story, submission, "reviewer_1")
        reviews.start(session, review, by=story.who(session, "reviewer_1"), at=NOW)
    assert lead.post(path, data={"reason": "A figure is wrong"}).status_code == 303
    answer = lead.post(path, data={"reason": "A figure is wrong"})
    assert (answer.status_code, "can no longer be withdrawn" in answer.text) == (409, True)
    assert "A figure is wrong" in answer.text
    assert f'href="{path}"' not in lead.get(f"/submissions/{submission.id}").text


def test_withdrawn_is_said_and_can_be_handed_over_again(
    database: Database, story: Story, browser_of: BrowserOf
) -> None:
    submission = signed(database, story)
    lead = browser_of(story.people["lead_a"])
    answer = lead.post(f"/submissions/{submission.id}/withdraw", data={"reason": "A figure is wrong"})
    assert answer.headers["location"] == f"/submissions/{submission.id}"
    html = lead.get(f"/submissions/{submission.id}").text
    assert ("Closed without review" in html, "It was withdrawn" in html, "A figure is wrong" in html) == (
        True,
    ) * 3
    assert (
        "This submission was withdrawn after it was signed"
        in lead.get(f"/submissions/{submission.id}/receipt").text
    )


def test_there_is_no_receipt_or_copy_before_the_signature(
    database: Database, story: Story, browser_of: BrowserOf
) -> None:
    with database.write() as session:
        submission = steps.handed_over(session, story)
    lead = browser_of(story.people["lead_a"])
    for page in ("/receipt", "/copy", f"/copy/evidence/{uuid4()}"):
        assert lead.get(f"/submissions/{submission.id}{page}").status_code == 404


def file_evidence(
    app: FastAPI, session: Session, story: Story, made: SelfAssessment, text: bytes
) -> Evidence:
    stored = app.state.portal.files.put(io.BytesIO(text))
    content = Content("paper.txt", "text/plain", stored.size, stored.sha256, stored.name)
    by = story.who(session, "lead_a")
    item = evidence.add_file(
        session,
        story.organisations["ZZA"],
        Details("A paper", date(2026, 1, 1)),
        content,
        quota=10**6,
        by=by,
        at=NOW,
    )
    code = story.framework.criteria[0].code
    evidence.link(session, made, story.framework, code, item.id, "", by=by, at=NOW)
    return item


def test_only_evidence_that_the_copy_names_is_given_out(
    app: FastAPI, database: Database, story: Story, browser_of: BrowserOf
) -> None:
    with database.write() as session:
        made = steps.finished(session, story)
        item = file_evidence(app, session, story, made, b"as signed")
        submission = steps.hand_over(session, story, made)
        steps.sign(session, story, submission)
        sealed = newest_version(session, item.id)
        stored = app.state.portal.files.put(io.BytesIO(b"newer"))
        content = Content("paper.txt", "text/plain", stored.size, stored.sha256, stored.name)
        newer = evidence.add_version(
            session, item, content, quota=10**6, by=story.who(session, "lead_a"), at=NOW
        )
    for part in ("lead_a", "administrator", "moderator"):
        client = browser_of(story.people[part])
        start = f"/submissions/{submission.id}/copy/evidence/"
        assert f'href="{start}{sealed.id}"' in client.get(f"/submissions/{submission.id}/copy").text
        answer = client.get(f"{start}{sealed.id}")
        assert (answer.status_code, answer.content) == (200, b"as signed")
        assert answer.headers["content-disposition"].startswith("attachment")
        for id_ in (newer.id, uuid4(), "nonsense"):
            assert client.get(f"{start}{id_}").status_code == 404


def test_the_list_says_what_is_next(database: Database, story: Story, browser_of: BrowserOf) -> None:
    submission = signed(database, story)
    administrator = browser_of(story.people["administrator"])
    html = administrator.get("/submissions").text
    assert f'<a href="/submissions/{submission.id}/reviewers">Assign 2 reviewers' in html
    assert "No submission fits these filters" in administrator.get("/submissions?status=decided").text
    for filters in (
        "status=submitted",
        "level=bronze",
        f"window={story.window_id}",
        "status=nonsense",
        "window=x",
    ):
        assert f'href="/submissions/{submission.id}"' in administrator.get(f"/submissions?{filters}").text
    assert (
        f'href="/submissions/{submission.id}/reviewers"'
        not in browser_of(story.people["moderator"]).get("/submissions").text
    )


@pytest.mark.parametrize("part", ["lead_a", "reviewer_1", "icb_viewer_1"])
def test_the_list_is_the_assemblys_alone(story: Story, browser_of: BrowserOf, part: str) -> None:
    assert browser_of(story.people[part]).get("/submissions").status_code == 404


def test_an_empty_list_says_when_something_will_be_there(story: Story, browser_of: BrowserOf) -> None:
    html = browser_of(story.people["administrator"]).get("/submissions").text
    assert "Submissions appear here when one does." in html
