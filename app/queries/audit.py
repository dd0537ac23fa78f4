"""Does everything still say what it said? Chains, statuses, copies, reviews and certificates against the history."""

from collections import defaultdict
from collections.abc import Iterator
from enum import Enum
from itertools import groupby
from typing import Any

from sqlmodel import Session, col, select

from app.models import (
    Certificate,
    CertificateFile,
    Event,
    FileForm,
    SealedCopy,
    SigningKey,
    Status,
    Submission,
)
from app.queries import audit_credentials, audit_reviews, heads
from app.rules import history
from app.rules.history import canonical, sha256
from app.rules.sealing import read
from app.rules.submissions import followed
from app.rules.workflow import Verb

AT_ONCE = 500  # rows held in memory


def verify(session: Session) -> list[str]:
    """Every fault found, one sentence each; empty when all agree. Reads everything once."""
    found: list[str] = []
    statuses: dict[str, Status | None] = {}
    seals: dict[str, list[str]] = defaultdict(list)
    issued: dict[str, dict[str, Any]] = {}
    drawn: dict[str, dict[str, Any]] = {}
    for stream, events in _streams(session):
        found += history.faults(events)
        if stream.startswith("submission:"):
            statuses[stream], wrong = followed((event.verb, event.facts) for event in events)
            found += [f"{stream}: {sentence}" for sentence in wrong]
        for event in events:
            if event.verb == Verb.SIGN and stream.startswith("submission:"):
                seals[stream].append(str(event.facts.get("sha256")))
        if stream.startswith("certificate:"):
            _follow_certificate(stream, events, issued, drawn)
    return [
        *found,
        *_status_faults(session, statuses),
        *_seal_faults(session, seals),
        *_certificate_faults(session, issued),
        *_file_faults(session, drawn),
        *audit_reviews.changed_since_sealed(session),
        *audit_credentials.changed_since_signed(session),
        *heads.faults(session),
    ]


def _follow_certificate(
    stream: str, events: list[Event], issued: dict[str, dict[str, Any]], drawn: dict[str, dict[str, Any]]
) -> None:
    """What the history says of one certificate, and of its files."""
    for event in events:
        if event.verb == "issue":
            issued[stream] = {"revoked_on": None, "superseded_on": None, **event.facts}
        elif event.verb in ("revoke", "reinstate", "supersede") and stream in issued:
            issued[stream] |= event.facts
        elif event.verb == "draw":
            drawn[stream] = event.facts


def count(session: Session) -> int:
    """How many lines of history there are."""
    return len(session.exec(select(Event.id)).all())


def _streams(session: Session) -> Iterator[tuple[str, list[Event]]]:
    query = select(Event).order_by(col(Event.stream), col(Event.number)).execution_options(yield_per=AT_ONCE)
    for stream, events in groupby(session.exec(query), key=lambda event: event.stream):
        yield stream, list(events)


def _status_faults(session: Session, statuses: dict[str, Status | None]) -> list[str]:
    found = []
    rows = session.exec(select(Submission.id, Submission.status)).all()
    for id_, status in rows:
        said = statuses.pop(f"submission:{id_}", None)
        if said is not status:
            found.append(
                f"submission:{id_}: the status is '{status}' but the history says '{said or 'nothing'}'"
            )
    return found + [f"{stream}: there is history of a submission that is gone" for stream in statuses]


def _seal_faults(session: Session, seals: dict[str, list[str]]) -> list[str]:
    found = []
    in_order = select(SealedCopy).order_by(col(SealedCopy.submission_id), col(SealedCopy.number))
    for copy in session.exec(in_order.execution_options(yield_per=AT_ONCE)):
        stream = f"submission:{copy.submission_id}"
        signed = seals[stream].pop(0) if seals.get(stream) else None
        if sha256(copy.document) != copy.sha256:
            found.append(f"{stream}: the sealed document was changed")
        elif read(copy.document).declaration != copy.declaration:
            found.append(f"{stream}: the declaration beside the sealed document was changed")
        if signed != copy.sha256:
            found.append(f"{stream}: the sealed copy is not the one that was signed")
    return found + [f"{stream}: the sealed copy is gone" for stream, left in seals.items() if left]


def _certificate_faults(session: Session, issued: dict[str, dict[str, Any]]) -> list[str]:
    found = []
    for certificate in session.exec(select(Certificate).execution_options(yield_per=AT_ONCE)):
        stream = f"certificate:{certificate.id}"
        facts = issued.pop(stream, None)
        if facts is None:
            found.append(f"{stream}: the history does not say that it was issued")
            continue
        for key, said in facts.items():
            column = key if key in Certificate.model_fields else f"{key}_id"
            if column in Certificate.model_fields and _plain(getattr(certificate, column)) != _plain(said):
                found.append(f"{stream}: '{key}' is not what was issued")
    return found + [f"{stream}: an issued certificate is gone" for stream in issued]


def _file_faults(session: Session, drawn: dict[str, dict[str, Any]]) -> list[str]:
    """Of each certificate's files the register says what the history says that was drawn."""
    found = []
    rows = session.exec(
        select(CertificateFile.certificate_id, CertificateFile.form, CertificateFile.sha256, SigningKey.kid)
        .join(SigningKey, col(SigningKey.id) == col(CertificateFile.key_id), isouter=True)
        .execution_options(yield_per=AT_ONCE)
    )
    left = {(stream, str(form)) for stream in drawn for form in FileForm}
    for id_, form, digest, kid in rows:
        stream = f"certificate:{id_}"
        said = drawn.get(stream, {})
        left.discard((stream, str(form)))
        if said.get(str(form)) != digest or (kid is not None and said.get("kid") != kid):
            found.append(f"{stream}: the {form} file is not the one that was drawn")
    return found + [f"{stream}: the {form} file is gone" for stream, form in sorted(left)]


def _plain(value: Any) -> str:
    """A value as text, so that a column and a JSON fact compare."""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, (list, dict)):
        return canonical(value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
