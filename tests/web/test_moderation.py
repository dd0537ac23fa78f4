"""The moderator's pages: letters, never names; and who may not open them."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from app.actions import decisions
from app.actions.certificates import Issuer
from app.db import Database
from app.models import AgreedScore, Membership, Outcome, Person, Role, Status, Submission, Window
from tests.judging import CODES, agreed, assigned, in_moderation, refetched, sealed, sealed_submission
from tests.letters import letters_read
from tests.story import NOW, Story

Browser = Callable[[Person], TestClient]


@pytest.fixture
def moderated(database: Database, story: Story) -> UUID:
    with database.write() as session:
        return in_moderation(session, story)[0].id


def agreed_rows(database: Database) -> list[tuple[str, int, str]]:
    with database.read() as session:
        rows = session.exec(select(AgreedScore)).all()
        return sorted((row.criterion_code, row.score, row.reason) for row in rows)


def test_the_list_tells_which_criteria_wait_why_and_how_the_others_settled(
    moderated: UUID, story: Story, browser_of: Browser
) -> None:
    text = browser_of(story.people["moderator"]).get(f"/submissions/{moderated}/moderation").text
    assert "2 criteria wait for an agreed score." in text
    assert "The scores are 2 or more apart." in text
    assert "One reviewer&#39;s score meets the criterion and another&#39;s does not." in text
    assert "<strong>2.</strong> By both scores the criterion meets the rule, so the lower one counts." in text
    assert text.index("settled by rule") < text.index("moderation/B03")


def test_a_criterion_shows_both_reviewers_side_by_side_and_no_name(
    moderated: UUID, story: Story, browser_of: Browser
) -> None:
    text = browser_of(story.people["moderator"]).get(f"/submissions/{moderated}/moderation/B01").text
    for letter in "AB":
        assert f"Reviewer {letter}: " in text
        assert f"Reason B01 by {letter}" in text
        assert f"Note B01 by {letter}" in text
    for part in ("reviewer_1", "reviewer_2"):
        person = story.people[part]
        assert [word in text for word in (person.name, person.email, str(person.id))] == [False] * 3


def test_scores_are_agreed_one_by_one_and_never_again(
    moderated: UUID, database: Database, story: Story, browser_of: Browser
) -> None:
    browser, path = browser_of(story.people["moderator"]), f"/submissions/{moderated}/moderation"
    form = {"score": "2", "reason": "The minutes show it"}
    for code in ("B01", "B02"):
        answer = browser.post(f"{path}/{code}", data=form)
        assert (answer.status_code, answer.headers["location"]) == (303, path)
    again = browser.post(f"{path}/B01", data={**form, "score": "3"})
    assert again.status_code == 409
    assert agreed_rows(database) == [("B01", 2, "The minutes show it"), ("B02", 2, "The minutes show it")]
    with database.read() as session:
        assert refetched(session, moderated).status is Status.AWAITING_DECISION
    assert "Every criterion has its score." in browser.get(path).text
    assert "An agreed score is never changed." in browser.get(f"{path}/B01").text


@pytest.mark.parametrize(
    ("code", "form", "sentence"),
    [
        ("B01", {"reason": "Kept"}, "Choose a score from 0 to 3."),
        ("B01", {"score": "2", "reason": " "}, "Enter the reason for the agreed score."),
        ("B01", {"score": "7", "reason": "Kept"}, "Choose a score from 0 to 3."),
        ("B03", {"score": "2", "reason": "Kept"}, "don&#39;t differ, so there is nothing to agree."),
    ],
)
def test_what_may_not_be_agreed_comes_back(
    moderated: UUID,
    database: Database,
    story: Story,
    browser_of: Browser,
    code: str,
    form: dict[str, str],
    sentence: str,
) -> None:
    answer = browser_of(story.people["moderator"]).post(
        f"/submissions/{moderated}/moderation/{code}", data=form
    )
    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert agreed_rows(database) == []


def test_a_criterion_that_does_not_differ_has_no_form(
    moderated: UUID, story: Story, browser_of: Browser
) -> None:
    browser = browser_of(story.people["moderator"])
    forms = {
        code: 'name="reason"' in browser.get(f"/submissions/{moderated}/moderation/{code}").text
        for code in CODES
    }
    assert forms == {"B01": True, "B02": True, "B03": False}


def test_nothing_shows_before_every_review_is_sealed(
    database: Database, story: Story, browser_of: Browser
) -> None:
    with database.write() as session:
        submission = sealed_submission(session, story)
        both = assigned(session, story, submission)
        id_ = submission.id
    browser = browser_of(story.people["moderator"])
    path = f"/submissions/{id_}/moderation"
    before = browser.get(path).content
    with database.write() as session:
        sealed(session, story, session.merge(both[0]), dict.fromkeys(CODES, 3))
    assert browser.get(path).content == before
    assert browser.get(f"{path}/B01").status_code == 404
    assert browser.post(f"{path}/B01", data={"score": "1", "reason": "x"}).status_code == 404


def test_who_may_moderate(moderated: UUID, database: Database, story: Story, browser_of: Browser) -> None:
    """403 for who may know of the submission, 404 for everyone else; private notes for the moderator alone."""
    found = {}
    for part, person in story.people.items():
        answers = [
            browser_of(person).get(f"/submissions/{moderated}/moderation{path}") for path in ("", "/B01")
        ]
        found[part] = tuple(answer.status_code for answer in answers)
        assert (part, any("Note B01" in answer.text for answer in answers)) == (part, part == "moderator")
        posted = browser_of(person).post(f"/submissions/{moderated}/moderation/B01", data={})
        assert (part, posted.status_code) == (part, 422 if part == "moderator" else found[part][0])
    knowing = {"lead_a", "contributor_a", "sponsor_a", "chair_a", "administrator", "administrator_2"}
    knowing |= {"reviewer_1", "reviewer_2", "reviewer_3"}
    assert found == {
        part: (200, 200) if part == "moderator" else (403, 403) if part in knowing else (404, 404)
        for part in story.people
    }
    assert agreed_rows(database) == []


@pytest.mark.parametrize("part", ["reviewer_1", "reviewer_2"])
def test_one_of_the_two_may_not_moderate(
    moderated: UUID, database: Database, story: Story, browser_of: Browser, part: str
) -> None:
    with database.write() as session:
        person_id = story.people[part].id
        session.add(Membership(person_id=person_id, role=Role.MODERATOR, granted_at=NOW))
    browser = browser_of(story.people[part])
    form = {"score": "2", "reason": "Mine"}
    for path in ("", "/B01"):
        answer = browser.get(f"/submissions/{moderated}/moderation{path}")
        assert (path, answer.status_code, "by A" in answer.text) == (path, 403, False)
    assert browser.post(f"/submissions/{moderated}/moderation/B01", data=form).status_code == 403
    assert agreed_rows(database) == []


ASSEMBLY_PAGES = (
    "",
    "/copy",
    "/history",
    "/receipt",
    "/reviewers",
    "/moderation",
    "/moderation/B01",
    "/decision",
)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.MODERATOR])
@pytest.mark.parametrize("employer", ["ZZA", "ZZC", "ZZ1"])
def test_b19_whoever_has_a_conflict_finds_nothing(
    moderated: UUID, database: Database, story: Story, browser_of: Browser, role: Role, employer: str
) -> None:
    """The trust itself, a trust of the same ICB, and the ICB: on every page the same bytes as for a random id."""
    with database.write() as session:
        person = Person(email="new@example.invalid", name="New", created_at=NOW)
        session.add(person)
        session.flush()
        session.add(Membership(person_id=person.id, role=role, granted_at=NOW))
    browser = browser_of(person)
    assert browser.get(f"/submissions/{moderated}").status_code == 200  # no employer, no conflict
    with database.write() as session:
        session.get_one(Person, person.id).employer_id = story.organisations[employer].id
    for path in ASSEMBLY_PAGES:
        hidden, nothing = (browser.get(f"/submissions/{id_}{path}") for id_ in (moderated, uuid4()))
        assert (path, hidden.status_code, hidden.content) == (path, 404, nothing.content)
    for path in ("/reviewers", "/moderation/B01", "/decision"):
        hidden, nothing = (browser.post(f"/submissions/{id_}{path}", data={}) for id_ in (moderated, uuid4()))
        assert (path, hidden.status_code, hidden.content) == (path, 404, nothing.content)
    assert "Fictional trust A" not in browser.get("/submissions").text.replace("works for trust A", "")


READERS = ("lead_a", "sponsor_a", "lead_b", "reviewer_1", "administrator", "icb_viewer_1", "region_viewer")


def test_b13_private_notes_reach_nobody_but_moderation(
    moderated: UUID, database: Database, story: Story, browser_of: Browser
) -> None:
    """Every page of the submission, before the decision and after the release, for each kind of reader."""
    browsers = {part: browser_of(story.people[part]) for part in READERS}
    assert _that_show_notes(browsers, moderated) == []
    with database.write() as session:
        submission = session.get_one(Submission, moderated)
        agreed(session, story, submission, "B01", 2)
        agreed(session, story, submission, "B02", 2)
        by = story.who(session, "administrator")
        decisions.decide(session, submission, story.framework, Outcome.RECOGNISED, "", {}, by=by, at=NOW)
        letters_read(session, story)
        window = session.get_one(Window, story.window_id)
        issuer = Issuer("The Assembly", ("Director",))
        decisions.release(session, window, story.framework, issuer, by=by, at=NOW, on=NOW.date())
    assert _that_show_notes(browsers, moderated) == []
    assert "Reason B01 by A" in browsers["lead_a"].get(f"/submissions/{moderated}/outcome").text


def _that_show_notes(browsers: dict[str, TestClient], submission_id: UUID) -> list[tuple[str, str]]:
    return [
        (part, path)
        for part, browser in browsers.items()
        for path in (*ASSEMBLY_PAGES, "/outcome")
        if "Note B0" in browser.get(f"/submissions/{submission_id}{path}").text
    ]
