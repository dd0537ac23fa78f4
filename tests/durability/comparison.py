"""Is everything that was acknowledged still there, and nothing there by halves?"""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.models import (
    Answer,
    Certificate,
    CertificateCounter,
    Decision,
    Event,
    Mail,
    Outcome,
    Review,
    ReviewStatus,
    Score,
    SealedCopy,
    Status,
    Submission,
)
from app.queries import audit, sealed_copies
from app.rules.sealing import SealedContent, seal
from tests.durability.ledger import Acknowledged

UNSIGNED = (Status.AWAITING_SIGN_OFF, Status.DECLINED)


def missing(session: Session, lines: Iterable[Acknowledged]) -> list[str]:
    """The acknowledgements that the database does not bear out, one sentence each."""
    return [f"not kept: {line}" for line in lines if not KEPT[line["kind"]](session, line)]


def _answer(session: Session, line: Acknowledged) -> bool:
    row = session.exec(
        select(Answer)
        .where(Answer.self_assessment_id == UUID(line["self_assessment"]))
        .where(Answer.criterion_code == line["criterion"])
    ).one()
    is_newer = (
        row.version > line["version"]
    )  # what was replaced is counted in the history: see ``_uncounted``
    is_same: bool = (row.version, row.values["narrative"]) == (line["version"], line["text"])
    return is_newer or is_same


def _handed_over(session: Session, line: Acknowledged) -> bool:
    return session.get(Submission, UUID(line["submission"])) is not None


def _signed(session: Session, line: Acknowledged) -> bool:
    try:
        return seal(content(session, line["submission"])) == str(line["content"])
    except LookupError:
        return False


def content(session: Session, submission_id: str) -> SealedContent:
    """What the sponsor signed. LookupError when nothing was signed."""
    return sealed_copies.document(session, UUID(submission_id)).content


def _receipt(session: Session, line: Acknowledged) -> bool:
    copy = sealed_copies.newest_or_none(session, UUID(line["submission"]))
    return copy is not None and copy.receipt == str(line["receipt"])


def _assigned(session: Session, line: Acknowledged) -> bool:
    found = session.exec(select(Review.id).where(Review.submission_id == UUID(line["submission"]))).all()
    return len(found) == int(line["reviews"])


def _started(session: Session, line: Acknowledged) -> bool:
    return session.get_one(Review, UUID(line["review"])).started_at is not None


def _score(session: Session, line: Acknowledged) -> bool:
    row = session.exec(
        select(Score)
        .where(Score.review_id == UUID(line["review"]))
        .where(Score.criterion_code == line["criterion"])
    ).one()
    return (row.version, row.score, row.reason) == (line["version"], line["score"], line["reason"])


def _sealed(session: Session, line: Acknowledged) -> bool:
    return session.get_one(Review, UUID(line["review"])).status is ReviewStatus.SEALED


def _decided(session: Session, line: Acknowledged) -> bool:
    found = session.exec(
        select(Decision.outcome).where(Decision.submission_id == UUID(line["submission"]))
    ).all()
    return [str(one) for one in found] == [str(line["outcome"])]


def _released(session: Session, line: Acknowledged) -> bool:
    return session.get_one(Submission, UUID(line["submission"])).status is Status.RELEASED


def _certificate(session: Session, line: Acknowledged) -> bool:
    row = session.get(Certificate, UUID(line["id"]))
    return row is not None and row.number == str(line["number"])


KEPT: dict[str, Callable[[Session, Acknowledged], bool]] = {
    "answer": _answer,
    "handed over": _handed_over,
    "signed": _signed,
    "receipt": _receipt,
    "assigned": _assigned,
    "started": _started,
    "score": _score,
    "sealed": _sealed,
    "decided": _decided,
    "released": _released,
    "certificate": _certificate,
}


def halves(session: Session) -> list[str]:
    """What is there in part only, and whatever the portal's own audit finds."""
    return [
        *audit.verify(session),
        *_copies(session),
        *_decisions(session),
        *_numbers(session),
        *_uncounted(session),
        *_mails(session),
    ]


def _copies(session: Session) -> list[str]:
    rows = session.execute(
        select(Submission.id, Submission.status, SealedCopy.receipt).join(
            SealedCopy, col(SealedCopy.submission_id) == Submission.id, isouter=True
        )
    ).all()
    return [
        f"submission {id_} is {status} with the receipt {receipt}"
        for id_, status, receipt in rows
        if (receipt is None) is not (status in UNSIGNED)
    ]


def _decisions(session: Session) -> list[str]:
    rows = session.execute(
        select(Submission.status, Decision, Certificate.id)
        .join(Submission, col(Submission.id) == Decision.submission_id)
        .join(Certificate, col(Certificate.decision_id) == Decision.id, isouter=True)
    ).all()
    found = []
    for status, decision, certificate_id in rows:
        is_released = status is Status.RELEASED
        is_due = is_released and decision.outcome is Outcome.RECOGNISED
        if (decision.released_at is not None) is not is_released or (
            certificate_id is not None
        ) is not is_due:
            found.append(f"decision {decision.id} of a submission {status}, certificate {certificate_id}")
    decided = (Status.DECIDED, Status.RELEASED)
    number = len(session.exec(select(Submission.id).where(col(Submission.status).in_(decided))).all())
    if number != len(rows):
        found.append(f"{number} submissions are decided by {len(rows)} decisions")
    return found


def _numbers(session: Session) -> list[str]:
    """Serials are 1, 2, 3 ... in each year, and the counter stands at the last one."""
    given: dict[int, list[int]] = {}
    for year, serial in session.exec(
        select(Certificate.year, Certificate.serial).order_by(col(Certificate.serial))
    ).all():
        given.setdefault(year, []).append(serial)
    last = {row.year: row.last for row in session.exec(select(CertificateCounter)).all()}
    found = [
        f"{year}: serials {all_}" for year, all_ in given.items() if all_ != list(range(1, len(all_) + 1))
    ]
    wrong = {year: number for year, number in last.items() if number != len(given.get(year, []))}
    return [*found, *(f"{year}: the counter stands at {number}" for year, number in wrong.items())]


def _uncounted(session: Session) -> list[str]:
    """Each save raised a version by one and wrote one line of history; what was prepared has version 1 and none."""
    said: Counter[tuple[str, Any]] = Counter()
    verbs = ("save answer", "save score")
    for stream, facts in session.exec(
        select(Event.stream, Event.facts).where(col(Event.verb).in_(verbs))
    ).all():
        said[stream, facts["criterion"]] += 1
    answers, scores = session.exec(select(Answer)).all(), session.exec(select(Score)).all()
    versions = [
        (f"self-assessment:{row.self_assessment_id}", row.criterion_code, row.version) for row in answers
    ]
    versions += [(f"review:{row.review_id}", row.criterion_code, row.version) for row in scores]
    return [
        f"{stream} {code}: version {version} after {said[stream, code]} saves"
        for stream, code, version in versions
        if version - 1 != said[stream, code]
    ]


def _mails(session: Session) -> list[str]:
    """Lead and sponsor each get the receipt of what was signed while the portal ran."""
    told = Counter(subject.split()[1].rstrip(":") for subject in _subjects(session))
    signed = session.exec(
        select(SealedCopy.receipt).where(col(SealedCopy.sealed_at) >= _first_mail(session))
    ).all()
    return [f"receipt {receipt}: {told[receipt]} mails" for receipt in signed if told[receipt] != 2]


def _subjects(session: Session) -> list[str]:
    return list(session.exec(select(Mail.subject).where(col(Mail.subject).startswith("Receipt "))).all())


def _first_mail(session: Session) -> Any:
    return select(Mail.written_at).order_by(col(Mail.written_at)).limit(1).scalar_subquery()
