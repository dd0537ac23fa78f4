"""Awards drawn at random and reviewed once more: by others, with no effect, in no stream but their own."""

import secrets

import pytest
from sqlmodel import Session, select

from app.actions import blind_checks, reviews
from app.db import Database
from app.models import (
    BlindCheck,
    Decision,
    Event,
    Outcome,
    Review,
    ReviewKind,
    ReviewStatus,
    Role,
    Status,
    Submission,
    Window,
)
from app.queries import audit_reviews
from app.queries import blind_checks as look_up
from app.queries import reviews as review_queries
from app.rules.blind_checks import Comparison, Pair, compared, number_to_draw, overall, small_number
from app.rules.errors import Conflict, RuleError
from tests import judging, rounds, steps
from tests.judging import status_of
from tests.story import NOW, Story


@pytest.mark.parametrize(
    ("awards", "percent", "number"),
    [(1, 10, 1), (10, 10, 1), (11, 10, 2), (250, 10, 25), (251, 10, 26), (7, 100, 7)],
)
def test_a_tenth_is_rounded_up(awards: int, percent: int, number: int) -> None:
    assert number_to_draw(awards, percent) == number


def test_the_comparison_counts_what_would_be_met_otherwise() -> None:
    pairs = [Pair("B01", 2, 1, 2), Pair("B01", 3, 3, 2), Pair("B02", 1, 3, 2), Pair("B03", 0, 1, 2)]
    assert compared(pairs) == [
        Comparison("B02", 1, 0, 2.0, 2, 1),
        Comparison("B01", 2, 1, -0.5, 1, 1),
        Comparison("B03", 1, 0, 1.0, 1, 0),
    ]
    assert overall(pairs) == Comparison("", 4, 1, 0.5, 2, 2)
    assert overall([]) is None
    many = [Pair("B01", 2, 1, 2)] * 5 + [Pair("B01", 2, 2, 2)] * 5
    assert [one.otherwise_share for one in compared(many[1:])] == ["4 of 9"]
    assert [one.otherwise_share for one in compared(many)] == ["5 of 10 (50 %)"]


def test_small_numbers_are_said() -> None:
    assert [bool(small_number(number)) for number in (1, 9, 10)] == [True, True, False]
    assert small_number(1).startswith("1 blind review is sealed.")


def released_award(session: Session, story: Story) -> Submission:
    submission = rounds.recognised(session, story)
    rounds.released(session, story)
    return submission


def drawn(session: Session, story: Story, percent: int = 100) -> list[BlindCheck]:
    window = session.get_one(Window, story.window_id)
    by = story.who(session, "administrator")
    return blind_checks.draw(session, window, percent, by=by, at=NOW)


def given(session: Session, story: Story, submission: Submission, part: str = "reviewer_3") -> Review:
    by = story.who(session, "administrator")
    return blind_checks.assign(session, submission, story.people[part].id, by=by, at=NOW)


def test_released_awards_alone_are_drawn_and_once(database: Database, story: Story) -> None:
    with database.write() as session:
        with pytest.raises(Conflict, match="no released award"):
            drawn(session, story)
        award = rounds.recognised(session, story)
        other = rounds.judged(
            session, story, rounds.NOT_MET, submission=judging.sealed_submission(session, story, "ZZB", "b")
        )
        rounds.decided(session, story, other, Outcome.NOT_YET)
        with pytest.raises(Conflict, match="no released award"):
            drawn(session, story)
        rounds.released(session, story)
        with pytest.raises(RuleError, match="review no award once more"):
            drawn(session, story, 0)
        (check,) = drawn(session, story)
        decision = session.exec(select(Decision).where(Decision.submission_id == award.id)).one()
        assert (check.decision_id, check.window_id, check.review_id) == (decision.id, story.window_id, None)
        with pytest.raises(Conflict, match="drawn already"):
            drawn(session, story)


def test_the_draw_is_the_system_s_own_chance(
    database: Database, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each award can be drawn, and only through the generator that nobody can foresee."""
    asked: list[tuple[int, int]] = []

    class Chance:
        def sample(self, of: list[object], number: int) -> list[object]:
            asked.append((len(of), number))
            return of[-number:]

    with database.write() as session:
        released_award(session, story)
        monkeypatch.setattr(secrets, "SystemRandom", Chance)
        assert len(drawn(session, story, 10)) == 1
        assert asked == [(1, 1)]


def test_who_took_part_in_whatever_way_can_not_review_it_blind(database: Database, story: Story) -> None:
    with database.write() as session:
        submission, _ = judging.in_moderation(session, story)
        for part in ("moderator", "administrator"):
            rounds.also(session, story, part, Role.REVIEWER)
        judging.agreed(session, story, submission, "B01", 2)
        judging.agreed(session, story, submission, "B02", 2)
        rounds.decided(session, story, submission, Outcome.RECOGNISED)
        rounds.released(session, story)
        drawn(session, story)
        for part in ("reviewer_1", "reviewer_2", "reviewer_3", "moderator", "administrator"):
            with pytest.raises(RuleError, match="Took part in judging it"):
                given(session, story, submission, part)
        with pytest.raises(RuleError, match="trust A"):
            given(session, story, submission, "reviewer_of_a")
        with pytest.raises(RuleError, match="Does not hold the role of reviewer"):
            given(session, story, submission, "lead_b")


def test_a_blind_review_is_scored_and_sealed_and_nothing_else_moves(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = released_award(session, story)
        drawn(session, story)
        before = steps.events(session, submission), submission.changed_at
        settled = review_queries.settled_scores(session, submission.id, story.framework)
        basis = review_queries.score_basis(session, submission.id)
        review = given(session, story, submission)
        who = story.who(session, "reviewer_3")
        assert [line.review_id for line in review_queries.queue(session, who)] == [review.id]
        judging.sealed(session, story, review, {"B01": 0, "B02": 1, "B03": 3})
        assert (review.kind, review.status) == (ReviewKind.BLIND, ReviewStatus.SEALED)
        assert status_of(submission) is Status.RELEASED
        assert (steps.events(session, submission), submission.changed_at) == before
        assert review_queries.settled_scores(session, submission.id, story.framework) == settled
        assert review_queries.score_basis(session, submission.id) == basis
        assert review_queries.all_scores(session, submission.id).keys() == {"B01", "B02", "B03"}
        own = select(Event.verb).where(Event.stream == f"review:{review.id}").order_by(Event.number)  # type: ignore[arg-type]
        verbs = session.exec(own).all()
        assert (verbs[0], verbs[1], verbs[-1]) == ("assign blind review", "start review", "seal review")
        assert (rounds.faults(session), audit_reviews.changed_since_sealed(session)) == ([], [])
        by = story.who(session, "moderator")
        assert look_up.pairs(session, story.window_id, by) == [
            Pair("B01", 2, 0, 2),
            Pair("B02", 3, 1, 2),
            Pair("B03", 2, 3, 2),
        ]
        with pytest.raises(Conflict, match="is sealed, so nobody else"):
            given(session, rounds.cast(session, story), submission, "reviewer_4")


@pytest.mark.reaches_past  # changes rows that no action changes
def test_a_blind_score_changed_behind_the_portals_back_is_found(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = released_award(session, story)
        drawn(session, story)
        review = given(session, story, submission)
        judging.sealed(session, story, review, {"B01": 2, "B02": 2, "B03": 2})
        row = review_queries.score(session, review.id, "B01")
        assert row is not None
        row.score = 3
        session.flush()
        assert audit_reviews.changed_since_sealed(session) == [
            f"review {review.id}: scores are not those that were sealed"
        ]


def test_who_does_not_get_round_to_it_loses_it_to_another(database: Database, story: Story) -> None:
    with database.write() as session:
        story = rounds.cast(session, story)
        submission = released_award(session, story)
        with pytest.raises(Conflict, match="was not drawn"):
            given(session, story, submission)
        (check,) = drawn(session, story)
        first = given(session, story, submission)
        reviews.start(session, first, by=story.who(session, "reviewer_3"), at=NOW)
        second = given(session, story, submission, "reviewer_4")
        assert (first.status, second.status, check.review_id) == (
            ReviewStatus.REMOVED,
            ReviewStatus.ASSIGNED,
            second.id,
        )
        assert review_queries.queue(session, story.who(session, "reviewer_3")) == []


def test_lists_and_figures_leave_out_what_is_a_conflict_or_under_own_review(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        submission = released_award(session, story)
        drawn(session, story)
        review = given(session, story, submission)
        judging.sealed(session, story, review, {"B01": 0, "B02": 1, "B03": 3})
        rounds.also(session, story, "reviewer_3", Role.MODERATOR)
        seen = {
            part: (
                len(look_up.drawn(session, story.window_id, story.who(session, part))),
                len(look_up.pairs(session, story.window_id, story.who(session, part))),
            )
            for part in ("moderator", "administrator", "administrator_of_a", "reviewer_3")
        }
        assert seen == {
            "moderator": (1, 3),
            "administrator": (1, 3),
            "administrator_of_a": (0, 0),
            "reviewer_3": (0, 0),
        }
