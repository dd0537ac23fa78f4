"""The whole way of a submission, walked at random by everybody at once: whatever is tried, no state is illegal.

Hypothesis chooses who tries what. What a person's roles or the table of transitions do not allow must change nothing;
what is done must be a step of the table; and after each step every record keeps to the rules.
``ARF_TEST_STEPS=100000`` walks a hundred thousand steps.
"""

import os
import shutil
import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlmodel import Session, col, select

from app.actions import (
    appeals,
    assignments,
    changes,
    clarifications,
    decisions,
    interests,
    letters,
    moderation,
    reviews,
    sign_off,
    submissions,
)
from app.actions.certificates import Issuer
from app.actions.decisions import Terms
from app.db import Database
from app.models import (
    Event,
    InterestKind,
    Organisation,
    Outcome,
    Review,
    ReviewStatus,
    Role,
    SelfAssessment,
    Status,
    Submission,
    Window,
)
from app.queries import audit, invariants, scopes
from app.queries import decisions as decision_queries
from app.queries import letters as letter_queries
from app.queries import reviews as review_queries
from app.queries.decision_basis import result_by_rule
from app.rules.changes import Asked
from app.rules.clarifications import Question
from app.rules.days import uk_day
from app.rules.decisions import Clarify
from app.rules.errors import RuleError
from app.rules.interests import Declared
from app.rules.people import Who
from app.rules.permissions import Permission, allows
from app.rules.workflow import TRANSITIONS, Verb
from app.upgrade import upgrade
from tests import steps
from tests.conftest import ON_POSTGRESQL
from tests.story import NOW, PEOPLE, Story, made_story

STEPS = int(os.environ.get("ARF_TEST_STEPS", "800"))
LENGTH = 50  # steps of one walk
Act = Callable[[Session, Submission, Who], object]

reviewers = st.sampled_from([part for part, (_, held, _) in PEOPLE.items() if held[0][0] is Role.REVIEWER])
anybody = st.sampled_from(sorted(PEOPLE))
judges = st.sampled_from(
    ["moderator", "administrator", "administrator_2", "administrator_of_a", "reviewer_1"]
)
deciders = st.sampled_from(["administrator", "administrator_2"])
marks = st.sampled_from([2, 2, 2, 3, 1, 0])
TERMS = Terms(quorum=2)


class Walk(RuleBasedStateMachine):
    """Trust A puts Bronze forward; everybody does what comes to mind."""

    template: Path
    story: Story
    done: int = 0

    reached: set[Status]

    @initialize(far=st.integers(0, 5), given=st.sampled_from([(2, 2), (1, 1), (3, 1)]))
    def begin(self, far: int, given: tuple[int, int]) -> None:
        """A walk begins where others have come to already, or few would ever come to a release."""
        self.folder = Path(tempfile.mkdtemp(prefix="arf-walk-"))
        shutil.copy(self.template, self.folder / "portal.db")
        self.database = Database(f"sqlite:///{self.folder / 'portal.db'}")
        self.at = NOW

        self.go(far, given)

    def go(self, far: int, given: tuple[int, int]) -> None:
        """The straight way: handed over and signed, assigned, both sealed, decided, released."""
        if far > 0:
            self.hand_over()
            self.sign("sponsor_a")
        both = ("reviewer_1", "reviewer_2") if far > 1 else ()
        for part in both:
            self._assign("administrator", part)
        for part, mark in zip(both, given, strict=False):
            if far > 2:
                self.start(part)
                self.score_all(part, [mark] * 16)
                self.seal(part)
        if far > 3:
            self.decide("administrator", None)
            self.confirm("administrator_2")
        if far > 4:
            self.read_letter_and_release("administrator")

    def teardown(self) -> None:
        if hasattr(self, "database"):
            with self.database.read() as session:
                assert audit.verify(session) == []
            self.database.close()
            shutil.rmtree(self.folder)

    # How a step is tried

    def newest(self, session: Session) -> UUID | None:
        found = select(Submission.id).order_by(col(Submission.handed_over_at).desc()).limit(1)
        return session.exec(found).first()

    def attempt(self, part: str, permission: Permission, act: Act) -> None:
        """Let somebody try something with the newest submission, as the portal's routes would let them."""
        self.at += timedelta(minutes=7)
        with self.database.write() as session:
            id_ = self.newest(session)
            if id_ is None:
                return
            scoped = scopes.submission(session, id_, True)
            assert scoped
            who = self.story.who(session, part, self.at)
            before = scoped.thing.status
            if allows(permission, who, scoped.scope):
                self._try(session, scoped.thing, who, act)
            self.legal(session, id_, before)

    def _try(self, session: Session, submission: Submission, who: Who, act: Act) -> None:
        before = submission.status
        try:
            with session.begin_nested():
                act(session, submission, who)
        except RuleError:
            session.refresh(submission)
            assert submission.status is before

    def legal(self, session: Session, id_: UUID, before: Status) -> None:
        """The status changed only by a line of history whose verb leads there, and every rule holds."""
        type(self).done += 1
        session.flush()
        status = session.get_one(Submission, id_).status
        type(self).reached.add(status)
        if status is not before:
            stream = f"submission:{id_}"
            event = session.exec(
                select(Event).where(Event.stream == stream).order_by(col(Event.number).desc()).limit(1)
            ).one()
            transition = TRANSITIONS[Verb(event.verb)]
            assert (before in transition.come_from, status in transition.lead_to) == (True, True), event.verb
        assert invariants.broken(session, at=self.at) == []

    # The trust

    @rule()
    def hand_over(self) -> None:
        self.at += timedelta(minutes=7)
        with self.database.write() as session:
            made = session.exec(select(SelfAssessment)).one()
            try:
                with session.begin_nested():
                    steps.hand_over(session, self.story, made, at=self.at)
            except RuleError:
                return

    @rule(part=st.sampled_from(["sponsor_a", "sponsor_b", "lead_a"]))
    def sign(self, part: str) -> None:
        def act(session: Session, submission: Submission, who: Who) -> None:
            steps.sign(session, self.story, submission, sponsor=part, at=self.at)

        self.attempt(part, Permission.SIGN, act)

    @rule()
    def decline(self) -> None:
        self.attempt(
            "sponsor_a",
            Permission.SIGN,
            lambda session, submission, who: sign_off.decline(
                session, submission, "Not yet.", by=who, at=self.at
            ),
        )

    @rule(
        part=st.sampled_from(["lead_a", "sponsor_a", "lead_b", "administrator"]), is_meant=st.integers(0, 9)
    )
    def withdraw(self, part: str, is_meant: int) -> None:
        if is_meant == 0:  # or no walk would come far
            self.attempt(
                part,
                Permission.WITHDRAW,
                lambda session, submission, who: submissions.withdraw(
                    session, submission, "New figures.", by=who, at=self.at
                ),
            )

    @rule(part=st.sampled_from(["lead_a", "lead_b"]))
    def answer_changes(self, part: str) -> None:
        def act(session: Session, submission: Submission, who: Who) -> None:
            steps.change(session, self.story, submission, f"Rewritten at {self.at}.")
            sponsor = self.story.people["sponsor_a"].id
            changes.hand_over_again(session, submission, self.story.framework, sponsor, by=who, at=self.at)

        self.attempt(part, Permission.HAND_OVER, act)

    @rule(part=st.sampled_from(["lead_a", "contributor_a", "lead_b"]))
    def answer_clarification(self, part: str) -> None:
        self.attempt(
            part,
            Permission.ANSWER_CLARIFICATION,
            lambda session, submission, who: clarifications.answer(
                session, submission, "The people committee.", by=who, at=self.at
            ),
        )

    @rule(part=st.sampled_from(["lead_a", "sponsor_a", "contributor_a", "lead_b"]))
    def appeal(self, part: str) -> None:
        self.attempt(
            part,
            Permission.APPEAL,
            lambda session, submission, who: appeals.appeal(
                session,
                submission,
                self.story.framework,
                {"B01": "The minute was attached."},
                by=who,
                at=self.at,
            ),
        )

    # Who assigns

    @rule(part=judges)
    def request_changes(self, part: str) -> None:
        asked = Asked({"B01": "Say more."}, "One answer is short.", uk_day(self.at) + timedelta(14))
        self.attempt(
            part,
            Permission.REQUEST_CHANGES,
            lambda session, submission, who: changes.request(session, submission, asked, by=who, at=self.at),
        )

    @rule(part=judges)
    def take_back_changes(self, part: str) -> None:
        self.attempt(
            part,
            Permission.REQUEST_CHANGES,
            lambda session, submission, who: changes.take_back(
                session, submission, "It will do.", by=who, at=self.at
            ),
        )

    @rule(part=judges, reviewer=anybody)
    def assign(self, part: str, reviewer: str) -> None:
        self._assign(part, reviewer)

    @rule(part=deciders, reviewer=reviewers)
    def assign_well(self, part: str, reviewer: str) -> None:
        self._assign(part, reviewer)

    def _assign(self, part: str, reviewer: str) -> None:
        chosen = self.story.people[reviewer].id
        self.attempt(
            part,
            Permission.ASSIGN_REVIEWERS,
            lambda session, submission, who: assignments.assign(
                session, submission, self.story.framework, chosen, by=who, at=self.at
            ),
        )

    @rule(part=judges, place=st.integers(0, 3))
    def remove(self, part: str, place: int) -> None:
        def act(session: Session, submission: Submission, who: Who) -> None:
            found = review_queries.current(session, submission.id)
            if place < len(found):
                assignments.remove(session, submission, found[place].id, "On leave.", by=who, at=self.at)

        self.attempt(part, Permission.ASSIGN_REVIEWERS, act)

    @rule(part=reviewers, code=st.sampled_from(["ZZA", "ZZB"]), is_meant=st.integers(0, 5))
    def declare(self, part: str, code: str, is_meant: int) -> None:
        """A late declaration strikes, whatever the submission has come to."""
        if is_meant:
            return

        def act(session: Session, submission: Submission, who: Who) -> None:
            body = session.get_one(Organisation, self.story.organisations[code].id)
            declared = Declared(InterestKind.FAMILY)
            interests.declare(session, who.person_id, body, declared, by=who, at=self.at)

        self.attempt(part, Permission.DECLARE_INTEREST, act)

    # Who reviews

    def own(self, session: Session, submission: Submission, who: Who) -> Review:
        found = select(Review).where(
            Review.submission_id == submission.id, Review.reviewer_id == who.person_id
        )
        review = session.exec(found.where(col(Review.status) != ReviewStatus.REMOVED)).first()
        assert review  # the permission asks for it
        return review

    @rule(part=reviewers)
    def start(self, part: str) -> None:
        self.attempt(
            part,
            Permission.REVIEW,
            lambda session, submission, who: reviews.start(
                session, self.own(session, submission, who), by=who, at=self.at
            ),
        )

    @rule(part=reviewers, given=st.lists(marks, min_size=16, max_size=16))
    def score_all(self, part: str, given: list[int]) -> None:
        def act(session: Session, submission: Submission, who: Who) -> None:
            review = self.own(session, submission, who)
            rows = review_queries.scores(session, review.id)
            for mark, (code, row) in zip(given, rows.items(), strict=False):
                reviews.save_score(
                    session,
                    review,
                    code,
                    score=mark,
                    reason="As the descriptor says.",
                    private_note="",
                    version=row.version,
                    by=who,
                    at=self.at,
                )

        self.attempt(part, Permission.REVIEW, act)

    @rule(part=reviewers)
    def seal(self, part: str) -> None:
        self.attempt(
            part,
            Permission.REVIEW,
            lambda session, submission, who: reviews.seal(
                session, self.own(session, submission, who), self.story.framework, by=who, at=self.at
            ),
        )

    # Who agrees and decides

    @rule(part=judges, mark=marks)
    def agree_all(self, part: str, mark: int) -> None:
        def act(session: Session, submission: Submission, who: Who) -> None:
            framework = self.story.framework
            for code in review_queries.unsettled(session, submission.id, framework) or ["B01"]:
                moderation.agree(
                    session, submission, framework, code, mark, "Read again.", by=who, at=self.at
                )

        self.attempt(part, Permission.MODERATE, act)

    @rule(part=judges)
    def ask(self, part: str) -> None:
        question = Question("B02", "Which committee?", uk_day(self.at) + timedelta(2))
        self.attempt(
            part,
            Permission.ASK_CLARIFICATION,
            lambda session, submission, who: clarifications.ask(
                session, submission, question, by=who, at=self.at
            ),
        )

    @rule(part=judges)
    def go_on_without(self, part: str) -> None:
        self.attempt(
            part,
            Permission.ASK_CLARIFICATION,
            lambda session, submission, who: clarifications.close(
                session, submission, self.story.framework, "No answer came.", by=who, at=self.at
            ),
        )

    @rule(part=judges, choice=st.sampled_from([None, None, Outcome.DEFERRED, Outcome.RECOGNISED]))
    def decide(self, part: str, choice: Outcome | None) -> None:
        """``choice``: none follows the rule."""

        def act(session: Session, submission: Submission, who: Who) -> None:
            result = result_by_rule(session, submission, self.story.framework)
            by_rule = Outcome.RECOGNISED if result.is_awarded else Outcome.NOT_YET
            outcome = choice or by_rule
            todo = dict.fromkeys(result.not_met, "Do it.") if outcome is Outcome.NOT_YET else {}
            due = date(2027, 12, 1)
            clarify = Clarify("B03", due) if outcome is Outcome.DEFERRED else Clarify()
            decisions.decide(
                session,
                submission,
                self.story.framework,
                outcome,
                "Why?" if outcome is not by_rule else "",
                todo,
                clarify=clarify,
                terms=TERMS,
                by=who,
                at=self.at,
            )

        self.attempt(part, Permission.DECIDE, act)

    @rule(part=judges)
    def confirm(self, part: str) -> None:
        def act(session: Session, submission: Submission, who: Who) -> None:
            pending = decision_queries.pending_of(session, submission.id)
            decisions.confirm(
                session,
                submission,
                self.story.framework,
                seen=pending.id if pending else None,
                terms=TERMS,
                by=who,
                at=self.at,
            )

        self.attempt(part, Permission.DECIDE, act)

    @rule(part=judges, is_meant=st.integers(0, 3))
    def reopen(self, part: str, is_meant: int) -> None:
        if is_meant == 0:
            self.attempt(
                part,
                Permission.DECIDE,
                lambda session, submission, who: decisions.reopen(
                    session, submission, "Look again.", by=who, at=self.at
                ),
            )

    @rule(part=deciders)
    def read_letter_and_release(self, part: str) -> None:
        def act(session: Session, submission: Submission, who: Who) -> None:
            pending = decision_queries.pending_of(session, submission.id)
            if pending and (letter := letter_queries.of_decision(session, pending.id)):
                letters.save(
                    session,
                    pending,
                    letter.subject,
                    letter.body,
                    version=letter.version,
                    may_go=True,
                    by=who,
                    at=self.at,
                )
            window = session.get_one(Window, self.story.window_id)
            decisions.release(
                session,
                window,
                self.story.framework,
                Issuer("Issuer", ("Director",)),
                by=who,
                at=self.at,
                on=uk_day(self.at),
            )

        self.attempt(part, Permission.RELEASE, act)

    @rule(days=st.sampled_from([1, 3, 20]))
    def time_passes(self, days: int) -> None:
        self.at += timedelta(days=days)


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> type[Walk]:
    path = tmp_path_factory.mktemp("walk") / "template.db"
    database = Database(f"sqlite:///{path}")
    upgrade(database)
    with database.write() as session:
        story = made_story(session)
        steps.finished(session, story)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    Walk.template, Walk.story, Walk.done, Walk.reached = path, story, 0, set()
    return Walk


@pytest.mark.skipif(ON_POSTGRESQL, reason="the walk brings its own SQLite")
def test_k08_no_walk_leads_to_an_illegal_state(walk: type[Walk]) -> None:
    run_state_machine_as_test(
        walk,
        settings=settings(
            max_examples=max(1, STEPS // LENGTH),
            stateful_step_count=LENGTH,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
    if STEPS >= 10_000:  # fewer may miss one by chance
        assert walk.reached == set(Status)
    assert walk.done > STEPS / 4  # the rest of the steps let time pass, or found nothing to try it with
