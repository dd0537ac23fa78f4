"""Moving a self-assessment to a newer framework version, and confirming what was carried there."""

from collections.abc import Iterator
from datetime import datetime

from sqlmodel import Session

from app.actions.history import record
from app.models import Answer, Comment, ConditionAnswer, CriterionOwner, EvidenceLink, SelfAssessment
from app.queries import conditions, moving, self_assessments
from app.queries.frameworks import FrameworkShelf
from app.queries.moving import Move
from app.rules import moving as rules
from app.rules.errors import Conflict, RuleError
from app.rules.evidence import LONGEST_PLACE
from app.rules.people import Who

WAITING = "A submission waits for the executive sponsor. Wait until it is signed, or withdraw it, then move."


def move(
    session: Session, self_assessment: SelfAssessment, shelf: FrameworkShelf, *, by: Who, at: datetime
) -> SelfAssessment:
    """Begin the self-assessment against the newest version with all that carries over, and close this one.

    Answers that carry don't count until confirmed; evidence links, owners and open comments come along. What does not
    carry stays readable in this one. Moving again returns the same. Raises Conflict while a submission waits for its
    signature or when the organisation has begun the newer version already, RuleError when there is none.
    """
    if self_assessment.moved_at is not None and (done := moving.successor(session, self_assessment.id)):
        return done
    found = moving.move(session, shelf, self_assessment)
    if found is None:
        raise RuleError("There is no newer version of the framework. Nothing was moved.")
    if found.waiting:
        raise Conflict(WAITING)
    if self_assessments.of_organisation(session, self_assessment.organisation_id, found.to.id):
        raise Conflict("Your organisation has started this version already. Open it from the list.")
    made = SelfAssessment(
        organisation_id=self_assessment.organisation_id,
        framework_version_id=found.to.id,
        started_at=at,
        moved_from_id=self_assessment.id,
    )
    session.add(made)
    session.flush()
    session.add_all(_rows(session, self_assessment, made, found))
    self_assessment.moved_at = at
    session.add(self_assessment)
    session.flush()
    _note(session, self_assessment, made, found, by, at)
    return made


def _rows(
    session: Session, old: SelfAssessment, new: SelfAssessment, found: Move
) -> Iterator[Answer | EvidenceLink | CriterionOwner | Comment | ConditionAnswer]:
    yield from _answers(session, old, new, found)
    yield from _links(new, found)
    yield from _owners(session, old, new, found)
    yield from _comments(session, old, new, found)
    yield from _conditions(session, old, new)


def _answers(session: Session, old: SelfAssessment, new: SelfAssessment, found: Move) -> Iterator[Answer]:
    before = self_assessments.answers(session, old.id)
    for one in found.carried:
        newest = max((before[code] for code in one.carried_from), key=lambda answer: answer.saved_at)
        yield Answer(
            self_assessment_id=new.id,
            criterion_code=one.criterion.code,
            values=one.values,
            is_finished=False,
            saved_at=newest.saved_at,
            saved_by_id=newest.saved_by_id,
            needs_confirming=True,
            carried_from=list(one.carried_from),
        )


def _links(new: SelfAssessment, found: Move) -> Iterator[EvidenceLink]:
    """Each item once a criterion. Two places in one item, after a merge, become one text, if it is short enough."""
    for one in found.asked:
        made: dict[object, EvidenceLink] = {}
        for origin in one.origins:
            for link, _ in found.linked.get(origin.code, []):
                known = made.get(link.evidence_id)
                if known is None:
                    made[link.evidence_id] = EvidenceLink(
                        self_assessment_id=new.id,
                        criterion_code=one.criterion.code,
                        evidence_id=link.evidence_id,
                        place=link.place,
                        linked_at=link.linked_at,
                        linked_by_id=link.linked_by_id,
                    )
                elif link.place and link.place not in known.place:
                    both = "; ".join(filter(None, [known.place, link.place]))
                    known.place = both if len(both) <= LONGEST_PLACE else known.place
        yield from made.values()


def _owners(
    session: Session, old: SelfAssessment, new: SelfAssessment, found: Move
) -> Iterator[CriterionOwner]:
    """The owner of the first old criterion that has one."""
    before = moving.owners(session, old.id)
    for one in found.asked:
        owner = next((before[origin.code] for origin in one.origins if origin.code in before), None)
        if owner is not None:
            yield CriterionOwner(
                self_assessment_id=new.id,
                criterion_code=one.criterion.code,
                person_id=owner.person_id,
                due_on=owner.due_on,
                assigned_at=owner.assigned_at,
                assigned_by_id=owner.assigned_by_id,
            )


def _comments(session: Session, old: SelfAssessment, new: SelfAssessment, found: Move) -> Iterator[Comment]:
    asked = {one.criterion.code for one in found.asked}
    for comment in moving.open_comments(session, old.id):
        for target in found.plan.targets(comment.criterion_code):
            if target.code in asked:
                yield Comment(
                    self_assessment_id=new.id,
                    criterion_code=target.code,
                    text=comment.text,
                    written_at=comment.written_at,
                    written_by_id=comment.written_by_id,
                )


def _conditions(session: Session, old: SelfAssessment, new: SelfAssessment) -> Iterator[ConditionAnswer]:
    """What was said about earlier conditions: it is about the condition, which a new wording does not change."""
    for row in conditions.answers(session, old.id):
        yield ConditionAnswer(
            condition_id=row.condition_id,
            self_assessment_id=new.id,
            text=row.text,
            version=row.version,
            saved_at=row.saved_at,
            saved_by_id=row.saved_by_id,
        )


def _note(
    session: Session, old: SelfAssessment, new: SelfAssessment, found: Move, by: Who, at: datetime
) -> None:
    """One line in each of the two histories, pointing to the other."""
    facts = {"version": found.to.version, "carried": len(found.carried), "left": len(found.left)}
    for stream, verb, other in (
        (old, "move self-assessment", new),
        (new, "start self-assessment by moving", old),
    ):
        record(
            session,
            f"self-assessment:{stream.id}",
            verb,
            by=by.person_id,
            at=at,
            facts={**facts, "other": str(other.id)},
        )


def require_writable(session: Session, self_assessment: SelfAssessment, code: str) -> None:
    """Raise Conflict when the self-assessment was moved, unless a request for changes reopened the criterion."""
    if self_assessment.moved_at is not None:
        rules.require_writable(self_assessment, code, moving.reopened_codes(session, self_assessment.id))


def confirm(
    session: Session, self_assessment: SelfAssessment, code: str, *, by: Who, at: datetime
) -> Answer | None:
    """A writer says that a carried answer is still true, as it stands. Again: nothing changes."""
    answer = self_assessments.answer(session, self_assessment.id, code)
    if answer is None or not answer.needs_confirming:
        return answer
    answer.needs_confirming = False
    answer.version += 1
    session.add(answer)
    session.flush()
    stream, facts = f"self-assessment:{self_assessment.id}", {"criterion": code, "version": answer.version}
    record(session, stream, "confirm answer", by=by.person_id, at=at, facts=facts)
    return answer
