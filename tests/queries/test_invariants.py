"""Each rule finds the row that breaks it, and nothing where all is well."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.actions import invariants as actions
from app.db import Database
from app.jobs.nights import check_invariants
from app.models import (
    AgreedScore,
    Appeal,
    BlindCheck,
    CalibrationScore,
    Certificate,
    Condition,
    ConditionVerdict,
    Decision,
    DecisionVote,
    Event,
    EvidenceVerdict,
    EvidenceVersion,
    GroupKind,
    GroupMember,
    Interest,
    InterestKind,
    Letter,
    Mail,
    Membership,
    OrganisationGroup,
    Outcome,
    Person,
    Review,
    ReviewKind,
    ReviewStatus,
    Revocation,
    Role,
    Score,
    StageSpan,
    StandingCheckpoint,
    StandingLine,
    Status,
    Submission,
    Verdict,
    Waiver,
)
from app.queries import invariants, sealed_copies
from tests.actions.test_reissues import BROKEN
from tests.judging import in_moderation, in_third_review, sealed_submission
from tests.story import NOW, Story

HOUR = timedelta(hours=1)
Break = Callable[["World"], None]


class World:
    """Trust A's submission in moderation, and hands that reach past every action."""

    def __init__(self, session: Session, story: Story) -> None:
        self.session, self.story = session, story
        self.submission, self.reviews = in_moderation(session, story)

    def id(self, part: str) -> UUID:
        return self.story.people[part].id

    def person(self, part: str) -> Person:
        return self.session.get_one(Person, self.id(part))

    def body(self, code: str) -> UUID:
        return self.story.organisations[code].id

    def add(self, *rows: Any) -> Any:
        for row in rows:
            self.session.add(row)
            self.session.flush()
        return rows[-1]

    def decision(self, outcome: Outcome = Outcome.DEFERRED, **more: Any) -> Decision:
        """A decision with its vote; the submission's status is not touched."""
        values = {
            "submission_id": self.submission.id,
            "outcome": outcome,
            "rule_outcome": Outcome.NOT_YET,
            "basis": {"copy_sha256": sealed_copies.sha256(self.session, self.submission.id)},
            "decided_at": NOW,
            "decided_by_id": self.id("administrator"),
            **more,
        }
        made: Decision = self.add(Decision(**values))
        self.add(DecisionVote(decision_id=made.id, person_id=made.decided_by_id, voted_at=NOW))
        return made

    def released(self, outcome: Outcome = Outcome.DEFERRED) -> Decision:
        self.submission.status = Status.RELEASED
        return self.decision(outcome, released_at=NOW, released_by_id=self.id("administrator"))

    def agree(self, part: str, **more: Any) -> AgreedScore:
        values = {
            "submission_id": self.submission.id,
            "criterion_code": "B01",
            "score": 2,
            "reason": "Read again.",
            "agreed_at": NOW,
            "agreed_by_id": self.id(part),
            **more,
        }
        made: AgreedScore = self.add(AgreedScore(**values))
        return made

    def waiver(self, asked: str = "administrator", granted: str = "administrator_2", **more: Any) -> Waiver:
        values = {
            "person_id": self.id("reviewer_1"),
            "submission_id": self.submission.id,
            "conflict": "Works there.",
            "reason": "Nobody else can.",
            "asked_at": NOW,
            "asked_by_id": self.id(asked),
            "granted_at": NOW,
            "granted_by_id": self.id(granted),
            **more,
        }
        made: Waiver = self.add(Waiver(**values))
        return made

    def review(self, part: str, **more: Any) -> Review:
        values = {
            "submission_id": self.submission.id,
            "reviewer_id": self.id(part),
            "letter": "Z",
            "status": ReviewStatus.ASSIGNED,
            "copy_sha256": sealed_copies.sha256(self.session, self.submission.id),
            "assigned_at": NOW,
            "assigned_by_id": self.id("administrator"),
            **more,
        }
        made: Review = self.add(Review(**values))
        return made

    def appeal(self) -> Decision:
        """Round 2 of a released refusal."""
        decision = self.released(Outcome.NOT_YET)
        self.add(Condition(decision_id=decision.id, criterion_code="B01", text="Do it."))
        self.submission.round, self.submission.status = 2, Status.APPEALED
        self.add(
            Appeal(
                submission_id=self.submission.id,
                decision_id=decision.id,
                round=2,
                grounds={"B01": "Look again."},
                filed_at=NOW + HOUR,
                filed_by_id=self.id("lead_a"),
            )
        )
        return decision


def employer_of_reviewer(world: World) -> None:
    world.person("reviewer_1").employer_id = world.body("ZZC")  # the same ICB


def role_of_reviewer(world: World) -> None:
    world.add(
        Membership(
            person_id=world.id("reviewer_1"),
            role=Role.CONTRIBUTOR,
            organisation_id=world.body("ZZA"),
            granted_at=NOW,
        )
    )


def interest_of_reviewer(world: World) -> None:
    world.add(
        Interest(
            person_id=world.id("reviewer_1"),
            organisation_id=world.body("ZZA"),
            kind=InterestKind.FAMILY,
            declared_at=NOW,
            declared_by_id=world.id("reviewer_1"),
        )
    )


def group_of_reviewer(world: World) -> None:
    by = world.id("administrator")
    group = world.add(
        OrganisationGroup(name="Fictional group", kind=GroupKind.GROUP, added_at=NOW, added_by_id=by)
    )
    for code in ("ZZA", "ZZD"):
        world.add(
            GroupMember(group_id=group.id, organisation_id=world.body(code), added_at=NOW, added_by_id=by)
        )


def waiver_by_two(world: World) -> None:
    world.waiver(granted="administrator")


def waiver_in_order(world: World) -> None:
    world.waiver(granted_at=NOW - HOUR)


def one_letter_each(world: World) -> None:
    world.reviews[0].letter = world.reviews[1].letter


def moderator_scored_nothing(world: World) -> None:
    world.agree("reviewer_1")


def decider_scored_nothing(world: World) -> None:
    decision = world.decision()
    world.add(DecisionVote(decision_id=decision.id, person_id=world.id("reviewer_1"), voted_at=NOW))


def appeal_by_other_reviewers(world: World) -> None:
    world.appeal()
    world.agree("reviewer_of_c", criterion_code="B02")
    world.person("reviewer_of_c").employer_id = world.body("ZZD")
    world.review("reviewer_of_c", round=2)


def appeal_by_other_moderators(world: World) -> None:
    world.agree("moderator")
    world.appeal()
    world.agree("moderator", round=2)


def appeal_by_other_deciders(world: World) -> None:
    world.appeal()
    world.decision(number=2, round=2)


def blind_reviewer_knows_nothing(world: World) -> None:
    decision = world.released()
    world.reviews[0].kind = ReviewKind.BLIND
    world.add(DecisionVote(decision_id=decision.id, person_id=world.reviews[0].reviewer_id, voted_at=NOW))
    world.add(
        BlindCheck(
            decision_id=decision.id,
            window_id=world.story.window_id,
            review_id=world.reviews[0].id,
            drawn_at=NOW,
        )
    )


def nobody_reviews_after_leaving(world: World) -> None:
    other = sealed_submission(world.session, world.story, "ZZB", "b")
    world.review(
        "reviewer_1", submission_id=other.id, copy_sha256=sealed_copies.sha256(world.session, other.id)
    )
    world.person("reviewer_1").left_at = NOW - timedelta(days=2)


def nothing_open_after_review(world: World) -> None:
    world.review("reviewer_of_c")
    world.person("reviewer_of_c").employer_id = None


def enough_reviews(world: World) -> None:
    world.reviews[0].status = ReviewStatus.REMOVED


def sealed_is_complete(world: World) -> None:
    row = world.session.exec(select(Score).where(Score.review_id == world.reviews[0].id)).first()
    assert row
    row.reason = " "


def difference_brings_a_third(world: World) -> None:
    world.session.execute(
        sa.update(Review).where(col(Review.kind) == ReviewKind.THIRD).values(status=ReviewStatus.REMOVED)
    )


def decision_of_a_copy(world: World) -> None:
    world.decision(basis={"copy_sha256": "0" * 64})


def decider_votes(world: World) -> None:
    world.decision()
    world.session.execute(sa.delete(DecisionVote))


def decided_has_a_decision(world: World) -> None:
    world.submission.status = Status.DECIDED


def released_has_a_decision(world: World) -> None:
    world.submission.status = Status.RELEASED


def one_pending_decision(world: World) -> None:
    world.decision()
    world.decision(number=2)


def withdrawn_is_over(world: World) -> None:
    world.submission.status = Status.WITHDRAWN


def void_is_never_released(world: World) -> None:
    world.decision(void_at=NOW, void_by_id=world.id("administrator"), released_at=NOW)


def certificate(world: World, decision: Decision) -> Certificate:
    made: Certificate = world.add(
        Certificate(
            decision_id=decision.id,
            number="ARF-2026-0001",
            year=2026,
            serial=1,
            token="0" * 32,
            organisation_id=world.body("ZZA"),
            organisation_name="Fictional trust A",
            ods_code="ZZA",
            level="bronze",
            level_name="Bronze",
            level_rank=1,
            framework_version_id=world.story.version_id,
            framework_title="A",
            framework_version="1",
            issuer_name="Issuer",
            issued_on=date(2026, 11, 22),
            expires_on=date(2029, 11, 21),
            issued_at=NOW,
            issued_by_id=world.id("administrator"),
        )
    )
    return made


def certificate_of_an_award(world: World) -> None:
    certificate(world, world.released())


def award_has_a_certificate(world: World) -> None:
    world.released(Outcome.RECOGNISED)


def letter_goes_with_the_release(world: World) -> None:
    world.add(
        Letter(
            decision_id=world.decision().id, subject="S", body="B", drafted_at=NOW, sent_at=NOW, read_at=NOW
        )
    )


def conditions_say_why(world: World) -> None:
    world.decision(Outcome.NOT_YET)


def clarification_waits(world: World) -> None:
    world.submission.status = Status.AWAITING_ANSWER


def rounds_are_appeals(world: World) -> None:
    world.appeal()
    world.submission.round = 3


def appeal_of_a_released_decision(world: World) -> None:
    world.appeal()
    world.session.execute(sa.update(Appeal).values(filed_at=NOW - HOUR))


def review_dates_in_order(world: World) -> None:
    world.reviews[0].started_at = NOW - HOUR


def struck_counts_no_more(world: World) -> None:
    world.reviews[0].struck_at = NOW


def review_of_a_sealed_copy(world: World) -> None:
    world.reviews[0].copy_sha256 = "0" * 64


def judged_was_signed(world: World) -> None:
    twin = {**world.submission.model_dump(), "id": uuid4(), "level": "gold", "status": Status.SUBMITTED}
    world.add(Submission(**twin))


def verdict(world: World, **more: Any) -> None:
    version = world.session.exec(select(EvidenceVersion.id)).first()
    values = {
        "review_id": world.reviews[0].id,
        "criterion_code": "B01",
        "evidence_version_id": version,
        "verdict": Verdict.PARTLY,
        "marked_at": NOW,
        **more,
    }
    world.add(EvidenceVerdict(**values))


def verdict_on_a_scored_criterion(world: World) -> None:
    verdict(world, criterion_code="G06")


def verdict_before_the_seal(world: World) -> None:
    verdict(world, marked_at=NOW + HOUR)


def score_before_the_seal(world: World) -> None:
    row = world.session.exec(select(Score).where(Score.review_id == world.reviews[0].id)).first()
    assert row
    row.saved_at = NOW + HOUR


def condition_of_the_same_organisation(world: World) -> None:
    other = sealed_submission(world.session, world.story, "ZZB", "b")
    theirs = world.decision(
        Outcome.NOT_YET,
        submission_id=other.id,
        basis={"copy_sha256": sealed_copies.sha256(world.session, other.id)},
    )
    condition = world.add(Condition(decision_id=theirs.id, criterion_code="B01", text="Do it."))
    world.add(
        ConditionVerdict(
            review_id=world.reviews[0].id, condition_id=condition.id, is_done=True, marked_at=NOW
        )
    )


def decisions_in_order(world: World) -> None:
    world.released().decided_at = NOW + HOUR


def samples_on_the_scale(world: World) -> None:
    world.add(
        CalibrationScore(
            person_id=world.id("reviewer_1"),
            window_id=world.story.window_id,
            sample="S1",
            sample_set="0" * 64,
            score=4,
            reason="R",
            scored_at=NOW,
        )
    )


def marks_are_on_the_scale(world: World) -> None:
    other = sealed_submission(world.session, world.story, "ZZB", "b")
    review = world.review(
        "reviewer_1", submission_id=other.id, copy_sha256=sealed_copies.sha256(world.session, other.id)
    )
    world.add(Score(review_id=review.id, criterion_code="B01", score=7, saved_at=NOW))


def agreed_marks_are_on_the_scale(world: World) -> None:
    world.agree("moderator", score=-1)


def checkpoint_is_a_sum_of_lines(world: World) -> None:
    trust = world.story.organisations["ZZA"]
    area = {"icb_id": trust.icb_id, "region_id": trust.region_id, "kind": trust.kind}
    world.add(StandingCheckpoint(on_date=date(2026, 11, 30), rank=0, number=99, **area))


def checkpoint_counts_open_spans(world: World) -> None:
    """It counts one too few: none of what the submission is at."""
    trust = world.story.organisations["ZZA"]
    area = {"icb_id": trust.icb_id, "region_id": trust.region_id, "kind": trust.kind}
    world.add(StandingCheckpoint(on_date=date(2026, 11, 30), rank=3, number=0, **area))


def line_counts_from_the_later_day(world: World) -> None:
    world.add(a_line(world, counts_on=date(2026, 1, 1)))


def lines_say_what_is_known(world: World) -> None:
    world.add(a_line(world))


def a_line(world: World, **more: Any) -> StandingLine:
    trust, day = world.story.organisations["ZZA"], date(2026, 11, 22)
    values = {"organisation_id": trust.id, "kind": trust.kind, "rank": 3, "delta": 1, "cause": "nothing"}
    return StandingLine(**{**values, "on_date": day, "recorded_on": day, "counts_on": day, **more})


def open_span_is_the_stage(world: World) -> None:
    span = world.session.exec(
        select(StageSpan).where(
            StageSpan.submission_id == world.submission.id, col(StageSpan.until_on).is_(None)
        )
    ).one()
    span.until_on = date(2026, 11, 22)


def a_revocation(world: World, **more: Any) -> Revocation:
    """Of a certificate that is revoked; asked for by one and confirmed by another, unless ``more`` says otherwise."""
    row = certificate(world, world.decision(Outcome.RECOGNISED))
    row.revoked_on = date(2026, 11, 22)
    values = {
        "asked_by_id": world.id("administrator"), "confirmed_by_id": world.id("administrator_2"),
        "confirmed_at": NOW, "appealed_at": NOW,
    }  # fmt: skip
    made = Revocation(certificate_id=row.id, reason="A reason.", asked_at=NOW, **{**values, **more})
    return world.add(made)  # type: ignore[no-any-return]


def revocation_by_two(world: World) -> None:
    a_revocation(world, confirmed_by_id=world.id("administrator"))


def revocation_judged_by_two_others(world: World) -> None:
    a_revocation(world, judged_at=NOW, judged_by_id=world.id("administrator_2"), is_upheld=True)


def revoked_as_confirmed(world: World) -> None:
    a_revocation(world, confirmed_at=None, confirmed_by_id=None, appealed_at=None)


BREAKS: tuple[Break, ...] = (
    employer_of_reviewer, role_of_reviewer, interest_of_reviewer, group_of_reviewer, waiver_by_two,
    waiver_in_order, one_letter_each, moderator_scored_nothing, decider_scored_nothing,
    appeal_by_other_reviewers, appeal_by_other_moderators, appeal_by_other_deciders,
    blind_reviewer_knows_nothing, nobody_reviews_after_leaving, nothing_open_after_review, enough_reviews,
    sealed_is_complete, difference_brings_a_third, decision_of_a_copy, decider_votes,
    decided_has_a_decision, released_has_a_decision, one_pending_decision, withdrawn_is_over,
    void_is_never_released, certificate_of_an_award, award_has_a_certificate,
    letter_goes_with_the_release, conditions_say_why, clarification_waits, rounds_are_appeals,
    appeal_of_a_released_decision, review_dates_in_order, struck_counts_no_more,
    review_of_a_sealed_copy, judged_was_signed, verdict_on_a_scored_criterion, verdict_before_the_seal,
    score_before_the_seal, condition_of_the_same_organisation, decisions_in_order,
    samples_on_the_scale, marks_are_on_the_scale, agreed_marks_are_on_the_scale,
    checkpoint_is_a_sum_of_lines, checkpoint_counts_open_spans, line_counts_from_the_later_day, lines_say_what_is_known,
    open_span_is_the_stage, revocation_by_two, revocation_judged_by_two_others, revoked_as_confirmed,
)  # fmt: skip
# The database refuses this one by itself, so no row can be made that breaks it.
BY_CONSTRAINT = {"one_review_each"}
# The breaches of certificates issued again stand with their actions: tests/actions/test_reissues.py.


def found_by(session: Session) -> set[str]:
    session.flush()
    return {name for name, _ in invariants.found(session, at=NOW)}


def test_every_rule_has_its_breach_and_a_sentence_of_its_own() -> None:
    rules = (*invariants.QUERIES, *invariants.RULES)
    names = {query.__name__ for query in rules}
    assert {one.__name__ for one in BREAKS} | set(BROKEN) == names - BY_CONSTRAINT
    sentences = [(query.__doc__ or "").partition("\n")[0] for query in rules]
    assert [one for one in sentences if not one.endswith(".")] == []
    assert len(set(sentences)) == len(sentences)


@pytest.mark.parametrize("breach", BREAKS, ids=lambda one: one.__name__)
def test_r21_a_broken_rule_is_found(database: Database, story: Story, breach: Break) -> None:
    with database.write() as session:
        world = World(session, story)
        assert found_by(session) == set()
        breach(world)
        assert breach.__name__ in found_by(session)
        session.rollback()


def test_nothing_is_found_where_all_is_well(database: Database, story: Story) -> None:
    with database.write() as session:
        in_third_review(session, story)
        sealed_submission(session, story, "ZZB", "b")
        assert invariants.broken(session, at=NOW) == []


def test_a_waiver_lets_a_reviewer_with_a_conflict_stay_and_its_end_does_not(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        world = World(session, story)
        employer_of_reviewer(world)
        waiver = world.waiver()
        assert found_by(session) == set()
        waiver.ended_at = NOW
        assert found_by(session) == {"employer_of_reviewer"}
        session.rollback()


@pytest.mark.reaches_past
def test_the_nightly_look_is_put_on_record_once_and_tells_when_something_is_broken(
    database: Database, story: Story, clock: Any
) -> None:
    with database.write() as session:
        in_moderation(session, story)
    assert check_invariants(database, "office@example.invalid") == []
    with database.write() as session:
        session.execute(sa.update(Submission).values(status=Status.DECIDED))
    assert check_invariants(database, "office@example.invalid") == []  # it has looked tonight
    clock.at += timedelta(days=1)
    (said,) = check_invariants(database, "office@example.invalid")
    assert said.startswith("What is decided has a decision that counts and is not released. Broken by ")
    with database.read() as session:
        looks = session.exec(select(Event).where(Event.stream == actions.STREAM).order_by(col(Event.number)))
        assert [event.facts for event in looks] == [{"broken": 0}, {"broken": 1}]
        (mail,) = session.exec(select(Mail).where(Mail.to == "office@example.invalid")).all()
        assert "portal check-invariants" in mail.body
