"""The organisation's part of the story as steps: a finished self-assessment, handed over, signed."""

from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from app.actions import assignments, changes, evidence, reviews, self_assessments, sign_off, submissions
from app.criteria.schema import Criterion, Question, QuestionKind
from app.models import (
    Event,
    FrameworkVersion,
    Mail,
    Review,
    SealedCopy,
    SelfAssessment,
    Submission,
    Window,
)
from app.queries import sealed_copies, to_sign
from app.rules.changes import Asked
from app.rules.days import uk_day
from app.rules.declarations import DECLARATION
from app.rules.evidence import Details
from app.rules.sealing import seal
from tests.story import NOW, Story

_ANSWERS = {
    QuestionKind.RATING: "2",
    QuestionKind.NARRATIVE: "Made-up text of trust A about {}.",
    QuestionKind.ROLE: "Chief people officer",
    QuestionKind.DATE: "2026-03-27",
    QuestionKind.LINK: "https://trust.example/statement",
}


def answer_to(criterion: Criterion, question: Question) -> str:
    return _ANSWERS[question.kind].format(criterion.code)


def finished(
    session: Session,
    story: Story,
    level: str = "bronze",
    *,
    code: str = "ZZA",
    lead: str = "lead_a",
    at: datetime = NOW,
) -> SelfAssessment:
    """A self-assessment with every criterion of ``level`` and below ready, all supported by one link."""
    organisation = story.organisations[code]
    by = story.who(session, lead, at)
    version = session.get_one(FrameworkVersion, story.version_id)
    made = self_assessments.start(session, organisation, version, by=by, at=at)
    details = Details("Board paper", date(2026, 1, 5))
    item = evidence.add_link(session, organisation, details, "https://trust.example/paper", by=by, at=at)
    for one in story.framework.levels_up_to(level):
        for criterion in story.framework.of_level(one.id, organisation.kind):
            typed = {question.id: answer_to(criterion, question) for question in criterion.questions}
            self_assessments.save_answer(
                session,
                made,
                story.framework,
                criterion.code,
                typed,
                seen={},
                is_finished=True,
                by=by,
                at=at,
            )
            evidence.link(session, made, story.framework, criterion.code, item.id, "page 3", by=by, at=at)
    return made


def handed_over(
    session: Session,
    story: Story,
    level: str = "bronze",
    *,
    code: str = "ZZA",
    lead: str = "lead_a",
    sponsor: str = "sponsor_a",
    at: datetime = NOW,
) -> Submission:
    """A finished self-assessment in the hands of the sponsor."""
    made = finished(session, story, level, code=code, lead=lead, at=at)
    return hand_over(session, story, made, level, lead=lead, sponsor=sponsor, at=at)


def hand_over(
    session: Session,
    story: Story,
    made: SelfAssessment,
    level: str = "bronze",
    *,
    lead: str = "lead_a",
    sponsor: str = "sponsor_a",
    at: datetime = NOW,
) -> Submission:
    return submissions.hand_over(
        session,
        made,
        story.framework,
        level,
        session.get_one(Window, story.window_id),
        story.people[sponsor].id,
        by=story.who(session, lead, at),
        at=at,
        base_url="http://127.0.0.1:8000",
    )


def seen(session: Session, story: Story, submission: Submission, at: datetime = NOW) -> str:
    """The hash of what the sponsor's page shows now."""
    return seal(to_sign.of_submission(session, submission, story.framework, on=uk_day(at)))


def sign(
    session: Session, story: Story, submission: Submission, *, sponsor: str = "sponsor_a", at: datetime = NOW
) -> SealedCopy:
    return sign_off.sign(
        session,
        submission,
        story.framework,
        seen_sha256=seen(session, story, submission, at),
        declaration=DECLARATION,
        by=story.who(session, sponsor, at),
        at=at,
        base_url="http://127.0.0.1:8000",
    )


def signed(session: Session, story: Story, level: str = "bronze", *, at: datetime = NOW) -> Submission:
    """A submission of trust A that its sponsor signed."""
    submission = handed_over(session, story, level, at=at)
    sign(session, story, submission, at=at)
    return submission


def assigned(
    session: Session, story: Story, submission: Submission, reviewer: str, at: datetime = NOW
) -> Review:
    by = story.who(session, "administrator", at)
    return assignments.assign(session, submission, story.framework, story.people[reviewer].id, by=by, at=at)


def reviewed(
    session: Session,
    story: Story,
    submission: Submission,
    review: Review,
    reviewer: str,
    score: int = 2,
    at: datetime = NOW,
) -> None:
    """Score every criterion alike and seal."""
    by = story.who(session, reviewer, at)
    reviews.start(session, review, by=by, at=at)
    scored_and_sealed(session, story, submission, review, reviewer, score, at)


def scored_and_sealed(
    session: Session,
    story: Story,
    submission: Submission,
    review: Review,
    reviewer: str,
    score: int = 2,
    at: datetime = NOW,
) -> None:
    by = story.who(session, reviewer, at)
    for code in sealed_copies.document(session, submission.id).content.codes:
        reviews.save_score(
            session,
            review,
            code,
            score=score,
            reason=f"Reason for {code}",
            private_note="Private",
            version=1,
            by=by,
            at=at,
        )
    reviews.seal(session, review, story.framework, by=by, at=at)


def events(session: Session, submission: Submission) -> list[tuple[str, str]]:
    stream = f"submission:{submission.id}"
    rows = session.exec(select(Event).where(Event.stream == stream).order_by(col(Event.number))).all()
    return [(row.verb, row.facts["status"]) for row in rows]


def mails(session: Session) -> list[tuple[str, str]]:
    rows = session.exec(select(Mail).order_by(col(Mail.written_at), col(Mail.to))).all()
    return [(row.to, row.subject) for row in rows]


def change(session: Session, story: Story, submission: Submission, text: str = "Something else.") -> None:
    made = session.get_one(SelfAssessment, submission.self_assessment_id)
    criterion = story.framework.criteria[0]
    typed = {one.id: answer_to(criterion, one) for one in criterion.questions} | {"narrative": text}
    by = story.who(session, "lead_a")
    self_assessments.save_answer(
        session, made, story.framework, criterion.code, typed, seen=None, is_finished=True, by=by, at=NOW
    )


def changes_requested(
    session: Session, story: Story, submission: Submission, *codes: str, at: datetime = NOW
) -> None:
    """The administrator asks for changes to these criteria within two weeks."""
    asked = Asked(
        {code: f"Say more in {code}." for code in codes}, "Two answers are short.", uk_day(at) + timedelta(14)
    )
    by = story.who(session, "administrator", at)
    changes.request(session, submission, asked, by=by, at=at, base_url="http://127.0.0.1:8000")


def handed_over_again(session: Session, story: Story, submission: Submission, at: datetime = NOW) -> None:
    by = story.who(session, "lead_a", at)
    changes.hand_over_again(session, submission, story.framework, story.people["sponsor_a"].id, by=by, at=at)
