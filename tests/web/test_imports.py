"""Bringing back a filled form: nothing changes before the person says so, then all of it or nothing."""

import html
import io
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from app.actions import self_assessments as actions
from app.adapters.documents.reading import read as read_document
from app.adapters.documents.writing import write as write_document
from app.adapters.forms import LARGEST, NEWER, NOT_OURS
from app.adapters.spreadsheets.reading import read as read_spreadsheet
from app.adapters.spreadsheets.writing import write
from app.config import MEGABYTE
from app.criteria.schema import Criterion, QuestionKind
from app.db import Database
from app.models import Event, FrameworkVersion, SelfAssessment
from app.queries import exports as queries
from app.queries import self_assessments
from app.queries.frameworks import FrameworkShelf
from app.rules.exports import form_of
from app.rules.imports import changes
from tests import samples
from tests.adapters import filled_forms
from tests.adapters.filled_forms import in_document, in_spreadsheet
from tests.digests import digest
from tests.story import NOW, Story
from tests.walk import errors_of, hidden_of

BrowserOf = Callable[..., TestClient]
NARRATIVE = "B02/narrative"


@pytest.fixture
def self_assessment(database: Database, story: Story) -> SelfAssessment:
    """Of trust A, with a first answer to B02."""
    with database.write() as session:
        version = session.get_one(FrameworkVersion, story.version_id)
        made = actions.start(
            session, story.organisations["ZZA"], version, by=story.who(session, "lead_a"), at=NOW
        )
        save(session, story, made, {"narrative": "First text", "rating": "1", "role": "Chief nurse"})
    return made


def save(
    session: Session,
    story: Story,
    made: SelfAssessment,
    typed: Mapping[str, str],
    code: str = "B02",
    is_finished: bool | None = None,
) -> None:
    by = story.who(session, "contributor_a")
    actions.save_answer(
        session, made, story.framework, code, typed, seen=None, is_finished=is_finished, by=by, at=NOW
    )


@pytest.fixture
def own(self_assessment: SelfAssessment) -> str:
    return f"/self-assessments/{self_assessment.id}"


@pytest.fixture
def lead(browser_of: BrowserOf, story: Story) -> TestClient:
    return browser_of(story.people["lead_a"])


def exported(browser: TestClient, own: str, ending: str = "xlsx") -> bytes:
    answer = browser.get(f"{own}/export.{ending}?level=bronze")
    assert answer.status_code == 200
    return answer.content


def bring(browser: TestClient, own: str, source: bytes, name: str = "form.xlsx") -> Response:
    return browser.post(f"{own}/import", files={"file": (name, io.BytesIO(source))})


def preview_of(browser: TestClient, own: str, source: bytes, name: str = "form.xlsx") -> str:
    answer = bring(browser, own, source, name)
    assert answer.status_code == 303, errors_of(answer.text)
    return str(answer.headers["location"])


def apply(browser: TestClient, preview: str, **choices: str) -> Response:
    shown = browser.get(preview)
    assert shown.status_code == 200
    return browser.post(preview, data={**hidden_of(shown.text), **choices})


def values(database: Database, self_assessment: SelfAssessment, code: str = "B02") -> dict[str, Any]:
    with database.read() as session:
        found = self_assessments.answer(session, self_assessment.id, code)
        return dict(found.values) if found else {}


def verbs(database: Database, self_assessment: SelfAssessment) -> list[str]:
    with database.read() as session:
        stream = f"self-assessment:{self_assessment.id}"
        return list(
            session.exec(select(Event.verb).where(Event.stream == stream).order_by(col(Event.number))).all()
        )


def text_of(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.partition("<main")[2])).split())


@pytest.mark.parametrize("ending", ["docx", "xlsx"])
def test_a_form_brought_back_untouched_changes_nothing(
    lead: TestClient, own: str, database: Database, ending: str
) -> None:
    preview = preview_of(lead, own, exported(lead, own, ending), f"form.{ending}")
    before = digest(database)
    words = text_of(lead.get(preview).text)
    assert "Nothing would change: what the form says is saved already, or was not touched." in words
    assert "Apply all of this" not in words
    assert digest(database) == before


FILL = {"docx": in_document, "xlsx": in_spreadsheet}


@pytest.mark.parametrize("ending", ["docx", "xlsx"])
def test_what_was_written_away_is_shown_and_then_saved_in_one_step(
    lead: TestClient, own: str, database: Database, self_assessment: SelfAssessment, ending: str
) -> None:
    fill = FILL[ending]
    source = fill(exported(lead, own, ending), NARRATIVE, "Second text\nof two lines")
    source = fill(source, "B02/date", "27 March 2026")
    preview = preview_of(lead, own, source, f"form.{ending}")
    before = digest(database)
    words = text_of(lead.get(preview).text)
    assert "2 questions would change. Nothing has changed yet." in words
    assert "In the form Second text of two lines Saved in the portal now First text" in words
    assert digest(database) == before
    assert apply(lead, preview).headers["location"] == f"{own}/import?applied=1"
    assert values(database, self_assessment) == {
        "rating": "1",
        "narrative": "Second text\nof two lines",
        "role": "Chief nurse",
        "date": "2026-03-27",
    }
    assert verbs(database, self_assessment)[-2:] == ["bring back form", "save answer"]
    shown = lead.get(f"{own}/import?applied=1")
    assert "1 answer was saved from the form." in text_of(shown.text)


def test_each_answer_that_changes_is_one_event_and_others_stay(
    lead: TestClient, own: str, database: Database, self_assessment: SelfAssessment
) -> None:
    source = exported(lead, own)
    for key, text in (
        (NARRATIVE, "Two"),
        ("B02/rating", "3: Embedded"),
        ("B03/narrative", "Three"),
        ("B04/form-finished", "Yes"),
    ):
        source = in_spreadsheet(source, key, text)
    apply(lead, preview_of(lead, own, source))
    assert verbs(database, self_assessment)[3:] == ["save answer"] * 3
    assert values(database, self_assessment)["rating"] == "3"
    assert values(database, self_assessment, "B03") == {"narrative": "Three"}
    with database.read() as session:
        tick = self_assessments.answer(session, self_assessment.id, "B04")
        assert tick is not None
        assert (tick.is_finished, tick.values) == (True, {})


def test_an_answer_cleared_in_the_file_is_cleared(
    lead: TestClient, own: str, database: Database, self_assessment: SelfAssessment
) -> None:
    apply(lead, preview_of(lead, own, in_spreadsheet(exported(lead, own), NARRATIVE, None)))
    assert values(database, self_assessment) == {"rating": "1", "role": "Chief nurse"}


def test_what_nobody_touched_in_the_file_stays_as_it_was_saved_since(
    lead: TestClient, own: str, database: Database, self_assessment: SelfAssessment, story: Story
) -> None:
    source = in_spreadsheet(exported(lead, own), "B02/role", "Chief executive")
    with database.write() as session:
        save(session, story, self_assessment, {"narrative": "Newer text"})
    apply(lead, preview_of(lead, own, source))
    assert values(database, self_assessment) == {
        "rating": "1",
        "narrative": "Newer text",
        "role": "Chief executive",
    }


@pytest.mark.parametrize(
    ("choice", "expected"),
    [("file", "From the file"), ("portal", "Newer text"), ("both", "Newer text\n\nFrom the file")],
)
def test_a_conflict_is_marked_and_the_person_chooses(
    lead: TestClient,
    own: str,
    database: Database,
    self_assessment: SelfAssessment,
    story: Story,
    choice: str,
    expected: str,
) -> None:
    source = in_spreadsheet(exported(lead, own), NARRATIVE, "From the file")
    with database.write() as session:
        save(session, story, self_assessment, {"narrative": "Newer text"})
    preview = preview_of(lead, own, source)
    assert "for 1 of them somebody saved another answer since the form was exported" in text_of(
        lead.get(preview).text
    )
    before = digest(database)
    undecided = apply(lead, preview)
    label = story.framework.criterion("B02").questions[1].label
    assert (undecided.status_code, errors_of(undecided.text)) == (
        422,
        [f"Choose what to save for B02: {label}"],
    )
    assert digest(database) == before
    assert apply(lead, preview, **{f"choice-{NARRATIVE}": choice}).status_code == 303
    assert values(database, self_assessment)["narrative"] == expected


def test_K03_what_was_saved_since_the_preview_is_shown_again_and_nothing_applied(
    lead: TestClient, own: str, database: Database, self_assessment: SelfAssessment, story: Story
) -> None:
    source = in_spreadsheet(exported(lead, own), NARRATIVE, "From the file")
    preview = preview_of(lead, own, in_spreadsheet(source, "B03/narrative", "Also from the file"))
    seen = hidden_of(lead.get(preview).text)
    with database.write() as session:
        save(session, story, self_assessment, {"narrative": "Saved meanwhile"})
    before = digest(database)
    answer = lead.post(preview, data=seen)
    assert answer.status_code == 409
    assert errors_of(answer.text) == [
        "Somebody saved an answer since you saw this page. Nothing was applied. Check what would change now."
    ]
    assert "Saved meanwhile" in answer.text
    assert digest(database) == before
    again = {**hidden_of(answer.text), f"choice-{NARRATIVE}": "file"}
    assert lead.post(preview, data=again).status_code == 303
    assert values(database, self_assessment)["narrative"] == "From the file"


def test_a_text_that_cannot_be_kept_stops_the_whole(lead: TestClient, own: str, database: Database) -> None:
    source = in_spreadsheet(exported(lead, own), "B03/narrative", "Good")
    source = in_spreadsheet(source, NARRATIVE, "bad\x7ftext")
    preview = preview_of(lead, own, source)
    shown = lead.get(preview).text
    assert "This can't be saved. Remove characters that can't be seen." in text_of(shown)
    assert "Apply all of this" not in shown
    before = digest(database)
    answer = lead.post(preview, data=hidden_of(shown))
    assert (answer.status_code, digest(database)) == (422, before)


def test_a_text_over_its_limit_is_kept_and_the_page_says_so(
    lead: TestClient, own: str, database: Database, self_assessment: SelfAssessment
) -> None:
    text = "word " * 300 + "end"
    preview = preview_of(lead, own, in_spreadsheet(exported(lead, own), NARRATIVE, text))
    assert "Shorten your answer to 200 words or fewer. It has 301 words." in lead.get(preview).text
    apply(lead, preview)
    assert values(database, self_assessment)["narrative"] == text


def test_a_question_taken_out_of_the_file_is_told_and_left_alone(
    lead: TestClient, own: str, database: Database, self_assessment: SelfAssessment
) -> None:
    document = in_document(exported(lead, own, "docx"), "B02/role", "Chief executive")
    opened = filled_forms.word.Document(io.BytesIO(document))
    for table in opened.tables:
        if f"Reference: {NARRATIVE}" in table.cell(0, 0).text:
            table._element.getparent().remove(table._element)
    preview = preview_of(lead, own, filled_forms.saved(opened), "form.docx")
    assert "1 question of the form is not in the file any more." in text_of(lead.get(preview).text)
    apply(lead, preview)
    assert values(database, self_assessment)["narrative"] == "First text"


def identity_of(app: FastAPI, database: Database, self_assessment: SelfAssessment, **other: object) -> bytes:
    """The form with something else in its identity."""
    with database.read() as session:
        contents = queries.contents(session, app.state.portal.shelf, self_assessment)
    form = form_of(contents, "bronze", portal="Portal", at=NOW)
    return write(replace(form, identity=replace(form.identity, **other)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (
            {"organisation_id": str(uuid4()), "organisation": "Fictional trust B"},
            "This form belongs to Fictional trust B, not to Fictional trust A. Choose another file.",
        ),
        (
            {"framework_checksum": "0" * 64, "framework": "arf 2022"},
            "This form is of another version of the framework (arf 2022). Export the form again and copy your "
            "answers into it.",
        ),
        (
            {"self_assessment_id": str(uuid4())},
            "This form is of another self-assessment of your organisation. Open that one to bring it back.",
        ),
        ({"format": 2}, NEWER),
    ],
    ids=["organisation", "version", "self-assessment", "format"],
)
def test_a_form_of_somebody_or_something_else_is_refused_with_the_reason(
    app: FastAPI,
    lead: TestClient,
    own: str,
    database: Database,
    self_assessment: SelfAssessment,
    other: dict[str, object],
    reason: str,
) -> None:
    before = digest(database)
    answer = bring(lead, own, identity_of(app, database, self_assessment, **other))
    assert (answer.status_code, errors_of(answer.text)) == (422, [reason])
    assert digest(database) == before
    assert kept(app) == []


def kept(app: FastAPI) -> list[str]:
    folder = app.state.portal.settings.evidence_dir
    return [path.name for path in folder.rglob("*") if path.is_file()]


BAD = {
    "no file": (b"", "", "Choose a file."),
    "another document": (samples.docx(), "a.docx", NOT_OURS),
    "a PDF": (
        samples.pdf(),
        "a.pdf",
        "Choose the Word document (.docx) or spreadsheet (.xlsx) that was exported from the portal.",
    ),
    "macros": (
        samples.docx(),
        "form.docm",
        "This Word document holds macros. Save it as .docx without macros and upload it again.",
    ),
    "macros inside": (
        samples.repacked(samples.docx(), {"word/vbaProject.bin": b"\xd0\xcf\x11\xe0"}),
        "form.docx",
        "This Word document holds macros. Save it as .docx without macros and upload it again.",
    ),
    "a bomb": (
        samples.repacked(samples.xlsx(), {"xl/media/flat.bmp": bytes(40_000_000)}),
        "form.xlsx",
        "This file unpacks to far more than its size, so it cannot be checked. "
        "Save it as a PDF, or split it into smaller files, and upload that.",
    ),
    "damaged": (
        samples.xlsx()[:-200],
        "form.xlsx",
        "This file is damaged or was cut short. Open it on your computer, save it again and upload the new copy.",
    ),
}


@pytest.mark.parametrize(("source", "name", "reason"), BAD.values(), ids=BAD)
def test_U07_what_is_no_form_is_refused_with_the_reason_and_nothing_is_kept(
    app: FastAPI, lead: TestClient, own: str, database: Database, source: bytes, name: str, reason: str
) -> None:
    before = digest(database)
    answer = bring(lead, own, source, name)
    assert (answer.status_code, errors_of(answer.text)) == (422, [reason])
    assert (digest(database), kept(app)) == (before, [])


def test_U02_a_file_over_the_limit_is_refused(app: FastAPI, lead: TestClient, own: str) -> None:
    answer = bring(lead, own, bytes(LARGEST + 1))
    assert (answer.status_code, errors_of(answer.text)) == (
        413,
        ["This file is larger than 10 MB. Take out pictures and send it again."],
    )
    assert bring(lead, own, bytes(27 * MEGABYTE)).status_code == 413
    assert kept(app) == []


def test_A06_a_form_that_was_brought_belongs_to_who_brought_it_and_to_one_self_assessment(
    browser_of: BrowserOf,
    lead: TestClient,
    own: str,
    database: Database,
    story: Story,
) -> None:
    preview = preview_of(lead, own, in_spreadsheet(exported(lead, own), NARRATIVE, "Ours"))
    colleague, stranger = browser_of(story.people["contributor_a"]), browser_of(story.people["lead_b"])
    with database.write() as session:
        version = session.get_one(FrameworkVersion, story.version_id)
        by = story.who(session, "lead_b")
        foreign = actions.start(session, story.organisations["ZZB"], version, by=by, at=NOW)
        other = FrameworkVersion(
            framework="arf", version="other", checksum="0", document=version.document, published_at=NOW
        )
        session.add(other)
        session.flush()
        trust_a = story.organisations["ZZA"].id
        second = SelfAssessment(organisation_id=trust_a, framework_version_id=other.id, started_at=NOW)
        session.add(second)
    name = preview.rpartition("/")[2]
    for browser, path in (
        (colleague, preview),
        (stranger, preview),
        (stranger, f"/self-assessments/{foreign.id}/import/{name}"),
        (lead, f"/self-assessments/{foreign.id}/import/{name}"),
        (lead, f"/self-assessments/{second.id}/import/{name}"),
    ):
        nowhere = path.replace(name, "0" * 32)
        for method in ("GET", "POST"):
            data = {"form-seen": "x"}
            answer, random = (browser.request(method, one, data=data) for one in (path, nowhere))
            assert (answer.status_code, answer.content) == (404, random.content)
    assert lead.get(preview).status_code == 200


@pytest.mark.parametrize("name", ["0" * 32, "%2e%2e", "%2e%2e%2fetc", "x", "f" * 31, "%00"])
def test_U04_a_name_that_is_none_leads_nowhere(lead: TestClient, own: str, name: str) -> None:
    assert lead.get(f"{own}/import/{name}").status_code == 404


def test_A05_evidence_is_no_held_form_and_a_held_form_is_gone_once_applied(
    app: FastAPI, lead: TestClient, own: str, story: Story
) -> None:
    files = app.state.portal.files
    for content in (b"minutes", b"[]", b'{"kind": "filled form"}', json.dumps({"kind": "x"}).encode()):
        assert lead.get(f"{own}/import/{files.put(io.BytesIO(content)).name}").status_code == 404
    known = len(kept(app))
    preview = preview_of(lead, own, in_spreadsheet(exported(lead, own), NARRATIVE, "Ours"))
    assert len(kept(app)) == known + 1
    assert apply(lead, preview).status_code == 303
    assert (lead.get(preview).status_code, len(kept(app))) == (404, known)


@pytest.mark.parametrize("part", ["sponsor_a", "chair_a"])
def test_A09_who_may_only_read_may_export_and_not_bring_back(
    browser_of: BrowserOf, story: Story, own: str, part: str, database: Database
) -> None:
    reader = browser_of(story.people[part])
    source = exported(reader, own)
    before = digest(database)
    assert [reader.get(f"{own}/import").status_code, bring(reader, own, source).status_code] == [403, 403]
    assert digest(database) == before
    assert "Bring back a filled form" not in reader.get(f"{own}/export").text


def test_typed_text_is_never_markup(lead: TestClient, own: str) -> None:
    text = "</div><script>x()</script>"
    shown = lead.get(preview_of(lead, own, in_spreadsheet(exported(lead, own), NARRATIVE, text))).text
    assert "<script>x()" not in shown
    assert "&lt;script&gt;x()" in shown


def _typed(criterion: Criterion) -> st.SearchStrategy[dict[str, str]]:
    """Anything that can be saved for a criterion, faults and half-typed dates included."""
    fields: dict[str, st.SearchStrategy[str]] = {}
    for question in criterion.questions:
        if question.kind is QuestionKind.DATE:
            part = st.one_of(st.sampled_from(["", "3", "31", "May", "x y", "?", "2026"]), filled_forms.texts)
            fields |= {f"{question.id}-{name}": part for name in ("day", "month", "year")}
        elif question.kind is QuestionKind.RATING:
            fields[question.id] = st.one_of(
                st.sampled_from(["", "0", "3", "4", "2: Established", "Choose one"]), filled_forms.texts
            )
        else:
            fields[question.id] = filled_forms.texts
    return st.fixed_dictionaries(fields)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.data())
def test_export_then_import_changes_nothing_whatever_was_saved(
    database: Database, self_assessment: SelfAssessment, story: Story, data: st.DataObject
) -> None:
    criteria = [story.framework.criterion(code) for code in ("B02", "B10")]
    with database.write() as session:
        for criterion in criteria:
            typed, is_finished = data.draw(_typed(criterion)), data.draw(st.booleans())
            save(session, story, self_assessment, typed, criterion.code, is_finished)
        contents = queries.contents(session, FrameworkShelf(), self_assessment)
    form = form_of(contents, "", portal="Portal", at=NOW)
    for out, back in ((write_document, read_document), (write, read_spreadsheet)):
        assert changes(back(out(form)), contents) == []
