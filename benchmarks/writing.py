"""What organisations wrote: an answer to every criterion, and a library of evidence linked to each."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from app.criteria.schema import Criterion, QuestionKind
from app.models import Answer, Evidence, EvidenceKind, EvidenceLink, EvidenceVersion, SelfAssessment
from app.rules.history import sha256
from app.rules.sealing import SealedEvidence
from benchmarks.rows import Rows
from benchmarks.world import Body, World

ITEMS = 12  # in a library
LINKS = 2  # of each answer
SENTENCE = (
    "The board looked at the figures by ethnicity, asked what had changed since, and agreed the next step. "
)
NARRATIVE = SENTENCE * 7  # about 120 words of the 250 or so that a criterion allows
SAID = {
    QuestionKind.RATING: "2",
    QuestionKind.NARRATIVE: NARRATIVE.strip(),
    QuestionKind.ROLE: "Chief people officer",
    QuestionKind.DATE: "2026-03-27",
    QuestionKind.LINK: "https://trust.example/statement",
}


@dataclass(frozen=True)
class Written:
    """The self-assessment of an organisation and the evidence of each answer, by criterion code."""

    id: UUID
    evidence: dict[str, tuple[SealedEvidence, ...]]


def values_of(criterion: Criterion) -> dict[str, str]:
    return {question.id: SAID[question.kind] for question in criterion.questions}


def written(world: World, rows: Rows, body: Body) -> Written:
    at = world.now - timedelta(days=420)
    id_ = rows.add(
        SelfAssessment, organisation_id=body.id, framework_version_id=world.version_id, started_at=at
    )
    rows.tell(f"self-assessment:{id_}", "start self-assessment", at, body.lead_id, organisation=body.ods_code)
    library = [_item(world, rows, body, number) for number in range(ITEMS)]
    linked: dict[str, tuple[SealedEvidence, ...]] = {}
    for place, criterion in enumerate(world.framework.criteria):
        _answer(world, rows, body, id_, criterion)
        chosen = [library[(place + step) % ITEMS] for step in range(LINKS)]
        for item in chosen:
            _link(world, rows, body, id_, criterion.code, item)
        linked[criterion.code] = tuple(sorted(chosen, key=lambda one: (one.title, str(one.evidence_id))))
    return Written(id_, linked)


def _item(world: World, rows: Rows, body: Body, number: int) -> SealedEvidence:
    """Every third item is a link; the bytes of the files are left out, because no page here reads them."""
    is_link = number % 3 == 0
    kind = EvidenceKind.LINK if is_link else EvidenceKind.FILE
    by_whom = {"added_at": world.now - timedelta(days=410), "added_by_id": body.lead_id}
    title, dated = f"Board paper {number + 1} on race equality", date(2026, 1, 5)
    evidence_id = rows.add(
        Evidence,
        organisation_id=body.id,
        kind=kind,
        title=title,
        evidence_date=dated,
        expires_on=None,
        removed_at=None,
        removed_by_id=None,
        **by_whom,
    )
    version = {
        "file_name": "" if is_link else f"board-paper-{number + 1}.pdf",
        "media_type": "" if is_link else "application/pdf",
        "size": 0 if is_link else 180_000,
        "sha256": "" if is_link else sha256(f"{body.ods_code} {number}"),
        "url": f"https://trust.example/papers/{number}" if is_link else "",
    }
    stored_name = "" if is_link else evidence_id.hex
    version_id = rows.add(
        EvidenceVersion, evidence_id=evidence_id, number=1, stored_name=stored_name, **version, **by_whom
    )
    named = {"evidence_id": evidence_id, "version_id": version_id, "kind": kind.value, "title": title}
    return SealedEvidence(**named, **version, evidence_date=dated, expires_on=None, place="page 3")


def _answer(world: World, rows: Rows, body: Body, id_: UUID, criterion: Criterion) -> None:
    rows.add(
        Answer,
        self_assessment_id=id_,
        criterion_code=criterion.code,
        values=values_of(criterion),
        is_finished=True,
        version=1,
        saved_at=world.now - timedelta(days=405),
        saved_by_id=body.lead_id,
    )


def _link(world: World, rows: Rows, body: Body, id_: UUID, code: str, item: SealedEvidence) -> None:
    rows.add(
        EvidenceLink,
        self_assessment_id=id_,
        criterion_code=code,
        evidence_id=item.evidence_id,
        place=item.place,
        linked_at=world.now - timedelta(days=404),
        linked_by_id=body.lead_id,
    )
