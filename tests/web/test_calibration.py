"""The samples as a reviewer meets them, and what moderators see of it."""

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select

from app.criteria import calibration_set
from app.criteria.calibration_set import SampleSet
from app.db import Database
from app.models import CalibrationScore, Event, Membership, Person, Status, Window
from app.queries import calibration
from tests.calibrating import GIVEN, form, score_all
from tests.judging import sealed_submission
from tests.story import NOW, Story
from tests.walk import errors_of

Browser = Callable[[Person], TestClient]


def sample_set(story: Story) -> SampleSet:
    found = calibration_set.set_for("arf", story.framework.version)
    assert found is not None
    return found


def test_a_reviewer_scores_each_sample_and_then_reads_mark_distance_and_why(
    story: Story, browser_of: Browser
) -> None:
    browser = browser_of(story.people["reviewer_1"])
    path = f"/calibration/{story.window_id}/C1"
    sample = sample_set(story).sample("C1")
    before = browser.get(path).text
    assert (sample.why.split(".")[0] in before, "The agreed mark</h2>" in before) == (False, False)
    for text in story.framework.criterion("B12").descriptors:
        assert text.split(",")[0] in before
    browser.post(path, data=form("2", "Both ways to report are there."))
    after = browser.get(path).text
    assert "Both ways to report are there." in after
    assert "Your score is 1 above the agreed mark: more lenient." in after
    assert sample.why.split(".")[0] in after
    assert f'href="/calibration/{story.window_id}/C2"' in after


def test_the_summary_comes_with_the_last_sample(story: Story, browser_of: Browser) -> None:
    browser = browser_of(story.people["reviewer_1"])
    score_all(browser, story, {code: GIVEN[code] for code in ("C1", "C2", "C3", "C4")})
    text = browser.get("/calibration").text
    assert ("4 of 5 scored." in text, "You have scored every sample." in text) == (True, False)
    score_all(browser, story, {"C5": "2"})
    text = browser.get("/calibration").text
    assert "On average your scores lie 0.2 above the agreed marks: close to the agreed marks." in text
    assert "1 of 5 are the agreed mark itself; your scores lie from 1 below to 2 above." in text


def test_a_sample_is_scored_once(story: Story, database: Database, browser_of: Browser) -> None:
    browser, path = browser_of(story.people["reviewer_1"]), f"/calibration/{story.window_id}/C1"
    browser.post(path, data=form("3"))
    again = browser.post(path, data=form("1"))
    assert (again.status_code, "a score of a sample is never changed" in again.text) == (409, True)
    with database.read() as session:
        rows = session.exec(select(CalibrationScore.score, CalibrationScore.sample_set)).all()
        lines = session.exec(select(Event.verb, Event.stream).where(Event.verb == "score a sample")).all()
    assert [tuple(row) for row in rows] == [(3, sample_set(story).checksum)]
    assert [tuple(line) for line in lines] == [("score a sample", f"window:{story.window_id}")]


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"reason": "x"}, "Choose a score from 0 to 3."),
        ({"score": "4", "reason": "x"}, "Choose a score from 0 to 3."),
        ({"score": "1", "reason": " "}, "Enter the reason for your score."),
    ],
)
def test_what_is_not_a_score_comes_back_and_tells_nothing(
    story: Story, browser_of: Browser, database: Database, sent: dict[str, str], sentence: str
) -> None:
    answer = browser_of(story.people["reviewer_1"]).post(f"/calibration/{story.window_id}/C1", data=sent)
    assert (answer.status_code, errors_of(answer.text)) == (422, [sentence])
    assert "The agreed mark</h2>" not in answer.text
    with database.read() as session:
        assert session.exec(select(CalibrationScore)).all() == []


def test_no_byte_tells_the_agreed_mark_before_the_own_score(
    story: Story, browser_of: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every page of the reviewer with the marks as shipped and with all of them changed, and the reasons too. One
    sample is scored in both; others and other reviewers' pages stay the same bytes."""
    browser = browser_of(story.people["reviewer_1"])
    paths = ["/home", "/calibration", *(f"/calibration/{story.window_id}/{code}" for code in GIVEN)]
    wrong = f"/calibration/{story.window_id}/C2"

    def everything() -> list[bytes]:
        pages = [browser.get(path).content for path in paths]
        return [_without_ending(one) for one in [*pages, browser.post(wrong, data={"score": "3"}).content]]

    shipped = everything()
    with_others = dict(calibration_set.shipped())
    found = sample_set(story)
    changed = tuple(
        one.model_copy(update={"agreed": (one.agreed + 1) % 4, "why": "Another reason altogether."})
        for one in found.samples
    )
    with_others["arf", found.version] = found.model_copy(update={"samples": changed})
    monkeypatch.setattr(calibration_set, "shipped", lambda: with_others)
    assert everything() == shipped


def _without_ending(content: bytes) -> bytes:
    """Without the seconds until the sign-in ends."""
    return re.sub(rb'data-[a-z-]*(ending|seconds|longest)[a-z-]*="[^"]*"', b"", content)


def test_a_changed_sample_is_another_one(
    story: Story, database: Database, browser_of: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = browser_of(story.people["reviewer_1"])
    score_all(browser, story)
    found = sample_set(story)
    first, *others = found.samples
    newer = found.model_copy(
        update={"samples": (first.model_copy(update={"organisation": "Sample organisation 9"}), *others)}
    )
    monkeypatch.setattr(calibration_set, "shipped", lambda: {("arf", found.version): newer})
    person_id = story.people["reviewer_1"].id
    with database.read() as session:
        assert person_id in calibration.uncalibrated(session, story.window_id)
    score_all(browser, story, {"C1": "1"})
    with database.read() as session:
        assert person_id not in calibration.uncalibrated(session, story.window_id)


def test_who_is_not_calibrated(story: Story, database: Database, browser_of: Browser) -> None:
    reviewers = {person.id: part for part, person in story.people.items() if part.startswith("reviewer")}
    for part, given in (("reviewer_1", GIVEN), ("reviewer_2", {"C1": "1"})):
        score_all(browser_of(story.people[part]), story, given)
    with database.write() as session:
        other = session.get_one(Window, story.window_id).model_copy(update={"id": uuid4()})
        other_id = other.id
        session.add(Window(**other.model_dump()))
    with database.read() as session:
        waiting = calibration.uncalibrated(session, story.window_id)
        assert {reviewers[id_] for id_ in waiting} == set(reviewers.values()) - {"reviewer_1"}
        assert {reviewers[id_] for id_ in calibration.uncalibrated(session, other_id)} == set(
            reviewers.values()
        )
    with database.write() as session:
        ended = session.exec(
            select(Membership).where(
                Membership.person_id == story.people["reviewer_3"].id, col(Membership.ended_at).is_(None)
            )
        ).one()
        ended.ended_at = NOW
        session.get_one(Person, story.people["reviewer_of_a"].id).left_at = NOW
    with database.read() as session:
        waiting = calibration.uncalibrated(session, story.window_id)
        assert {reviewers[id_] for id_ in waiting} == {"reviewer_2", "reviewer_of_c"}


def test_without_samples_nobody_is_uncalibrated(
    story: Story, database: Database, browser_of: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calibration_set, "shipped", dict)
    with database.read() as session:
        assert calibration.uncalibrated(session, story.window_id) == set()
    browser = browser_of(story.people["reviewer_1"])
    assert "No window has samples to score." in browser.get("/calibration").text
    assert browser.get(f"/calibration/{story.window_id}/C1").status_code == 404
    moderator = browser_of(story.people["moderator"]).get(f"/windows/{story.window_id}/calibration").text
    assert "The framework version of this window has no agreed samples." in moderator


def test_the_home_page_tells_a_reviewer_how_many_wait(story: Story, browser_of: Browser) -> None:
    browser = browser_of(story.people["reviewer_1"])
    assert "samples to score before you judge" in browser.get("/home").text
    score_all(browser, story)
    assert "to score before you judge" not in browser.get("/home").text
    assert "to score before you judge" not in browser_of(story.people["moderator"]).get("/home").text


@pytest.mark.parametrize(
    ("opens", "closes", "status", "is_listed"),
    [
        (-30, 30, None, True),
        (10, 70, None, True),
        (-70, -10, None, False),
        (-70, -10, Status.DECIDED, True),
        (-70, -10, Status.RELEASED, False),
        (-70, -10, Status.WITHDRAWN, False),
    ],
)
@pytest.mark.reaches_past
def test_a_window_is_listed_until_it_is_over(
    story: Story,
    database: Database,
    browser_of: Browser,
    opens: int,
    closes: int,
    status: Status | None,
    is_listed: bool,
) -> None:
    """Those still to open are listed too, but wait for nobody yet; of those that are over none is scored."""
    with database.write() as session:
        window = session.get_one(Window, story.window_id)
        window.opens_at, window.closes_at = NOW + timedelta(days=opens), NOW + timedelta(days=closes)
        if status:
            sealed_submission(session, story).status = status
    browser = browser_of(story.people["reviewer_1"])
    waits = "to score before you judge" in browser.get("/home").text
    path = f"/calibration/{story.window_id}/C1"
    found = (path in browser.get("/calibration").text, waits, browser.post(path, data=form("1")).status_code)
    assert found == (is_listed, is_listed and opens < 0, 303 if is_listed else 422)
    overseer = browser_of(story.people["moderator"]).get("/home").text
    assert (f"/windows/{story.window_id}/agreement" in overseer) == (is_listed and opens < 0)


def test_who_may_score_and_who_may_oversee(story: Story, browser_of: Browser) -> None:
    sample, oversight = (
        f"/calibration/{story.window_id}/C1",
        f"/windows/{story.window_id}/calibration",
    )
    for part, person in story.people.items():
        browser = browser_of(person)
        found = [browser.get(path).status_code for path in ("/calibration", sample, oversight)]
        found.append(browser.post(sample, data={}).status_code)
        is_reviewer, oversees = part.startswith("reviewer"), part.startswith(("moderator", "administrator"))
        expected = [200, 200, 404, 422] if is_reviewer else [404, 404, 200 if oversees else 404, 404]
        assert (part, found) == (part, expected)


@pytest.mark.parametrize("path", ["{}/C9", "{}/c1", "none/C1"])
def test_what_there_is_not(story: Story, browser_of: Browser, path: str) -> None:
    browser = browser_of(story.people["reviewer_1"])
    assert browser.get(f"/calibration/{path.format(story.window_id)}").status_code == 404
    assert browser.post(f"/calibration/{path.format(story.window_id)}", data=form("1")).status_code == 404
