"""What moving a self-assessment to a newer framework version would do, and what became of one that was moved."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session, col, select

from app.models import (
    ChangeRequest,
    Comment,
    CriterionOwner,
    Evidence,
    EvidenceLink,
    FrameworkVersion,
    Organisation,
    SelfAssessment,
    Status,
    Submission,
)
from app.queries import frameworks, self_assessments
from app.queries.frameworks import FrameworkShelf
from app.rules.carry_over import Carried, CriterionPlan, Left, Plan, carry
from app.rules.moving import may_still_write


@dataclass(frozen=True)
class Move:
    """All that moving would do, question by question."""

    to: FrameworkVersion
    plan: Plan
    carried: list[Carried]
    left: list[Left]
    linked: dict[
        str, list[tuple[EvidenceLink, str]]
    ]  # old code -> its evidence with titles, removed items left out
    waiting: list[Submission]  # with the sponsor: they stand in the way
    not_asked: tuple[str, ...]  # new codes that do not apply to this kind of organisation

    @property
    def codes(self) -> set[str]:
        """The new criteria that begin with an answer."""
        return {one.criterion.code for one in self.carried}

    def values(self, code: str) -> Mapping[str, str]:
        return next((one.values for one in self.carried if one.criterion.code == code), {})

    @property
    def asked(self) -> list[CriterionPlan]:
        """The criteria of the newer version that apply to the organisation."""
        return [one for one in self.plan.criteria if one.criterion.code not in self.not_asked]

    @property
    def unlinked(self) -> dict[str, list[str]]:
        """The titles of evidence whose criterion carries to none, by old code. The items stay in the library."""
        kept = {origin.code for one in self.asked for origin in one.origins}
        return {code: [title for _, title in rows] for code, rows in self.linked.items() if code not in kept}


def move(session: Session, shelf: FrameworkShelf, self_assessment: SelfAssessment) -> Move | None:
    """What moving would do now; None when there is no newer version."""
    to = frameworks.newer_than(session, self_assessment.framework_version_id)
    if to is None:
        return None
    old = session.get_one(FrameworkVersion, self_assessment.framework_version_id)
    kind = session.get_one(Organisation, self_assessment.organisation_id).kind
    made = frameworks.plan_between(session, shelf, old, to)
    answers = {
        code: row.values for code, row in self_assessments.answers(session, self_assessment.id).items()
    }
    carried, left = carry(made, kind, answers)
    not_asked = tuple(one.code for one in made.after.criteria if not one.applies_to(kind))
    return Move(
        to,
        made,
        carried,
        left,
        _linked(session, self_assessment.id),
        waiting(session, self_assessment.id),
        not_asked,
    )


def _linked(session: Session, self_assessment_id: UUID) -> dict[str, list[tuple[EvidenceLink, str]]]:
    rows = session.exec(
        select(EvidenceLink, Evidence.title)
        .join(Evidence, col(Evidence.id) == EvidenceLink.evidence_id)
        .where(EvidenceLink.self_assessment_id == self_assessment_id)
        .where(col(Evidence.removed_at).is_(None))
        .order_by(col(EvidenceLink.criterion_code), col(EvidenceLink.linked_at), col(EvidenceLink.id))
    ).all()
    found: dict[str, list[tuple[EvidenceLink, str]]] = {}
    for link, title in rows:
        found.setdefault(link.criterion_code, []).append((link, title))
    return found


def waiting(session: Session, self_assessment_id: UUID) -> list[Submission]:
    """The submissions made from it that wait for the sponsor."""
    return list(
        session.exec(
            select(Submission)
            .where(Submission.self_assessment_id == self_assessment_id)
            .where(Submission.status == Status.AWAITING_SIGN_OFF)
        ).all()
    )


def reopened_codes(session: Session, self_assessment_id: UUID) -> frozenset[str]:
    """The criteria that an open request for changes to a submission made from it has reopened."""
    rows = session.exec(
        select(ChangeRequest.criteria)
        .join(Submission, col(Submission.id) == ChangeRequest.submission_id)
        .where(Submission.self_assessment_id == self_assessment_id)
        .where(col(Submission.status).in_((Status.CHANGES_REQUESTED, Status.AWAITING_SIGN_OFF)))
        .where(col(ChangeRequest.answered_at).is_(None))
    ).all()
    return frozenset(code for criteria in rows for code in criteria)


def is_open(session: Session, self_assessment: SelfAssessment, code: str) -> bool:
    """Whether an answer may be changed, as far as moving goes."""
    if self_assessment.moved_at is None:
        return True
    return may_still_write(self_assessment, code, reopened_codes(session, self_assessment.id))


def successor(session: Session, self_assessment_id: UUID) -> SelfAssessment | None:
    """The self-assessment that this one was moved to."""
    return session.exec(
        select(SelfAssessment).where(SelfAssessment.moved_from_id == self_assessment_id)
    ).first()


@dataclass(frozen=True)
class Onward:
    """Where a self-assessment leads: to one that it was moved to, or to a newer version that is published."""

    successor_id: UUID | None
    version: str


def onward(session: Session, self_assessment: SelfAssessment) -> Onward | None:
    """None when it is written against the newest version."""
    newer = frameworks.newer_than(session, self_assessment.framework_version_id)
    if self_assessment.moved_at is not None and (found := successor(session, self_assessment.id)):
        row = session.get_one(FrameworkVersion, found.framework_version_id)
        return Onward(found.id, row.version)
    return Onward(None, newer.version) if newer else None


def owners(session: Session, self_assessment_id: UUID) -> dict[str, CriterionOwner]:
    """Who looks after which criterion."""
    rows = session.exec(
        select(CriterionOwner).where(CriterionOwner.self_assessment_id == self_assessment_id)
    ).all()
    return {row.criterion_code: row for row in rows}


def open_comments(session: Session, self_assessment_id: UUID) -> list[Comment]:
    """The comments that nobody has resolved, in the order they were written."""
    return list(
        session.exec(
            select(Comment)
            .where(Comment.self_assessment_id == self_assessment_id)
            .where(col(Comment.resolved_at).is_(None))
            .order_by(col(Comment.written_at), col(Comment.id))
        ).all()
    )
