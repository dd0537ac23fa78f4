"""All that the page of one criterion shows, loaded at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session

from app.criteria.answers import clean
from app.criteria.schema import Criterion, Framework
from app.models import Answer, Organisation, SelfAssessment
from app.queries import conditions, examples, owners, people, presence, self_assessments
from app.queries import evidence as library
from app.queries.conditions import Returned
from app.queries.evidence import Linked, Shelved
from app.queries.examples import Shown
from app.queries.moving import is_open
from app.queries.owners import Beside
from app.queries.presence import Other
from app.rules.days import uk_day
from app.rules.marks import written
from app.rules.merging import marks_of
from app.rules.people import Who
from app.rules.permissions import Permission, Scope, allows
from app.rules.progress import Support, state, wanting
from app.web import components
from app.web.errors import NotFound
from app.web.portal import PortalParts


@dataclass(frozen=True)
class Place:
    """Which criterion of whose self-assessment: all that a save needs to know."""

    self_assessment: SelfAssessment
    framework: Framework
    criterion: Criterion
    organisation: Organisation

    @property
    def path(self) -> str:
        return f"/self-assessments/{self.self_assessment.id}/criteria/{self.criterion.code}"

    @property
    def is_applicable(self) -> bool:
        return self.criterion.applies_to(self.organisation.kind)

    @property
    def choices(self) -> tuple[components.Choice, ...]:
        return components.choices(self.criterion, self.framework.settings)

    def neighbour(self, step: int) -> Criterion | None:
        """The applicable criterion before (-1) or after (1) this one."""
        codes = [one for one in self.framework.criteria if one.applies_to(self.organisation.kind)]
        at = codes.index(self.criterion) + step if self.criterion in codes else -1
        return codes[at] if 0 <= at < len(codes) else None


@dataclass(frozen=True)
class Sheet(Place):
    """A criterion with all that its page shows."""

    answer: Answer | None
    linked: list[Linked]
    shelf: list[Shelved]  # what could be linked
    saved_by: str
    may_write: bool
    today: date
    others: list[Other]  # colleagues who have the page open
    draft_key: str  # for this person's own browser alone
    beside: Beside  # who looks after it, and how many comments are open
    may_assign: bool
    asked: list[Returned]  # what earlier decisions asked for here
    examples: list[Shown]  # of recognised organisations

    @property
    def values(self) -> Mapping[str, str]:
        return self.answer.values if self.answer else {}

    @property
    def is_finished(self) -> bool:
        return self.answer is not None and self.answer.is_finished

    @property
    def seen(self) -> str:
        """The marks of what is saved, for the form to carry."""
        return written(marks_of(self.criterion, self.values, self.is_finished))

    @property
    def state(self) -> str:
        kind = self.organisation.kind
        return state(
            self.criterion,
            kind,
            self.values,
            self.is_finished,
            self.support,
            needs_confirming=self.needs_confirming,
        ).value

    @property
    def needs_confirming(self) -> bool:
        """Whether the answer was carried from another version, and nobody has said that it still holds."""
        return self.answer is not None and self.answer.needs_confirming

    @property
    def support(self) -> Support:
        return Support.of((one.item.expires_on for one in self.linked), self.today)

    def faults(self) -> dict[str, str]:
        """What is wrong with the saved answer, by field; what is missing counts once it is called finished."""
        return faults(self.criterion, self.values, self.is_finished, self.support)


def faults(
    criterion: Criterion, values: Mapping[str, str], is_finished: bool, support: Support
) -> dict[str, str]:
    """What is wrong with an answer, by field; what is missing counts once it is called finished."""
    found = dict(clean(criterion, values).errors)
    if is_finished:
        for one in wanting(criterion, values, support):
            found.setdefault(one.question_id or "linked-evidence", one.reason)
    return found


def load_place(session: Session, parts: PortalParts, self_assessment: SelfAssessment, code: str) -> Place:
    """The criterion, without reading what its page shows; NotFound when the framework has no such code."""
    framework = parts.shelf.get(session, self_assessment.framework_version_id)
    criterion = next((one for one in framework.criteria if one.code == code), None)
    if criterion is None:
        raise NotFound
    organisation = session.get_one(Organisation, self_assessment.organisation_id)
    return Place(self_assessment, framework, criterion, organisation)


def load_sheet(
    session: Session, parts: PortalParts, self_assessment: SelfAssessment, code: str, who: Who
) -> Sheet:
    """The criterion's sheet in a constant number of queries; NotFound when the framework has no such code."""
    place = load_place(session, parts, self_assessment, code)
    at = parts.database.now(session)
    answer = self_assessments.answer(session, self_assessment.id, code)
    linked = library.linked_to(session, self_assessment.id, code)
    taken = {one.item.id for one in linked}
    shelf = library.library(session, self_assessment.organisation_id)
    return Sheet(
        self_assessment=self_assessment,
        framework=place.framework,
        criterion=place.criterion,
        organisation=place.organisation,
        answer=answer,
        linked=linked,
        shelf=[one for one in shelf if one.id not in taken],
        saved_by=self_assessments.name_of(session, answer.saved_by_id) if answer else "",
        may_write=is_open(session, self_assessment, code)
        and allows(Permission.WRITE_ANSWERS, who, Scope(organisation_id=self_assessment.organisation_id)),
        today=uk_day(at),
        others=presence.others(session, self_assessment.id, code, than=who.person_id, at=at),
        draft_key=people.draft_key(session, who.person_id),
        beside=owners.beside(session, self_assessment.id, self_assessment.organisation_id, code),
        may_assign=allows(
            Permission.ASSIGN_CRITERIA, who, Scope(organisation_id=self_assessment.organisation_id)
        ),
        asked=conditions.by_code(session, self_assessment, place.framework).get(code, []),
        examples=examples.beside(
            session,
            parts.shelf.origins(session, self_assessment.framework_version_id, code),
            uk_day(at),
            has_scanner=bool(parts.settings.scanner),
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
