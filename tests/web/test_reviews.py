"""The reviewer's pages: what they show, what they refuse, and what they never tell."""

import io
import re
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from markupsafe import escape
from sqlmodel import Session

from app.db import Database
from app.models import EvidenceCheck, Person, Review, ReviewStatus, ScanState, Status
from app.queries import reviews, sealed_copies
from app.rules import scoring
from tests.judging import CODES, NARRATIVE, assigned, refetched, scored, sealed, sealed_submission
from tests.story import Story

Browser = Callable[[Person], TestClient]


@pytest.fixture
def both(database: Database, story: Story) -> tuple[UUID, UUID]:
    """Trust A's submission is assigned; the reviews of reviewer 1 and reviewer 2."""
    with database.write() as session:
        first, second = assigned(session, story, sealed_submission(session, story))
        return first.id, second.id


def started(database: Database, story: Story, review_id: UUID, scores: dict[str, int] | None = None) -> None:
    with database.write() as session:
        scored(session, story, session.get_one(Review, review_id), scores or {})


def kept(database: Database, review_id: UUID, code: str = "B01") -> tuple[int | None, str, str, int]:
    with database.read() as session:
        row = reviews.scores(session, review_id)[code]
        return row.score, row.reason, row.private_note, row.version


def review(session: Session, review_id: UUID) -> Review:
    return session.get_one(Review, review_id)


def version_of(database: Database, review_id: UUID) -> UUID:
    """The evidence file in the sealed copy of this review's submission."""
    with database.read() as session:
        content = sealed_copies.document(session, review(session, review_id).submission_id).content
        return content.answer("B01").evidence[0].version_id


def test_the_queue_links_to_the_review_with_its_progress(
    both: tuple[UUID, UUID], database: Database, story: Story, browser_of: Browser
) -> None:
    started(database, story, both[0], {"B01": 2})
    text = browser_of(story.people["reviewer_1"]).get("/reviews").text
    assert f'<a href="/reviews/{both[0]}">Fictional trust A</a>' in text
    assert "1 of 3 scored" in text
    empty = browser_of(story.people["reviewer_3"]).get("/reviews").text
    assert "You have no reviews." in empty
    assert "Fictional trust A" not in empty


def test_a_review_is_started_by_its_button_and_from_then_on_lists_the_criteria(
    both: tuple[UUID, UUID], database: Database, story: Story, browser_of: Browser
) -> None:
    browser = browser_of(story.people["reviewer_1"])
    before = browser.get(f"/reviews/{both[0]}").text
    assert "conflicts of interest" in before
    assert NARRATIVE not in before
    early = browser.get(f"/reviews/{both[0]}/criteria/B01")
    assert (early.status_code, early.headers["location"]) == (303, f"/reviews/{both[0]}")
    answer = browser.post(f"/reviews/{both[0]}/start")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/reviews/{both[0]}")
    after = browser.get(f"/reviews/{both[0]}").text
    assert "0 of 3 scored" in after
    assert [f"/reviews/{both[0]}/criteria/{code}" in after for code in CODES] == [True] * 3
    again = browser.post(f"/reviews/{both[0]}/start")
    assert again.status_code == 409
    with database.read() as session:
        submission = refetched(session, review(session, both[0]).submission_id)
        assert submission.status is Status.IN_REVIEW


def test_a_criterion_shows_the_sealed_answer_and_no_score_is_chosen(
    both: tuple[UUID, UUID], database: Database, story: Story, browser_of: Browser
) -> None:
    started(database, story, both[0])
    text = browser_of(story.people["reviewer_1"]).get(f"/reviews/{both[0]}/criteria/B01").text
    assert escape(story.framework.mark) in text
    assert NARRATIVE in text
    assert "2 of 3, Established" in text
    assert 'href="https://trust.example/statement" rel="noopener' in text
    assert f"/reviews/{both[0]}/evidence/{version_of(database, both[0])}" in text
    assert all(words in text for words in story.framework.criterion("B01").descriptors[:1])
    assert text.count('type="radio"') == 4
    assert _chosen(text) == []


def _chosen(text: str) -> list[str]:
    return re.findall(r'<input [^>]*value="(\d)"[^>]* checked', text)


def test_saving_leads_to_the_next_criterion_and_the_last_to_the_list(
    both: tuple[UUID, UUID], database: Database, story: Story, browser_of: Browser
) -> None:
    started(database, story, both[0])
    browser = browser_of(story.people["reviewer_1"])
    form = {"version": "1", "score": "0", "reason": "Nothing seen", "private-note": "Ask them"}
    path = f"/reviews/{both[0]}"
    leads = {
        ("B01", "next"): f"{path}/criteria/B02",
        ("B02", "list"): path,
        ("B03", "next"): path,
    }
    for (code, then), target in leads.items():
        answer = browser.post(f"{path}/criteria/{code}", data={**form, "then": then})
        assert (answer.status_code, answer.headers["location"]) == (303, target)
        assert kept(database, both[0], code) == (0, "Nothing seen", "Ask them", 2)
    shown = browser.get(f"{path}/criteria/B01").text
    assert _chosen(shown) == ["0"]
    assert "Nothing seen</textarea>" in shown


def test_a_stale_save_shows_both_texts_and_saves_over_knowingly(
    both: tuple[UUID, UUID], database: Database, story: Story, browser_of: Browser
) -> None:
    started(database, story, both[0])
    browser, path = browser_of(story.people["reviewer_1"]), f"/reviews/{both[0]}/criteria/B01"
    browser.post(path, data={"version": "1", "score": "1", "reason": "From the first tab"})
    stale = {"version": "1", "score": "3", "reason": "From the second tab", "private-note": "Second"}
    answer = browser.post(path, data=stale)
    assert answer.status_code == 409
    assert "From the first tab" in answer.text
    assert "From the second tab</textarea>" in answer.text
    assert 'name="version" value="2"' in answer.text
    assert kept(database, both[0]) == (1, "From the first tab", "", 2)
    assert browser.post(path, data={**stale, "version": "2"}).status_code == 303
    assert kept(database, both[0]) == (3, "From the second tab", "Second", 3)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"score": "4"}, "Choose a score from 0 to 3."),
        ({"score": "2.5"}, "Choose a score from 0 to 3."),
        ({"version": ""}, "The form was not complete."),
        ({"version": "-1"}, "The form was not complete."),
        ({"version": "9" * 30}, "The form was not complete."),
        ({"private-note": "x" * 10_001}, "Shorten this to 10,000 characters or fewer."),
    ],
)
def test_a_form_that_can_not_be_kept_comes_back_with_its_text(
    both: tuple[UUID, UUID],
    database: Database,
    story: Story,
    browser_of: Browser,
    changed: dict[str, str],
    sentence: str,
) -> None:
    started(database, story, both[0])
    form = {"version": "1", "score": "2", "reason": "Kept <text>", **changed}
    answer = browser_of(story.people["reviewer_1"]).post(f"/reviews/{both[0]}/criteria/B01", data=form)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Kept &lt;text&gt;</textarea>" in answer.text
    assert kept(database, both[0]) == (None, "", "", 1)


def test_sealing_asks_first_and_only_what_was_seen_is_sealed(
    both: tuple[UUID, UUID], database: Database, story: Story, browser_of: Browser
) -> None:
    browser, path = browser_of(story.people["reviewer_1"]), f"/reviews/{both[0]}"
    started(database, story, both[0], {"B01": 2, "B02": 2})
    asked = browser.get(f"{path}/seal").text
    assert "1 criterion needs a score and a reason" in asked
    assert 'name="seen"' not in asked
    assert browser.post(f"{path}/seal", data={"seen": "x"}).status_code == 409
    started(database, story, both[0], {"B03": 1})
    seen = _seen(browser.get(f"{path}/seal").text)
    started(database, story, both[0], {"B03": 3})
    changed = browser.post(f"{path}/seal", data={"seen": seen})
    assert (changed.status_code, "changed in another window" in changed.text) == (409, True)
    done = browser.post(f"{path}/seal", data={"seen": _seen(changed.text)})
    assert (done.status_code, done.headers["location"]) == (303, path)
    with database.read() as session:
        assert review(session, both[0]).status is ReviewStatus.SEALED
    assert "You sealed this review" in browser.get(path).text


def _seen(text: str) -> str:
    return text.split('name="seen" value="')[1].split('"')[0]


def test_a_seal_with_a_criterion_missing_is_refused_even_with_its_digest(
    both: tuple[UUID, UUID], database: Database, story: Story, browser_of: Browser
) -> None:
    started(database, story, both[0], {"B01": 2})
    with database.read() as session:
        seen = scoring.digest(reviews.scores(session, both[0]).values())
    answer = browser_of(story.people["reviewer_1"]).post(f"/reviews/{both[0]}/seal", data={"seen": seen})
    assert answer.status_code == 422
    assert "Give a score and a reason for B02, B03 before you seal." in answer.text


def test_b16_score_and_seal_after_the_seal_are_refused(
    both: tuple[UUID, UUID], database: Database, story: Story, browser_of: Browser
) -> None:
    with database.write() as session:
        sealed(session, story, review(session, both[0]), dict.fromkeys(CODES, 2))
    browser, path = browser_of(story.people["reviewer_1"]), f"/reviews/{both[0]}"
    before = [kept(database, both[0], code) for code in CODES]
    form = {"version": "2", "score": "3", "reason": "Changed my mind"}
    assert browser.post(f"{path}/criteria/B01", data=form).status_code == 409
    assert browser.post(f"{path}/seal", data={"seen": "x"}).status_code == 409
    assert browser.post(f"{path}/start").status_code == 409
    assert browser.get(f"{path}/seal").headers["location"] == path
    assert [kept(database, both[0], code) for code in CODES] == before
    shown = browser.get(f"{path}/criteria/B01").text
    assert 'id="score-form"' not in shown
    assert "Note B01 by" in shown


def test_only_evidence_of_this_sealed_copy_opens_and_as_an_attachment(
    both: tuple[UUID, UUID], app: FastAPI, database: Database, story: Story, browser_of: Browser
) -> None:
    own = version_of(database, both[0])
    copy = app.state.portal.files.put(io.BytesIO(b"%PDF-1.7 the file"))
    reader = {"reader_name": copy.name, "reader_sha256": copy.sha256, "reader_size": copy.size}
    with database.write() as session:
        other = assigned(session, story, sealed_submission(session, story, "ZZB", "b"), "reviewer_2")[0].id
        session.add(EvidenceCheck(evidence_version_id=own, scan=ScanState.CLEAN, **reader))
    foreign = version_of(database, other)
    browser = browser_of(story.people["reviewer_1"])
    answer = browser.get(f"/reviews/{both[0]}/evidence/{own}")
    assert (answer.status_code, answer.content) == (200, b"%PDF-1.7 the file")
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["x-content-type-options"] == "nosniff"
    nothing = browser.get(f"/reviews/{both[0]}/evidence/{uuid4()}")
    for id_ in (foreign, "x", "%00"):
        answer = browser.get(f"/reviews/{both[0]}/evidence/{id_}")
        assert (answer.status_code, answer.content) == (404, nothing.content)
