"""Blind reviews over the pages: drawn, given, scored like any other, compared; invisible to who may not know."""

from collections.abc import Callable
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from app.actions import blind_checks
from app.db import Database
from app.models import BlindCheck, Person, Review, ReviewStatus, Status, Submission, Window
from tests import judging, rounds
from tests.judging import refetched
from tests.story import NOW, Story
from tests.walk import hidden_of

Browser = Callable[[Person], TestClient]


@pytest.fixture
def award(database: Database, story: Story) -> UUID:
    with database.write() as session:
        submission = rounds.recognised(session, story)
        rounds.released(session, story)
        return submission.id


@pytest.fixture
def drawn(database: Database, story: Story, award: UUID) -> UUID:
    with database.write() as session:
        window = session.get_one(Window, story.window_id)
        blind_checks.draw(session, window, 10, by=story.who(session, "administrator"), at=NOW)
    return award


def test_drawn_given_scored_sealed_and_compared(
    award: UUID, database: Database, story: Story, browser_of: Browser
) -> None:
    administrator, page = (
        browser_of(story.people["administrator"]),
        f"/windows/{story.window_id}/blind-checks",
    )
    before = administrator.get(page).text
    assert ["has 1 released award." in before, "Draw the awards" in before] == [True, True]
    assert administrator.get(f"/submissions/{award}/blind-check").status_code == 404
    sent = administrator.post(page)
    assert (sent.status_code, sent.headers["location"]) == (303, page)
    assert administrator.post(page).status_code == 409
    assert "Not assigned" in administrator.get(page).text
    choosing = administrator.get(f"/submissions/{award}/blind-check").text
    assert choosing.count("Took part in judging it.") == 2
    assert [name in choosing for name in ("Reviewer 3", "Reviewer who works for trust A")] == [True, True]
    for chosen in ("", str(story.people["reviewer_1"].id), str(story.people["reviewer_of_a"].id), "x"):
        refused = administrator.post(f"/submissions/{award}/blind-check", data={"reviewer": chosen})
        assert refused.status_code == 422
    form = {"reviewer": str(story.people["reviewer_3"].id)}
    assert administrator.post(f"/submissions/{award}/blind-check", data=form).headers["location"] == page
    review = _reviewed(database, browser_of(story.people["reviewer_3"]), "1")
    with database.read() as session:
        assert session.get_one(Review, review).status is ReviewStatus.SEALED
        assert refetched(session, award).status is Status.RELEASED
    shown = browser_of(story.people["moderator"]).get(page).text
    assert "1 blind review is sealed. With fewer than 10" in shown
    assert "1 blind review, 3 scores: 0 the same as the score that counted." in shown
    assert "3 of 3 would have been met where it was not, or not met where it was." in shown
    assert "the blind score is 1.33 lower" in shown
    assert shown.index("B02 ") < shown.index("B01 ")


def _reviewed(database: Database, browser: TestClient, score: str) -> UUID:
    """The reviewer finds the award in the queue like any other, and goes through the same pages."""
    with database.read() as session:
        (check,) = session.exec(select(BlindCheck)).all()
        id_ = check.review_id
    assert id_ is not None
    page = f"/reviews/{id_}"
    assert f'href="{page}"' in browser.get("/reviews").text
    assert '<strong class="portal-waiting__count">1</strong> review to finish' in browser.get("/home").text
    assert browser.post(f"{page}/start").headers["location"] == page
    for code in judging.CODES:
        hidden = hidden_of(browser.get(f"{page}/criteria/{code}").text)
        form = {**hidden, "score": score, "reason": "Blindly seen.", "private-note": "Blind note."}
        assert browser.post(f"{page}/criteria/{code}", data=form).status_code == 303
    sealed = browser.post(f"{page}/seal", data=hidden_of(browser.get(f"{page}/seal").text))
    assert (sealed.status_code, sealed.headers["location"]) == (303, page)
    return id_


def test_who_may_know(drawn: UUID, database: Database, story: Story, browser_of: Browser) -> None:
    """Moderators read, administrators draw and give; whoever has a conflict finds no award in the list."""
    page = f"/windows/{story.window_id}/blind-checks"
    found = {
        part: (
            browser_of(person).get(page).status_code,
            browser_of(person).post(page).status_code,
            browser_of(person).get(f"/submissions/{drawn}/blind-check").status_code,
        )
        for part, person in story.people.items()
    }
    administrators = {"administrator", "administrator_2"}
    knowing = {"lead_a", "contributor_a", "sponsor_a", "chair_a", "reviewer_1", "reviewer_2"}
    expected = {part: (404, 404, 403 if part in knowing else 404) for part in story.people}
    expected |= dict.fromkeys(administrators, (200, 409, 200))
    expected |= {"moderator": (200, 404, 403), "administrator_of_a": (200, 409, 404)}
    assert found == expected
    assert "Fictional trust A" in browser_of(story.people["moderator"]).get(page).text
    of_a = browser_of(story.people["administrator_of_a"]).get(page).text
    assert ["None that you may see." in of_a, "Fictional trust A<" in of_a] == [True, False]


OWN = (
    "lead_a",
    "contributor_a",
    "sponsor_a",
    "chair_a",
    "reviewer_1",
    "reviewer_2",
    "lead_b",
    "icb_viewer_1",
)
PATHS = ("", "/outcome", "/outcome/letter.pdf", "/history", "/receipt", "/copy", "/record", "/moderation", "/reviewers", "/blind-check", "/appeal")  # fmt: skip  # noqa: E501


def fetched(database: Database, story: Story, browser_of: Browser, id_: UUID) -> dict[tuple[str, str], bytes]:
    with database.read() as session:
        reviews = session.exec(select(Review.id).where(Review.submission_id == id_)).all()
    found = {}
    for part in OWN:
        browser = browser_of(story.people[part])
        paths = [f"/submissions/{id_}{path}" for path in PATHS]
        paths += ["/home", "/reviews", "/register", "/submissions", "/dashboards"]
        paths += [f"/reviews/{one}" for one in reviews[:2]]
        found |= {(part, path): browser.get(path).content for path in paths}
    return found


def test_nothing_of_it_reaches_the_organisation_or_the_earlier_reviewers(
    award: UUID, database: Database, story: Story, browser_of: Browser
) -> None:
    """Every byte that they fetch is the same before the draw and after the blind review is sealed."""
    before = fetched(database, story, browser_of, award)
    with database.write() as session:
        window = session.get_one(Window, story.window_id)
        by = story.who(session, "administrator")
        blind_checks.draw(session, window, 10, by=by, at=NOW)
        submission = session.get_one(Submission, award)
        review = blind_checks.assign(session, submission, story.people["reviewer_3"].id, by=by, at=NOW)
        judging.sealed(session, story, review, {"B01": 0, "B02": 0, "B03": 0})
        id_ = review.id
    after = fetched(database, story, browser_of, award)
    assert [key for key in before if before[key] != after[key]] == []
    for part in OWN:
        answer = browser_of(story.people[part]).get(f"/reviews/{id_}")
        assert (part, answer.status_code) == (part, 404)


def test_the_moderator_who_reviews_it_blind_reads_no_score_of_it(
    drawn: UUID, database: Database, story: Story, browser_of: Browser
) -> None:
    with database.write() as session:
        by = story.who(session, "administrator")
        submission = session.get_one(Submission, drawn)
        blind_checks.assign(session, submission, story.people["reviewer_3"].id, by=by, at=NOW)
        rounds.also(session, story, "reviewer_3", rounds.Role.MODERATOR)
    browser = browser_of(story.people["reviewer_3"])
    tried = [browser.get(f"/submissions/{drawn}{path}").status_code for path in ("/moderation", "/record")]
    assert tried == [403, 403]
    assert "None that you may see." in browser.get(f"/windows/{story.window_id}/blind-checks").text
