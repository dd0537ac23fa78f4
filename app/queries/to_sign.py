"""What an executive would sign now, and what still keeps it from being signed."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlmodel import Session

from app.criteria.schema import Criterion, Framework
from app.models import (
    Answer,
    Evidence,
    EvidenceVersion,
    FrameworkVersion,
    Organisation,
    SelfAssessment,
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
    sealed_copies,
    self_assessments,
)
from app.queries.conditions import Returned
from app.rules import progress
from app.rules.changes import resealed
from app.rules.conditions import unanswered
from app.rules.progress import Gap
from app.rules.scans import replace_the_file
from app.rules.sealing import SealedAnswer, SealedContent, SealedEvidence
from app.rules.warnings import with_warnings


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


def of_submission(
    session: Session, submission: Submission, framework: Framework, *, on: date
) -> SealedContent:
    """What the executive would sign on that day. After a request for changes: the criteria it names as they are
    now, and all others as they were sealed before."""
    self_assessment = session.get_one(SelfAssessment, submission.self_assessment_id)
    request = changes.open_request(session, submission.id)
    if request is not None:
        before = sealed_copies.document(session, submission.id).content
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
