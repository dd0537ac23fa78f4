"""Signing: what was read is what is sealed, once, in time, by the right person; or declining."""

import json
from datetime import timedelta
from types import SimpleNamespace

import pytest

from app.actions import self_assessments as answers
from app.actions import sign_off, submissions
from app.db import Database
from app.models import Person, SelfAssessment, Status, Window
from app.queries import sealed_copies
from app.queries.evidence import linked
from app.rules.declarations import DECLARATION
from app.rules.errors import Conflict, NotAllowed, RuleError, Stale
from app.rules.history import sha256
from app.rules.sealing import SealedDocument, as_text, read, seal
from tests import steps
from tests.story import NOW, Story

AFTER_CLOSE = NOW + timedelta(days=30)


def test_an_address_that_became_the_leads_since_is_refused_at_signing(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        submission = steps.handed_over(session, story)
        session.get_one(Person, story.people["sponsor_a"].id).email = "lead.a+signs@example.invalid"
        session.flush()
        with pytest.raises(RuleError, match="same mailbox"):
            steps.sign(session, story, submission)


def test_sign_seals_what_was_read(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = steps.handed_over(session, story)
        seen = steps.seen(session, story, submission)
        copy = steps.sign(session, story, submission)
        document = read(copy.document)
        assert seal(document.content) == seen
        assert (document.declaration, document.signed_by, document.handed_over_by, document.sealed_at) == (
            DECLARATION,
            "Executive sponsor, trust A",
            "EDI lead, trust A",
            NOW,
        )
        assert copy.sha256 == sha256(copy.document)
        assert submission.status is Status.SUBMITTED
        assert steps.events(session, submission)[-1] == ("sign", "submitted")
        assert sorted(steps.mails(session))[1] == (
            "lead.a@example.invalid",
            f"Receipt {copy.receipt}: Bronze submitted",
        )
        assert [to for to, _ in steps.mails(session)].count("sponsor.a@example.invalid") == 2


def test_a_receipt_can_be_read_aloud(database: Database, story: Story) -> None:
    receipts = {sign_off._receipt() for _ in range(500)}
    assert len(receipts) == 500
    assert {len(receipt) for receipt in receipts} == {len("R-7KQ2-9XWF-3M4T")}
    assert not set("".join(receipts)) & set("01OILU")


def test_canonical_bytes_are_stable(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = steps.handed_over(session, story)
        copy = steps.sign(session, story, submission)
    with database.read() as session:
        kept = sealed_copies.newest(session, submission.id)
        assert as_text(read(kept.document)) == kept.document == copy.document
        plain = json.loads(kept.document)
        shuffled = {key: plain[key] for key in sorted(plain, reverse=True)}
        assert as_text(SealedDocument.model_validate(shuffled)) == kept.document


def test_every_answer_and_the_exact_evidence_are_in_the_copy(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = steps.signed(session, story)
        content = sealed_copies.document(session, submission.id).content
        applicable = story.framework.of_level("bronze", story.organisations["ZZA"].kind)
        assert content.codes == tuple(one.code for one in applicable)
        code, item, version, *_ = linked(session, submission.self_assessment_id)[0]
        sealed = content.answer(code).evidence
        assert [(one.evidence_id, one.version_id, one.url, one.place) for one in sealed] == [
            (item.id, version.id, "https://trust.example/paper", "page 3")
        ]


def test_lower_levels_not_held_are_included_and_held_ones_listed(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = steps.handed_over(session, story, "silver")
        content = read(steps.sign(session, story, submission).document).content
        assert ({one.level for one in content.answers}, content.lower_levels_held) == (
            {"bronze", "silver"},
            (),
        )


def test_a_held_lower_level_is_listed_and_asks_for_nothing(
    database: Database, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = [SimpleNamespace(level="bronze", level_rank=1)]
    monkeypatch.setattr("app.queries.certificates.held", lambda session, organisation_id, on: held)
    with database.write() as session:
        made = steps.finished(session, story, "silver")
        by = story.who(session, "lead_a")
        code = story.framework.of_level("bronze", story.organisations["ZZA"].kind)[0].code
        answers.save_answer(
            session, made, story.framework, code, {}, seen=None, is_finished=False, by=by, at=NOW
        )
        submission = steps.hand_over(session, story, made, "silver")
        content = read(steps.sign(session, story, submission).document).content
        assert ({one.level for one in content.answers}, content.lower_levels_held) == (
            {"silver"},
            ("bronze",),
        )


def test_signing_what_changed_since_it_was_read_is_stale(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = steps.handed_over(session, story)
        seen = steps.seen(session, story, submission)
        steps.change(session, story, submission)
        with pytest.raises(Stale, match="has changed since you opened it"):
            sign_off.sign(
                session,
                submission,
                story.framework,
                seen_sha256=seen,
                declaration=DECLARATION,
                by=story.who(session, "sponsor_a"),
                at=NOW,
            )
        assert submission.status is Status.AWAITING_SIGN_OFF
        assert sealed_copies.newest_or_none(session, submission.id) is None


def test_signing_what_is_no_longer_ready_is_refused(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = steps.handed_over(session, story)
        steps.change(session, story, submission, text="")
        code = story.framework.criteria[0].code
        with pytest.raises(RuleError, match=f"Finish these criteria first: {code}"):
            steps.sign(session, story, submission)


def test_k09_the_last_moment_counts_and_the_next_is_too_late(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = steps.handed_over(session, story)
        closes_at = session.get_one(Window, story.window_id).closes_at
        with pytest.raises(RuleError, match="Autumn 2026 has closed"):
            steps.sign(session, story, submission, at=closes_at)
        copy = steps.sign(session, story, submission, at=closes_at - timedelta(microseconds=1))
        assert copy.sealed_at == closes_at - timedelta(microseconds=1)


def test_only_the_executive_who_was_asked_signs_or_declines(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = steps.handed_over(session, story)
        with pytest.raises(NotAllowed):
            steps.sign(session, story, submission, sponsor="lead_a")
        with pytest.raises(NotAllowed):
            sign_off.decline(session, submission, "No", by=story.who(session, "sponsor_b"), at=NOW)


def test_k11_signing_the_same_again_gives_the_same_receipt(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = steps.handed_over(session, story)
        first = steps.sign(session, story, submission)
        before = (steps.events(session, submission), steps.mails(session))
        again = steps.sign(session, story, submission, at=NOW + timedelta(minutes=5))
        assert (again.receipt, again.sealed_at) == (first.receipt, NOW)
        assert (steps.events(session, submission), steps.mails(session)) == before


def test_sign_after_withdraw_is_refused(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = steps.handed_over(session, story)
        submissions.withdraw(session, submission, "Not yet", by=story.who(session, "lead_a"), at=NOW)
        with pytest.raises(Conflict, match="can no longer be signed"):
            steps.sign(session, story, submission)
        assert sealed_copies.newest_or_none(session, submission.id) is None


def test_sign_again_after_sign_and_withdraw_is_refused(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = steps.signed(session, story)
        submissions.withdraw(session, submission, "Not yet", by=story.who(session, "lead_a"), at=NOW)
        with pytest.raises(Conflict, match="can no longer be signed"):
            steps.sign(session, story, submission)


def test_decline_tells_the_lead_who_may_hand_over_again(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = steps.handed_over(session, story)
        sponsor = story.who(session, "sponsor_a")
        sign_off.decline(session, submission, " The board has not seen it. ", by=sponsor, at=NOW)
        assert (submission.status, submission.decline_reason) == (
            Status.DECLINED,
            "The board has not seen it.",
        )
        assert ("lead.a@example.invalid", "Your submission was not signed") in steps.mails(session)
        with pytest.raises(Conflict):
            sign_off.decline(session, submission, "Again", by=sponsor, at=NOW)
        made = session.get_one(SelfAssessment, submission.self_assessment_id)
        another = steps.hand_over(session, story, made)
        assert (another.id != submission.id, another.status) == (True, Status.AWAITING_SIGN_OFF)
        assert steps.events(session, submission) == [
            ("hand over", "awaiting sign-off"),
            ("decline", "declined"),
        ]
