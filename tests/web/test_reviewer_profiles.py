"""The reviewer's own page: how much, what, and when not."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from app.db import Database
from app.models import Absence, Person, ReviewerProfile
from tests.story import Story
from tests.walk import hidden_of

Browser = Callable[[Person], TestClient]
PATH = "/review-profile"


@pytest.fixture
def reviewer(story: Story, browser_of: Browser) -> TestClient:
    return browser_of(story.people["reviewer_1"])


def days(first: str, last: str) -> dict[str, str]:
    """``27 3 2027`` as the form sends it."""
    parts = ("day", "month", "year")
    texts = {"from": first, "to": last}
    return {
        f"{name}-{part}": one
        for name, text in texts.items()
        for part, one in zip(parts, text.split(), strict=True)
    }


def profiles(database: Database) -> list[tuple[int | None, list[str]]]:
    with database.read() as session:
        return [(row.most_reviews, row.principles) for row in session.exec(select(ReviewerProfile)).all()]


def absences(database: Database) -> list[tuple[str, str]]:
    with database.read() as session:
        rows = session.exec(select(Absence)).all()
        return sorted((str(row.from_on), str(row.to_on)) for row in rows)


def test_a_reviewer_says_how_much_and_what(reviewer: TestClient, database: Database, story: Story) -> None:
    first, second = (one.id for one in story.framework.principles[:2])
    form = {"most": "4", f"principle-{second}": "yes", f"principle-{first}": "yes"}
    answer = reviewer.post(PATH, data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PATH}?done=saved")
    assert profiles(database) == [(4, [first, second])]
    text = reviewer.get(answer.headers["location"]).text
    assert "What you can review is saved." in text
    assert text.count(" checked") == 2
    reviewer.post(PATH, data={"most": ""})
    assert profiles(database) == [(None, [])]


@pytest.mark.parametrize("most", ["x", "-1", "101", "1.5", "\u0663"])
def test_a_number_that_can_not_be_comes_back(
    reviewer: TestClient, database: Database, story: Story, most: str
) -> None:
    own = story.framework.principles[0].id
    answer = reviewer.post(PATH, data={"most": most, f"principle-{own}": "yes"})
    assert (answer.status_code, profiles(database)) == (422, [])
    assert "Enter a whole number from 0 to 100, or leave it empty." in answer.text
    assert (f'value="{most}"' in answer.text, answer.text.count(" checked")) == (True, 1)


def test_a_principle_of_nowhere_is_refused(reviewer: TestClient, database: Database) -> None:
    answer = reviewer.post(PATH, data={"most": "", "principle-nowhere": "yes"})
    assert (answer.status_code, profiles(database)) == (422, [])


def test_absences_are_added_and_taken_back(reviewer: TestClient, database: Database) -> None:
    answer = reviewer.post(f"{PATH}/absences", data=days("24 12 2026", "4 1 2027"))
    assert (answer.status_code, absences(database)) == (303, [("2026-12-24", "2027-01-04")])
    text = reviewer.get(PATH).text
    assert "24 December 2026 to 4 January 2027" in text
    form = hidden_of(text)
    gone = reviewer.post(f"{PATH}/absences/remove", data=form)
    assert (gone.status_code, absences(database)) == (303, [])
    assert reviewer.post(f"{PATH}/absences/remove", data=form).status_code == 409
    assert "No absence is noted." in reviewer.get(PATH).text


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        ("31 2 2027", "1 3 2027", "Enter a day, for example 27 3 2027."),
        ("1 3 2027", "x y z", "Enter a day, for example 27 3 2027."),
        ("2 3 2027", "1 3 2027", "The last day must not be before the first."),
        ("1 3 2026", "2 3 2026", "The last day must be today or later."),
    ],
)
def test_days_that_can_not_be_come_back(
    reviewer: TestClient, database: Database, first: str, last: str, sentence: str
) -> None:
    answer = reviewer.post(f"{PATH}/absences", data=days(first, last))
    assert (answer.status_code, sentence in answer.text, absences(database)) == (422, True, [])
    assert f'value="{first.split()[0]}"' in answer.text


def test_nobody_takes_back_anothers_absence(
    reviewer: TestClient, database: Database, story: Story, browser_of: Browser
) -> None:
    reviewer.post(f"{PATH}/absences", data=days("24 12 2026", "4 1 2027"))
    form, other = hidden_of(reviewer.get(PATH).text), browser_of(story.people["reviewer_2"])
    assert other.post(f"{PATH}/absences/remove", data=form).status_code == 409
    assert other.post(f"{PATH}/absences/remove", data={"absence": "x"}).status_code == 409
    assert (len(absences(database)), "24 December" in other.get(PATH).text) == (1, False)


def test_only_reviewers_have_the_page(database: Database, story: Story, browser_of: Browser) -> None:
    for part, person in story.people.items():
        browser = browser_of(person)
        expected = (200, 303) if part.startswith("reviewer") else (404, 404)
        found = (browser.get(PATH).status_code, browser.post(PATH, data={"most": "3"}).status_code)
        assert (part, found) == (part, expected)
