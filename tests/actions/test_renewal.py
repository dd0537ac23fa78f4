"""Renewal: a held level is put forward again, from the living self-assessment, and what was asked comes back."""

from datetime import date, timedelta

import pytest
from sqlmodel import Session, col, select

from app.db import Database
from app.models import Certificate, Organisation, Outcome, SelfAssessment, Status
from app.queries import certificates, conditions, register, to_sign
from app.rules.days import uk_day
from app.rules.errors import Conflict
from tests import holdings, judging, rounds, steps
from tests.recognition import certified
from tests.story import NOW, Story

ON = uk_day(NOW)
LATER = NOW + timedelta(days=950)  # half a year before the first certificate ends


@pytest.mark.reaches_past
def test_a_level_that_is_held_is_handed_over_again_and_once_at_a_time(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        made = steps.finished(session, story)
        body = session.get_one(Organisation, made.organisation_id)
        held = holdings.certificate(session, story, body, "bronze")
        assert certificates.held(session, body.id, ON) == [held]
        assert to_sign.missing(session, made, story.framework, "bronze", on=ON) == []
        submission = steps.hand_over(session, story, made)
        assert submission.status is Status.AWAITING_SIGN_OFF
        with pytest.raises(Conflict, match="already with the sponsor"):
            steps.hand_over(session, story, made)


def own(session: Session, certificate: Certificate) -> SelfAssessment:
    query = select(SelfAssessment).where(SelfAssessment.organisation_id == certificate.organisation_id)
    return session.exec(query).one()


def put_forward_again(session: Session, story: Story, certificate: Certificate, outcome: Outcome) -> None:
    submission = judging.sealed_submission(session, story, "ZZA", "a", own(session, certificate).id)
    scores = rounds.MET if outcome is Outcome.RECOGNISED else rounds.NOT_MET
    rounds.judged(session, story, scores, submission=submission)
    rounds.decided(session, story, submission, outcome, at=LATER)
    rounds.released(session, story, at=LATER)


def test_a_renewal_is_a_certificate_of_its_own_and_both_hold_until_the_first_ends(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        first = certified(session, story)
        put_forward_again(session, story, first, Outcome.RECOGNISED)
        newest = select(Certificate).order_by(col(Certificate.issued_on).desc())
        second, _ = session.exec(newest).all()
        assert (second.supersedes_id, second.issued_on, second.expires_on) == (
            None, uk_day(LATER), date(2032, 6, 29),
        )  # fmt: skip
        end = first.expires_on
        assert end == date(2029, 11, 22)
        held = [
            {one.number for one in certificates.held(session, first.organisation_id, on)}
            for on in (uk_day(LATER), end, end + timedelta(days=1), second.expires_on)
        ]
        both = {first.number, second.number}
        assert held == [both, both, {second.number}, {second.number}]
        assert [one.number for one in register.lines(session, uk_day(LATER))] == [second.number]
        assert rounds.faults(session) == []


def test_what_a_renewal_was_refused_for_comes_back_and_the_certificate_holds_meanwhile(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        first = certified(session, story)
        made = own(session, first)
        assert conditions.returned(session, made, story.framework) == []
        put_forward_again(session, story, first, Outcome.NOT_YET)
        asked = conditions.returned(session, made, story.framework)
        assert [(one.codes, one.text) for one in asked] == [(("B01",), "Show the minute.")]
        gaps = to_sign.missing(session, made, story.framework, "bronze", on=uk_day(LATER))
        (reasons,) = [gap.reasons for gap in gaps if gap.code == "B01"]
        assert "Say what you did about what was asked: “Show the minute.”" in reasons
        assert certificates.held(session, first.organisation_id, uk_day(LATER)) == [first]
