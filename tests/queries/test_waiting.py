"""What waits for whom: each kind of line appears, leads straight to the thing, and goes when it is done."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from app.actions import comments, evidence, membership
from app.db import Database
from app.models import (
    Answer,
    CallBack,
    ChangeRequest,
    Comment,
    CoSignature,
    Evidence,
    EvidenceCheck,
    EvidenceVersion,
    Invitation,
    LateDoor,
    Membership,
    Person,
    Role,
    ScanState,
    SelfAssessment,
    Status,
    Submission,
    Window,
)
from app.queries import waiting
from app.queries.waiting_lines import Asking, Line
from app.rules.evidence import Details
from tests import steps
from tests.sharing import BASE, give, started
from tests.story import NOW, Story

TODAY = NOW.date()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.write() as opened:
        window = opened.exec(select(Window)).one()
        window.closes_at = NOW + timedelta(days=90)  # far off, but in its own test
        opened.flush()
        yield opened


def asking(session: Session, story: Story, part: str, days: int = 0) -> Asking:
    return Asking(
        session, story.who(session, part), NOW + timedelta(days=days), lambda version_id: story.framework
    )


def lines(session: Session, story: Story, part: str, days: int = 0) -> list[Line]:
    return waiting.lines(asking(session, story, part, days))


def told(session: Session, story: Story, part: str, days: int = 0) -> list[tuple[str, str]]:
    return [(one.what, one.path) for one in lines(session, story, part, days)]


def test_nothing_waits_at_first_and_the_assembly_has_its_board(session: Session, story: Story) -> None:
    parts = ("lead_a", "contributor_a", "sponsor_a", "chair_a", "reviewer_1", "administrator", "icb_viewer_1")
    assert [lines(session, story, part) for part in parts] == [[]] * len(parts)


def test_own_criteria_due_soonest_first_and_overdue_in_words(session: Session, story: Story) -> None:
    made = started(session, story)
    path = f"/self-assessments/{made.id}/criteria"
    give(session, story, made, "contributor_a", "B01")
    give(session, story, made, "contributor_a", "B03", due_on=TODAY + timedelta(days=5))
    give(session, story, made, "contributor_a", "B02", due_on=TODAY)
    give(session, story, made, "lead_a", "B04")
    found = lines(session, story, "contributor_a", days=1)
    assert [one.path for one in found] == [f"{path}/B02", f"{path}/B03", f"{path}/B01"]
    assert found[0].what == f"Write B02: {story.framework.criterion('B02').title}"
    assert [one.why for one in found] == [
        "You look after it. 1 day overdue: 22 November 2026.",
        "You look after it. Due in 4 days: 27 November 2026.",
        "You look after it. It has no date.",
    ]
    assert lines(session, story, "sponsor_a") == []


def test_a_ready_criterion_waits_no_more_until_its_evidence_expires(session: Session, story: Story) -> None:
    made = steps.finished(session, story)
    give(session, story, made, "lead_a", "B01", "S01")
    assert [what[:9] for what, _ in told(session, story, "lead_a")] == ["Write S01"]
    item = session.exec(select(Evidence)).one()
    item.expires_on = TODAY
    session.flush()
    assert "Write B01" not in repr(told(session, story, "lead_a"))
    assert [what[:9] for what, _ in told(session, story, "lead_a", days=1)] == ["Write B01", "Write S01"]


def test_an_answer_to_be_confirmed_waits(session: Session, story: Story) -> None:
    made = steps.finished(session, story)
    give(session, story, made, "lead_a", "B01")
    answer = session.exec(select(Answer).where(Answer.criterion_code == "B01")).one()
    answer.needs_confirming = True
    session.flush()
    assert [what[:9] for what, _ in told(session, story, "lead_a")] == ["Write B01"]


def test_what_was_left_for_a_newer_version_waits_for_nobody(session: Session, story: Story) -> None:
    made = started(session, story)
    give(session, story, made, "contributor_a", "B01")
    made.moved_at = NOW
    session.flush()
    assert lines(session, story, "contributor_a") == []


def test_t11_a_leavers_lines_end_with_the_role(session: Session, story: Story) -> None:
    made = started(session, story)
    give(session, story, made, "contributor_a", "B01")
    person = session.get_one(Person, story.people["contributor_a"].id)
    trust_c = story.organisations["ZZC"]
    membership.grant(session, person.email, "", Role.LEAD, organisation=trust_c, employer=None, at=NOW)
    assert len(lines(session, story, "contributor_a")) == 1
    held = select(Membership).where(Membership.role == Role.CONTRIBUTOR)
    session.exec(held).one().ended_at = NOW
    session.flush()
    assert lines(session, story, "contributor_a") == []


def test_comments_of_others_on_own_criteria(session: Session, story: Story) -> None:
    made = steps.finished(session, story)
    give(session, story, made, "contributor_a", "B01")
    path = f"/self-assessments/{made.id}/criteria/B01/comments"

    def comment(part: str) -> Comment:
        by = story.who(session, part)
        return comments.write(session, made, "B01", "Why?", base_url=BASE, by=by, at=NOW)

    comment("contributor_a")
    assert told(session, story, "contributor_a") == []
    rows = [comment("lead_a")]
    assert told(session, story, "contributor_a") == [("Answer 1 comment on B01", path)]
    rows.append(comment("sponsor_a"))
    assert told(session, story, "contributor_a") == [("Answer 2 comments on B01", path)]
    for row in rows:
        comments.resolve(session, row, by=story.who(session, "lead_a"), at=NOW)
    assert told(session, story, "contributor_a") == []


def evidence_of(
    session: Session, story: Story, expires_on: date | None = None, code: str = "ZZA"
) -> Evidence:
    by = story.who(session, f"lead_{code[-1].lower()}")
    details = Details("Board paper", date(2026, 1, 5), expires_on)
    url = "https://trust.example/paper"
    return evidence.add_link(session, story.organisations[code], details, url, by=by, at=NOW)


@pytest.mark.parametrize(
    ("days", "why"),
    [
        (-1, None),
        (0, "It expires today: 22 November 2026."),
        (61, "It expires in 61 days: 22 January 2027."),
        (62, None),
    ],
)
def test_evidence_that_expires_within_two_months(
    session: Session, story: Story, days: int, why: str | None
) -> None:
    evidence_of(session, story, TODAY + timedelta(days=days), "ZZB")
    item = evidence_of(session, story, TODAY + timedelta(days=days))
    for part in ("lead_a", "contributor_a"):
        found = [(one.what, one.why, one.path) for one in lines(session, story, part)]
        assert found == ([("Replace “Board paper”", why, f"/evidence/{item.id}")] if why else [])
    assert lines(session, story, "sponsor_a") == []


def test_warnings_to_answer(session: Session, story: Story) -> None:
    item = evidence_of(session, story)
    version = session.exec(select(EvidenceVersion)).one()
    check = EvidenceCheck(evidence_version_id=version.id, scan=ScanState.CLEAN)
    session.add(check)
    check.findings = [{"kind": "NHS number", "place": "page 3", "text": "…123"}]
    session.flush()
    line = ("Answer the warning about “Board paper”", f"/evidence/{item.id}/findings")
    assert told(session, story, "contributor_a") == [line]
    check.confirmed_at = NOW
    session.flush()
    assert told(session, story, "contributor_a") == []


def test_a_window_that_closes_with_nothing_under_way(session: Session, story: Story) -> None:
    window = session.exec(select(Window)).one()
    window.closes_at = NOW + timedelta(days=30)
    session.flush()
    assert lines(session, story, "lead_a") == []  # not started: home says so already
    made = started(session, story)
    (line,) = lines(session, story, "contributor_a")
    assert (line.what, line.why, line.path) == (
        "Finish what you want to submit in Autumn 2026",
        "It closes in 30 days: 22 December 2026.",
        f"/self-assessments/{made.id}",
    )
    assert lines(session, story, "contributor_a", days=30) == []
    door = LateDoor(
        window_id=window.id,
        organisation_id=made.organisation_id,
        closes_at=NOW + timedelta(days=33),
        reason="r",
        opened_at=NOW,
        opened_by_id=story.people["administrator"].id,
    )
    session.add(door)
    session.flush()
    assert lines(session, story, "contributor_a", days=30)[0].why.startswith("It closes in 3 days")


@pytest.mark.reaches_past
def test_a_submission_moves_from_desk_to_desk(session: Session, story: Story) -> None:
    submission = steps.handed_over(session, story)
    sign = ("Read and sign Bronze for Fictional trust A", f"/submissions/{submission.id}/sign")
    assert told(session, story, "sponsor_a") == [sign]
    address, trust = story.people["contributor_a"].email, story.organisations["ZZA"]
    membership.grant(session, address, "", Role.SPONSOR, organisation=trust, employer=None, at=NOW)
    others = ("lead_a", "contributor_a", "sponsor_b", "lead_b")  # another sponsor of trust A was not asked
    assert [told(session, story, part) for part in others] == [[]] * 4
    call = CallBack(
        submission_id=submission.id, asked_at=NOW, asked_by_id=story.people["sponsor_a"].id, note="n"
    )
    session.add(call)
    session.flush()
    assert told(session, story, "lead_a") == [
        ("Call the executive sponsor about Bronze", f"/submissions/{submission.id}")
    ]
    assert lines(session, story, "sponsor_a")[0].why == "You asked to be called before you sign."
    call.done_at = NOW
    session.flush()
    assert told(session, story, "lead_a") == []
    steps.sign(session, story, submission)
    assert told(session, story, "sponsor_a") == []
    session.add(
        ChangeRequest(
            submission_id=submission.id,
            copy_number=1,
            reason="r",
            criteria={"B01": "x"},
            due_on=TODAY + timedelta(days=14),
            requested_at=NOW,
            requested_by_id=story.people["administrator"].id,
        )
    )
    session.get_one(Submission, submission.id).status = Status.CHANGES_REQUESTED
    session.flush()
    (line,) = lines(session, story, "lead_a")
    assert (line.what, line.why, line.path) == (
        "Answer the request for changes to Bronze",
        "The Assembly asks for changes. Due in 14 days: 6 December 2026.",
        f"/submissions/{submission.id}",
    )
    assert told(session, story, "lead_c") == []


@pytest.mark.reaches_past
def test_b07_the_chairs_line_tells_nothing_of_the_review(session: Session, story: Story) -> None:
    submission = steps.signed(session, story)
    row = session.exec(select(CoSignature)).first() or CoSignature(
        submission_id=submission.id, person_id=story.people["chair_a"].id, asked_at=NOW
    )
    session.add(row)
    line = (
        "Give the staff network’s view of Bronze for Fictional trust A",
        f"/submissions/{submission.id}/co-signature",
    )
    for status in (Status.SUBMITTED, Status.IN_REVIEW, Status.IN_MODERATION, Status.DECIDED):
        session.get_one(Submission, submission.id).status = status
        session.flush()
        assert told(session, story, "chair_a") == [line]
    assert told(session, story, "chair_a", days=60) == []
    row.given_at = NOW
    session.flush()
    assert told(session, story, "chair_a") == []
    row.asked_at = NOW + timedelta(minutes=1)  # asked again, for a further copy
    session.flush()
    assert told(session, story, "chair_a") == [line]


def test_an_invitation_that_expired_waits_for_the_leads(session: Session, story: Story) -> None:
    trust = story.organisations["ZZA"].id
    made = Invitation(
        organisation_id=trust,
        email="a@example.invalid",
        name="New colleague",
        role=Role.SPONSOR,
        token_hash="h",
        sent_at=NOW,
        sent_by_id=story.people["lead_a"].id,
        expires_at=NOW + timedelta(hours=72),
    )
    session.add(made)
    session.flush()
    line = (
        "Send New colleague the invitation again, or cancel it",
        f"/organisations/{trust}/people#invitations",
    )
    found = [told(session, story, "lead_a", days=days) for days in (0, 3)]
    assert (found, told(session, story, "contributor_a", days=3)) == ([[], [line]], [])
    made.cancelled_at = NOW
    session.flush()
    assert told(session, story, "lead_a", days=3) == []


def test_however_much_waits_the_number_of_statements_is_the_same(
    database: Database, session: Session, story: Story
) -> None:
    counted: list[str] = []
    bind = session.connection()
    sa.event.listen(bind, "before_cursor_execute", lambda *seen: counted.append(str(seen[2])))
    made = steps.finished(session, story)

    def number() -> int:
        seen = asking(session, story, "lead_a")
        counted.clear()
        waiting.lines(seen)
        return len(counted)

    give(session, story, made, "lead_a", "S01")
    first = number()
    give(session, story, made, "lead_a", *(f"S0{n}" for n in range(2, 10)), *(f"G0{n}" for n in range(1, 7)))
    for _ in range(5):
        evidence_of(session, story, TODAY)
    assert (number(), first) == (len(waiting.KINDS), len(waiting.KINDS))
    assert len(session.exec(select(SelfAssessment)).all()) == 1
