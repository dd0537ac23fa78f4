"""Two judges at the same moment: one wins, the other is told, and the records still keep to every rule.

``ARF_TEST_STARTS=1000`` lets each pair go a thousand times. The tests of the last part run with the lock off, on
PostgreSQL, where transactions cross: there the same races must go wrong, or the others would prove nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from app.actions import assignments, decisions, reviews, submissions
from app.actions.decisions import Terms
from app.db import Database
from app.models import (
    Decision,
    DecisionVote,
    Event,
    Organisation,
    Outcome,
    Review,
    ReviewStatus,
    Score,
    Status,
    Submission,
)
from app.queries import invariants, scopes
from app.queries import reviews as review_queries
from app.rules.errors import Conflict
from app.rules.people import Who
from app.rules.workflow import Verb
from tests.conftest import ON_POSTGRESQL
from tests.judging import CODES, assigned, scored, sealed, sealed_submission
from tests.racing import STARTS, Attempt, at_once
from tests.story import NOW, Story

GONE = "gone"  # what the page answers as "not found"
ALL_TWOS = dict.fromkeys(CODES, 2)
HALVES = {**ALL_TWOS, "B02": 0}


@dataclass
class Stage:
    """Where the races are run: each start has a submission of its own, of an organisation of its own."""

    database: Database
    story: Story
    lock: bool = True

    def submission(self, session: Session) -> Submission:
        """The one open submission of an organisation is all that the database allows, so each gets a new one."""
        like = self.story.organisations["ZZA"]
        body = Organisation(**{**like.model_dump(), "id": uuid4(), "ods_code": uuid4().hex[:10]})
        session.add(body)
        session.flush()
        self.story.organisations["race"] = body
        return sealed_submission(session, self.story, "race", "a")

    def who(self, session: Session, part: str) -> Who:
        return self.story.who(session, part)

    def found(self, session: Session, id_: UUID) -> Submission:
        scoped = scopes.submission(session, id_, self.lock)
        assert scoped
        return scoped.thing

    def review(self, session: Session, id_: UUID) -> Review | None:
        scoped = scopes.review(session, id_, self.lock)
        return scoped.thing if scoped else None

    def sealing(self, part: str, id_: UUID) -> Attempt:
        def attempt(session: Session) -> str:
            review = self.review(session, id_)
            if review is None:
                return GONE
            reviews.seal(session, review, self.story.framework, by=self.who(session, part), at=NOW)
            return "sealed"

        return attempt

    def withdrawing(self, id_: UUID) -> Attempt:
        def attempt(session: Session) -> str:
            found = self.found(session, id_)
            submissions.withdraw(session, found, "Changed", by=self.who(session, "lead_a"), at=NOW)
            return "withdrawn"

        return attempt

    def deciding(self, part: str, id_: UUID, quorum: int = 1) -> Attempt:
        def attempt(session: Session) -> str:
            found = self.found(session, id_)
            decisions.decide(
                session,
                found,
                self.story.framework,
                Outcome.RECOGNISED,
                "",
                {},
                terms=Terms(quorum),
                by=self.who(session, part),
                at=NOW,
            )
            return "decided"

        return attempt


@pytest.fixture
def stage(database: Database, story: Story) -> Stage:
    return Stage(database, Story(**{**vars(story), "organisations": dict(story.organisations)}))


def events(session: Session, id_: UUID, verb: Verb) -> list[str]:
    stream = f"submission:{id_}"
    found = select(Event).where(Event.stream == stream, Event.verb == verb).order_by(col(Event.number))
    return [str(event.facts["status"]) for event in session.exec(found)]


def kept(stage: Stage) -> None:
    """Whatever was raced, the records keep to the rules."""
    with stage.database.read() as session:
        assert invariants.broken(session, at=NOW) == []


def both_started(session: Session, stage: Stage, scores: dict[str, int]) -> tuple[Submission, list[UUID]]:
    submission = stage.submission(session)
    both = assigned(session, stage.story, submission)
    for review, given in zip(both, (ALL_TWOS, scores), strict=True):
        scored(session, stage.story, review, given)
    return submission, [review.id for review in both]


@pytest.mark.parametrize(("scores", "after"), [(ALL_TWOS, "awaiting decision"), (HALVES, "third review")])
def test_k04_two_reviewers_seal_at_once_and_the_submission_moves_once(
    stage: Stage, scores: dict[str, int], after: str
) -> None:
    for _ in range(STARTS):
        with stage.database.write() as session:
            submission, (first, second) = both_started(session, stage, scores)
        said = at_once(
            stage.database, stage.sealing("reviewer_1", first), stage.sealing("reviewer_2", second)
        )
        with stage.database.read() as session:
            found = session.get_one(Submission, submission.id)
            assert (said, found.status) == (["sealed", "sealed"], Status(after))
            assert events(session, submission.id, Verb.SEAL_REVIEW) == ["in review", after]
    kept(stage)


def ready(session: Session, stage: Stage) -> UUID:
    submission = stage.submission(session)
    for review in assigned(session, stage.story, submission):
        sealed(session, stage.story, review, ALL_TWOS)
    return submission.id


def test_k05_a_decision_and_a_withdrawal_at_once_leave_it_withdrawn_and_nobody_in_doubt(stage: Stage) -> None:
    """Whichever comes first. A decision that came first is void; one that came second is refused, and says so."""
    for _ in range(STARTS):
        with stage.database.write() as session:
            id_ = ready(session, stage)
        said = at_once(stage.database, stage.deciding("administrator", id_), stage.withdrawing(id_))
        with stage.database.read() as session:
            made = session.exec(select(Decision).where(Decision.submission_id == id_)).all()
            assert session.get_one(Submission, id_).status is Status.WITHDRAWN
            assert said[1] == "withdrawn"
            assert [one.void_at for one in made] == ([NOW] if said[0] == "decided" else [])
            assert said[0] in ("decided", Conflict)
    kept(stage)


def test_k07_of_two_deciders_at_once_one_decides_and_the_other_is_told(stage: Stage) -> None:
    for _ in range(STARTS):
        with stage.database.write() as session:
            id_ = ready(session, stage)
        said = at_once(
            stage.database, stage.deciding("administrator", id_), stage.deciding("administrator_2", id_)
        )
        with stage.database.read() as session:
            made = session.exec(select(Decision).where(Decision.submission_id == id_)).all()
            assert sorted(map(str, said)) == sorted(["decided", str(Conflict)])
            assert (len(made), events(session, id_, Verb.DECIDE)) == (1, ["decided"])
    kept(stage)


def confirming(stage: Stage, id_: UUID, decision_id: UUID, part: str) -> Attempt:
    def attempt(session: Session) -> str:
        found = stage.found(session, id_)
        by = stage.who(session, part)
        decisions.confirm(
            session, found, stage.story.framework, seen=decision_id, terms=Terms(2), by=by, at=NOW
        )
        return "confirmed"

    return attempt


def test_k07_of_two_votes_that_fill_the_quorum_at_once_one_decides(stage: Stage) -> None:
    for _ in range(STARTS):
        with stage.database.write() as session:
            id_ = ready(session, stage)
            stage.deciding("administrator_2", id_, quorum=2)(session)
            decision_id = session.exec(select(Decision.id).where(Decision.submission_id == id_)).one()
        again = confirming(stage, id_, decision_id, "administrator")
        said = at_once(stage.database, again, again)
        with stage.database.read() as session:
            votes = session.exec(select(DecisionVote).where(DecisionVote.decision_id == decision_id)).all()
            assert sorted(map(str, said)) == sorted(["confirmed", str(Conflict)])
            assert (len(votes), events(session, id_, Verb.DECIDE)) == (2, ["awaiting decision", "decided"])
    kept(stage)


def scoring(stage: Stage, review_id: UUID) -> Attempt:
    def attempt(session: Session) -> str:
        review = stage.review(session, review_id)
        if review is None:
            return GONE
        row = review_queries.score(session, review_id, "B01")
        assert row
        by = stage.who(session, "reviewer_1")
        reviews.save_score(
            session,
            review,
            "B01",
            score=1,
            reason="Late",
            private_note="",
            version=row.version,
            by=by,
            at=NOW,
        )
        return "saved"

    return attempt


def reassigning(stage: Stage, id_: UUID, review_id: UUID) -> Attempt:
    def attempt(session: Session) -> str:
        found = stage.found(session, id_)
        by = stage.who(session, "administrator")
        assignments.remove(session, found, review_id, "On leave", by=by, at=NOW)
        session.flush()
        next_one = stage.story.people["reviewer_3"].id
        assignments.assign(session, found, stage.story.framework, next_one, by=by, at=NOW)
        return "reassigned"

    return attempt


def test_k13_a_reviewer_is_replaced_while_they_save_and_no_score_is_orphaned(stage: Stage) -> None:
    """A save that comes first stays in the removed review, where it counts for nothing."""
    for _ in range(STARTS):
        with stage.database.write() as session:
            submission = stage.submission(session)
            first, _second = assigned(session, stage.story, submission)
            scored(session, stage.story, first, {"B01": 2})
        said = at_once(stage.database, scoring(stage, first.id), reassigning(stage, submission.id, first.id))
        with stage.database.read() as session:
            assert said[1] == "reassigned"
            late = session.exec(
                select(Score).where(Score.review_id == first.id, Score.criterion_code == "B01")
            )
            assert late.one().reason == ("Late" if said[0] == "saved" else "Reason B01 by " + first.letter)
            statuses = session.exec(select(Review.status).where(Review.submission_id == submission.id)).all()
            assert sorted(statuses) == [ReviewStatus.ASSIGNED, ReviewStatus.ASSIGNED, ReviewStatus.REMOVED]
    kept(stage)


def sealing_and_replaced(stage: Stage) -> tuple[UUID, list[object]]:
    """One reviewer has scored all, seals and is replaced at the same moment; the other is at work."""
    with stage.database.write() as session:
        submission, (first, _second) = both_started(session, stage, ALL_TWOS)
    seal, replace = stage.sealing("reviewer_1", first), reassigning(stage, submission.id, first)
    return submission.id, at_once(stage.database, seal, replace)


def test_k13_a_reviewer_seals_while_being_replaced_and_one_of_the_two_wins(stage: Stage) -> None:
    for _ in range(STARTS):
        id_, said = sealing_and_replaced(stage)
        with stage.database.read() as session:
            statuses = sorted(session.exec(select(Review.status).where(Review.submission_id == id_)).all())
            told = {
                "sealed": (["sealed", Conflict], sorted([ReviewStatus.SEALED, ReviewStatus.STARTED])),
                GONE: (
                    [GONE, "reassigned"],
                    sorted([ReviewStatus.REMOVED, ReviewStatus.STARTED, ReviewStatus.ASSIGNED]),
                ),
            }
            assert (said, statuses) == told[str(said[0])]
    kept(stage)


# With the lock off. On SQLite there is nothing to turn off: it has one writer.


Race = Callable[[Stage], list[object]]


def seal_both(stage: Stage) -> list[object]:
    with stage.database.write() as session:
        submission, (first, second) = both_started(session, stage, ALL_TWOS)
    said = at_once(stage.database, stage.sealing("reviewer_1", first), stage.sealing("reviewer_2", second))
    with stage.database.read() as session:
        return [*said, str(session.get_one(Submission, submission.id).status)]


def decide_twice(stage: Stage) -> list[object]:
    with stage.database.write() as session:
        id_ = ready(session, stage)
    return sorted(
        at_once(stage.database, stage.deciding("administrator", id_), stage.deciding("administrator_2", id_)),
        key=str,
    )


def decide_and_withdraw(stage: Stage) -> list[object]:
    """A decision that outlives the withdrawal is told like the database's refusal."""
    with stage.database.write() as session:
        id_ = ready(session, stage)
    said = at_once(stage.database, stage.deciding("administrator", id_), stage.withdrawing(id_))
    with stage.database.read() as session:
        status = session.get_one(Submission, id_).status
        return said if status is Status.WITHDRAWN else [IntegrityError]


def vote_twice(stage: Stage) -> list[object]:
    with stage.database.write() as session:
        id_ = ready(session, stage)
        stage.deciding("administrator_2", id_, quorum=2)(session)
        decision_id = session.exec(select(Decision.id).where(Decision.submission_id == id_)).one()
    again = confirming(stage, id_, decision_id, "administrator")
    return sorted(at_once(stage.database, again, again), key=str)


def seal_and_replace(stage: Stage) -> list[object]:
    """Both told that they have won counts like the database's refusal."""
    said = sealing_and_replaced(stage)[1]
    return [IntegrityError] if said == ["sealed", "reassigned"] else said


@pytest.mark.reaches_past
@pytest.mark.skipif(not ON_POSTGRESQL, reason="SQLite has one writer, so no lock can be taken off")
@pytest.mark.parametrize("race", [seal_both, decide_twice, decide_and_withdraw, vote_twice, seal_and_replace])
def test_with_the_lock_off_the_same_races_go_wrong(stage: Stage, race: Race) -> None:
    """The second guard, the unique number of a line of history, stops the loser without a word to say; or nothing
    does, and what was withdrawn is decided all the same."""
    stage.lock = False
    for _ in range(max(STARTS, 30)):
        if IntegrityError in race(stage):
            return
    pytest.fail("the races came out well without the lock, so they prove nothing")
