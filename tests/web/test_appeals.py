"""The appeal's pages: offered while it is possible, judged by others, and no earlier name in anything fetched."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from app.actions import reviews
from app.db import Database
from app.models import Appeal, Certificate, Outcome, Person, Role, Status, Submission
from tests import judging, rounds
from tests.conftest import Clock
from tests.judging import refetched
from tests.story import NOW, Story

Browser = Callable[[Person], TestClient]
FORM = {"ground-B01": "The minute was overlooked."}
# The story's NOW is Sunday 22 November 2026: ten working days later is Friday 4 December.
LAST_MOMENT = datetime(2026, 12, 4, 23, 59, tzinfo=UTC)
TOO_LATE = datetime(2026, 12, 5, 0, 0, tzinfo=UTC)


@pytest.fixture
def refused(database: Database, story: Story) -> UUID:
    with database.write() as session:
        return rounds.refused(session, story).id


def now_of(database: Database, id_: UUID) -> tuple[Status, int]:
    with database.read() as session:
        found = refetched(session, id_)
        return found.status, found.round


def test_an_appeal_over_the_pages(
    refused: UUID, database: Database, story: Story, browser_of: Browser
) -> None:
    lead, page = browser_of(story.people["lead_a"]), f"/submissions/{refused}"
    home = lead.get("/home").text
    assert ["An appeal can be made until 4 December 2026." in home, f'href="{page}/outcome"' in home] == [
        True,
        True,
    ]
    outcome = lead.get(f"{page}/outcome").text
    assert ["until 4 December 2026, 10 working days" in outcome, f'href="{page}/appeal"' in outcome] == [
        True,
        True,
    ]
    assert f'href="{page}/appeal"' in lead.get(page).text
    form = lead.get(f"{page}/appeal").text
    assert [form.count("<textarea"), "Agreed score 1, emerging: not met." in form] == [3, True]
    empty = lead.post(f"{page}/appeal", data={"ground-B01": " "})
    assert (empty.status_code, "at least one criterion" in empty.text) == (422, True)
    sent = lead.post(f"{page}/appeal", data=FORM)
    assert (sent.status_code, sent.headers["location"]) == (303, page)
    assert now_of(database, refused) == (Status.APPEALED, 2)
    own = lead.get(page).text
    assert ["Appeal received" in own, "The minute was overlooked." in own] == [True, True]
    assert "with people who took no part before" in own
    outcome = lead.get(f"{page}/outcome")
    assert (outcome.status_code, "appealed on 22 November 2026" in outcome.text) == (200, True)
    assert "The minute was overlooked." in lead.get(f"{page}/appeal").text
    assert lead.post(f"{page}/appeal", data=FORM).status_code == 409
    assert "An appeal can be made" not in lead.get("/home").text


def test_the_offer_ends_with_the_tenth_working_day(
    refused: UUID, database: Database, story: Story, browser_of: Browser, clock: Clock
) -> None:
    page = f"/submissions/{refused}"
    for moment, is_open in ((LAST_MOMENT, True), (TOO_LATE, False)):
        clock.at = moment
        lead = browser_of(story.people["lead_a"])
        offered = (
            "An appeal can be made" in lead.get("/home").text,
            "Appeal against this outcome" in lead.get(f"{page}/outcome").text,
            f'href="{page}/appeal"' in lead.get(page).text,
            "<textarea" in lead.get(f"{page}/appeal").text,
        )
        assert offered == (is_open,) * 4
    assert lead.post(f"{page}/appeal", data=FORM).status_code == 409
    assert now_of(database, refused) == (Status.RELEASED, 1)
    assert "had to be made by 4 December 2026" in lead.get(f"{page}/outcome").text


def test_an_award_offers_no_appeal(database: Database, story: Story, browser_of: Browser) -> None:
    with database.write() as session:
        id_ = rounds.recognised(session, story).id
        rounds.released(session, story)
    lead = browser_of(story.people["lead_a"])
    page = f"/submissions/{id_}"
    shown = [lead.get(path).text for path in ("/home", page, f"{page}/outcome")]
    assert ["/appeal" in text or "An appeal" in text for text in shown] == [False] * 3
    assert lead.post(f"{page}/appeal", data=FORM).status_code == 409


def test_who_may_appeal(refused: UUID, database: Database, story: Story, browser_of: Browser) -> None:
    found = {
        part: (
            browser_of(person).get(f"/submissions/{refused}/appeal").status_code,
            browser_of(person).post(f"/submissions/{refused}/appeal", data={}).status_code,
        )
        for part, person in story.people.items()
    }
    knowing = {
        "contributor_a",
        "chair_a",
        "reviewer_1",
        "reviewer_2",
        "moderator",
        "administrator",
        "administrator_2",
    }
    assert found == {
        part: (200, 422) if part in ("lead_a", "sponsor_a") else (403, 403) if part in knowing else (404, 404)
        for part in story.people
    }
    with database.read() as session:
        assert session.exec(select(Appeal)).all() == []


def test_nothing_shows_before_the_release(database: Database, story: Story, browser_of: Browser) -> None:
    with database.write() as session:
        id_ = rounds.judged(session, story, rounds.NOT_MET).id
    lead, path = browser_of(story.people["lead_a"]), f"/submissions/{id_}/appeal"
    before = lead.get(path)
    with database.write() as session:
        rounds.decided(session, story, session.get_one(Submission, id_), Outcome.NOT_YET)
    after = lead.get(path)
    assert (before.status_code, after.content == before.content) == (404, True)


def test_b07_an_appeal_is_not_withdrawn_whether_its_judges_have_begun_or_not(
    refused: UUID, database: Database, story: Story, browser_of: Browser
) -> None:
    lead, page = browser_of(story.people["lead_a"]), f"/submissions/{refused}"
    lead.post(f"{page}/appeal", data=FORM)
    for status in (Status.APPEALED, Status.IN_REVIEW):
        if status is Status.IN_REVIEW:
            with database.write() as session:
                story = rounds.cast(session, story)
                (review,) = judging.assigned(session, story, refetched(session, refused), "reviewer_4")
                reviews.start(session, review, by=story.who(session, "reviewer_4"), at=NOW)
        assert now_of(database, refused)[0] is status
        shown = lead.get(f"{page}/withdraw")
        sent = lead.post(f"{page}/withdraw", data={"reason": "Newer figures."})
        assert (shown.status_code, shown.headers["location"], sent.status_code) == (303, page, 409)


def test_the_portal_says_when_nobody_is_left_to_judge(
    refused: UUID, database: Database, story: Story, browser_of: Browser
) -> None:
    """Two of three reviewers have judged, and one administrator; a quorum is two."""
    with database.write() as session:
        rounds.appealed(session, story, session.get_one(Submission, refused))
    administrator = browser_of(story.people["administrator"])
    page = administrator.get(f"/submissions/{refused}").text
    assert "Only 1 person is left who may decide, and 2 must." in page
    assert "Nobody is left who may moderate" not in page
    assigning = administrator.get(f"/submissions/{refused}/reviewers").text
    assert "Only 1 of the 2 reviewers needed can be assigned." in assigning
    assert assigning.count("Judged this submission before, and an appeal is judged by others.") == 2
    with database.write() as session:
        for part in ("administrator_2", "moderator"):
            session.get_one(Person, story.people[part].id).left_at = NOW
    page = administrator.get(f"/submissions/{refused}").text
    assert [f"Nobody is left who may {verb}." in page for verb in ("moderate", "decide")] == [True, True]
    assert "Nobody is left" not in browser_of(story.people["lead_a"]).get(f"/submissions/{refused}").text


def test_who_judged_before_may_neither_moderate_nor_decide_the_appeal(
    database: Database, story: Story, browser_of: Browser
) -> None:
    with database.write() as session:
        more = rounds.cast(session, story)
        submission, _ = judging.in_moderation(session, story)
        judging.agreed(session, story, submission, "B01", 1)
        judging.agreed(session, story, submission, "B02", 1)
        rounds.decided(session, story, submission, Outcome.NOT_YET)
        rounds.released(session, story)
        rounds.appealed(session, story, submission, "B01")
        id_ = submission.id
        for review in judging.assigned(session, more, submission, "reviewer_4", "reviewer_5"):
            judging.sealed(session, more, review, {"B01": 2})
    page = f"/submissions/{id_}"
    people = {**story.people, **more.people}
    tried = {
        part: [browser_of(people[part]).get(page + path).status_code for path in ("/moderation", "/decision")]
        for part in ("moderator", "administrator", "moderator_2", "administrator_3")
    }
    assert tried == {
        "moderator": [403, 403],
        "administrator": [403, 403],
        "moderator_2": [200, 403],
        "administrator_3": [403, 200],
    }
    asked = browser_of(people["administrator"]).post(f"{page}/clarifications", data={})
    assert asked.status_code == 403


READ = ("lead_a", "contributor_a", "sponsor_a", "chair_a")
PATHS = ("", "/history", "/receipt", "/copy", "/outcome", "/outcome?number=1", "/outcome?number=2", "/appeal", "/clarification", "/moderation", "/record", "/reviewers", "/decision", "/blind-check")  # fmt: skip  # noqa: E501


def test_b09_three_rounds_and_an_appeal_expose_no_name(
    database: Database, story: Story, browser_of: Browser, clock: Clock
) -> None:
    """Two appeals judged and a third on its way: who judged in any round shows in no byte the organisation fetches."""
    parts = {f"reviewer_{number}": Role.REVIEWER for number in range(4, 10)}
    parts |= {f"administrator_{number}": Role.ADMINISTRATOR for number in range(3, 6)}
    parts |= {"moderator_2": Role.MODERATOR}
    with database.write() as session:
        more = rounds.cast(session, story, parts)
        submission = rounds.refused(session, more)
        for number in (2, 3):
            rounds.appealed(session, more, submission, "B01")
            pair = (f"reviewer_{2 * number}", f"reviewer_{2 * number + 1}")
            for review in judging.assigned(session, more, submission, *pair):
                judging.sealed(session, more, review, {"B01": 1})
            rounds.asked(
                session, more, submission, "B01", by="moderator_2" if number == 2 else "administrator_5"
            )
            rounds.answered(session, more, submission)
            with_ = {**more.people, "moderator": more.people["moderator_2" if number == 2 else "moderator"]}
            mine = Story(more.framework, more.version_id, more.window_id, more.organisations, with_)
            judging.agreed(session, mine, submission, "B01", 1)
            rounds.decided(session, more, submission, Outcome.NOT_YET, by=f"administrator_{number + 1}")
            rounds.released(session, more)
        rounds.appealed(session, more, submission, "B01")
        id_ = submission.id
    judges = [part for part in more.people if part.startswith(("reviewer", "moderator", "administrator"))]
    words = [word for part in judges for word in (more.people[part].name, more.people[part].email, str(more.people[part].id))]  # fmt: skip  # noqa: E501
    told = []
    opened = 0
    for part in READ:
        browser = browser_of(story.people[part])
        for path in (*(f"/submissions/{id_}{one}" for one in PATHS), "/home", "/register"):
            answer = browser.get(path)
            opened += answer.status_code == 200
            text = answer.text + str(answer.headers)
            told += [(part, path, word) for word in words if word in text]
    assert (told, opened > 30) == ([], True)
    outcome = browser_of(story.people["lead_a"]).get(f"/submissions/{id_}/outcome").text
    assert "Reason B01 by" in outcome


def test_a_recognised_appeal_gets_its_certificate(
    refused: UUID, database: Database, story: Story, browser_of: Browser
) -> None:
    with database.write() as session:
        more = rounds.cast(session, story)
        submission = session.get_one(Submission, refused)
        rounds.appealed(session, more, submission, "B01", "B02")
        for review in judging.assigned(session, more, submission, "reviewer_4", "reviewer_5"):
            judging.sealed(session, more, review, {"B01": 2, "B02": 2})
        rounds.decided(session, more, submission, Outcome.RECOGNISED, by="administrator_3")
        rounds.released(session, more)
        (certificate,) = session.exec(select(Certificate)).all()
        number = certificate.number
    lead = browser_of(story.people["lead_a"])
    outcome = lead.get(f"/submissions/{refused}/outcome").text
    assert [number in outcome, "Recognised" in outcome] == [True, True]
    assert now_of(database, refused) == (Status.RELEASED, 2)
