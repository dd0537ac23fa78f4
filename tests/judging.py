"""Sealed submissions and reviews in any state, for the tests of review, moderation and decision."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID, uuid4

from sqlmodel import Session, select

from app.actions import assignments, moderation, reviews
from app.actions.standings import follow_stage
from app.models import (
    Evidence,
    EvidenceKind,
    EvidenceVersion,
    Organisation,
    Review,
    ReviewStatus,
    SealedCopy,
    SelfAssessment,
    Status,
    Submission,
)
from app.queries import reviews as review_queries
from app.rules import sealing
from app.rules.sealing import SealedAnswer, SealedContent, SealedDocument, SealedEvidence
from tests.story import NOW, Story

LEVEL = "bronze"
CODES = ("B01", "B02", "B03")  # a copy may hold any of the framework's criteria; three keep tests quick
NARRATIVE = "The board approved the statement in May."


def sealed_submission(
    session: Session, story: Story, code: str = "ZZA", letter: str = "a", own_id: UUID | None = None
) -> Submission:
    """A Bronze submission of a trust, signed and waiting for its reviewers, with one evidence file in B01.

    ``own_id``: its self-assessment, when there is one already.
    """
    organisation = story.organisations[code]
    lead, sponsor = story.people[f"lead_{letter}"], story.people[f"sponsor_{letter}"]
    own_id = (
        own_id or _own(session, story, organisation.id) or _self_assessment(session, story, organisation.id)
    )
    submission = Submission(
        organisation_id=organisation.id,
        icb_id=organisation.icb_id,
        region_id=organisation.region_id,
        self_assessment_id=own_id,
        framework_version_id=story.version_id,
        window_id=story.window_id,
        level=LEVEL,
        status=Status.SUBMITTED,
        handed_over_at=NOW,
        handed_over_by_id=lead.id,
        sponsor_id=sponsor.id,
        changed_at=NOW,
    )
    session.add(submission)
    session.flush()
    session.add(_copy(session, story, submission))
    follow_stage(session, submission, at=NOW)
    session.flush()
    return submission


def _own(session: Session, story: Story, organisation_id: UUID) -> UUID | None:
    """The self-assessment that an earlier part of the test began."""
    found = select(SelfAssessment.id).where(SelfAssessment.organisation_id == organisation_id)
    return session.exec(found.where(SelfAssessment.framework_version_id == story.version_id)).first()


def _self_assessment(session: Session, story: Story, organisation_id: UUID) -> UUID:
    own = SelfAssessment(
        organisation_id=organisation_id, framework_version_id=story.version_id, started_at=NOW
    )
    session.add(own)
    session.flush()
    return own.id


def _copy(session: Session, story: Story, submission: Submission) -> SealedCopy:
    organisation = session.get_one(Organisation, submission.organisation_id)
    item = _evidence(session, submission)
    content = SealedContent(
        framework=story.framework.id,
        framework_version=story.framework.version,
        framework_checksum="0" * 64,
        organisation_id=organisation.id,
        organisation_name=organisation.name,
        ods_code=organisation.ods_code,
        organisation_kind=organisation.kind.value,
        level=submission.level,
        window_id=submission.window_id,
        answers=tuple(_answer(story, code, (item,) if code == "B01" else ()) for code in CODES),
        not_applicable=(),
        lower_levels_held=(),
    )
    document = SealedDocument(
        content=content, declaration="As told.", signed_by="Sponsor", handed_over_by="Lead", sealed_at=NOW
    )
    return SealedCopy(
        submission_id=submission.id,
        receipt=f"R-{uuid4().hex[:12]}",
        document=sealing.as_text(document),
        sha256=sealing.seal(document),
        declaration="As told.",
        sealed_at=NOW,
        sealed_by_id=submission.sponsor_id,
    )


def _evidence(session: Session, submission: Submission) -> SealedEvidence:
    item = Evidence(
        organisation_id=submission.organisation_id,
        kind=EvidenceKind.FILE,
        title="Board paper",
        evidence_date=date(2026, 5, 1),
        added_at=NOW,
        added_by_id=submission.handed_over_by_id,
    )
    session.add(item)
    session.flush()
    version = EvidenceVersion(
        evidence_id=item.id,
        number=1,
        file_name="board-paper.pdf",
        media_type="application/pdf",
        size=2048,
        sha256="0" * 64,
        stored_name="0" * 32,
        added_at=NOW,
        added_by_id=submission.handed_over_by_id,
    )
    session.add(version)
    session.flush()
    return SealedEvidence(
        evidence_id=item.id,
        version_id=version.id,
        kind="file",
        title=item.title,
        file_name=version.file_name,
        media_type=version.media_type,
        size=version.size,
        sha256=version.sha256,
        url="",
        evidence_date=item.evidence_date,
        expires_on=None,
        place="page 3",
    )


def _answer(story: Story, code: str, evidence: tuple[SealedEvidence, ...]) -> SealedAnswer:
    criterion = story.framework.criterion(code)
    words = {"rating": "2", "narrative": NARRATIVE, "link": "https://trust.example/statement"}
    values = {one.id: words[one.kind.value] for one in criterion.questions if one.kind.value in words}
    return SealedAnswer(code=code, level=criterion.level, values=values, evidence=evidence)


def assigned(session: Session, story: Story, submission: Submission, *parts: str) -> list[Review]:
    """Reviews of the submission for the people named by their part of the story, in that order."""
    by = story.who(session, "administrator")
    made = [
        assignments.assign(session, submission, story.framework, story.people[part].id, by=by, at=NOW)
        for part in parts or ("reviewer_1", "reviewer_2")
    ]
    session.flush()
    return made


def scored(
    session: Session, story: Story, review: Review, scores: Mapping[str, int], words: str = "Reason"
) -> None:
    """Start the review if it is not, and save these scores, each with a reason and a private note."""
    who = story.who(session, part_of(story, review.reviewer_id))
    if review.status is ReviewStatus.ASSIGNED:
        reviews.start(session, review, by=who, at=NOW)
    for code, score in scores.items():
        row = review_queries.score(session, review.id, code)
        assert row is not None
        reviews.save_score(
            session,
            review,
            code,
            score=score,
            reason=f"{words} {code} by {review.letter}",
            private_note=f"Note {code} by {review.letter}",
            version=row.version,
            by=who,
            at=NOW,
        )


def sealed(session: Session, story: Story, review: Review, scores: Mapping[str, int]) -> None:
    """Score every criterion and seal."""
    scored(session, story, review, scores)
    who = story.who(session, part_of(story, review.reviewer_id))
    reviews.seal(session, review, story.framework, by=who, at=NOW)


def in_third_review(session: Session, story: Story) -> tuple[Submission, list[Review]]:
    """Trust A's submission with both reviews sealed: B01 two apart, B02 met against not met, B03 alike."""
    submission = sealed_submission(session, story)
    both = assigned(session, story, submission)
    sealed(session, story, both[0], {"B01": 1, "B02": 2, "B03": 3})
    sealed(session, story, both[1], {"B01": 3, "B02": 1, "B03": 2})
    return submission, both


def in_moderation(session: Session, story: Story) -> tuple[Submission, list[Review]]:
    """The same, with a third review of B01 and B02 sealed: what is left is the moderator's."""
    submission, both = in_third_review(session, story)
    (third,) = assigned(session, story, submission, "reviewer_3")
    sealed(session, story, third, {"B01": 2, "B02": 2})
    return submission, both


def agreed(session: Session, story: Story, submission: Submission, code: str, score: int) -> None:
    by = story.who(session, "moderator")
    moderation.agree(session, submission, story.framework, code, score, f"Agreed {code}", by=by, at=NOW)


def part_of(story: Story, person_id: UUID) -> str:
    return next(part for part, person in story.people.items() if person.id == person_id)


def refetched(session: Session, submission_id: UUID) -> Submission:
    return session.exec(
        select(Submission).where(Submission.id == submission_id).execution_options(populate_existing=True)
    ).one()


def status_of(submission: Submission) -> Status:
    """The status now. A type checker believes that what was compared once stays as it was."""
    return submission.status
