"""Good practice over HTTP: consent, redacted files, curation, and what everyone sees until it is taken back."""

import html
import re
from collections.abc import Callable
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from app.db import Database
from app.models import Person
from tests import samples
from tests.conftest import Clock
from tests.judging import NARRATIVE, sealed_submission
from tests.recognised import certificate_of, consented, prepared, published, recognised, shown
from tests.second_version import published as second_published
from tests.story import NOW, Story
from tests.walk import EVIDENCE, errors_of, hidden_of

BrowserOf = Callable[[Person], TestClient]
HEADING = "Examples from recognised organisations"
CONSENT = {"credit": "Fictional trust A", "note": "Leave out the month.", "agree": "yes"}
CHOSEN = {"excerpt": "The board approved the statement", "why": "The board owns it."}


@pytest.fixture
def path(database: Database, story: Story, clock: Clock) -> str:
    """The page of the recognition's examples."""
    with database.write() as session:
        return f"/submissions/{recognised(session, story).id}/examples"


def text_of(page: str) -> str:
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", page).split()))


def _file(browser: TestClient, path: str, content: bytes, name: str = "minutes-of-jane-smith.pdf") -> str:
    files = {"file": (name, content)}
    answer = browser.post(f"{path}/file", data=EVIDENCE | {"title": "Minutes, redacted"}, files=files)
    assert answer.status_code == 303, errors_of(answer.text)
    return str(answer.headers["location"])


def _shown_example(browser_of: BrowserOf, story: Story, path: str, content: bytes | None = None) -> None:
    """From consent to page, as the two sides click through it."""
    lead, administrator = browser_of(story.people["lead_a"]), browser_of(story.people["administrator"])
    assert lead.post(f"{path}/B01", data=CONSENT).headers["location"] == f"{path}/B01"
    if content is not None:
        _file(lead, f"{path}/B01", content)
    page = f"{path}/B01/curate"
    form = hidden_of(administrator.get(page).text) | CHOSEN
    assert administrator.post(page, data=form).headers["location"] == f"{page}#preview"
    preview = administrator.get(page).text
    assert "Leave out the month." in preview  # what the organisation asks, for the Assembly alone
    form = {"version": re.findall(r'name="version" value="(\d+)"', preview)[0]}
    assert administrator.post(f"{page}/publish", data=form).status_code == 303


def test_an_example_stands_beside_its_criterion_credited_until_it_is_taken_back(
    browser_of: BrowserOf, story: Story, client: TestClient, path: str
) -> None:
    places = ("/framework/B01", "/examples", "/examples?words=statement", "/examples.json", "/framework")
    before = [client.get(place).text for place in places]
    assert [HEADING in page for page in before] == [False] * 5
    _shown_example(browser_of, story, path)
    public = text_of(client.get("/framework/B01").text)
    assert (
        "The board approved the statement […] Why this is good practice: The board owns it. "
        "Fictional trust A . Recognised at Bronze on 22 November 2026. "
        "Demonstration: this organisation is fictional."
    ).replace(" .", ".") in public
    assert "Leave out" not in public
    assert HEADING not in client.get("/framework/B02").text
    (told,) = client.get("/examples.json").json()["examples"]
    assert (told["criterion"], told["excerpt"], told["credit"], told["level"], told["fictional"]) == (
        "B01", "The board approved the statement […]", "Fictional trust A", "Bronze", True,
    )  # fmt: skip
    assert client.get("/examples.json").headers["cache-control"] == "no-store"
    assert browser_of(story.people["sponsor_a"]).post(f"{path}/B01/take-back").status_code == 303
    after = [client.get(place).text for place in places]
    assert after == before
    assert "Consent of 22 November 2026 was taken back" in text_of(
        browser_of(story.people["lead_a"]).get(f"{path}/B01").text
    )


def test_a_writer_sees_it_and_where_there_is_none_nothing_is_drawn(
    browser_of: BrowserOf, story: Story, database: Database, clock: Clock
) -> None:
    with database.write() as session:
        shown(session, story)
    lead = browser_of(story.people["lead_b"])
    organisation = story.organisations["ZZB"].id
    own = lead.post(f"/organisations/{organisation}/self-assessments").headers["location"]
    pages = [lead.get(f"{own}/criteria/{code}").text for code in ("B01", "B02")]
    assert [HEADING in page for page in pages] == [True, False]
    assert "Written for" not in pages[0]  # it is of this very criterion


def test_in_a_newer_version_it_stands_where_the_criterion_carried_over_and_is_marked(
    story: Story, database: Database, client: TestClient, clock: Clock
) -> None:
    """B01 and B02 became N1; B04 became nothing."""
    with database.write() as session:
        submission, _, _ = shown(session, story)
        for code in ("B02", "B03"):
            given = consented(session, story, submission, code)
            published(session, story, submission, given, prepared(session, story, submission, given))
    with database.write() as session:
        second_published(session, story)
    pages = {
        code: text_of(client.get(f"/framework/{code}").text) for code in ("N1", "N2", "B03", "B05", "N3")
    }
    marks = {
        code: re.findall(r"Written for (\S+) of version 2023.illustrative", page)
        for code, page in pages.items()
    }
    assert {code: sorted(found) for code, found in marks.items()} == {
        "N1": ["B01", "B02"], "N2": ["B03"], "B03": ["B03"], "B05": [], "N3": [],
    }  # fmt: skip


def test_a_redacted_file_is_opened_as_the_copy_without_metadata_and_under_another_name(
    browser_of: BrowserOf, story: Story, client: TestClient, path: str
) -> None:
    content = samples.pdf("redacted minutes")
    _shown_example(browser_of, story, path, content)
    (address,) = set(re.findall(r"/examples/[0-9a-f-]{36}/files/1", client.get("/framework/B01").text))
    answer = client.get(address)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.headers["content-disposition"].startswith('attachment; filename="example-B01-1.pdf"')
    assert (answer.content[:5], answer.content != content) == (b"%PDF-", True)  # scrubbed, not the upload
    assert client.get(address.replace("files/1", "files/2")).status_code == 404
    browser_of(story.people["lead_a"]).post(f"{path}/B01/take-back")
    assert client.get(address).status_code == 404


def test_a_file_that_came_after_the_assembly_looked_is_not_shown(
    browser_of: BrowserOf, story: Story, client: TestClient, path: str, clock: Clock
) -> None:
    _shown_example(browser_of, story, path)
    clock.at = NOW.replace(hour=13)
    _file(browser_of(story.people["lead_a"]), f"{path}/B01", samples.pdf("later"))
    assert "/files/" not in client.get("/framework/B01").text
    page = text_of(browser_of(story.people["lead_a"]).get(f"{path}/B01").text)
    assert "Shown once the Assembly publishes the example with it." in page


def test_a_file_with_an_open_warning_or_of_the_sealed_copy_is_not_shown(
    browser_of: BrowserOf, story: Story, client: TestClient, path: str
) -> None:
    lead, page = browser_of(story.people["lead_a"]), f"{path}/B01"
    lead.post(page, data=CONSENT)
    where = _file(lead, page, samples.txt("Write to jane.smith@trust.example about it."), "notes.txt")
    assert re.fullmatch(r"/evidence/[0-9a-f-]{36}/findings", where)
    curated = text_of(browser_of(story.people["administrator"]).get(f"{page}/curate").text)
    assert "Not shown: it is not checked yet, or a warning about it waits" in curated
    assert browser_of(story.people["administrator"]).get(f"{page}/curate/files/1").status_code == 404
    assert lead.post(where, data={"version": "1", "reason": "It is a public address."}).status_code == 303
    assert browser_of(story.people["administrator"]).get(f"{page}/curate/files/1").status_code == 200


WHO_MAY = {
    "lead_a": (200, 303, 404),
    "sponsor_a": (200, 303, 404),
    "contributor_a": (200, 403, 404),
    "chair_a": (200, 403, 404),
    "lead_b": (404, 404, 404),
    "administrator": (403, 403, 200),
    "administrator_of_a": (404, 404, 404),
    "moderator": (403, 403, 403),
    "reviewer_1": (403, 403, 403),
    "icb_viewer_1": (404, 404, 404),
}


@pytest.mark.parametrize("part", WHO_MAY)
def test_who_may_read_give_and_curate(browser_of: BrowserOf, story: Story, path: str, part: str) -> None:
    browser_of(story.people["lead_a"]).post(f"{path}/B02", data=CONSENT)
    browser = browser_of(story.people[part])
    found = (
        browser.get(f"{path}/B01").status_code,
        browser.post(f"{path}/B01", data=CONSENT).status_code,
        browser.get(f"{path}/B02/curate").status_code,
    )
    own = part in ("lead_a", "sponsor_a", "contributor_a", "chair_a")
    expected = WHO_MAY[part]
    assert found == (expected if not own else (expected[0], expected[1], 403))


def test_a_sponsor_consents_but_the_library_is_the_leads(
    browser_of: BrowserOf, story: Story, path: str
) -> None:
    sponsor = browser_of(story.people["sponsor_a"])
    sponsor.post(f"{path}/B01", data=CONSENT)
    assert sponsor.get(f"{path}/B01/file").status_code == 403
    assert "Add a redacted copy" not in sponsor.get(f"{path}/B01").text


def test_forms_say_what_is_missing(browser_of: BrowserOf, story: Story, path: str) -> None:
    lead, administrator = browser_of(story.people["lead_a"]), browser_of(story.people["administrator"])
    answer = lead.post(f"{path}/B01", data=CONSENT | {"agree": "", "credit": "Kept"})
    assert (answer.status_code, errors_of(answer.text)) == (
        422, ["Tick the box to say that your organisation agrees."],
    )  # fmt: skip
    assert 'value="Kept"' in answer.text
    lead.post(f"{path}/B01", data=CONSENT)
    page = f"{path}/B01/curate"
    form = hidden_of(administrator.get(page).text) | CHOSEN
    wrong = administrator.post(page, data=form | {"excerpt": "The board refused."})
    assert (wrong.status_code, "does not stand in the sealed answer" in errors_of(wrong.text)[0]) == (
        422,
        True,
    )
    named = administrator.post(page, data=form | {"why": "Dr Patel led it."})
    assert errors_of(named.text) == ["Look at what was found, then tick the box or cut it out."]
    assert "Name of a person: Dr Patel" in text_of(named.text)
    mail = administrator.post(page, data=form | {"why": "Ask jane@trust.example."})
    assert errors_of(mail.text) == ["Cut out what identifies a person: email address (j***@trust.example)."]
    assert (
        administrator.post(page, data=form | {"why": "Dr Patel led it.", "looked": "yes"}).status_code == 303
    )


@pytest.mark.reaches_past  # a submission without a history
def test_nothing_tells_of_examples_before_the_release(
    browser_of: BrowserOf, story: Story, database: Database, client: TestClient, clock: Clock
) -> None:
    """The page is not there, whatever was decided, and the answer says nothing of it."""
    with database.write() as session:
        path = f"/submissions/{sealed_submission(session, story).id}/examples"
    lead = browser_of(story.people["lead_a"])
    assert [lead.get(path).status_code, lead.get(f"{path}/B01").status_code] == [404, 404]
    assert lead.post(f"{path}/B01", data=CONSENT).status_code == 404


def test_the_texts_shown_are_of_the_sealed_copy(browser_of: BrowserOf, story: Story, path: str) -> None:
    page = text_of(browser_of(story.people["lead_a"]).get(f"{path}/B01").text)
    assert NARRATIVE in page
    assert browser_of(story.people["lead_a"]).get(f"{path}/B09").status_code == 404


def test_the_certificate_is_what_it_hangs_on(
    browser_of: BrowserOf, story: Story, path: str, client: TestClient, database: Database, clock: Clock
) -> None:
    """The day after the last day in date, midnight in London."""
    _shown_example(browser_of, story, path)
    with database.read() as session:
        last = certificate_of(session, UUID(path.split("/")[2])).expires_on
    clock.at = NOW.replace(year=last.year, month=last.month, day=last.day, hour=23)
    assert HEADING in client.get("/framework/B01").text
    clock.at = clock.at.replace(day=last.day + 1, hour=0)
    assert HEADING not in client.get("/framework/B01").text


def test_what_the_portal_takes_out_of_a_redacted_file_counts_from_the_next_look(
    browser_of: BrowserOf, story: Story, client: TestClient, path: str, clock: Clock
) -> None:
    """A newer version is shown once the Assembly publishes again; until then the one that it saw."""
    _shown_example(browser_of, story, path, samples.pdf("first"))
    (address,) = set(re.findall(r"/examples/[0-9a-f-]{36}/files/1", client.get("/framework/B01").text))
    first = client.get(address).content
    lead = browser_of(story.people["lead_a"])
    clock.at = NOW.replace(minute=10)
    (item,) = set(re.findall(r"/evidence/[0-9a-f-]{36}", lead.get(f"{path}/B01").text))
    lead.post(f"{item}/versions", files={"file": ("newer.pdf", samples.pdf("second"))})
    assert client.get(address).content == first
    administrator, page = browser_of(story.people["administrator"]), f"{path}/B01/curate"
    administrator.post(f"{page}/take-down", data={"reason": "There is a newer file."})
    assert client.get(address).status_code == 404
    clock.at = NOW.replace(minute=20)
    administrator.post(f"{page}/publish", data={"version": "1"})
    assert client.get(address).content != first
