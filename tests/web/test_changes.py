"""A request for changes in the browser: asked for by the Assembly, answered by the organisation, read by reviewers."""

import re
from collections.abc import Callable
from html import unescape
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from app.db import Database
from app.models import Person, Status, Submission
from tests import steps
from tests.digests import digest
from tests.story import Story
from tests.walk import errors_of, hidden_of, title_of, typed_of

BrowserOf = Callable[[Person], TestClient]
DUE = {"due-day": "6", "due-month": "12", "due-year": "2026"}
ASKED = {"reason": "One answer is short.", "change-B01": "Name the board.", **DUE}


def signed(database: Database, story: Story) -> str:
    with database.write() as session:
        return f"/submissions/{steps.signed(session, story).id}"


def text_of(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def rewritten(client: TestClient, database: Database, path: str, narrative: str, story: Story) -> None:
    """The lead writes another answer to B01."""
    with database.read() as session:
        own = session.get_one(Submission, _id(path)).self_assessment_id
    page = f"/self-assessments/{own}/criteria/B01"
    form = typed_of(story.framework.criterion("B01")) | {"narrative": narrative, "form-finished": "yes"}
    assert client.post(page, data={**hidden_of(client.get(page).text), **form}).status_code == 303


def _id(path: str) -> UUID:
    return UUID(path.rpartition("/")[2])


def test_what_is_asked_is_read_by_the_organisation_without_a_name(
    database: Database, story: Story, browser_of: BrowserOf
) -> None:
    path = signed(database, story)
    administrator = browser_of(story.people["administrator"])
    assert administrator.post(f"{path}/changes", data=ASKED).headers["location"] == path
    page = browser_of(story.people["lead_a"]).get(path).text
    shown = text_of(page)
    assert "Changes are requested by 6 December 2026 One answer is short. B01 " in shown
    assert "Name the board." in shown
    assert re.search(r"Changes requested [^.]*The Assembly|The Assembly[^.]*Changes requested", shown)
    assert story.people["administrator"].name not in page


@pytest.mark.parametrize(
    ("form", "field", "sentence"),
    [
        ({**DUE, "reason": "Short."}, "change-B01", "Say what to change in at least one criterion."),
        ({**ASKED, "reason": " "}, "reason", "Enter a reason."),
        ({**ASKED, "due-day": ""}, "due", "The day they are needed by must have a day"),
        ({**ASKED, "due-year": "2020"}, "due", "The day must be after today and within 180 days."),
    ],
)
def test_a_request_that_lacks_something_comes_back_with_what_was_typed(
    database: Database,
    story: Story,
    browser_of: BrowserOf,
    form: dict[str, str],
    field: str,
    sentence: str,
) -> None:
    path = signed(database, story)
    administrator = browser_of(story.people["administrator"])
    before = digest(database)
    answer = administrator.post(f"{path}/changes", data=form)
    assert (answer.status_code, f'href="#{field}"' in answer.text) == (422, True)
    if field != "due" or form["due-day"]:
        assert errors_of(answer.text) == [sentence]
    assert [value for value in form.values() if value.strip() and value not in unescape(answer.text)] == []
    assert digest(database) == before


def test_the_comparison_shows_the_words_that_changed_to_sponsor_and_reviewer(
    database: Database, story: Story, browser_of: BrowserOf
) -> None:
    path = signed(database, story)
    with database.write() as session:
        submission = session.get_one(Submission, _id(path))
        steps.assigned(session, story, submission, "reviewer_1")
        steps.changes_requested(session, story, submission, "B01")
    lead, sponsor = browser_of(story.people["lead_a"]), browser_of(story.people["sponsor_a"])
    rewritten(lead, database, path, "Made-up words of trust A about B01.", story)
    choice = {"sponsor": str(story.people["sponsor_a"].id)}
    assert "Made-up" in lead.get(f"{path}/hand-over-again").text
    assert lead.post(f"{path}/hand-over-again", data=choice).headers["location"] == path
    page = sponsor.get(f"{path}/sign").text
    changed = (["text"], ["words"])
    assert (removed(page), added(page)) == changed
    form = {**hidden_of(page), "read": "yes"}
    assert sponsor.post(f"{path}/sign", data=form).headers["location"] == f"{path}/receipt"
    for part in ("lead_a", "sponsor_a", "reviewer_1", "administrator"):
        page = browser_of(story.people[part]).get(f"{path}/comparison").text
        assert (part, removed(page), added(page)) == (part, *changed)
    first = lead.get(f"{path}/copy?number=1").text
    assert ("text of trust A about B01" in first, "words of trust A about B01" in first) == (True, False)


def removed(page: str) -> list[str]:
    return _marked(page, "del")


def added(page: str) -> list[str]:
    return _marked(page, "ins")


def _marked(page: str, tag: str) -> list[str]:
    found = re.findall(rf"<{tag}>.*?</span>(.*?)<span", page, re.DOTALL)
    return [unescape(text).strip() for text in found]


def test_without_a_second_copy_there_is_nothing_to_compare(
    database: Database, story: Story, browser_of: BrowserOf
) -> None:
    path = signed(database, story)
    answer = browser_of(story.people["lead_a"]).get(f"{path}/comparison")
    unknown = browser_of(story.people["lead_a"]).get(f"/submissions/{uuid4()}/comparison")
    assert (answer.status_code, title_of(answer.text)) == (404, title_of(unknown.text))


@pytest.mark.parametrize(
    ("part", "status"),
    [("administrator_of_a", 404), ("reviewer_1", 404), ("lead_a", 403), ("lead_b", 404), ("moderator", 403)],
)
def test_only_an_administrator_without_a_conflict_asks(
    database: Database, story: Story, browser_of: BrowserOf, part: str, status: int
) -> None:
    path = signed(database, story)
    browser = browser_of(story.people[part])
    before = digest(database)
    answer = browser.post(f"{path}/changes", data=ASKED)
    assert (answer.status_code, digest(database)) == (status, before)


def test_a_sponsor_who_declines_the_changes_leaves_the_request_open(
    database: Database, story: Story, browser_of: BrowserOf
) -> None:
    path = signed(database, story)
    with database.write() as session:
        steps.changes_requested(session, story, session.get_one(Submission, _id(path)), "B01")
    lead, sponsor = browser_of(story.people["lead_a"]), browser_of(story.people["sponsor_a"])
    rewritten(lead, database, path, "Other words.", story)
    lead.post(f"{path}/hand-over-again", data={"sponsor": str(story.people["sponsor_a"].id)})
    assert sponsor.post(f"{path}/decline", data={"reason": "Too early."}).headers["location"] == path
    assert "declined to sign the changes. The reason: Too early." in text_of(lead.get(path).text)
    with database.read() as session:
        assert session.get_one(Submission, _id(path)).status is Status.CHANGES_REQUESTED
