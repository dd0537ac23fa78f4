"""The same world played again and again from one seed, up to the one difference that a test is about.

Every id that is made comes from the seed, the clock stands where the story puts it, and what reviewers do goes
through their own pages. So two worlds differ in what was done differently, and in nothing else.
"""

import os
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session, SQLModel, select

from app.actions import assignments, certificates, sign_in, sign_off, submissions
from app.db import Database
from app.models import Membership, Review, ReviewStatus, Role, Submission
from app.web.transaction import cookie_name
from tests.architecture.tenants import Builder
from tests.conftest import ORIGIN
from tests.steps import assigned
from tests.story import NOW, Story
from tests.walk import hidden_of

X, Y, OTHER = "reviewer_1", "reviewer_2", "reviewer_3"
AT_WORK = timedelta(hours=3)  # after the beginning, when the reviewers work
LOOKING = timedelta(days=2)  # when everybody looks


@dataclass
class World:
    """One portal with trust A's submission given to X and Y, and trust B's to X and a third reviewer."""

    app: FastAPI
    database: Database
    story: Story
    at: datetime = NOW
    reviews: dict[str, UUID] = field(default_factory=dict)  # of trust A's submission, by part
    submission: UUID | None = None
    versions: dict[tuple[str, str], int] = field(default_factory=dict)  # of the scores, once saved
    statements: list[str] = field(default_factory=list)
    browsers: dict[str, TestClient] = field(default_factory=dict)

    def browser(self, part: str) -> TestClient:
        """A signed-in browser; of nobody for the empty name."""
        if part not in self.browsers:
            self.browsers[part] = TestClient(
                self.app,
                base_url=ORIGIN,
                headers={"sec-fetch-site": "same-origin"},
                cookies=self._cookies(part) if part else {},
                follow_redirects=False,
                raise_server_exceptions=False,
            )
        return self.browsers[part]

    def _cookies(self, part: str) -> dict[str, str]:
        with self.database.write() as session:
            token = sign_in.open_session(session, self.story.people[part].id, at=self.at)
        return {cookie_name(self.app.state.portal): token}

    def ids(self, table: str) -> list[UUID]:
        """Every id of a table, in order; none when there is no such table."""
        found = SQLModel.metadata.tables.get(table)
        if found is None or "id" not in found.c:
            return []
        with self.database.read() as session:
            return sorted(session.scalars(sa.select(found.c.id)).all())

    # What a reviewer does, through the reviewer's own pages.

    def start(self, part: str) -> None:
        self._send(part, f"/reviews/{self.reviews[part]}/start", {})

    def score(self, part: str, code: str, score: int, words: str, note: str = "") -> None:
        page = f"/reviews/{self.reviews[part]}/criteria/{code}"
        version = self.versions.get(
            (part, code), 1
        )  # as the form says it; the page itself draws the evidence
        typed = {"score": str(score), "reason": f"{words} {code}", "private-note": note or f"Note: {words}"}
        self._send(part, page, {**typed, "version": str(version)})
        self.versions[part, code] = version + 1

    def score_all(
        self, part: str, score: int, words: str, but: Mapping[str, int] | None = None, note: str = ""
    ) -> None:
        for code in self.codes:
            self.score(part, code, (but or {}).get(code, score), words, note)

    def seal(self, part: str) -> None:
        page = f"/reviews/{self.reviews[part]}/seal"
        self._send(part, page, self._hidden(part, page))

    @property
    def codes(self) -> list[str]:
        framework = self.story.framework
        return [one.code for one in framework.of_level("bronze", self.story.organisations["ZZA"].kind)]

    def _hidden(self, part: str, page: str) -> dict[str, str]:
        answer = self.browser(part).get(page)
        assert answer.status_code == 200, (part, page, answer.status_code)
        return hidden_of(answer.text)

    def _send(self, part: str, path: str, form: Mapping[str, str]) -> None:
        answer = self.browser(part).post(path, data=dict(form))
        assert answer.status_code == 303, (part, path, answer.status_code, answer.text[:3000])


Play = Callable[[World], None]


@dataclass(frozen=True)
class Beginning:
    """How a world begins. ``letters`` and ``order`` say who gets which letter, and who is assigned first."""

    letters: str = "AB"
    order: tuple[str, str] = (X, Y)
    more_roles: tuple[Role, ...] = ()  # that X holds as well


def begin(world: World, beginning: Beginning, patch: pytest.MonkeyPatch, seed: int = 4) -> None:
    """Play the world up to the two reviews. Ids come from the seed until the patch is undone."""
    numbers, real = random.Random(seed), os.urandom
    # Only what becomes an id: the libraries draw numbers of other lengths when they are first used.
    patch.setattr(os, "urandom", lambda size: numbers.randbytes(size) if size == 16 else real(size))
    patch.setattr(sign_off, "choice", numbers.choice)  # for the letters of a receipt
    patch.setattr(certificates, "token_hex", lambda size: numbers.randbytes(size).hex())
    patch.setattr(assignments.secrets, "choice", lambda free: _letter(beginning, free))
    world.database.now = lambda session: world.at  # type: ignore[method-assign]
    with world.database.write() as session:
        _made(session, world, beginning)
    patch.setattr(assignments.secrets, "choice", lambda free: free[0])


def _letter(beginning: Beginning, free: list[str]) -> str:
    return next((letter for letter in beginning.letters if letter in free), free[0])


def _made(session: Session, world: World, beginning: Beginning) -> None:
    story = world.story
    for role in beginning.more_roles:
        session.add(Membership(person_id=story.people[X].id, role=role, granted_at=NOW - timedelta(days=9)))
    session.flush()
    a = Builder(session, story, world.app.state.portal.files, "a", "alpha")
    own = a.self_assessment("bronze")
    a.shared(own)
    submission = a.submitted(own, "bronze")
    world.submission = submission.id
    for part in beginning.order:
        world.reviews[part] = assigned(session, story, submission, part).id
    b = Builder(session, story, world.app.state.portal.files, "b", "bravo")
    of_b = b.submitted(b.self_assessment("bronze"), "bronze")
    first, _ = b.assigned(of_b, X, OTHER)
    b.scored(first, seal=False)


def review_of(session: Session, world: World, part: str) -> Review:
    return session.get_one(Review, world.reviews[part])


def how_many_sealed(session: Session) -> int:
    return len(session.exec(select(Review).where(Review.status == ReviewStatus.SEALED)).all())


def withdraw_other(session: Session, world: World) -> None:
    """The other submission of the window would hold the release up."""
    other = session.exec(select(Submission).where(Submission.id != world.submission)).one()
    by = world.story.who(session, "lead_b", world.at)
    submissions.withdraw(session, other, "Newer figures.", by=by, at=world.at)
