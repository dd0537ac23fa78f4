"""Submissions: who may see which, what exactly would be signed, and what was."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.criteria.schema import Criterion, Framework
from app.models import (
    OPEN_STATUSES,
    ORGANISATION_ROLES,
    Answer,
    Evidence,
    EvidenceVersion,
    FrameworkVersion,
    Membership,
    Organisation,
    Person,
    Review,
    ReviewStatus,
    Role,
    SealedCopy,
    SelfAssessment,
    Status,
    Submission,
    Window,
)
from app.queries import (
    certificates,
    changes,
    conditions,
    evidence,
    evidence_checks,
    scans,
    self_assessments,
)
from app.queries.conditions import Returned
from app.rules import progress, sealing
from app.rules.changes import resealed
from app.rules.conditions import unanswered
from app.rules.people import Who
from app.rules.permissions import Permission, Scope, allows
from app.rules.progress import Gap
from app.rules.scans import replace_the_file
from app.rules.sealing import SealedAnswer, SealedContent, SealedDocument, SealedEvidence
from app.rules.warnings import with_warnings


def visible_to(who: Who) -> SelectOfScalar[Submission]:
    """The submissions this person may know of: the own organisation's, those to review, and for the Assembly all
    but those where a conflict of interest stands in the way."""
    own = col(Submission.organisation_id).in_(who.organisations(*ORGANISATION_ROLES))
    reviewed = sa.and_(reviewed_by(who), free_of_conflict(who))
    if not allows(Permission.READ_ALL_SUBMISSIONS, who, Scope()):
        return select(Submission).where(sa.or_(own, reviewed))
    return select(Submission).where(sa.or_(own, free_of_conflict(who)))


def free_of_conflict(who: Who) -> sa.ColumnElement[bool]:
    """The condition that ``rules.conflicts`` finds nothing, or that it was waived, for the database."""
    bodies = {tie.organisation_id for tie in who.ties}
    boards = {tie.icb_id for tie in who.ties if tie.icb_id}
    icb = col(Submission.icb_id)
    free = sa.and_(col(Submission.organisation_id).not_in(bodies), sa.or_(icb.is_(None), icb.not_in(boards)))
    return sa.or_(free, col(Submission.id).in_(who.waived)) if who.waived else free


def reviewed_by(who: Who) -> sa.ColumnElement[bool]:
    """The condition that the person is one of the submission's reviewers."""
    return col(Submission.id).in_(
        select(Review.submission_id)
        .where(Review.reviewer_id == who.person_id)
        .where(col(Review.status) != ReviewStatus.REMOVED)
    )


def assigned_reviews(session: Session, submission_id: UUID) -> list[tuple[Review, Person]]:
    """The submission's reviews with their reviewers, removed ones left out."""
    rows = session.exec(
        select(Review, Person)
        .join(Person, col(Person.id) == Review.reviewer_id)
        .where(Review.submission_id == submission_id)
        .where(col(Review.status) != ReviewStatus.REMOVED)
        .order_by(col(Review.letter))
    ).all()
    return [(review, reviewer) for review, reviewer in rows]


def open_of(session: Session, organisation_id: UUID, level: str) -> UUID | None:
    """The submission of this level that is on its way, if there is one."""
    return session.exec(
        select(Submission.id)
        .where(Submission.organisation_id == organisation_id)
        .where(Submission.level == level)
        .where(col(Submission.status).in_(OPEN_STATUSES))
    ).first()


def sponsors(session: Session, organisation_id: UUID) -> list[Person]:
    """The people who may sign for the organisation now, by name."""
    return list(
        session.exec(
            select(Person)
            .join(Membership, col(Membership.person_id) == Person.id)
            .where(Membership.organisation_id == organisation_id)
            .where(Membership.role == Role.SPONSOR)
            .where(col(Membership.ended_at).is_(None))
            .where(col(Person.left_at).is_(None))
            .order_by(col(Person.name), col(Person.id))
        ).all()
    )


def missing(
    session: Session, self_assessment: SelfAssessment, framework: Framework, level: str, *, on: date
) -> list[Gap]:
    """What keeps ``level`` from being submitted, by criterion. Lower levels held on that day ask for nothing."""
    organisation = session.get_one(Organisation, self_assessment.organisation_id)
    held = _held_below(session, organisation.id, framework, level, on)
    asked = {one.code for one in framework.criteria if one.level not in held}
    found = progress.gaps(
        framework,
        level,
        organisation.kind,
        self_assessments.answers(session, self_assessment.id),
        self_assessments.support(session, self_assessment.id, on=on),
    )
    criteria = [
        one
        for level_ in framework.levels_up_to(level)
        for one in framework.of_level(level_.id, organisation.kind)
        if one.code in asked
    ]
    warned = with_warnings(found, criteria, evidence_checks.warned(session, self_assessment.id))
    locked = scans.quarantined(session, self_assessment.id)
    without_locked = with_warnings(warned, criteria, locked, say=replace_the_file)
    asked_before = conditions.by_code(session, self_assessment, framework, level)
    open_conditions = {
        code: unanswered([(one.text, one.answer) for one in of_one]) for code, of_one in asked_before.items()
    }
    return with_warnings(without_locked, criteria, open_conditions, say=str)


def content(
    session: Session,
    self_assessment: SelfAssessment,
    framework: Framework,
    level: str,
    window: Window,
    *,
    on: date,
) -> SealedContent:
    """What the executive would sign on that day: the answers of the level and of each lower one that is not held."""
    organisation = session.get_one(Organisation, self_assessment.organisation_id)
    version = session.get_one(FrameworkVersion, self_assessment.framework_version_id)
    held = _held_below(session, organisation.id, framework, level, on)
    asked = [one.id for one in framework.levels_up_to(level) if one.id not in held]
    criteria = [one for level_id in asked for one in framework.criteria if one.level == level_id]
    applicable = [one for one in criteria if one.applies_to(organisation.kind)]
    return SealedContent(
        framework=framework.id,
        framework_version=framework.version,
        framework_checksum=version.checksum,
        organisation_id=organisation.id,
        organisation_name=organisation.name,
        ods_code=organisation.ods_code,
        organisation_kind=organisation.kind.value,
        level=level,
        window_id=window.id,
        answers=tuple(living_answers(session, self_assessment, framework, applicable, level).values()),
        not_applicable=tuple(one.code for one in criteria if not one.applies_to(organisation.kind)),
        lower_levels_held=held,
    )


def content_to_sign(
    session: Session, submission: Submission, framework: Framework, *, on: date
) -> SealedContent:
    """What the executive would sign on that day. After a request for changes: the criteria it names as they are
    now, and all others as they were sealed before."""
    self_assessment = session.get_one(SelfAssessment, submission.self_assessment_id)
    request = changes.open_request(session, submission.id)
    if request is not None:
        before = sealed(session, submission.id).content
        named = [one for one in framework.criteria if one.code in request.criteria]
        living = living_answers(session, self_assessment, framework, named, submission.level)
        return resealed(before, living, request.criteria)
    window = session.get_one(Window, submission.window_id)
    return content(session, self_assessment, framework, submission.level, window, on=on)


def living_answers(
    session: Session,
    self_assessment: SelfAssessment,
    framework: Framework,
    criteria: Iterable[Criterion],
    level: str,
) -> dict[str, SealedAnswer]:
    """The answers as they would be sealed for ``level`` now, by code, in the order of ``criteria``."""
    answers = self_assessments.answers(session, self_assessment.id)
    linked = _linked(session, self_assessment.id)
    asked = conditions.by_code(session, self_assessment, framework, level)
    return {
        one.code: _answer(one, answers.get(one.code), linked.get(one.code, []), asked.get(one.code, []))
        for one in criteria
    }


def _held_below(
    session: Session, organisation_id: UUID, framework: Framework, level: str, on: date
) -> tuple[str, ...]:
    """The lower levels that the organisation holds, lowest first: a level in date stands for those under it."""
    held = max((one.level_rank for one in certificates.held(session, organisation_id, on)), default=0)
    return tuple(one.id for one in framework.levels_up_to(level)[:-1] if one.rank <= held)


def _answer(
    criterion: Criterion, answer: Answer | None, items: list[SealedEvidence], asked: list[Returned]
) -> SealedAnswer:
    return SealedAnswer(
        code=criterion.code,
        level=criterion.level,
        values=answer.values if answer else {},
        evidence=tuple(items),
        conditions=tuple(one.sealed for one in asked),
    )


def _linked(session: Session, self_assessment_id: UUID) -> dict[str, list[SealedEvidence]]:
    """The evidence of each criterion, in an order that only depends on the evidence itself."""
    found: dict[str, list[SealedEvidence]] = {}
    for code, item, version, place, _ in evidence.linked(session, self_assessment_id):
        found.setdefault(code, []).append(_sealed_evidence(item, version, place))
    return {
        code: sorted(items, key=lambda one: (one.title, str(one.evidence_id)))
        for code, items in found.items()
    }


def _sealed_evidence(item: Evidence, version: EvidenceVersion, place: str) -> SealedEvidence:
    return SealedEvidence(
        evidence_id=item.id,
        version_id=version.id,
        kind=item.kind.value,
        title=item.title,
        file_name=version.file_name,
        media_type=version.media_type,
        size=version.size,
        sha256=version.sha256,
        url=version.url,
        evidence_date=item.evidence_date,
        expires_on=item.expires_on,
        place=place,
    )


def sealed(session: Session, submission_id: UUID) -> SealedDocument:
    """The sealed document. LookupError when the submission was never signed."""
    return sealing.read(sealed_copy(session, submission_id).document)


def sealed_copy(session: Session, submission_id: UUID) -> SealedCopy:
    """The newest sealed copy with its receipt. LookupError when the submission was never signed."""
    row = newest_copy(session, submission_id)
    if row is None:
        raise LookupError(f"no sealed copy of {submission_id}")
    return row


def newest_copy(session: Session, submission_id: UUID) -> SealedCopy | None:
    """The copy that counts: the last one signed."""
    return session.exec(_NEWEST_COPY, params={"submission_id": submission_id}).first()


_NEWEST_COPY = (  # built once, as all statements of the score page
    select(SealedCopy)
    .where(SealedCopy.submission_id == sa.bindparam("submission_id"))
    .order_by(col(SealedCopy.number).desc())
    .limit(1)
)


def is_newest_copy() -> sa.ColumnElement[bool]:
    """The condition that a sealed copy, joined to its submission, is the last one signed."""
    later = aliased(SealedCopy)
    last = sa.select(sa.func.max(later.number)).where(col(later.submission_id) == col(Submission.id))
    return col(SealedCopy.number) == last.correlate(Submission).scalar_subquery()


def copy_sha256(session: Session, submission_id: UUID) -> str:
    """The hash that reviews and the decision refer to."""
    return sealed_copy(session, submission_id).sha256


@dataclass(frozen=True)
class SubmissionFacts:
    """What the pages of one submission show, without anything that tells of reviews."""

    id: UUID
    organisation_id: UUID
    organisation_name: str
    self_assessment_id: UUID
    framework_version_id: UUID
    level: str
    status: Status
    window_id: UUID
    window_name: str
    closes_at: datetime
    promised_on: date
    handed_over_at: datetime
    lead_name: str
    sponsor_name: str
    decline_reason: str
    receipt: str | None
    sha256: str | None
    sealed_at: datetime | None
    minute_reference: str | None


def facts(session: Session, submission_id: UUID) -> SubmissionFacts:
    """The facts of one submission, in one query."""
    lead, sponsor = aliased(Person), aliased(Person)
    row = session.execute(
        sa.select(
            col(Submission.id),
            col(Submission.organisation_id),
            col(Organisation.name),
            col(Submission.self_assessment_id),
            col(Submission.framework_version_id),
            col(Submission.level),
            col(Submission.status),
            col(Window.id),
            col(Window.name),
            col(Window.closes_at),
            col(Window.decision_promised_on),
            col(Submission.handed_over_at),
            col(lead.name),
            col(sponsor.name),
            col(Submission.decline_reason),
            col(SealedCopy.receipt),
            col(SealedCopy.sha256),
            col(SealedCopy.sealed_at),
            col(SealedCopy.minute_reference),
        )
        .join(Organisation, col(Organisation.id) == Submission.organisation_id)
        .join(Window, col(Window.id) == Submission.window_id)
        .join(lead, col(lead.id) == Submission.handed_over_by_id)
        .join(sponsor, col(sponsor.id) == Submission.sponsor_id)
        .join(
            SealedCopy,
            sa.and_(col(SealedCopy.submission_id) == Submission.id, is_newest_copy()),
            isouter=True,
        )
        .where(col(Submission.id) == submission_id)
    ).one()
    return SubmissionFacts(*row)


def copies(session: Session, submission_id: UUID) -> list[SealedCopy]:
    """Every sealed copy of a submission, first one first."""
    return list(
        session.exec(
            select(SealedCopy)
            .where(SealedCopy.submission_id == submission_id)
            .order_by(col(SealedCopy.number))
        ).all()
    )


def sealed_files(session: Session, submission_id: UUID) -> set[UUID]:
    """The file versions that the newest sealed copy names."""
    answers = sealed(session, submission_id).content.answers
    return {item.version_id for answer in answers for item in answer.evidence if not item.url}


def sealed_version(session: Session, submission_id: UUID, version_id: UUID | None) -> EvidenceVersion | None:
    """The evidence version, if one of the submission's sealed copies names it."""
    named = {
        item.version_id
        for copy in copies(session, submission_id)
        for answer in sealing.read(copy.document).content.answers
        for item in answer.evidence
    }
    return session.get(EvidenceVersion, version_id) if version_id in named else None
