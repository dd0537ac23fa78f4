"""Who may know of a review, and that nothing tells one reviewer of the other's work."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.db import Database
from app.models import Membership, Person, Review, Role
from app.queries import reviews, sealed_copies
from tests.judging import CODES, assigned, scored, sealed, sealed_submission
from tests.story import NOW, Story

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


PAGES = ("", "/criteria/B01", "/criteria/B02", "/criteria/B03", "/seal")


def test_nobody_but_the_reviewer_may_know_that_a_review_exists(
    both: tuple[UUID, UUID], database: Database, story: Story, browser_of: Browser
) -> None:
    started(database, story, both[0], {"B01": 1})
    paths = [*PAGES, f"/evidence/{version_of(database, both[0])}"]
    for part, person in story.people.items():
        if part == "reviewer_1":
            continue
        browser = browser_of(person)
        nothing = browser.get(f"/reviews/{uuid4()}")
        for path in paths:
            answer = browser.get(f"/reviews/{both[0]}{path}")
            assert (part, path, answer.status_code, answer.content) == (part, path, 404, nothing.content)
        for path in ("/start", "/criteria/B01", "/seal"):
            answer = browser.post(
                f"/reviews/{both[0]}{path}", data={"version": "2", "score": "3", "reason": "x"}
            )
            assert (part, path, answer.status_code, answer.content) == (part, path, 404, nothing.content)
    assert kept(database, both[0]) == (
        1,
        "Reason B01 by " + _letter(database, both[0]),
        _note(database, both[0]),
        2,
    )


def _letter(database: Database, review_id: UUID) -> str:
    with database.read() as session:
        return review(session, review_id).letter


def _note(database: Database, review_id: UUID) -> str:
    return f"Note B01 by {_letter(database, review_id)}"


def test_b15_f04_nothing_a_reviewer_can_fetch_differs_with_the_others_work(
    both: tuple[UUID, UUID], database: Database, story: Story, browser_of: Browser
) -> None:
    """Reviewer 1's every page, byte for byte, while reviewer 2 scores, changes and seals."""
    started(database, story, both[0], {"B01": 1})
    browser = browser_of(story.people["reviewer_1"])
    with database.read() as session:
        submission = review(session, both[0]).submission_id
    paths = [
        "/home",
        "/reviews",
        *(f"/reviews/{both[0]}{page}" for page in PAGES),
        *(f"/submissions/{submission}{page}" for page in ("", "/history", "/copy", "/receipt", "/outcome")),
        *(
            f"/submissions/{submission}{page}"
            for page in ("/moderation", "/moderation/B01", "/decision", "/reviewers")
        ),
        "/dashboards",
        "/register",
    ]

    def everything() -> list[tuple[str, int, bytes]]:
        answers = [(path, browser.get(path)) for path in paths]
        return [(path, answer.status_code, answer.content) for path, answer in answers]

    untouched = everything()
    steps: list[Callable[[Session], None]] = [
        lambda session: scored(session, story, review(session, both[1]), {}),
        lambda session: scored(session, story, review(session, both[1]), {"B01": 3}),
        lambda session: scored(session, story, review(session, both[1]), {"B01": 0, "B02": 1}, "Other"),
        lambda session: sealed(session, story, review(session, both[1]), dict.fromkeys(CODES, 2)),
    ]
    for step in steps:
        with database.write() as session:
            step(session)
        assert everything() == untouched
    assert [path for path, status, _ in untouched if status == 200] == [
        "/home",
        "/reviews",
        *(f"/reviews/{both[0]}{page}" for page in PAGES),
        *(f"/submissions/{submission}{page}" for page in ("", "/history", "/copy", "/receipt")),
        "/register",
    ]


def test_b15_a_reviewer_who_has_not_started_is_not_told_that_another_has(
    both: tuple[UUID, UUID], database: Database, story: Story, browser_of: Browser
) -> None:
    browser = browser_of(story.people["reviewer_1"])
    with database.read() as session:
        submission = review(session, both[0]).submission_id
    paths = ("/home", "/reviews", f"/reviews/{both[0]}", f"/submissions/{submission}")
    before = [browser.get(path).content for path in paths]
    started(database, story, both[1], {"B01": 1})
    assert [browser.get(path).content for path in paths] == before


def test_b15_an_administrator_who_reviews_does_not_see_how_far_the_other_is(
    both: tuple[UUID, UUID], database: Database, story: Story, browser_of: Browser
) -> None:
    with database.write() as session:
        submission = review(session, both[0]).submission_id
        session.add(
            Membership(person_id=story.people["reviewer_1"].id, role=Role.ADMINISTRATOR, granted_at=NOW)
        )
    page = f"/submissions/{submission}/reviewers"
    parts = ("administrator", "reviewer_1")
    assert [browser_of(story.people[part]).get(page).status_code for part in parts] == [200, 403]


def test_b08_a_reviewer_who_leads_a_trust_gains_nothing_across(
    both: tuple[UUID, UUID], database: Database, story: Story, browser_of: Browser
) -> None:
    """Reviewer 1 also leads trust B: reads trust A's sealed copy, not its library; and judges nothing of trust B."""
    with database.write() as session:
        person_id, trust_id = story.people["reviewer_1"].id, story.organisations["ZZB"].id
        session.add(Membership(person_id=person_id, role=Role.LEAD, organisation_id=trust_id, granted_at=NOW))
        other = assigned(session, story, sealed_submission(session, story, "ZZB", "b"), "reviewer_2")[0].id
    browser = browser_of(story.people["reviewer_1"])
    assert browser.get(f"/reviews/{both[0]}").status_code == 200
    for path in (
        f"/organisations/{story.organisations['ZZA'].id}/evidence",
        f"/evidence-files/{version_of(database, both[0])}",
        f"/reviews/{other}",
        f"/reviews/{both[1]}",
    ):
        assert (path, browser.get(path).status_code) == (path, 404)


@pytest.mark.reaches_past
def test_f01_a_reviewer_who_joins_the_trust_loses_access_at_once(
    both: tuple[UUID, UUID], database: Database, story: Story, browser_of: Browser
) -> None:
    browser = browser_of(story.people["reviewer_1"])
    assert browser.get(f"/reviews/{both[0]}").status_code == 200
    with database.write() as session:
        session.get_one(Person, story.people["reviewer_1"].id).employer_id = story.organisations["ZZC"].id
    nothing = browser.get(f"/reviews/{uuid4()}")
    assert browser.get(f"/reviews/{both[0]}").content == nothing.content
    assert browser.post(f"/reviews/{both[0]}/start").content == nothing.content
