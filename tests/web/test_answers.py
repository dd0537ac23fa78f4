"""The criterion page: what is typed is kept, nobody overwrites another, evidence is the organisation's own."""

import html
import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, col, select

from app.actions import evidence as evidence_actions
from app.actions import self_assessments as actions
from app.db import Database
from app.models import Answer, Event, EvidenceLink, FrameworkVersion, SelfAssessment
from app.queries import self_assessments
from app.rules.evidence import Details
from tests.story import NOW, Story

BrowserOf = Callable[..., TestClient]


def started(session: Session, story: Story, code: str = "ZZA", part: str = "lead_a") -> SelfAssessment:
    version = session.get_one(FrameworkVersion, story.version_id)
    return actions.start(session, story.organisations[code], version, by=story.who(session, part), at=NOW)


@pytest.fixture
def self_assessment(database: Database, story: Story) -> SelfAssessment:
    with database.write() as session:
        return started(session, story)


@pytest.fixture
def path(self_assessment: SelfAssessment) -> str:
    return f"/self-assessments/{self_assessment.id}/criteria/B02"


def saved(database: Database, self_assessment: SelfAssessment, code: str = "B02") -> Answer | None:
    with database.read() as session:
        found = self_assessments.answer(session, self_assessment.id, code)
        if found is not None:
            session.expunge(found)
        return found


def form(seen: str = "", then: str = "stay", **values: str) -> dict[str, str]:
    return {"form-seen": seen, "form-then": then, **values}


def seen_in(page: str) -> str:
    """The marks that a page's form carries."""
    found = re.findall(r'name="form-seen" value="([^"]*)"', page)
    assert len(found) == 1
    return str(found[0])


def text_of(page: str) -> str:
    """The words of a page, without tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def evidence_of(database: Database, story: Story, code: str, part: str, title: str) -> str:
    with database.write() as session:
        item = evidence_actions.add_link(
            session,
            story.organisations[code],
            Details(title, NOW.date()),
            "https://example.org/plan",
            by=story.who(session, part),
            at=NOW,
        )
        return str(item.id)


def test_saving_keeps_the_words_and_returns_to_the_page(
    browser_of: BrowserOf, story: Story, database: Database, self_assessment: SelfAssessment, path: str
) -> None:
    answer = browser_of(story.people["lead_a"]).post(path, data=form(narrative="We began.", rating="1"))
    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}?done=saved")
    kept = saved(database, self_assessment)
    assert kept is not None
    assert (kept.values, kept.version, kept.is_finished) == (
        {"rating": "1", "narrative": "We began."},
        1,
        False,
    )


@pytest.mark.parametrize(
    ("then", "to"), [("next", "/criteria/B03"), ("later", ""), ("stay", "/criteria/B02?done=saved")]
)
def test_each_button_leads_where_it_says(
    browser_of: BrowserOf, story: Story, self_assessment: SelfAssessment, path: str, then: str, to: str
) -> None:
    answer = browser_of(story.people["contributor_a"]).post(path, data=form(then=then, narrative="Begun"))
    assert answer.headers["location"] == f"/self-assessments/{self_assessment.id}{to}"


def test_a_text_over_its_limit_is_kept_and_the_page_says_so(
    browser_of: BrowserOf, story: Story, database: Database, self_assessment: SelfAssessment, path: str
) -> None:
    browser = browser_of(story.people["lead_a"])
    text = "word " * 201
    answer = browser.post(path, data=form(then="next", narrative=text))
    assert answer.headers["location"] == f"{path}?done=saved"
    kept = saved(database, self_assessment)
    assert kept is not None
    assert kept.values == {"narrative": text.strip()}
    shown = browser.get(answer.headers["location"])
    assert shown.status_code == 200
    words = text_of(shown.text)
    assert "What you typed is saved, but there is something to change" in words
    assert "Shorten your answer to 200 words or fewer. It has 201 words." in words
    assert text.strip() in shown.text


def test_the_word_count_the_browser_shows_has_the_limit_the_server_uses(
    browser_of: BrowserOf, story: Story, path: str
) -> None:
    page = browser_of(story.people["lead_a"]).get(path).text
    assert re.findall(r'data-maxlength="(\d+)"[^>]*data-count-type="(\w+)"', page) == [("200", "words")]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("narrative", "bad\x00text", "Remove characters that can't be seen."),
        ("narrative", "x" * 100_001, "Shorten this to 100,000 characters or fewer."),
        ("unasked", "text", "The form sent something this criterion does not ask for."),
    ],
    ids=["control character", "too long to keep", "unknown field"],
)
def test_what_cannot_be_kept_comes_back_in_the_form(
    browser_of: BrowserOf,
    story: Story,
    database: Database,
    self_assessment: SelfAssessment,
    path: str,
    field: str,
    value: str,
    sentence: str,
) -> None:
    values = {"role": "Chief nurse", field: value}
    answer = browser_of(story.people["lead_a"]).post(path, data=form("", "stay", **values))
    assert answer.status_code == 422
    words = text_of(answer.text)
    assert "There is a problem, and nothing was saved" in words
    assert sentence in words
    assert 'value="Chief nurse"' in answer.text
    assert saved(database, self_assessment) is None


def test_finished_with_something_missing_is_in_progress_and_says_what(
    browser_of: BrowserOf, story: Story, self_assessment: SelfAssessment, path: str
) -> None:
    browser = browser_of(story.people["lead_a"])
    browser.post(path, data={**form(narrative="Done"), "form-finished": "yes"})
    words = text_of(browser.get(path).text)
    assert "Choose the description that fits." in words
    assert "Link at least one item of evidence." in words
    tasks = text_of(browser.get(f"/self-assessments/{self_assessment.id}").text)
    assert "You ticked finished. Still missing: Which description fits your organisation today?" in tasks
    assert "0 of 16 ready, 1 in progress, 15 not started." in tasks


def test_K03_the_same_form_sent_twice_is_saved_once(
    browser_of: BrowserOf, story: Story, database: Database, self_assessment: SelfAssessment, path: str
) -> None:
    browser = browser_of(story.people["lead_a"])
    answers = [browser.post(path, data=form(narrative="Once")) for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    kept = saved(database, self_assessment)
    assert kept is not None
    assert kept.version == 1
    with database.read() as session:
        stream = f"self-assessment:{self_assessment.id}"
        verbs = session.exec(
            select(Event.verb).where(Event.stream == stream).order_by(col(Event.number))
        ).all()
    assert verbs == ["start self-assessment", "save answer"]


def test_linking_and_unlinking_save_what_was_typed(
    browser_of: BrowserOf, story: Story, database: Database, self_assessment: SelfAssessment, path: str
) -> None:
    item = evidence_of(database, story, "ZZA", "lead_a", "Board minute of May")
    browser = browser_of(story.people["lead_a"])
    fields = form(then="link", narrative="Half a sen") | {"form-evidence": item, "form-place": "page 4"}
    answer = browser.post(path, data=fields)
    assert answer.headers["location"] == f"{path}?done=linked#linked-evidence"
    words = text_of(browser.get(path).text)
    assert "Board minute of May" in words
    assert "Look at: page 4." in words
    seen = seen_in(browser.get(path).text)
    browser.post(path, data=form(seen, then=f"unlink:{item}", narrative="Half a sentence"))
    kept = saved(database, self_assessment)
    assert kept is not None
    assert kept.values == {"narrative": "Half a sentence"}
    with database.read() as session:
        assert session.exec(select(EvidenceLink)).all() == []


def test_the_upload_button_saves_first_and_says_where_to_return(
    browser_of: BrowserOf, story: Story, database: Database, self_assessment: SelfAssessment, path: str
) -> None:
    answer = browser_of(story.people["lead_a"]).post(path, data=form(then="upload", narrative="Typed"))
    organisation = story.organisations["ZZA"].id
    expected = f"/organisations/{organisation}/evidence/new?for={self_assessment.id}:B02"
    assert answer.headers["location"] == expected
    assert saved(database, self_assessment) is not None


def test_A07_evidence_of_another_organisation_cannot_be_linked(
    browser_of: BrowserOf, story: Story, database: Database, path: str
) -> None:
    foreign = evidence_of(database, story, "ZZB", "lead_b", "CANARY of trust B")
    browser = browser_of(story.people["lead_a"])
    pages = []
    for id_ in (foreign, str(uuid4())):
        fields = form(then="link", narrative="Text") | {"form-evidence": id_}
        answer = browser.post(path, data=fields)
        assert answer.status_code == 422
        assert "Choose evidence from your organisation's library." in text_of(answer.text)
        pages.append(answer.text)
    assert pages[0] == pages[1]
    assert "CANARY" not in pages[0]
    with database.read() as session:
        assert session.exec(select(EvidenceLink)).all() == []


def test_A01_another_organisation_gets_the_page_of_a_random_id(
    browser_of: BrowserOf, story: Story, self_assessment: SelfAssessment, path: str
) -> None:
    stranger = browser_of(story.people["lead_b"])
    nowhere = path.replace(str(self_assessment.id), str(uuid4()))
    for method in ("GET", "POST"):
        real = stranger.request(method, path, data=form(narrative="x"))
        random = stranger.request(method, nowhere, data=form(narrative="x"))
        assert (real.status_code, real.content) == (404, random.content)


@pytest.mark.parametrize("part", ["sponsor_a", "chair_a"])
def test_A09_who_may_only_read_sees_the_answer_and_cannot_write(
    browser_of: BrowserOf,
    story: Story,
    database: Database,
    self_assessment: SelfAssessment,
    path: str,
    part: str,
) -> None:
    browser_of(story.people["lead_a"]).post(path, data=form(narrative="Ours", rating="2"))
    reader = browser_of(story.people[part])
    page = reader.get(path)
    words = text_of(page.text)
    assert page.status_code == 200
    assert "2: Established" in words
    assert '<form method="post" action="/self-assessments' not in page.text
    refused = reader.post(path, data=form(narrative="Theirs"))
    assert refused.status_code == 403
    assert "Your role does not let you write answers." in text_of(refused.text)
    kept = saved(database, self_assessment)
    assert kept is not None
    assert kept.values["narrative"] == "Ours"


def test_a_form_that_does_not_say_what_it_was_typed_over_is_a_bad_request(
    browser_of: BrowserOf, story: Story, database: Database, self_assessment: SelfAssessment, path: str
) -> None:
    answer = browser_of(story.people["lead_a"]).post(path, data={"form-then": "stay", "narrative": "x"})
    assert answer.status_code == 400
    assert saved(database, self_assessment) is None


def test_a_criterion_that_does_not_exist_is_not_found(browser_of: BrowserOf, story: Story, path: str) -> None:
    browser = browser_of(story.people["lead_a"])
    assert browser.get(path.replace("B02", "B99")).status_code == 404
    assert browser.post(path.replace("B02", "B99"), data=form(narrative="x")).status_code == 404


def test_typed_text_is_never_markup(browser_of: BrowserOf, story: Story, path: str) -> None:
    browser = browser_of(story.people["lead_a"])
    browser.post(
        path, data=form(narrative="</textarea><script>x()</script>", role='"><b>', link="javascript:x")
    )
    page = browser.get(path).text
    assert "<script>x()" not in page
    assert '"><b>' not in page
    assert 'href="javascript' not in page
