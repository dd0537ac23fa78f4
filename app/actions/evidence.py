"""Adding evidence to the library, and linking it to answers.

Each writer holds the organisation's row: its history, its quota and its number of items are counted under that lock.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from app.actions.evidence_checks import Examined, note_added
from app.actions.history import record
from app.actions.moving import require_writable
from app.adapters.files import Stored
from app.adapters.structure.check import Checked
from app.criteria.schema import Framework
from app.models import (
    Evidence,
    EvidenceKind,
    EvidenceLink,
    EvidenceVersion,
    Organisation,
    ScanState,
    SelfAssessment,
)
from app.queries import evidence as library
from app.queries.evidence_checks import reader_names
from app.rules.errors import Conflict, RuleError
from app.rules.evidence import MOST_ITEMS, MOST_LINKS, MOST_VERSIONS, Details, place_given, require_room
from app.rules.people import Who


@dataclass(frozen=True)
class Content:
    """What a version holds: a stored file's facts, or a link's address."""

    file_name: str = ""
    media_type: str = ""
    size: int = 0  # bytes
    sha256: str = ""
    stored_name: str = ""
    url: str = ""

    @classmethod
    def of_file(cls, stored: Stored, checked: Checked) -> "Content":
        return cls(checked.file_name, checked.media_type, stored.size, stored.sha256, stored.name)


def add_file(
    session: Session,
    organisation: Organisation,
    details: Details,
    content: Content,
    *,
    quota: int,
    by: Who,
    at: datetime,
    examined: Examined | None = None,
    scan: ScanState = ScanState.WAITING,
) -> Evidence:
    """Add a stored file to the library, with what was found in it. RuleError when it would go over ``quota`` bytes.

    What was not ``examined`` yet is examined by the job that scans it.
    """
    _hold(session, organisation.id)
    require_room(library.bytes_kept(session, organisation.id), content.size, quota)
    item = _add(session, organisation.id, EvidenceKind.FILE, details, content, by, at)
    note_added(session, library.newest_version(session, item.id), examined, scan=scan)
    return item


def add_link(
    session: Session, organisation: Organisation, details: Details, url: str, *, by: Who, at: datetime
) -> Evidence:
    """Add a web address to the library."""
    _hold(session, organisation.id)
    return _add(session, organisation.id, EvidenceKind.LINK, details, Content(url=url), by, at)


def add_version(
    session: Session,
    evidence: Evidence,
    content: Content,
    *,
    quota: int,
    by: Who,
    at: datetime,
    examined: Examined | None = None,
    scan: ScanState = ScanState.WAITING,
    verb: str = "add evidence version",
) -> EvidenceVersion:
    """Add a newer file or address; answers are supported by it from now on, sealed copies keep the one they name.

    RuleError when it is the same as the newest one, of the other kind, or would go over ``quota`` bytes.
    """
    _hold(session, evidence.organisation_id)
    _require_shelved(evidence)
    newest = library.newest_version(session, evidence.id)
    field = "file" if evidence.kind is EvidenceKind.FILE else "url"
    if bool(content.stored_name) is not (evidence.kind is EvidenceKind.FILE):
        raise RuleError("A file can't become a link, or a link a file. Add it as new evidence.", field=field)
    if (content.sha256, content.url) == (newest.sha256, newest.url):
        raise RuleError(f"This is the same as version {newest.number}. Nothing was added.", field=field)
    if newest.number >= MOST_VERSIONS:
        raise RuleError(f"This has {MOST_VERSIONS} versions already. Add it as new evidence.", field=field)
    require_room(library.bytes_kept(session, evidence.organisation_id), content.size, quota)
    version = _version(session, evidence, newest.number + 1, content, by, at)
    if content.stored_name:
        note_added(session, version, examined, scan=scan)
    _note(session, verb, evidence, by, at, _facts(version))
    return version


def add_cleaned_version(
    session: Session,
    evidence: Evidence,
    replaced_id: UUID,
    content: Content,
    *,
    quota: int,
    by: Who,
    at: datetime,
    examined: Examined,
    scan: ScanState = ScanState.WAITING,
) -> EvidenceVersion:
    """Add the version that the portal made of the newest one, without its changes, comments and properties.

    Conflict when ``replaced_id`` is not the newest version any more; RuleError as ``add_version``.
    """
    _hold(session, evidence.organisation_id)
    if library.newest_version(session, evidence.id).id != replaced_id:
        raise Conflict("A newer version was added meanwhile. Open the evidence and look at that one.")
    return add_version(
        session,
        evidence,
        content,
        quota=quota,
        by=by,
        at=at,
        examined=examined,
        scan=scan,
        verb="remove findings from evidence",
    )


def remove(session: Session, evidence: Evidence, *, by: Who, at: datetime) -> list[str]:
    """Take an item out of the library. RuleError while it supports an answer.

    Returns the stored names whose bytes nobody needs any more: those that no sealed copy names. The caller deletes
    them after the transaction; what it does not come to delete, the sweep does.
    """
    _hold(session, evidence.organisation_id)
    _require_shelved(evidence)
    if used := library.uses_of(session, evidence.id):
        codes = ", ".join(sorted({use.code for use in used}))
        raise RuleError(f"This evidence is linked to {codes}. Unlink it there first.")
    evidence.removed_at, evidence.removed_by_id = at, by.person_id
    session.add(evidence)
    session.flush()
    files = [version for version, _ in library.versions(session, evidence.id) if version.stored_name]
    sealed = {version.id for version in library.sealed_among(session, files, evidence.organisation_id)}
    _note(session, "remove evidence", evidence, by, at, {"sealed versions": len(sealed)})
    unsealed = [version for version in files if version.id not in sealed]
    readers = reader_names(session, [version.id for version in unsealed])
    return [*(version.stored_name for version in unsealed), *readers]


def link(
    session: Session,
    self_assessment: SelfAssessment,
    framework: Framework,
    code: str,
    evidence_id: UUID,
    place: str,
    *,
    by: Who,
    at: datetime,
) -> EvidenceLink:
    """Let an item support the answer to a criterion, at a page or passage; again: change the place.

    RuleError when the item is not in the library of the same organisation, whoever else's it may be.
    """
    require_writable(session, self_assessment, code)
    criterion = framework.criterion(code)
    if not criterion.applies_to(session.get_one(Organisation, self_assessment.organisation_id).kind):
        raise RuleError(
            "This criterion does not apply to your kind of organisation, so it takes no evidence."
        )
    place = place_given(place)
    item = session.get(Evidence, evidence_id, with_for_update=True)
    if item is None or item.organisation_id != self_assessment.organisation_id or item.removed_at is not None:
        raise RuleError("Choose evidence from your organisation's library.", field="evidence")
    found = _link(session, self_assessment.id, code, evidence_id)
    if found is not None and found.place == place:
        return found
    if found is None and len(library.linked_to(session, self_assessment.id, code)) >= MOST_LINKS:
        raise RuleError(
            f"A criterion takes at most {MOST_LINKS} items of evidence. Unlink one first.", field="evidence"
        )
    found = found or EvidenceLink(
        self_assessment_id=self_assessment.id, criterion_code=code, evidence_id=evidence_id
    )
    found.place, found.linked_at, found.linked_by_id = place, at, by.person_id
    session.add(found)
    session.flush()
    _note_link(session, "link evidence", found, by, at)
    return found


def unlink(
    session: Session, self_assessment: SelfAssessment, code: str, evidence_id: UUID, *, by: Who, at: datetime
) -> None:
    """Let an item no longer support an answer. What is unlinked already stays so."""
    require_writable(session, self_assessment, code)
    found = _link(session, self_assessment.id, code, evidence_id)
    if found is None:
        return
    session.delete(found)
    session.flush()
    _note_link(session, "unlink evidence", found, by, at)


def _hold(session: Session, organisation_id: UUID) -> None:
    session.exec(
        select(Organisation.id).where(Organisation.id == organisation_id).with_for_update(key_share=True)
    ).one()


def _require_shelved(evidence: Evidence) -> None:
    if evidence.removed_at is not None:
        raise Conflict("This evidence was removed from the library.")


def _add(
    session: Session,
    organisation_id: UUID,
    kind: EvidenceKind,
    details: Details,
    content: Content,
    by: Who,
    at: datetime,
) -> Evidence:
    if library.number_of_items(session, organisation_id) >= MOST_ITEMS:
        raise RuleError(
            f"The library holds {MOST_ITEMS:,} items, which is the most it takes. Remove one first."
        )
    item = Evidence(
        organisation_id=organisation_id, kind=kind, **asdict(details), added_at=at, added_by_id=by.person_id
    )
    session.add(item)
    session.flush()
    version = _version(session, item, 1, content, by, at)
    _note(session, "add evidence", item, by, at, _facts(version))
    return item


def _version(
    session: Session, item: Evidence, number: int, content: Content, by: Who, at: datetime
) -> EvidenceVersion:
    version = EvidenceVersion(
        evidence_id=item.id, number=number, **asdict(content), added_at=at, added_by_id=by.person_id
    )
    session.add(version)
    session.flush()
    return version


def _facts(version: EvidenceVersion) -> dict[str, str | int]:
    return {"version": version.number, "sha256": version.sha256}


def _note(
    session: Session, verb: str, item: Evidence, by: Who, at: datetime, facts: dict[str, str | int]
) -> None:
    stream = f"organisation:{item.organisation_id}"
    record(session, stream, verb, by=by.person_id, at=at, facts={"evidence": str(item.id), **facts})


def _link(session: Session, self_assessment_id: UUID, code: str, evidence_id: UUID) -> EvidenceLink | None:
    return session.exec(
        select(EvidenceLink)
        .where(EvidenceLink.self_assessment_id == self_assessment_id)
        .where(col(EvidenceLink.criterion_code) == code)
        .where(EvidenceLink.evidence_id == evidence_id)
    ).first()


def _note_link(session: Session, verb: str, linked: EvidenceLink, by: Who, at: datetime) -> None:
    """In the history of the self-assessment, where the answer stands, not of the library."""
    facts = {"criterion": linked.criterion_code, "evidence": str(linked.evidence_id)}
    stream = f"self-assessment:{linked.self_assessment_id}"
    record(session, stream, verb, by=by.person_id, at=at, facts=facts)
