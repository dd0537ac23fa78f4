"""What an earlier decision asked for goes out with the forms at its criterion, and the answer comes back with them."""

import html
import io
from collections.abc import Callable

import pypdfium2  # type: ignore[import-untyped]
import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select

from app.actions.imports import SINCE
from app.adapters.documents.reading import read as read_document
from app.adapters.spreadsheets.reading import read as read_spreadsheet
from app.db import Database
from app.models import Condition, ConditionAnswer, Event, Outcome, SelfAssessment
from tests import steps
from tests.actions.test_conditions import released, say
from tests.adapters.filled_forms import in_document, in_spreadsheet
from tests.digests import digest
from tests.story import Story
from tests.walk import errors_of, hidden_of
from tests.web.test_imports import apply, bring, exported, preview_of

LABEL = "Last time you were asked: Show the minute."
DONE = "It is in the paper of May.\nPage 4."
READ = {"docx": read_document, "xlsx": read_spreadsheet}
WRITE = {"docx": in_document, "xlsx": in_spreadsheet}
both = pytest.mark.parametrize("ending", ["docx", "xlsx"])


@pytest.fixture
def made(database: Database, story: Story) -> SelfAssessment:
    """Of trust A, asked for more at B02 by the decision on its last submission."""
    with database.write() as session:
        own = steps.finished(session, story)
        released(session, story, own)
    return own


@pytest.fixture
def own(made: SelfAssessment) -> str:
    return f"/self-assessments/{made.id}"


@pytest.fixture
def lead(browser_of: Callable[..., TestClient], story: Story) -> TestClient:
    return browser_of(story.people["lead_a"])


@pytest.fixture
def key(made: SelfAssessment, database: Database) -> str:
    with database.read() as session:
        return f"B02/condition-{session.exec(select(Condition.id)).one()}"


def said(database: Database) -> list[tuple[str, int]]:
    with database.read() as session:
        return [(row.text, row.version) for row in session.exec(select(ConditionAnswer)).all()]


@both
def test_the_forms_ask_it_once_at_its_criterion(
    ending: str, own: str, key: str, lead: TestClient, database: Database, story: Story, made: SelfAssessment
) -> None:
    with database.write() as session:
        say(session, story, made, DONE)
    filled = READ[ending](exported(lead, own, ending))
    conditions = {one: text for one, text in filled.texts.items() if "condition" in one}
    assert (conditions, list(filled.texts).index(key) < list(filled.texts).index("B02/rating")) == (
        {key: DONE},
        True,
    )


def test_the_pdf_for_reading_tells_it(own: str, lead: TestClient, key: str) -> None:
    document = pypdfium2.PdfDocument(io.BytesIO(exported(lead, own, "pdf")))
    words = " ".join("".join(page.get_textpage().get_text_range() for page in document).split())
    assert LABEL in words


@both
def test_what_was_done_is_shown_and_then_saved_with_its_line_of_history(
    ending: str, own: str, key: str, lead: TestClient, database: Database
) -> None:
    source = WRITE[ending](exported(lead, own, ending), key, DONE)
    preview = preview_of(lead, own, source, f"form.{ending}")
    page = html.unescape(lead.get(preview).text)
    assert ("1 question would change. Nothing has changed yet." in page, LABEL in page, DONE in page) == (
        True,
        True,
        True,
    )
    assert said(database) == []
    answer = lead.post(preview, data=hidden_of(page))
    assert (answer.headers["location"], said(database)) == (f"{own}/import?applied=1", [(DONE, 1)])
    with database.read() as session:
        last = session.exec(select(Event).where(Event.verb == "answer condition").order_by(col(Event.number)))
        assert [line.facts["criterion"] for line in last.all()] == ["B02"]
    assert "Nothing would change" in lead.get(preview_of(lead, own, source, f"form.{ending}")).text


def test_an_emptied_answer_is_taken_away_and_an_untouched_one_stays(
    own: str, key: str, lead: TestClient, database: Database, story: Story, made: SelfAssessment
) -> None:
    with database.write() as session:
        say(session, story, made, "Done.")
    source = exported(lead, own)
    with database.write() as session:
        say(session, story, made, "Done in May.", version=1)
    assert "Nothing would change" in lead.get(preview_of(lead, own, source)).text
    assert said(database) == [("Done in May.", 2)]
    emptied = in_spreadsheet(exported(lead, own), key, None)
    assert apply(lead, preview_of(lead, own, emptied)).status_code == 303
    assert said(database) == [("", 3)]


@pytest.mark.parametrize(
    ("choice", "kept"),
    [("portal", "In the portal."), ("file", "Away."), ("both", "In the portal.\n\nAway.")],
)
def test_what_a_colleague_saved_since_is_shown_beside_and_a_choice_asked_for(
    choice: str,
    kept: str,
    own: str,
    key: str,
    lead: TestClient,
    database: Database,
    story: Story,
    made: SelfAssessment,
) -> None:
    source = in_spreadsheet(exported(lead, own), key, "Away.")
    with database.write() as session:
        say(session, story, made, "In the portal.")
    preview = preview_of(lead, own, source)
    refused = apply(lead, preview)
    assert (refused.status_code, errors_of(refused.text)) == (422, [f"Choose what to save for B02: {LABEL}"])
    assert said(database) == [("In the portal.", 1)]
    assert apply(lead, preview, **{f"choice-{key}": choice}).status_code == 303
    assert said(database) == [(kept, 1 if choice == "portal" else 2)]


def test_what_a_colleague_saves_after_the_preview_stops_it(
    own: str, key: str, lead: TestClient, database: Database, story: Story, made: SelfAssessment
) -> None:
    preview = preview_of(lead, own, in_spreadsheet(exported(lead, own), key, "Away."))
    page = lead.get(preview).text
    with database.write() as session:
        say(session, story, made, "In the portal.")
    refused = lead.post(preview, data=hidden_of(page))
    assert (refused.status_code, errors_of(refused.text), said(database)) == (
        409,
        [SINCE],
        [("In the portal.", 1)],
    )


def test_a_text_that_cannot_be_kept_stops_the_whole(
    own: str, key: str, lead: TestClient, database: Database
) -> None:
    source = in_spreadsheet(exported(lead, own), key, "x" * 10_001)
    preview = preview_of(lead, own, in_spreadsheet(source, "B02/narrative", "New."))
    page = lead.get(preview).text
    assert ("Shorten this to 10,000 characters or fewer" in page, "Apply all of this" in page) == (
        True,
        False,
    )
    before = digest(database)
    assert lead.post(preview, data=hidden_of(page)).status_code == 422
    assert digest(database) == before


def test_what_is_no_longer_asked_is_refused_when_it_was_answered_and_ignored_when_not(
    own: str, key: str, lead: TestClient, database: Database, story: Story, made: SelfAssessment
) -> None:
    source = exported(lead, own)
    with database.write() as session:
        released(session, story, made, Outcome.RECOGNISED, {})
    assert "Nothing would change" in lead.get(preview_of(lead, own, source)).text
    before = digest(database)
    refused = bring(lead, own, in_spreadsheet(source, key, "Done."))
    assert (refused.status_code, errors_of(refused.text), digest(database)) == (
        422,
        [
            "What you were asked last time at B02 is no longer asked for. Export the form again and copy your "
            "answers into it."
        ],
        before,
    )
