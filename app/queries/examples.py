"""Examples of good practice: those that anyone may read, and what an organisation has let others read.

One condition decides what is shown, and it is asked anew each time: a consent taken back, a certificate revoked or out
of date, an example taken down leaves no page, file or search that still has it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from app.models import (
    Certificate,
    ConsentedEvidence,
    Decision,
    Evidence,
    EvidenceCheck,
    EvidenceVersion,
    Example,
    ExampleConsent,
    Membership,
    Person,
)
from app.queries.certificates import is_in_date
from app.queries.frameworks import Origin
from app.rules.example_files import is_open_to_all
from app.rules.self_naming import Known


@dataclass(frozen=True)
class ExampleFile:
    """A redacted file beside an example. ``number`` counts from 1 and stays the same.

    Of its versions the newest: when the portal takes something out of a file, that is a newer one.
    """

    number: int
    title: str
    version: EvidenceVersion
    check: EvidenceCheck | None
    is_removed: bool

    def is_ready(self, *, has_scanner: bool) -> bool:
        """Whether it is in the library, clean, has a copy without metadata, and no warning waits for an answer."""
        is_open = is_open_to_all(self.check, self.version.media_type, has_scanner=has_scanner)
        return is_open and not self.is_removed


@dataclass(frozen=True)
class Shown:
    """An example as anyone reads it."""

    id: UUID
    consent_id: UUID
    framework_version_id: UUID
    criterion_code: str
    excerpt: str
    why: str
    credit: str
    published_at: datetime
    level_name: str
    recognised_on: date
    framework_version: str
    is_fictional: bool
    files: tuple[ExampleFile, ...] = ()


def _shown(on: date) -> sa.Select[*tuple[object, ...]]:
    """Published, not taken down, consent not taken back, recognition in date on the UK day ``on``."""
    return (
        sa.select(
            col(Example.id),
            col(Example.consent_id),
            col(Example.framework_version_id),
            col(Example.criterion_code),
            col(Example.excerpt),
            col(Example.why),
            col(ExampleConsent.credit),
            col(Example.published_at),
            col(Certificate.level_name),
            col(Certificate.issued_on),
            col(Certificate.framework_version),
            col(Certificate.is_fictional),
        )
        .join(ExampleConsent, col(ExampleConsent.id) == col(Example.consent_id))
        .join(Decision, col(Decision.submission_id) == col(ExampleConsent.submission_id))
        .join(Certificate, col(Certificate.decision_id) == col(Decision.id))
        .where(col(Example.published_at).is_not(None), col(Example.taken_down_at).is_(None))
        .where(col(ExampleConsent.withdrawn_at).is_(None), is_in_date(on))
        .order_by(col(Example.published_at).desc(), col(Example.id))
    )


def beside(session: Session, origins: Collection[Origin], on: date, *, has_scanner: bool) -> list[Shown]:
    """What stands beside a criterion, from itself and from what carried over to it; one query while there is none."""
    place = sa.tuple_(col(Example.framework_version_id), col(Example.criterion_code))
    return _with_files(session, _shown(on).where(place.in_(list(origins))), has_scanner=has_scanner)


def all_shown(session: Session, on: date, *, text: str = "", has_scanner: bool) -> list[Shown]:
    """Every example, or those that have ``text`` in their excerpt, reason or credit."""
    query = _shown(on)
    if text:
        fields = (col(Example.excerpt), col(Example.why), col(ExampleConsent.credit))
        like = [sa.func.lower(one).contains(text.lower(), autoescape=True) for one in fields]
        query = query.where(sa.or_(*like))
    return _with_files(session, query, has_scanner=has_scanner)


def is_any_shown(session: Session, on: date) -> bool:
    return session.execute(_shown(on).limit(1)).first() is not None


def one_shown(session: Session, example_id: UUID, on: date, *, has_scanner: bool) -> Shown | None:
    found = _with_files(session, _shown(on).where(col(Example.id) == example_id), has_scanner=has_scanner)
    return found[0] if found else None


def _with_files(session: Session, query: sa.Select[*tuple[object, ...]], *, has_scanner: bool) -> list[Shown]:
    rows = [Shown(*row) for row in session.execute(query).all()]
    if not rows:
        return []
    seen = {one.consent_id: one.published_at for one in rows}
    files = files_of(session, list(seen), seen)
    return [
        replace(
            one,
            files=tuple(
                file for file in files.get(one.consent_id, ()) if file.is_ready(has_scanner=has_scanner)
            ),
        )
        for one in rows
    ]


def files_of(
    session: Session, consent_ids: Sequence[UUID], seen: Mapping[UUID, datetime] | None = None
) -> dict[UUID, tuple[ExampleFile, ...]]:
    """The redacted files of each consent, in the order in which they came, each in its newest version.

    ``seen``: when the Assembly looked. What came later is left out, until it looks again.
    """
    given = aliased(EvidenceVersion)
    rows = session.execute(
        sa.select(
            col(ConsentedEvidence.consent_id),
            col(Evidence.title),
            EvidenceVersion,
            EvidenceCheck,
            col(Evidence.removed_at),
        )
        .join(given, col(given.id) == col(ConsentedEvidence.evidence_version_id))
        .join(Evidence, col(Evidence.id) == col(given.evidence_id))
        .join(EvidenceVersion, col(EvidenceVersion.evidence_id) == col(Evidence.id))
        .outerjoin(EvidenceCheck, col(EvidenceCheck.evidence_version_id) == col(EvidenceVersion.id))
        .where(col(ConsentedEvidence.consent_id).in_(list(consent_ids)))
        .where(col(EvidenceVersion.number) >= col(given.number))
        .order_by(col(Evidence.added_at), col(Evidence.id), col(EvidenceVersion.number))
    ).all()
    found: dict[UUID, dict[UUID, ExampleFile | None]] = {}
    for consent_id, title, version, check, removed_at in rows:
        items = found.setdefault(consent_id, {})
        items.setdefault(version.evidence_id, None)
        if seen is None or version.added_at <= seen[consent_id]:
            number = list(items).index(version.evidence_id) + 1
            items[version.evidence_id] = ExampleFile(number, title, version, check, removed_at is not None)
    return {id_: tuple(one for one in items.values() if one) for id_, items in found.items()}


def consent(session: Session, submission_id: UUID, code: str) -> ExampleConsent | None:
    """The consent that is given now."""
    return session.exec(
        select(ExampleConsent)
        .where(ExampleConsent.submission_id == submission_id)
        .where(ExampleConsent.criterion_code == code)
        .where(col(ExampleConsent.withdrawn_at).is_(None))
    ).first()


def of_consent(session: Session, consent_id: UUID) -> Example | None:
    return session.exec(select(Example).where(Example.consent_id == consent_id)).first()


def recognition(session: Session, submission_id: UUID, on: date) -> Certificate | None:
    """The certificate in date on the UK day ``on`` that followed from a submission."""
    return session.exec(
        select(Certificate)
        .join(Decision, col(Decision.id) == Certificate.decision_id)
        .where(Decision.submission_id == submission_id, is_in_date(on))
        .order_by(col(Certificate.issued_on).desc(), col(Certificate.edition).desc())
    ).first()


def known_people(session: Session, organisation_id: UUID) -> list[Known]:
    """Everyone who ever had a role in the organisation or works for it, as a text might name them."""
    rows = session.execute(
        sa.select(col(Person.name), col(Person.email))
        .outerjoin(Membership, col(Membership.person_id) == col(Person.id))
        .where(
            sa.or_(
                col(Membership.organisation_id) == organisation_id, col(Person.employer_id) == organisation_id
            )
        )
        .distinct()
        .order_by(col(Person.name), col(Person.email))
    ).all()
    return [Known(name, email) for name, email in rows]
