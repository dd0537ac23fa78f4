"""The agreement page: what counts in it, for whom, and how often it is computed."""

import csv
import html
import io
import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session, col

from app.adapters.agreement import apart
from app.db import Database
from app.models import Membership, Person, Review, ReviewKind, ReviewStatus, Role, Status, Submission
from app.queries import agreement
from tests.judging import CODES, agreed, assigned, in_moderation, in_third_review, sealed, sealed_submission
from tests.story import NOW, Story

Browser = Callable[[Person], TestClient]


def path_of(story: Story) -> str:
    return f"/windows/{story.window_id}/agreement"


def judged(session: Session, story: Story, code: str = "ZZA", letter: str = "a") -> Submission:
    """A submission with both reviews sealed and nothing that differs."""
    submission = sealed_submission(session, story, code, letter)
    for review, score in zip(assigned(session, story, submission), (3, 2), strict=True):
        sealed(session, story, review, {"B01": score, "B02": 2, "B03": 3})
    return submission


def counted(database: Database, story: Story, part: str) -> list[tuple[UUID, str, int]]:
    with database.read() as session:
        who = story.who(session, part)
        found = agreement.scores(session, story.window_id, who)
        reviews = agreement.reviews(session, story.window_id, who)
        assert len(reviews) * len(CODES) == len(found)
        return sorted(found)


def test_the_figures_of_a_window(story: Story, database: Database, browser_of: Browser) -> None:
    with database.write() as session:
        judged(session, story)
        judged(session, story, "ZZB", "b")
    text = browser_of(story.people["moderator"]).get(path_of(story)).text
    words = " ".join(re.sub(r"<[^>]+>", " ", text).split())
    assert "2 submissions, 12 scores" in words
    assert "Too few to say: 2 of at least 10 submissions. Read the intervals, not the figures." in words
    assert "All scores are the same, so alpha is not defined" in words
    assert [words.index(f"{code} ") for code in ("B01", "B02", "B03")] == sorted(
        words.index(f"{code} ") for code in ("B01", "B02", "B03")
    )
    assert story.framework.mark in html.unescape(words)
    for part in ("reviewer_1", "reviewer_2"):
        assert story.people[part].name not in words


def test_as_csv(story: Story, database: Database, browser_of: Browser) -> None:
    with database.write() as session:
        judged(session, story)
        judged(session, story, "ZZB", "b")
    answer = browser_of(story.people["administrator"]).get(f"{path_of(story)}.csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert answer.headers["content-disposition"].startswith('attachment; filename="agreement-')
    assert [row[:4] for row in rows] == [
        ["Criterion", "Title", "Submissions", "Scores"],
        ["", "All criteria together", "2", "12"],
        ["B01", story.framework.criterion("B01").title, "2", "4"],
        ["B02", story.framework.criterion("B02").title, "2", "4"],
        ["B03", story.framework.criterion("B03").title, "2", "4"],
    ]
    assert [row[4] for row in rows[2:]] == ["-0.5", "", ""]


def test_nothing_counts_before_every_review_is_sealed(
    story: Story, database: Database, browser_of: Browser
) -> None:
    browser = browser_of(story.people["moderator"])
    with database.write() as session:
        submission = sealed_submission(session, story)
        both = assigned(session, story, submission)
    before = browser.get(path_of(story)).content
    with database.write() as session:
        sealed(session, story, session.merge(both[0]), dict.fromkeys(CODES, 3))
    assert browser.get(path_of(story)).content == before
    assert counted(database, story, "moderator") == []
    assert "There are no figures yet." in before.decode()


def test_nothing_counts_while_a_third_review_is_open(story: Story, database: Database) -> None:
    with database.write() as session:
        submission, _ = in_third_review(session, story)
        (third,) = assigned(session, story, submission, "reviewer_3")
    assert counted(database, story, "moderator") == []
    with database.write() as session:
        sealed(session, story, session.merge(third), {"B01": 2, "B02": 2})
    assert len(counted(database, story, "moderator")) == 6


@pytest.mark.reaches_past
def test_first_reviews_alone_count(story: Story, database: Database) -> None:
    """Neither the third review, nor what was agreed, nor a blind one, nor a later round."""
    with database.write() as session:
        submission, _ = in_moderation(session, story)
        id_ = submission.id
    first = [
        (id_, "B01", 1),
        (id_, "B01", 3),
        (id_, "B02", 1),
        (id_, "B02", 2),
        (id_, "B03", 2),
        (id_, "B03", 3),
    ]
    assert counted(database, story, "moderator") == first
    with database.write() as session:
        agreed(session, story, session.merge(submission), "B01", 2)
    assert counted(database, story, "moderator") == first
    with database.write() as session:
        one = session.scalars(sa.select(Review).where(col(Review.letter) == "A")).one()
        one.round = 2
    assert len(counted(database, story, "moderator")) == 3
    with database.write() as session:
        one = session.scalars(sa.select(Review).where(col(Review.letter) == "A")).one()
        one.round, one.kind = 1, ReviewKind.BLIND
    assert len(counted(database, story, "moderator")) == 3


@pytest.mark.reaches_past
def test_a_struck_review_is_out(story: Story, database: Database) -> None:
    with database.write() as session:
        submission = judged(session, story)
        one = session.scalars(sa.select(Review).where(col(Review.submission_id) == submission.id)).first()
        assert one is not None
        one.status, one.struck_at, one.struck_reason = ReviewStatus.REMOVED, NOW, "Worked there."
    assert len(counted(database, story, "moderator")) == 3


@pytest.mark.reaches_past
@pytest.mark.parametrize("status", sorted(Status))
def test_the_statuses_that_count(story: Story, database: Database, status: Status) -> None:
    with database.write() as session:
        judged(session, story).status = status
    counts = {"in moderation", "awaiting an answer", "awaiting decision", "decided", "released"}
    assert bool(counted(database, story, "moderator")) == (status.value in counts)


def test_other_windows_do_not_count(story: Story, database: Database) -> None:
    with database.write() as session:
        judged(session, story)
        other = story.who(session, "moderator")
        assert agreement.reviews(session, UUID(int=1), other) == []


def test_b19_a_conflict_of_interest_leaves_no_trace(
    story: Story, database: Database, browser_of: Browser
) -> None:
    """Who works for trust A gets the same bytes whether or not its submission is judged."""
    with database.write() as session:
        judged(session, story, "ZZB", "b")
    browser = browser_of(story.people["administrator_of_a"])
    before = [browser.get(f"{path_of(story)}{ending}").content for ending in ("", ".csv")]
    with database.write() as session:
        judged(session, story)
    assert [browser.get(f"{path_of(story)}{ending}").content for ending in ("", ".csv")] == before
    assert len(counted(database, story, "administrator_of_a")) == 6
    assert len(counted(database, story, "administrator")) == 12


@pytest.mark.reaches_past
def test_who_still_reviews_a_submission_does_not_read_its_agreement(story: Story, database: Database) -> None:
    """A blind review begins after the others are sealed; its reviewer may be a moderator elsewhere."""
    with database.write() as session:
        submission = judged(session, story)
        person_id = story.people["reviewer_3"].id
        session.add(Membership(person_id=person_id, role=Role.MODERATOR, granted_at=NOW))
        blind = Review(
            submission_id=submission.id,
            reviewer_id=person_id,
            letter="C",
            kind=ReviewKind.BLIND,
            status=ReviewStatus.ASSIGNED,
            copy_sha256="0" * 64,
            assigned_at=NOW,
            assigned_by_id=person_id,
        )
        session.add(blind)
    assert counted(database, story, "reviewer_3") == []
    with database.write() as session:
        row = session.get_one(Review, blind.id)
        row.status, row.sealed_at = ReviewStatus.SEALED, NOW + timedelta(days=1)
    assert len(counted(database, story, "reviewer_3")) == 6


def test_who_may_read_it(story: Story, browser_of: Browser) -> None:
    for part, person in story.people.items():
        expected = 200 if part.startswith(("moderator", "administrator")) else 404
        found = [browser_of(person).get(f"{path_of(story)}{ending}").status_code for ending in ("", ".csv")]
        assert (part, found) == (part, [expected] * 2)
    assert browser_of(story.people["moderator"]).get(f"/windows/{UUID(int=1)}/agreement").status_code == 404


def test_a_state_is_computed_once_and_a_known_one_asks_one_statement_less(
    story: Story, database: Database, browser_of: Browser, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bytes] = []
    real = apart.computed
    monkeypatch.setattr(apart, "computed", lambda data: asked.append(data) or real(data))  # type: ignore[func-returns-value]
    browser = browser_of(story.people["moderator"])
    browser.get(path_of(story))  # the framework version is read once a process
    with database.write() as session:
        judged(session, story)
    first, statements = _statements(app, browser, path_of(story))
    second, fewer = _statements(app, browser, path_of(story))
    assert (first == second, len(asked), statements - fewer) == (True, 1, 1)
    with database.write() as session:
        judged(session, story, "ZZB", "b")
    third, as_many = _statements(app, browser, path_of(story))
    assert (third == second, len(asked), as_many) == (False, 2, statements)


def _statements(app: FastAPI, browser: TestClient, path: str) -> tuple[bytes, int]:
    """The page, and how many statements it took."""
    engine = app.state.portal.database.engine
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            seen.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        answer = browser.get(path)
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    assert answer.status_code == 200
    return answer.content, len(seen)


def test_when_nothing_can_be_computed_the_page_says_so(
    story: Story, database: Database, browser_of: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_data: bytes) -> bytes:
        raise apart.NotComputed("no memory")

    monkeypatch.setattr(apart, "computed", fails)
    with database.write() as session:
        judged(session, story)
    browser = browser_of(story.people["moderator"])
    answer = browser.get(path_of(story))
    assert (answer.status_code, "The figures could not be computed now." in answer.text) == (503, True)
    as_csv = browser.get(f"{path_of(story)}.csv")
    assert (as_csv.status_code, as_csv.headers["location"]) == (303, path_of(story))
