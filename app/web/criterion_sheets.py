"""All that the page of one criterion shows, loaded at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from app.criteria.answers import clean
from app.criteria.schema import Criterion, Framework
from app.models import Answer, Organisation, SelfAssessment
from app.queries import evidence as library
from app.queries import self_assessments
from app.queries.evidence import Linked, Shelved
from app.rules.people import Who
from app.rules.permissions import Permission, Scope, allows
from app.rules.progress import state, wanting
from app.web import components
from app.web.errors import NotFound
from app.web.portal import PortalParts


@dataclass(frozen=True)
class Sheet:
    """A criterion with all that its page shows."""

    self_assessment: SelfAssessment
    framework: Framework
    criterion: Criterion
    organisation: Organisation
    answer: Answer | None
    linked: list[Linked]
    shelf: list[Shelved]  # what could be linked
    saved_by: str
    may_write: bool

    @property
    def path(self) -> str:
        return f"/self-assessments/{self.self_assessment.id}/criteria/{self.criterion.code}"

    @property
    def is_applicable(self) -> bool:
        return self.criterion.applies_to(self.organisation.kind)

    @property
    def values(self) -> Mapping[str, str]:
        return self.answer.values if self.answer else {}

    @property
    def is_finished(self) -> bool:
        return self.answer is not None and self.answer.is_finished

    @property
    def version(self) -> int:
        return self.answer.version if self.answer else 0

    @property
    def state(self) -> str:
        kind = self.organisation.kind
        return state(self.criterion, kind, self.values, self.is_finished, len(self.linked)).value

    @property
    def choices(self) -> tuple[components.Choice, ...]:
        return components.choices(self.criterion, self.framework.settings)

    def neighbour(self, step: int) -> Criterion | None:
        """The applicable criterion before (-1) or after (1) this one."""
        codes = [one for one in self.framework.criteria if one.applies_to(self.organisation.kind)]
        at = codes.index(self.criterion) + step if self.criterion in codes else -1
        return codes[at] if 0 <= at < len(codes) else None

    def faults(self) -> dict[str, str]:
        """What is wrong with the saved answer, by field; what is missing counts once it is called finished."""
        found = dict(clean(self.criterion, self.values).errors)
        if self.is_finished:
            for one in wanting(self.criterion, self.values, len(self.linked)):
                found.setdefault(one.question_id or "linked-evidence", one.reason)
        return found


def load_sheet(
    session: Session, parts: PortalParts, self_assessment: SelfAssessment, code: str, who: Who
) -> Sheet:
    """The criterion's sheet in a constant number of queries; NotFound when the framework has no such code."""
    framework = parts.shelf.get(session, self_assessment.framework_version_id)
    criterion = next((one for one in framework.criteria if one.code == code), None)
    if criterion is None:
        raise NotFound
    answer = self_assessments.answer(session, self_assessment.id, code)
    linked = library.linked_to(session, self_assessment.id, code)
    taken = {one.item.id for one in linked}
    shelf = library.library(session, self_assessment.organisation_id)
    return Sheet(
        self_assessment=self_assessment,
        framework=framework,
        criterion=criterion,
        organisation=session.get_one(Organisation, self_assessment.organisation_id),
        answer=answer,
        linked=linked,
        shelf=[one for one in shelf if one.id not in taken],
        saved_by=self_assessments.name_of(session, answer.saved_by_id) if answer else "",
        may_write=allows(
            Permission.WRITE_ANSWERS, who, Scope(organisation_id=self_assessment.organisation_id)
        ),
    )


def drawn(
    sheet: Sheet,
    errors: Mapping[str, str],
    values: Mapping[str, str] | None = None,
    is_finished: bool | None = None,
) -> dict[str, Any]:
    """What the template takes; the saved answer unless other values were typed."""
    values = sheet.values if values is None else values
    sources = {source.id: source for source in sheet.framework.sources}
    return {
        "sheet": sheet,
        "framework": sheet.framework,
        "components": components.components(sheet.criterion, values, errors, sheet.choices),
        "shown": [
            (one.label, components.shown(one, values, sheet.choices)) for one in sheet.criterion.questions
        ],
        "is_finished": sheet.is_finished if is_finished is None else is_finished,
        "sources": [sources[id_] for id_ in sheet.criterion.serves],
        "level": sheet.framework.level(sheet.criterion.level),
    }
