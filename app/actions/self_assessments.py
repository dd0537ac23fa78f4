"""Starting a self-assessment and saving answers."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from app.actions.history import record
from app.criteria.answers import clean
from app.criteria.schema import Criterion, Framework
from app.criteria.text import CONTROL
from app.models import Answer, FrameworkVersion, Organisation, SelfAssessment
from app.queries import self_assessments
from app.rules.errors import Conflict, RuleError, Stale
from app.rules.people import Who

LONGEST_VALUE = (
    100_000  # characters; what goes over a question's own limit is kept up to here, with its error
)


def start(
    session: Session, organisation: Organisation, version: FrameworkVersion, *, by: Who, at: datetime
) -> SelfAssessment:
    """Begin the organisation's self-assessment against ``version``. Conflict when it has one."""
    if self_assessments.of_organisation(session, organisation.id, version.id):
        raise Conflict("Your organisation has started this self-assessment already. Open it from the list.")
    made = SelfAssessment(organisation_id=organisation.id, framework_version_id=version.id, started_at=at)
    session.add(made)
    session.flush()
    facts = {"organisation": organisation.ods_code, "version": version.version}
    record(
        session, f"self-assessment:{made.id}", "start self-assessment", by=by.person_id, at=at, facts=facts
    )
    return made


def save_answer(
    session: Session,
    self_assessment: SelfAssessment,
    framework: Framework,
    code: str,
    typed: Mapping[str, str],
    *,
    version: int,
    is_finished: bool,
    by: Who,
    at: datetime,
) -> Answer:
    """Keep what was typed, faults and all; ``version`` is that of the answer it was typed over, 0 when there was none.

    Raises Stale when somebody saved another text since, RuleError when the text can't be kept at all or the
    criterion does not apply, KeyError when the framework has no such criterion. Saving what is saved already
    changes nothing, so a form sent twice is saved once.
    """
    criterion = framework.criterion(code)
    _require_applicable(session, self_assessment, criterion)
    values = storable(criterion, typed)
    answer = self_assessments.answer(session, self_assessment.id, code)
    if _is_same(answer, values, is_finished):
        return answer or Answer(self_assessment_id=self_assessment.id, criterion_code=code, version=0)
    if version != (answer.version if answer else 0):
        raise Stale("Somebody else saved this criterion since you opened it. Nothing of either text is lost.")
    answer = answer or Answer(self_assessment_id=self_assessment.id, criterion_code=code)
    answer.version, answer.values, answer.is_finished = version + 1, values, is_finished
    answer.saved_at, answer.saved_by_id = at, by.person_id
    session.add(answer)
    session.flush()
    facts = {"criterion": code, "version": answer.version, "finished": is_finished}
    record(
        session, f"self-assessment:{self_assessment.id}", "save answer", by=by.person_id, at=at, facts=facts
    )
    return answer


def storable(criterion: Criterion, typed: Mapping[str, str]) -> dict[str, str]:
    """The values as they would be kept. RuleError when one of them can't be kept at all."""
    cleaned = clean(criterion, typed)
    asked = {question.id for question in criterion.questions}
    for key, error in cleaned.errors.items():
        if key not in asked:
            raise RuleError(
                "The form sent something this criterion does not ask for. Reload the page.", field=""
            )
        if any(CONTROL.search(text) for name, text in cleaned.values.items() if _belongs(name, key)):
            raise RuleError(error, field=key)
    for name, text in cleaned.values.items():
        if len(text) > LONGEST_VALUE:
            raise RuleError(
                f"Shorten this to {LONGEST_VALUE:,} characters or fewer. It has {len(text):,}.",
                field=name.partition("-")[0],
            )
    return cleaned.values


def _belongs(name: str, question_id: str) -> bool:
    """Whether a value is this question's own or one of the three parts of its date."""
    return name.partition("-")[0] == question_id


def _is_same(answer: Answer | None, values: Mapping[str, str], is_finished: bool) -> bool:
    if answer is None:
        return not values and not is_finished
    return answer.values == values and answer.is_finished == is_finished


def _require_applicable(session: Session, self_assessment: SelfAssessment, criterion: Criterion) -> None:
    organisation = session.get_one(Organisation, self_assessment.organisation_id)
    if not criterion.applies_to(organisation.kind):
        raise RuleError("This criterion does not apply to your kind of organisation, so it takes no answer.")
