"""The page of comments, and that they never leave the organisation."""

import html
import io
import re
import zipfile
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import select

from app.db import Database
from app.models import Comment, Review, SealedCopy, SelfAssessment, Submission
from app.web.guards import routes_of
from tests import steps
from tests.sharing import started
from tests.story import PEOPLE, Story
from tests.walk import errors_of, methods_of

BrowserOf = Callable[..., TestClient]
CANARY = "canarycomment"


@pytest.fixture
def path(database: Database, story: Story) -> str:
    with database.write() as session:
        return f"/self-assessments/{started(session, story).id}/criteria/B01"


def ids(database: Database) -> list[UUID]:
    with database.read() as session:
        return list(session.exec(select(Comment.id).order_by(Comment.written_at)).all())  # type: ignore[arg-type]


def words(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_colleagues_comment_resolve_and_open_again(
    browser_of: BrowserOf, story: Story, database: Database, path: str
) -> None:
    lead, sponsor = (browser_of(story.people[part]) for part in ("lead_a", "sponsor_a"))
    answer = sponsor.post(f"{path}/comments", data={"comment": "Which year is <b>this</b>?"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}/comments")
    page = lead.get(f"{path}/comments").text
    assert "Which year is &lt;b&gt;this&lt;/b&gt;?" in page
    assert "1 open Executive sponsor, trust A," in words(page)
    assert "Comments: 1 open" in lead.get(path).text
    (id_,) = ids(database)
    assert lead.post(f"{path}/comments/{id_}/resolve").headers["location"] == f"{path}/comments"
    page = lead.get(f"{path}/comments").text
    assert "0 open No comment is open. 1 resolved comment Executive sponsor" in words(page)
    assert "Resolved by EDI lead, trust A," in words(page)
    assert "Comments: 1 open" not in lead.get(path).text
    again = lead.post(f"{path}/comments/{id_}/resolve")
    assert (again.status_code, "resolved already" in again.text) == (409, True)
    assert sponsor.post(f"{path}/comments/{id_}/reopen").status_code == 303
    assert "1 open" in words(sponsor.get(f"{path}/comments").text)


def test_open_ones_come_first(browser_of: BrowserOf, story: Story, database: Database, path: str) -> None:
    lead = browser_of(story.people["lead_a"])
    for text in ("The first one", "The second one"):
        lead.post(f"{path}/comments", data={"comment": text})
    with database.read() as session:
        first = session.exec(select(Comment.id).where(Comment.text == "The first one")).one()
    lead.post(f"{path}/comments/{first}/resolve")
    page = lead.get(f"{path}/comments").text
    assert page.index("The second one") < page.index("<details") < page.index("The first one")


@pytest.mark.parametrize("text", ["", "a" * 2001])
def test_a_refused_comment_keeps_its_text(
    browser_of: BrowserOf, story: Story, database: Database, path: str, text: str
) -> None:
    answer = browser_of(story.people["lead_a"]).post(f"{path}/comments", data={"comment": text})
    assert (answer.status_code, len(errors_of(answer.text)), ids(database)) == (422, 1, [])
    assert f">{text}</textarea>" in answer.text


def test_a05_a_comment_belongs_to_its_criterion_and_organisation(
    browser_of: BrowserOf, story: Story, database: Database, path: str
) -> None:
    lead = browser_of(story.people["lead_a"])
    lead.post(f"{path}/comments", data={"comment": "Mine"})
    (id_,) = ids(database)
    with database.write() as session:
        of_b = f"/self-assessments/{started(session, story, 'ZZB', 'lead_b').id}/criteria/B01"
    lead_b = browser_of(story.people["lead_b"])
    for verb in ("resolve", "reopen"):
        elsewhere = path.replace("B01", "B02")
        assert lead.post(f"{elsewhere}/comments/{id_}/{verb}").status_code == 404
        foreign = lead_b.post(f"{of_b}/comments/{id_}/{verb}")
        random = lead_b.post(f"{of_b}/comments/{uuid4()}/{verb}")
        assert (foreign.status_code, foreign.content) == (404, random.content)
    for unknown in ("B99", "x"):
        assert lead.get(path.replace("B01", unknown) + "/comments").status_code == 404
        posted = lead.post(path.replace("B01", unknown) + "/comments", data={"comment": "x"})
        assert posted.status_code == 404


def test_a09_every_colleague_and_nobody_else_comments(
    browser_of: BrowserOf, story: Story, database: Database, path: str
) -> None:
    found = {}
    for part in PEOPLE:
        browser = browser_of(story.people[part])
        found[part] = {
            browser.get(f"{path}/comments").status_code,
            browser.post(f"{path}/comments", data={"comment": "x"}).status_code,
        }
    own = {"lead_a", "contributor_a", "sponsor_a", "chair_a"}
    assert found == {part: {200, 303} if part in own else {404} for part in PEOPLE}
    assert len(ids(database)) == 4


def test_a01_no_page_sealed_copy_or_file_outside_tells_a_comment(
    app: FastAPI, browser_of: BrowserOf, story: Story, database: Database
) -> None:
    """Every GET route, opened by each kind of person outside trust A, once its submission is being reviewed."""
    with database.write() as session:
        submission = steps.handed_over(session, story)
        made = session.exec(select(SelfAssessment)).one()
    path = f"/self-assessments/{made.id}/criteria/B01/comments"
    lead = browser_of(story.people["lead_a"])
    lead.post(path, data={"comment": CANARY})
    with database.write() as session:
        row = session.get_one(Submission, submission.id)
        steps.sign(session, story, row)
        review = steps.assigned(session, story, row, "reviewer_1")
        assert CANARY not in session.exec(select(SealedCopy.document)).one()
        review_id = session.get_one(Review, review.id).id
    known = {
        "organisation_id": story.organisations["ZZA"].id,
        "self_assessment_id": made.id,
        "submission_id": submission.id,
        "review_id": review_id,
        "window_id": story.window_id,
        "code": "B01",
        "level": "bronze",
    }
    told, opened = [], 0
    for part in ("reviewer_1", "moderator", "administrator", "icb_viewer_1", "lead_b"):
        browser = browser_of(story.people[part])
        for route in routes_of(app):
            names = re.findall(r"{(\w+)}", route.path)
            if "GET" not in methods_of(route) or not set(names) <= known.keys() or "/dev/" in route.path:
                continue
            answer = browser.get(route.path.format(**known))
            opened += answer.status_code == 200
            told += [(part, route.path)] * tells(answer.content)
    assert (told, opened > 50) == ([], True)
    # What the organisation itself submits, downloads or exports as a sealed copy does not hold it either.
    for own in (f"/submissions/{submission.id}/copy", f"/submissions/{submission.id}/receipt"):
        answer = lead.get(own)
        assert (answer.status_code, tells(answer.content)) == (200, False)
    assert tells(lead.get(path).content)  # the search would find it where it is


def tells(content: bytes) -> bool:
    """Whether an answer holds the canary, in a packed file too."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return any(CANARY.encode() in packed.read(name) for name in packed.namelist())
    return CANARY.encode() in content
