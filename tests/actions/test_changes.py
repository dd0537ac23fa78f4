"""Changes to named criteria: reopened, everything else stays sealed, the next seal differs, reviewers judge anew."""

import pytest
from sqlmodel import select

from app.actions import assignments, changes, reviews, self_assessments, sign_off
from app.db import Database
from app.models import ChangeRequest, ReviewStatus, SelfAssessment, Status, Submission
from app.queries import audit, sealed_copies
from app.queries import changes as requests
from app.queries import reviews as review_queries
from app.rules.changes import NOTHING_CHANGED
from app.rules.errors import Conflict, RuleError
from tests import steps
from tests.story import NOW, Story


def save(database_session, story: Story, submission: Submission, code: str, text: str) -> None:  # type: ignore[no-untyped-def]
    made = database_session.get_one(SelfAssessment, submission.self_assessment_id)
    criterion = story.framework.criterion(code)
    typed = {one.id: steps.answer_to(criterion, one) for one in criterion.questions} | {"narrative": text}
    by = story.who(database_session, "lead_a")
    self_assessments.save_answer(
        database_session, made, story.framework, code, typed, seen=None, is_finished=True, by=by, at=NOW
    )


def text_of(document, code: str) -> str:  # type: ignore[no-untyped-def]
    return str(document.content.answer(code).values["narrative"])


def test_named_criteria_open_and_the_rest_stays_as_it_was_signed(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = steps.signed(session, story)
        first = sealed_copies.document(session, submission.id)
        steps.changes_requested(session, story, submission, "B01")
        save(session, story, submission, "B01", "A better answer.")
        save(session, story, submission, "B02", "Not asked for.")
        steps.handed_over_again(session, story, submission)
        steps.sign(session, story, submission)
        second = sealed_copies.document(session, submission.id)
        assert text_of(second, "B01") == "A better answer."
        assert text_of(second, "B02") == text_of(first, "B02")
        assert [copy.number for copy in sealed_copies.every(session, submission.id)] == [1, 2]
        assert requests.open_request(session, submission.id) is None
        assert steps.events(session, submission) == [
            ("hand over", "awaiting sign-off"),
            ("sign", "submitted"),
            ("request changes", "changes requested"),
            ("hand over", "awaiting sign-off"),
            ("sign", "submitted"),
        ]
    with database.read() as session:
        assert audit.verify(session) == []


def test_the_first_copy_stays_byte_for_byte(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = steps.signed(session, story)
        before = sealed_copies.every(session, submission.id)[0].document
        steps.changes_requested(session, story, submission, "B01")
        save(session, story, submission, "B01", "A better answer.")
        steps.handed_over_again(session, story, submission)
        steps.sign(session, story, submission)
        session.expire_all()
        assert sealed_copies.every(session, submission.id)[0].document == before


def test_lead_and_sponsor_are_told_and_no_criterion_is_named(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = steps.signed(session, story)
        before = len(steps.mails(session))
        steps.changes_requested(session, story, submission, "B01", "B02")
        told = [one for one in steps.mails(session) if one[1] == "Changes are requested to your submission"]
        assert (len(steps.mails(session)) - before, sorted(to for to, _ in told)) == (
            2,
            ["lead.a@example.invalid", "sponsor.a@example.invalid"],
        )


def test_handing_over_again_without_a_change_is_refused(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = steps.signed(session, story)
        steps.changes_requested(session, story, submission, "B01")
        save(session, story, submission, "B02", "Not asked for.")
        with pytest.raises(RuleError) as refused:
            steps.handed_over_again(session, story, submission)
        assert refused.value.sentence == NOTHING_CHANGED


def test_undoing_the_change_before_the_signature_is_refused(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = steps.signed(session, story)
        first = text_of(sealed_copies.document(session, submission.id), "B01")
        steps.changes_requested(session, story, submission, "B01")
        save(session, story, submission, "B01", "A better answer.")
        steps.handed_over_again(session, story, submission)
        save(session, story, submission, "B01", first)
        with pytest.raises(RuleError) as refused:
            steps.sign(session, story, submission)
        assert refused.value.sentence == NOTHING_CHANGED


def test_a_named_criterion_that_is_not_ready_is_refused(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = steps.signed(session, story)
        steps.changes_requested(session, story, submission, "B01")
        save(session, story, submission, "B01", "")
        with pytest.raises(RuleError, match="Finish these criteria first: B01"):
            steps.handed_over_again(session, story, submission)


def test_changes_are_signed_after_the_window_has_closed(database: Database, story: Story) -> None:
    from_close = steps.NOW.replace(year=2027)
    with database.write() as session:
        submission = steps.signed(session, story)
        steps.changes_requested(session, story, submission, "B01", at=from_close)
        save(session, story, submission, "B01", "A better answer.")
        steps.handed_over_again(session, story, submission, at=from_close)
        steps.sign(session, story, submission, at=from_close)
        assert submission.status is Status.SUBMITTED


def test_declined_changes_are_still_asked_for(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = steps.signed(session, story)
        steps.changes_requested(session, story, submission, "B01")
        save(session, story, submission, "B01", "A better answer.")
        steps.handed_over_again(session, story, submission)
        by = story.who(session, "sponsor_a")
        sign_off.decline(session, submission, "Not yet.", by=by, at=NOW)
        assert submission.status is Status.CHANGES_REQUESTED
        assert requests.open_request(session, submission.id) is not None


def test_after_a_sealed_review_nothing_opens_again(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = steps.signed(session, story)
        review = steps.assigned(session, story, submission, "reviewer_1")
        steps.reviewed(session, story, submission, review, "reviewer_1")
        with pytest.raises(Conflict, match="A review is sealed"):
            steps.changes_requested(session, story, submission, "B01")
        assert session.exec(select(ChangeRequest)).all() == []


def test_scores_of_changed_criteria_are_given_anew_and_the_others_stay(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        submission = steps.signed(session, story)
        review = steps.assigned(session, story, submission, "reviewer_1")
        by = story.who(session, "reviewer_1")
        reviews.start(session, review, by=by, at=NOW)
        for code in ("B01", "B02"):
            reviews.save_score(
                session, review, code, score=2, reason="Good.", private_note="", version=1, by=by, at=NOW
            )
        steps.changes_requested(session, story, submission, "B01", "B02")
        save(session, story, submission, "B01", "A better answer.")
        steps.handed_over_again(session, story, submission)
        copy = steps.sign(session, story, submission)
        given = review_queries.scores(session, review.id)
        assert (given["B01"].score, given["B01"].reason) == (None, "Good.")
        assert (given["B02"].score, given["B02"].reason) == (2, "Good.")
        assert (review.copy_sha256, review.status) == (copy.sha256, ReviewStatus.STARTED)
        assert submission.status is Status.IN_REVIEW


def test_a_review_can_not_be_sealed_while_changes_are_asked_for(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = steps.signed(session, story)
        review = steps.assigned(session, story, submission, "reviewer_1")
        reviews.start(session, review, by=story.who(session, "reviewer_1"), at=NOW)
        steps.changes_requested(session, story, submission, "B01")
        with pytest.raises(Conflict, match="not open for review"):
            steps.scored_and_sealed(session, story, submission, review, "reviewer_1")


def test_a_request_that_is_taken_back_lets_the_copy_stand(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = steps.signed(session, story)
        copy = sealed_copies.newest(session, submission.id)
        steps.changes_requested(session, story, submission, "B01")
        by = story.who(session, "administrator")
        changes.take_back(session, submission, "It was there.", by=by, at=NOW)
        assert (submission.status, sealed_copies.every(session, submission.id)) == (Status.SUBMITTED, [copy])
        steps.changes_requested(session, story, submission, "B02")  # and may be asked anew of the same copy
        assert submission.status is Status.CHANGES_REQUESTED


def test_a_reviewer_who_is_assigned_later_judges_the_newest_copy(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = steps.signed(session, story)
        steps.changes_requested(session, story, submission, "B01")
        save(session, story, submission, "B01", "A better answer.")
        steps.handed_over_again(session, story, submission)
        copy = steps.sign(session, story, submission)
        by = story.who(session, "administrator")
        review = assignments.assign(
            session, submission, story.framework, story.people["reviewer_1"].id, by=by, at=NOW
        )
        assert review.copy_sha256 == copy.sha256
