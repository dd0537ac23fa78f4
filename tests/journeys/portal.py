"""A portal of its own for each journey: a real server on loopback, over a small story rather than the whole demo."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from sqlmodel import Session, select

from app.actions import evidence, reviews, self_assessments
from app.config import ROOT
from app.criteria.schema import OrganisationKind
from app.db import Database
from app.models import Evidence, Person, Review, ReviewStatus, SelfAssessment, Window
from app.queries import reviews as review_queries
from app.queries.self_assessments import answers
from app.rules.people import Who
from app.upgrade import upgrade
from tests.steps import answer_to, assigned, signed
from tests.story import Story, made_story

LONGEST_START = 600  # waits of a tenth of a second: a busy machine takes its time to import everything


@dataclass(frozen=True)
class RunningPortal:
    """Where it listens, and the same database seen from the test's own process."""

    address: str
    database: Database
    story: Story
    log: Path

    def fill_the_rest(self, part: str, item_title: str) -> None:
        """Finish every Bronze criterion that nobody has begun, through the actions that the pages call."""
        with self.database.write() as session:
            _fill_the_rest(session, self.story, part, item_title, self.database.now(session))

    def judged(self) -> None:
        """Trust A's Bronze, signed, with three sealed reviews: B01 is not met by any, on B02 they differ."""
        with self.database.write() as session:
            _judged(session, self.story, self.database.now(session))

    def score_the_rest(self, part: str, score: int) -> None:
        """Give every criterion that the reviewer has not scored the same score, through the actions."""
        with self.database.write() as session:
            _score_the_rest(session, self.story, part, score, self.database.now(session))


def _fill_the_rest(session: Session, story: Story, part: str, item_title: str, at: datetime) -> None:
    by = story.who(session, part, at)
    own = session.exec(select(SelfAssessment)).one()
    item = session.exec(select(Evidence).where(Evidence.title == item_title)).one()
    written = answers(session, own.id)
    for criterion in story.framework.of_level("bronze", OrganisationKind.TRUST):
        if criterion.code in written:
            continue
        typed = {question.id: answer_to(criterion, question) for question in criterion.questions}
        self_assessments.save_answer(
            session, own, story.framework, criterion.code, typed, seen={}, is_finished=True, by=by, at=at
        )
        evidence.link(session, own, story.framework, criterion.code, item.id, "page 1", by=by, at=at)


def _judged(session: Session, story: Story, at: datetime) -> None:
    submission = signed(session, story, at=at)
    both = [assigned(session, story, submission, part, at) for part in ("reviewer_1", "reviewer_2")]
    _reviewed(session, story, both[0], "reviewer_1", {"B01": 1, "B02": 3}, at)
    _reviewed(session, story, both[1], "reviewer_2", {"B01": 1, "B02": 1}, at)
    third = assigned(session, story, submission, "reviewer_3", at)
    _reviewed(session, story, third, "reviewer_3", {}, at)


def _reviewed(
    session: Session, story: Story, review: Review, part: str, given: dict[str, int], at: datetime
) -> None:
    """Score each criterion, those not given 2, and seal."""
    by = story.who(session, part, at)
    reviews.start(session, review, by=by, at=at)
    for code in review_queries.scores(session, review.id):
        _score(session, review, code, given.get(code, 2), by, at)
    reviews.seal(session, review, story.framework, by=by, at=at)


def _score(session: Session, review: Review, code: str, score: int, by: Who, at: datetime) -> None:
    row = review_queries.score(session, review.id, code)
    assert row
    reviews.save_score(
        session,
        review,
        code,
        score=score,
        reason=f"The evidence for {code} shows it in use.",
        private_note="",
        version=row.version,
        by=by,
        at=at,
    )


def _score_the_rest(session: Session, story: Story, part: str, score: int, at: datetime) -> None:
    by = story.who(session, part, at)
    mine = Review.reviewer_id == by.person_id
    review = session.exec(select(Review).where(mine).where(Review.status == ReviewStatus.STARTED)).one()
    for row in review_queries.scores(session, review.id).values():
        if row.score is None:
            _score(session, review, row.criterion_code, score, by, at)


@contextmanager
def running(folder: Path) -> Iterator[RunningPortal]:
    """Make the database, start the server, and end that process and no other afterwards."""
    database = Database(f"sqlite:///{folder / 'portal.db'}")
    upgrade(database)
    with database.write() as session:
        story = made_story(session)
        _open_now(session, story, database.now(session))
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    with (folder / "server.log").open("wb") as log:
        server = _start(folder, port, address, log.fileno())
        try:
            _wait_for(server, address, folder / "server.log")
            yield RunningPortal(address, database, story, folder / "server.log")
        finally:
            server.terminate()
            server.wait(30)
            database.close()


def _open_now(session: Session, story: Story, at: datetime) -> None:
    """The server has the real clock, so the window must be open by it; and everybody gets a demonstration button."""
    window = session.get_one(Window, story.window_id)
    window.opens_at, window.closes_at = at - timedelta(days=30), at + timedelta(days=30)
    window.decision_promised_on = date.fromordinal(at.toordinal() + 120)
    for person in session.exec(select(Person)).all():
        person.demo_part = person.name


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _start(folder: Path, port: int, address: str, log: int) -> subprocess.Popen[bytes]:
    own = {
        "ARF_ENVIRONMENT": "development",
        "ARF_DEMO": "1",
        "ARF_DATA_DIR": str(folder),
        "ARF_BASE_URL": address,
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ARF_")}
    command = [sys.executable, "-m", "app.cli", "serve", "--port", str(port)]
    return subprocess.Popen(command, cwd=ROOT, env=inherited | own, stdout=log, stderr=log)


def _wait_for(server: subprocess.Popen[bytes], address: str, log: Path) -> None:
    for _ in range(LONGEST_START):
        try:
            urlopen(f"{address}/health").close()
        except URLError:
            pass
        else:
            return
        try:
            server.wait(0.1)
        except subprocess.TimeoutExpired:
            continue
        break
    raise AssertionError(f"the portal did not start:\n{log.read_text()}")
