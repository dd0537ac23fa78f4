"""The comparison finds what is gone: the kill test would be worth nothing if it could not."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from app.db import Database
from app.models import (
    Answer,
    Certificate,
    Decision,
    Review,
    ReviewStatus,
    Score,
    SealedCopy,
    Status,
)
from app.rules.sealing import seal
from tests.durability import comparison
from tests.durability.ledger import Acknowledged, Ledger, read
from tests.durability.prepared import prepared


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> str:
    return prepared(tmp_path_factory.mktemp("prepared"), 3).path


@pytest.fixture
def session(path: str) -> Iterator[Session]:
    """A look at the prepared portal, in a transaction of its own that is never kept."""
    database = Database(f"sqlite:///{path}")
    with database.read() as session:
        yield session
    database.close()


def acknowledged(session: Session) -> list[Acknowledged]:
    """One line of each kind, all true of the prepared portal."""
    answer, score = session.exec(select(Answer)).first(), session.exec(select(Score)).first()
    certificate, decision = session.exec(select(Certificate)).one(), session.exec(select(Decision)).one()
    copy = session.exec(select(SealedCopy).where(SealedCopy.submission_id == decision.submission_id)).one()
    sealed = session.exec(select(Review).where(Review.status == ReviewStatus.SEALED)).first()
    assert answer
    assert score
    assert sealed
    id_ = str(decision.submission_id)
    own = {"self_assessment": str(answer.self_assessment_id), "criterion": answer.criterion_code}
    given = {"review": str(score.review_id), "criterion": score.criterion_code, "reason": score.reason}
    return [
        {"kind": "answer", **own, "version": 1, "text": answer.values["narrative"]},
        {"kind": "handed over", "submission": id_},
        {"kind": "signed", "submission": id_, "content": seal(comparison.content(session, id_))},
        {"kind": "receipt", "submission": id_, "receipt": copy.receipt},
        {"kind": "assigned", "submission": id_, "reviews": 2},
        {"kind": "started", "review": str(sealed.id)},
        {"kind": "score", **given, "version": 1, "score": score.score},
        {"kind": "sealed", "review": str(sealed.id)},
        {"kind": "decided", "submission": id_, "outcome": "recognised"},
        {"kind": "released", "submission": id_},
        {"kind": "certificate", "id": str(certificate.id), "number": certificate.number},
    ]


def test_what_is_there_is_not_missed(session: Session) -> None:
    lines = acknowledged(session)
    assert {line["kind"] for line in lines} == set(comparison.KEPT)
    assert comparison.missing(session, lines) == []


@pytest.mark.parametrize(
    ("kind", "otherwise"),
    [
        ("answer", {"text": "Another text"}),
        ("answer", {"version": 2}),
        ("handed over", {"submission": str(uuid4())}),
        ("signed", {"content": "0" * 64}),
        ("signed", {"submission": str(uuid4())}),
        ("receipt", {"receipt": "R-NONE"}),
        ("assigned", {"reviews": 3}),
        ("score", {"version": 2}),
        ("score", {"reason": "Another reason"}),
        ("decided", {"outcome": "deferred"}),
        ("certificate", {"number": "ARF-2026-999999"}),
        ("certificate", {"id": str(uuid4())}),
    ],
)
def test_what_is_not_there_is_missed(session: Session, kind: str, otherwise: Acknowledged) -> None:
    line = next(line for line in acknowledged(session) if line["kind"] == kind) | otherwise
    assert comparison.missing(session, [line]) == [f"not kept: {line}"]


def test_a_sound_portal_has_nothing_by_halves(session: Session) -> None:
    assert comparison.halves(session) == []


UNDONE = {
    "certificate": "DELETE FROM certificate",
    "number": "UPDATE certificate SET serial = serial + 1",
    "counter": "UPDATE certificate_counter SET last = last + 1",
    "status": f"UPDATE submission SET status = '{Status.SUBMITTED.value}' WHERE status = '{Status.RELEASED.value}'",
    "version": "UPDATE answer SET version = 2",
    "release": "UPDATE decision SET released_at = NULL",
}


@pytest.mark.parametrize("undone", UNDONE)
def test_a_step_that_is_there_by_halves_is_found(session: Session, undone: str) -> None:
    session.connection().execute(sa.text(UNDONE[undone]))
    session.expire_all()
    assert comparison.halves(session) != []


def test_what_is_noted_is_on_the_disk_at_once(tmp_path: Path) -> None:
    book = Ledger(tmp_path / "book.jsonl")
    id_ = uuid4()
    book.note("decided", submission=id_, outcome="recognised")
    assert read(tmp_path / "book.jsonl") == book.lines
    assert book.lines == [{"kind": "decided", "submission": str(id_), "outcome": "recognised"}]
