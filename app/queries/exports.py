"""All that the exports of a self-assessment are made of, read at one moment."""

from uuid import UUID

from sqlmodel import Session, col, select

from app.models import EvidenceCheck, FrameworkVersion, Organisation, ScanState, SelfAssessment
from app.queries import conditions, evidence, self_assessments
from app.queries.evidence import Linked
from app.queries.frameworks import FrameworkShelf
from app.rules.asked import Asked
from app.rules.exports import Contents, Item, Written

WAITING = "The virus check is not finished. Export again later."
INFECTED = "The virus scanner refused this file. It is kept apart and nobody can open it."
_HELD_BACK = {
    ScanState.CLEAN: "",
    ScanState.NOT_SCANNED: "",  # no scanner is set, which production refuses
    ScanState.WAITING: WAITING,
    ScanState.INFECTED: INFECTED,
}


def contents(session: Session, shelf: FrameworkShelf, self_assessment: SelfAssessment) -> Contents:
    """The framework, the answers and the evidence of a self-assessment, in a constant number of queries."""
    organisation = session.get_one(Organisation, self_assessment.organisation_id)
    version = session.get_one(FrameworkVersion, self_assessment.framework_version_id)
    framework = shelf.get(session, version.id)
    answers = self_assessments.answers(session, self_assessment.id)
    linked = evidence.linked(session, self_assessment.id)
    states = _states(session, {one.version.id for one in linked})
    return Contents(
        self_assessment_id=self_assessment.id,
        organisation_id=organisation.id,
        organisation=organisation.name,
        ods_code=organisation.ods_code,
        kind=organisation.kind,
        framework=framework,
        framework_checksum=version.checksum,
        answers={code: Written(dict(one.values), one.is_finished) for code, one in answers.items()},
        items=tuple(_item(one, states) for one in linked),
        asked=tuple(
            Asked(one.condition_id, one.codes, one.text, one.answer, one.version)
            for one in conditions.returned(session, self_assessment, framework)
        ),
    )


def _states(session: Session, versions: set[UUID]) -> dict[UUID, ScanState]:
    rows = session.exec(
        select(EvidenceCheck.evidence_version_id, EvidenceCheck.scan).where(
            col(EvidenceCheck.evidence_version_id).in_(versions)
        )
    ).all()
    return {id_: ScanState(state) for id_, state in rows}


def _item(one: Linked, states: dict[UUID, ScanState]) -> Item:
    """A file that nobody has looked at yet counts as one that waits."""
    is_file = bool(one.version.stored_name)
    return Item(
        code=one.code,
        title=one.item.title,
        place=one.place,
        url=one.version.url,
        file_name=one.version.file_name,
        stored_name=one.version.stored_name,
        sha256=one.version.sha256,
        size=one.version.size,
        held_back=_HELD_BACK[states.get(one.version.id, ScanState.WAITING)] if is_file else "",
    )
