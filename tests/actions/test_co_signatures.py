"""Asking the staff network's chairs, and keeping what they say."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from app.actions import assignments, co_signatures, membership
from app.db import Database
from app.models import CoSignature, Event, Mail, Membership, Person, Role, Status, Submission, View
from app.queries import co_signatures as look_up
from app.rules.errors import Conflict, NotAllowed, RuleError, Stale
from app.rules.history import faults
from app.rules.permissions import Scope
from tests import steps
from tests.story import NOW, Story

CHAIR = "chair.a@example.invalid"


def read(session: Session, story: Story, submission: Submission, at: Any = NOW) -> str:
    return look_up.to_read(session, submission, story.framework, at).sha256


def give(
    session: Session,
    story: Story,
    submission: Submission,
    view: View = View.DISAGREE,
    comment: str = "We were not asked.",
    *,
    seen: str = "",
    shared: tuple[bool, bool] = (False, False),
    part: str = "chair_a",
    at: Any = NOW,
) -> CoSignature:
    return co_signatures.give(
        session,
        submission,
        story.framework,
        view,
        comment,
        is_view_shared=shared[0],
        is_comment_shared=shared[1],
        seen_sha256=seen or read(session, story, submission, at),
        by=story.who(session, part),
        at=at,
    )


def given(session: Session, submission: Submission) -> list[Event]:
    stream = f"submission:{submission.id}"
    query = select(Event).where(Event.stream == stream, Event.verb == look_up.VERB)
    return list(session.exec(query.order_by(col(Event.number))).all())


def another_chair(session: Session, story: Story, code: str = "ZZA") -> Person:
    person = Person(email=f"second.{code}@example.invalid".lower(), name="Second chair", created_at=NOW)
    session.add(person)
    session.flush()
    organisation = story.organisations[code].id
    session.add(
        Membership(person_id=person.id, role=Role.NETWORK_CHAIR, organisation_id=organisation, granted_at=NOW)
    )
    session.flush()
    return person


def test_the_hand_over_asks_every_chair_by_a_link_of_their_own(database: Database, story: Story) -> None:
    with database.write() as session:
        second = another_chair(session, story)
        another_chair(session, story, "ZZB")
        submission = steps.handed_over(session, story)
        asked = session.exec(select(CoSignature.person_id)).all()
        assert set(asked) == {story.people["chair_a"].id, second.id}
        mails = session.exec(select(Mail).where(col(Mail.subject).startswith("Your staff network"))).all()
        assert {mail.to for mail in mails} == {CHAIR, second.email}
        path = f"?next=/submissions/{submission.id}/co-signature\n"
        assert [(mail.body.count("http"), path in mail.body) for mail in mails] == [(1, True)] * 2


def test_a_chair_whose_role_ended_is_not_asked(database: Database, story: Story) -> None:
    with database.write() as session:
        membership.leave(session, session.get_one(Person, story.people["chair_a"].id), at=NOW)
        submission = steps.handed_over(session, story)
        assert session.exec(select(CoSignature)).all() == []
        assert look_up.every(session, submission.id) == []


def test_it_never_blocks_and_never_skips(database: Database, story: Story) -> None:
    """Without an answer the submission is signed, and the unanswered question stays on record."""
    with database.write() as session:
        submission = steps.handed_over(session, story)
        steps.sign(session, story, submission)
        assert submission.status is Status.SUBMITTED
        (one,) = look_up.every(session, submission.id)
        assert (one.asked_at, one.given, one.view) == (NOW, (), None)


def test_before_the_signature_it_is_about_the_living_answers_afterwards_about_the_copy(
    database: Database, story: Story
) -> None:
    later = NOW + timedelta(days=1)
    with database.write() as session:
        submission = steps.handed_over(session, story)
        give(session, story, submission)
        copy = steps.sign(session, story, submission)
        give(session, story, submission, View.AGREE, "", at=later)
        (one,) = look_up.every(session, submission.id)
        assert [(each.at, each.receipt, each.view) for each in one.given] == [
            (NOW, "", View.DISAGREE),
            (later, copy.receipt, View.AGREE),
        ]
        assert (one.view, one.comment) == (View.AGREE, "")


def test_a_change_is_a_line_of_its_own_and_the_same_again_is_none(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = steps.handed_over(session, story)
        for _ in range(2):
            give(session, story, submission, at=NOW)
        give(session, story, submission, shared=(True, False), at=NOW + timedelta(hours=1))
        lines = given(session, submission)
        assert [line.at for line in lines] == [NOW, NOW + timedelta(hours=1)]
        stream = session.exec(
            select(Event).where(Event.stream == lines[0].stream).order_by(col(Event.number))
        )
        assert faults(stream.all()) == []
        assert "We were not asked." not in str([line.facts for line in lines])


def test_what_changed_since_it_was_read_is_refused(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = steps.handed_over(session, story)
        seen = read(session, story, submission)
        steps.change(session, story, submission)
        with pytest.raises(Stale, match="has changed since you opened it"):
            give(session, story, submission, seen=seen)
        assert given(session, submission) == []


def test_signed_meanwhile_what_was_read_still_stands(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = steps.handed_over(session, story)
        seen = read(session, story, submission)
        copy = steps.sign(session, story, submission)
        give(session, story, submission, seen=seen)
        assert [line.facts["receipt"] for line in given(session, submission)] == [copy.receipt]


def test_k09_until_the_end_of_the_tenth_working_day(database: Database, story: Story) -> None:
    """Signed on Sunday 22 November; the 10th working day is Friday 4 December."""
    with database.write() as session:
        submission = steps.handed_over(session, story)
        steps.sign(session, story, submission)
        end = NOW.replace(month=12, day=5, hour=0)
        give(session, story, submission, at=end - timedelta(microseconds=1))
        with pytest.raises(Conflict, match="is over"):
            give(session, story, submission, View.AGREE, "", at=end)


def test_nobody_else_gives_it(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = steps.handed_over(session, story)
        late = another_chair(session, story)  # chair since after the hand-over
        story.people["late"] = late
        for part in ("lead_a", "sponsor_a", "late"):
            with pytest.raises(NotAllowed):
                give(session, story, submission, part=part)
        story.people.pop("late")
        with pytest.raises(RuleError, match="Enter the staff network's comment"):
            give(session, story, submission, View.DISAGREE, " ")


def test_no_mail_tells_that_a_view_was_given(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = steps.handed_over(session, story)
        before = len(session.exec(select(Mail.id)).all())
        give(session, story, submission, shared=(True, True))
        assert len(session.exec(select(Mail.id)).all()) == before


def test_who_judges_reads_all_and_the_organisation_as_far_as_allowed(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        submission = steps.handed_over(session, story)
        give(session, story, submission)
        steps.sign(session, story, submission)
        by = story.who(session, "administrator")
        assignments.assign(session, submission, story.framework, story.people["reviewer_1"].id, by=by, at=NOW)
        reviewer = frozenset({story.people["reviewer_1"].id})
        own = story.organisations["ZZA"]
        scope = Scope(own.id, own.icb_id, own.region_id, story.people["sponsor_a"].id, reviewer)

        def reads(part: str) -> tuple[View | None, str]:
            (one,) = look_up.shown_to(session, submission.id, story.who(session, part), scope)
            return one.view, one.comment

        told = {part: reads(part) for part in story.people}
        full = (View.DISAGREE, "We were not asked.")
        assert {part for part, said in told.items() if said == full} == {
            "reviewer_1",
            "moderator",
            "administrator",
            "administrator_2",
        }
        assert {said for said in told.values() if said != full} == {(None, "")}


def test_asked_again_for_a_further_copy_the_earlier_view_stays(database: Database, story: Story) -> None:
    later = NOW + timedelta(days=2)
    with database.write() as session:
        submission = steps.handed_over(session, story)
        give(session, story, submission)
        assert co_signatures.ask(session, submission, story.framework, at=later) == 1
        (one,) = look_up.every(session, submission.id)
        assert (one.is_asked_again, one.view) == (True, View.DISAGREE)
        give(session, story, submission, at=later)  # the same view, of what there is to read now
        (one,) = look_up.every(session, submission.id)
        assert (one.is_asked_again, len(one.given)) == (False, 2)
