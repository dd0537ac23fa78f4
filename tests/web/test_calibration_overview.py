"""Who is harsh, who is lenient, and who changed during the window, as moderators and administrators see it."""

import re
from collections.abc import Callable

from fastapi.testclient import TestClient

from app.db import Database
from app.models import Membership, Person, Role, Window
from app.queries import calibration
from tests.calibrating import score_all
from tests.judging import CODES, agreed, assigned, in_moderation, sealed, sealed_submission
from tests.story import NOW, Story

Browser = Callable[[Person], TestClient]


def row_of(text: str, name: str) -> list[str]:
    """The cells of a reviewer's row."""
    row = text.partition(f">{name}</th>")[2].partition("</tr>")[0]
    return [
        " ".join(re.sub(r"<[^>]+>", "", cell).split()) for cell in re.findall(r"<td>(.*?)</td>", row, re.S)
    ]


def test_the_moderator_sees_who_is_harsh(story: Story, browser_of: Browser) -> None:
    score_all(browser_of(story.people["reviewer_1"]), story)
    harsh = {"C1": "0", "C2": "1", "C3": "2", "C4": "1", "C5": "0"}
    score_all(browser_of(story.people["reviewer_2"]), story, harsh)
    score_all(browser_of(story.people["reviewer_3"]), story, {"C3": "0"})
    text = browser_of(story.people["moderator"]).get(f"/windows/{story.window_id}/calibration").text
    assert "2 of 5 reviewers have scored every sample." in text
    assert "The harshest mean is 0.8 below, the most lenient 0.2 above." in text
    assert {part: row_of(text, story.people[part].name)[:3] for part in ("reviewer_1", "reviewer_2")} == {
        "reviewer_1": ["5 of 5", "0.2 above, close to the agreed marks", "From 1 below to 2 above"],
        "reviewer_2": ["5 of 5", "0.8 below, harsh", "From 1 below to the mark itself"],
    }
    assert row_of(text, "Reviewer 3")[:3] == ["1 of 5", "3.0 below, harsh", "Always 3 below"]
    nothing = story.people["reviewer_of_a"].name
    assert row_of(text, nothing) == [
        "0 of 5",
        "Nothing scored yet",
        "Nothing scored yet",
        "0",
        "None to compare.",
    ]


def test_who_reviews_too_sees_no_distance_before_the_own_scores(
    story: Story, database: Database, browser_of: Browser
) -> None:
    score_all(browser_of(story.people["reviewer_1"]), story)
    with database.write() as session:
        person_id = story.people["reviewer_2"].id
        session.add(Membership(person_id=person_id, role=Role.MODERATOR, granted_at=NOW))
    browser, path = browser_of(story.people["reviewer_2"]), f"/windows/{story.window_id}/calibration"
    before = browser.get(path).text
    assert ("above" in row_of(before, "Reviewer 1")[1], "Mean distance" in before) == (False, False)
    assert "Distances from the agreed marks show here once you have" in before
    score_all(browser, story)
    assert row_of(browser.get(path).text, "Reviewer 1")[1] == "0.2 above, close to the agreed marks"


def test_reviews_are_compared_once_all_are_sealed_and_never_where_there_is_a_conflict(
    story: Story, database: Database, browser_of: Browser
) -> None:
    path = f"/windows/{story.window_id}/calibration"
    with database.write() as session:
        submission = sealed_submission(session, story)
        both = assigned(session, story, submission)
        sealed(session, story, both[0], dict.fromkeys(CODES, 3))
    moderator = browser_of(story.people["moderator"])
    assert row_of(moderator.get(path).text, "Reviewer 1")[-2:] == ["0", "None to compare."]
    with database.write() as session:
        sealed(session, story, session.merge(both[1]), dict.fromkeys(CODES, 2))
    for part, number in (("moderator", "1"), ("administrator", "1"), ("administrator_of_a", "0")):
        text = browser_of(story.people[part]).get(path).text
        assert (part, row_of(text, "Reviewer 1")[-2]) == (part, number)


def test_what_is_not_settled_is_not_compared_and_agreed_scores_count(
    story: Story, database: Database
) -> None:
    with database.write() as session:
        submission, _ = in_moderation(session, story)
        who = story.who(session, "moderator")
        window = session.get_one(Window, submission.window_id)

        def courses() -> dict[str, list[tuple[float, int]]]:
            lines = calibration.reviewer_lines(session, window, None, story.framework, who)
            return {
                one.name: [(round(each.mean, 2), each.criteria) for each in one.course.reviews]
                for one in lines
                if one.course.reviews
            }

        assert courses() == {"Reviewer 1": [(1.0, 1)], "Reviewer 2": [(0.0, 1)]}
        agreed(session, story, submission, "B01", 2)
        assert courses() == {"Reviewer 1": [(0.0, 2)], "Reviewer 2": [(0.5, 2)]}
