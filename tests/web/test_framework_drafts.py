"""Drafting the next version in the page and as a file, comparing, and publishing it."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import col, select

from app.criteria.loader import to_document
from app.db import Database
from app.models import Event, FrameworkDraft, FrameworkVersion, Person
from tests.criteria.second import VERSION, second_document
from tests.digests import digest
from tests.story import Story

BrowserOf = Callable[[Person], TestClient]


class Desk:
    """An administrator at the draft."""

    def __init__(self, browser: TestClient, database: Database, story: Story) -> None:
        self.browser, self.database, self.story = browser, database, story
        answer = browser.post("/framework-drafts", data={"version": str(story.version_id)})
        assert answer.status_code == 303
        self.path = answer.headers["location"]

    @property
    def row(self) -> FrameworkDraft:
        with self.database.read() as session:
            row = session.exec(select(FrameworkDraft)).one()
            session.expunge(row)
            return row

    def get(self, path: str = "") -> str:
        answer = self.browser.get(f"{self.path}{path}")
        assert answer.status_code == 200
        return answer.text

    def post(self, path: str, form: Mapping[str, str], version: int | None = None, **more: Any) -> Response:
        at = self.row.version if version is None else version
        return self.browser.post(f"{self.path}{path}", data={"form-version": str(at), **form}, **more)

    def upload(self, document: object, version: int | None = None) -> Response:
        data = document if isinstance(document, bytes) else json.dumps(document).encode()
        return self.post("/file", {}, version, files={"file": ("draft.json", data)})

    def codes(self) -> list[str]:
        return [one["code"] for one in self.row.document["criteria"]]

    def place(self, code: str) -> int:
        return self.codes().index(code) + 1

    def named(self) -> "Desk":
        """The draft with a name of its own and no fault."""
        assert self.upload({**to_document(self.story.framework), "version": "2027.a"}).status_code == 303
        return self


@pytest.fixture
def desk(browser_of: BrowserOf, database: Database, story: Story) -> Desk:
    return Desk(browser_of(story.people["administrator"]), database, story)


def fields_of(page: str) -> dict[str, str]:
    """What the form of a page would send as it stands: lines, texts, choices and ticks."""
    found = dict(re.findall(r'<input class="nhsuk-input[^>]* name="([^"]+)"[^>]* value="([^"]*)"', page))
    found |= dict(re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n(.*?)</textarea>', page, re.S))
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', page, re.S):
        found[name] = (re.findall(r'value="([^"]*)" selected', options) or [""])[0]
    for tick in re.findall(r"<input class=\"nhsuk-checkboxes__input\"[^>]*>", page):
        if " checked" in tick:
            found[re.findall(r'name="([^"]+)"', tick)[0]] = "yes"
    unescape = {"&#39;": "'", "&#34;": '"', "&amp;": "&", "&lt;": "<", "&gt;": ">"}
    for name, text in found.items():
        for old, new in unescape.items():
            text = text.replace(old, new)
        found[name] = text
    return found


def told(database: Database) -> list[str]:
    with database.read() as session:
        rows = session.exec(
            select(Event.verb)
            .where(col(Event.stream).startswith("framework-draft:"))
            .order_by(col(Event.number))
        )
        return list(rows.all())


def test_a_draft_begins_with_the_published_words_and_no_name(desk: Desk, story: Story) -> None:
    page = desk.get()
    assert desk.row.document == {**to_document(story.framework), "version": ""}
    assert "1 thing to mend before it can be published" in page
    assert "<code>version</code>: This is empty. Write some text." in page


@pytest.mark.parametrize("part", ["lead_a", "sponsor_a", "reviewer_1", "moderator", "icb_viewer_1"])
def test_drafts_are_for_administrators(desk: Desk, browser_of: BrowserOf, story: Story, part: str) -> None:
    browser = browser_of(story.people[part])
    before = digest(desk.database)
    for path in ("/framework-drafts", desk.path, f"{desk.path}/file", f"{desk.path}/publish"):
        assert browser.get(path).status_code == 404
        assert browser.post(path, data={"form-version": "1"}).status_code == 404
    assert digest(desk.database) == before


def test_saving_a_criterion_as_it_is_changes_nothing(desk: Desk) -> None:
    """Every field of every criterion goes through the form and comes back as it was."""
    before = desk.row.document
    for code in ("B01", "B13", "G06"):
        page = desk.get(f"/criteria/{desk.place(code)}")
        assert desk.post(f"/criteria/{desk.place(code)}", fields_of(page)).status_code == 303
    assert (desk.row.document, desk.row.version) == (before, 1)


def test_a_criterion_is_edited(desk: Desk) -> None:
    place = desk.place("B05")
    form = fields_of(desk.get(f"/criteria/{place}")) | {
        "title": "Keep one plan",
        "guidance": "One.\r\n\r\nTwo.",
        "usual_evidence": "A plan\nA log",
        "descriptor-3": "Four",
        "not_for-region": "yes",
        "question-2-words": "99",
        "question-5-id": "page",
        "question-5-kind": "link",
        "question-5-label": "Where?",
        "question-5-hint": "An address.",
    }
    del form["question-3-required"]
    form["question-4-remove"] = "yes"
    answer = desk.post(f"/criteria/{place}", form)
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        f"{desk.path}/criteria/{place}?done=saved",
    )
    row = desk.row.document["criteria"][place - 1]
    assert (row["title"], row["guidance"], row["usual_evidence"], row["descriptors"][3], row["not_for"]) == (
        "Keep one plan",
        "One.\n\nTwo.",
        ["A plan", "A log"],
        "Four",
        ["region"],
    )
    assert [(one["id"], one["required"], one["words"]) for one in row["questions"]] == [
        ("rating", True, None),
        ("narrative", True, 99),
        ("role", False, None),
        ("page", True, None),
    ]
    assert told(desk.database) == ["start framework draft", "change framework draft"]


def test_what_is_broken_is_kept_and_told(desk: Desk) -> None:
    place = desk.place("B05")
    form = fields_of(desk.get(f"/criteria/{place}")) | {
        "question-2-words": "many",
        "title": "",
        "code": "no good",
    }
    desk.post(f"/criteria/{place}", form)
    page = desk.get(f"/criteria/{place}")
    kept = fields_of(page)
    assert (kept["question-2-words"], kept["title"], kept["code"]) == ("many", "", "no good")
    assert "<code>criteria.no good.title</code>: This is empty. Write some text." in page
    assert "<code>criteria.no good.questions.2.words</code>: This must be a whole number." in page
    assert desk.row.carry_over["criteria"] == {"no good": ["B05"]}


def test_a_stale_save_shows_both_texts(desk: Desk) -> None:
    place = desk.place("B05")
    opened = fields_of(desk.get(f"/criteria/{place}"))
    desk.post(f"/criteria/{place}", opened | {"title": "Theirs"})
    answer = desk.post(f"/criteria/{place}", opened | {"title": "Mine"}, version=1)
    assert answer.status_code == 409
    assert ('value="Mine"' in answer.text, ">Theirs</dd>" in answer.text) == (True, True)
    assert 'name="form-version" value="2"' in answer.text  # saving once more is knowingly
    assert desk.row.document["criteria"][place - 1]["title"] == "Theirs"
    assert desk.post(f"/criteria/{place}", opened | {"title": "Mine"}).status_code == 303


def test_a_stale_head_shows_both_texts(desk: Desk) -> None:
    opened = fields_of(desk.get("/head"))
    desk.post("/head", opened | {"version": "2027.theirs"})
    answer = desk.post("/head", opened | {"version": "2027.mine"}, version=1)
    assert (answer.status_code, 'value="2027.mine"' in answer.text, ">2027.theirs</dd>" in answer.text) == (
        409,
        True,
        True,
    )


def test_unseen_characters_are_refused_and_the_text_comes_back(desk: Desk) -> None:
    form = fields_of(desk.get("/criteria/1")) | {"guidance": "A long\x00 text"}
    answer = desk.post("/criteria/1", form)
    assert (answer.status_code, "A long" in answer.text, desk.row.version) == (422, True, 1)


def test_the_head_is_edited(desk: Desk) -> None:
    form = fields_of(desk.get("/head")) | {
        "version": "2027.1",
        "met_at": "3",
        "reviewers": "",
        "level-2-name": "Argent",
    }
    assert desk.post("/head", form).status_code == 303
    document = desk.row.document
    assert (document["version"], document["settings"]["met_at"], document["levels"][1]["name"]) == (
        "2027.1",
        3,
        "Argent",
    )
    assert "reviewers" not in document["settings"]
    assert document["settings"]["expiry_reminder_months"] == [6, 2]


def test_the_file_goes_out_and_comes_in(desk: Desk) -> None:
    answer = desk.browser.get(f"{desk.path}/file")
    assert (answer.json(), answer.headers["content-disposition"]) == (
        desk.row.document,
        'attachment; filename="framework-draft-1.json"',
    )
    changed = {**answer.json(), "version": "2027.1"}
    assert desk.upload(changed).status_code == 303
    assert (desk.row.document, desk.row.version) == (changed, 2)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "Choose a file."),
        (b"{", "Line 1 is not JSON"),
        (b"[]", "The document must be a table of keys and values."),
        (b'{"criteria": 5}', "criteria: This must be a list of criteria, each a table."),
        (b'{"criteria": [5]}', "criteria: This must be a list of criteria, each a table."),
        (b'{"criteria": [], "criteria": []}', "The key criteria is repeated. Keep one."),
        (
            b'{"criteria": [{"title": "a\\u0000"}]}',
            "The file holds characters that can&#39;t be seen. Remove them.",
        ),
        (b"\xff\xfe{}", "The file begins with a byte order mark."),
        (b"[" * 50_000, "Values are nested too deeply."),
        (b'{"criteria": [{"words": 1e999}]}', "not JSON compliant"),
    ],
)
def test_a_file_that_can_not_be_kept_is_refused(desk: Desk, data: bytes, reason: str) -> None:
    before = digest(desk.database)
    answer = desk.upload(data)
    assert (answer.status_code, reason in answer.text) == (422, True)
    assert digest(desk.database) == before


@pytest.mark.parametrize(
    "document",
    [
        {"criteria": []},
        {"criteria": [{}]},
        {
            "criteria": [{"code": 5, "questions": "no", "descriptors": [1, 2, 3, 4, 5], "serves": 7}],
            "levels": 3,
        },
        {"criteria": [{"code": "X", "level": None, "questions": [5, {"id": None}]}], "settings": [], "id": 7},
        {
            "criteria": [{"code": "X"}, {"code": "X"}],
            "levels": [1, {"id": 5}],
            "principles": "a",
            "sources": {},
        },
    ],
)
def test_a_broken_draft_can_be_read_and_mended(desk: Desk, document: dict[str, Any]) -> None:
    """Whatever the file holds, every page of the draft opens, and its faults are told."""
    assert desk.upload(document).status_code == 303
    paths = ["", "/head", "/comparison", "/publish", "/file"]
    for place in range(1, len(document["criteria"]) + 1):
        paths += [f"/criteria/{place}{rest}" for rest in ("", "/reshape", "/carry-over")]
    for path in paths:
        desk.get(path)
    if document["criteria"]:
        assert desk.post("/criteria/1", fields_of(desk.get("/criteria/1"))).status_code == 303
    assert desk.post("/head", fields_of(desk.get("/head"))).status_code == 303
    assert desk.post("/publish", {}).status_code == 422


def test_a_criterion_is_added_moved_and_removed(desk: Desk) -> None:
    answer = desk.post("/criteria", {"code": "B17", "title": "More", "level": "bronze"})
    assert answer.headers["location"] == f"{desk.path}/criteria/17"
    assert (desk.codes()[15:18], desk.row.carry_over["criteria"]) == (["B16", "B17", "S01"], {"B17": []})
    desk.post("/criteria/17/order", {"to": "up"})
    assert desk.codes()[15:18] == ["B17", "B16", "S01"]
    desk.post("/criteria/16/reshape", {"form-do": "remove"})
    assert (desk.codes()[15:17], desk.row.carry_over["criteria"]) == (["B16", "S01"], {})


def test_a_code_is_used_once(desk: Desk) -> None:
    for code, reason in (("b01", "b01 is used already."), ("", "Enter a code, such as B17.")):
        answer = desk.post("/criteria", {"code": code, "title": "Kept text", "level": "bronze"})
        assert (answer.status_code, reason in answer.text, 'value="Kept text"' in answer.text) == (
            422,
            True,
            True,
        )


def test_merging_keeps_what_both_ask(desk: Desk) -> None:
    answer = desk.post("/criteria/1/reshape", {"form-do": "merge", "other": "2"})
    assert answer.headers["location"] == f"{desk.path}/criteria/1?done=merged"
    row, story = desk.row.document["criteria"][0], desk.story.framework
    one, two = story.criterion("B01"), story.criterion("B02")
    assert (desk.codes()[:2], row["guidance"]) == (["B01", "B03"], f"{one.guidance}\n\n{two.guidance}")
    assert [(each["id"], each["words"]) for each in row["questions"]] == [
        ("rating", None),
        ("narrative", 450),
        ("link", None),
        ("date", None),
        ("role", None),
    ]
    assert desk.row.carry_over["criteria"] == {"B01": ["B01", "B02"]}


def test_splitting_makes_two_that_come_from_one(desk: Desk) -> None:
    desk.post("/criteria/3/reshape", {"form-do": "split", "code": "N2", "title": "The other half"})
    assert (desk.codes()[2:5], desk.row.document["criteria"][3]["title"]) == (
        ["B03", "N2", "B04"],
        "The other half",
    )
    assert desk.row.carry_over["criteria"] == {"B03": ["B03"], "N2": ["B03"]}


def test_what_it_is_filled_from_follows_a_new_code_and_a_new_question_id(desk: Desk) -> None:
    place = desk.place("B07")
    form = fields_of(desk.get(f"/criteria/{place}")) | {"code": "N7", "question-3-id": "owner"}
    desk.post(f"/criteria/{place}", form)
    assert desk.row.carry_over == {
        "from": "2023.illustrative",
        "criteria": {"N7": ["B07"]},
        "questions": {"N7": {"owner": ["B07.role"]}},
    }


def test_the_administrator_says_what_carries(desk: Desk) -> None:
    place = desk.place("B02")
    page = desk.get(f"/criteria/{place}/carry-over")
    assert fields_of(page) == {
        "origins": "B02",
        "source-1-B02.rating": "yes",
        "source-2-B02.narrative": "yes",
        "source-3-B02.role": "yes",
        "source-4-B02.date": "yes",
    }
    form = fields_of(page)
    del form["source-4-B02.date"]
    desk.post(f"/criteria/{place}/carry-over", form)
    assert desk.row.carry_over["questions"]["B02"]["date"] == []
    desk.post(f"/criteria/{place}/carry-over", {"origins": "B02, B01"})
    assert (desk.row.carry_over["criteria"], desk.row.carry_over["questions"]) == (
        {"B02": ["B02", "B01"]},
        {},
    )
    answer = desk.post(f"/criteria/{place}/carry-over", {"origins": "X9"})
    assert (answer.status_code, "X9 is not a criterion of 2023.illustrative." in answer.text) == (422, True)


def test_the_comparison_tells_what_changed_and_what_does_not_carry(desk: Desk, story: Story) -> None:
    assert "once the draft has no faults" in desk.get("/comparison")
    desk.named().upload(second_document(story.framework))
    desk.post(f"/criteria/{desk.place('N1')}/carry-over", {"origins": "B01 B02"})
    page = desk.get("/comparison")
    for sentence in (
        "B01 and B02 merged into N1",
        "N2 added",
        "B04 removed",
        "S01 moves from level Silver to Bronze.",
        "B04: Is there a page",
    )[:4]:
        assert sentence in page
    assert f"B04: {story.framework.criterion('B04').questions[1].label}" in page


def test_publishing_is_confirmed_and_for_good(desk: Desk, story: Story) -> None:
    desk.named()
    page = desk.get("/publish")
    assert "0 self-assessments could move to it" in page
    answer = desk.post("/publish", {})
    assert answer.headers["location"] == "/framework-drafts?done=published"
    with desk.database.read() as session:
        row = session.exec(select(FrameworkVersion).where(FrameworkVersion.version == "2027.a")).one()
        assert (
            row.carry_over["from"],
            row.carry_over["criteria"]["B01"],
            len(row.carry_over["questions"]),
        ) == (
            "2023.illustrative",
            ["B01"],
            31,
        )
        event = session.exec(select(Event).where(Event.verb == "publish framework")).all()[-1]
        assert (event.by_id, event.facts["version"]) == (story.people["administrator"].id, "2027.a")
    before = digest(desk.database)
    assert desk.post("/publish", {}).status_code == 303  # the same again
    assert desk.post("/head", fields_of(page) | {"version": "2027.b"}).status_code == 409
    assert digest(desk.database) == before


def test_a_draft_that_changed_since_it_was_read_is_not_published(desk: Desk) -> None:
    version = desk.named().row.version
    desk.post("/criteria/1/order", {"to": "down"})
    assert desk.post("/publish", {}, version=version).status_code == 409
    assert desk.row.published_id is None


def test_an_official_version_is_confirmed_in_words(desk: Desk) -> None:
    desk.named()
    desk.post("/head", fields_of(desk.get("/head")) | {"status": "official"})
    for typed in ({}, {"official": "yes"}):
        answer = desk.post("/publish", typed)
        assert (answer.status_code, "to publish an official version." in answer.text) == (422, True)
    assert desk.post("/publish", {"official": "This is the Assembly's own text"}).status_code == 303


def test_a_published_name_is_refused(desk: Desk) -> None:
    desk.upload(to_document(desk.story.framework))
    assert "This version is published already." in desk.get()
    assert desk.post("/publish", {}).status_code == 422


def test_a_draft_of_an_older_version_is_not_published(
    desk: Desk, browser_of: BrowserOf, database: Database, story: Story
) -> None:
    other = desk.browser.post("/framework-drafts", data={"version": str(story.version_id)}).headers[
        "location"
    ]
    desk_path = desk.path
    with database.read() as session:
        ids = {f"/framework-drafts/{one.id}": one for one in session.exec(select(FrameworkDraft)).all()}
    assert {desk_path, other} == set(ids)
    document = json.dumps({**to_document(story.framework), "version": "2027.other"}).encode()
    desk.browser.post(f"{other}/file", data={"form-version": "1"}, files={"file": ("d.json", document)})
    assert desk.browser.post(f"{other}/publish", data={"form-version": "2"}).status_code == 303
    mine = json.dumps({**to_document(story.framework), "version": "2027.mine"}).encode()
    desk.browser.post(f"{desk_path}/file", data={"form-version": "1"}, files={"file": ("d.json", mine)})
    answer = desk.browser.post(f"{desk_path}/publish", data={"form-version": "2"})
    assert (answer.status_code, "a newer version was published since" in answer.text) == (409, True)


def test_a_draft_is_discarded_when_one_is_sure(desk: Desk) -> None:
    assert desk.post("/discard", {}).status_code == 422
    assert desk.post("/discard", {"sure": "yes"}).status_code == 303
    assert desk.browser.get(desk.path).status_code == 404
    assert "Nobody is drafting a version." in desk.browser.get("/framework-drafts").text


def test_anybody_reads_what_changed(desk: Desk, client: TestClient) -> None:
    assert (
        client.get("/framework/2023.illustrative/changes").status_code == 404
    )  # the first has none before it
    desk.named()
    desk.upload({**second_document(desk.story.framework), "version": VERSION})
    desk.post(f"/criteria/{desk.place('N1')}/carry-over", {"origins": "B01 B02"})
    assert desk.post("/publish", {}).status_code == 303
    page = client.get(f"/framework/{VERSION}/changes")
    assert (page.status_code, "B01 and B02 merged into N1" in page.text) == (200, True)
    assert f'href="/framework/{VERSION}/changes"' in client.get("/framework").text
