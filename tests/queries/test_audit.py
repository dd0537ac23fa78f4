"""The audit finds what was changed behind the portal's back. Each test first takes the database's own guard away."""

import json
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.actions.certificates import Issuer, issue
from app.actions.history import record
from app.db import Database
from app.models import (
    Certificate,
    CertificateDrawing,
    CoSignature,
    Event,
    StageSpan,
    Submission,
)
from app.queries import audit, sealed_copies
from app.rules.history import sha256
from tests import holdings, steps
from tests.story import NOW, Story
from tests.unguarded import unguarded

pytestmark = pytest.mark.reaches_past  # these tests write rows that no action would


@pytest.fixture
def submission(database: Database, story: Story) -> Submission:
    """A signed submission in a database whose triggers are gone."""
    with database.write() as session:
        made = steps.signed(session, story)
        unguarded(session, "event", "sealed_copy")
    return made


def stream(submission: Submission) -> str:
    return f"submission:{submission.id}"


def lines(session: Session, submission: Submission) -> list[Event]:
    query = select(Event).where(Event.stream == stream(submission)).order_by(col(Event.number))
    return list(session.exec(query).all())


def test_nothing_is_found_when_nothing_was_changed(database: Database, submission: Submission) -> None:
    with database.read() as session:
        assert audit.verify(session) == []
        assert audit.count(session) == len(session.exec(select(Event)).all())


def test_a_moment_told_in_another_time_zone_is_no_change(database: Database, submission: Submission) -> None:
    summer = NOW.replace(month=7).astimezone(ZoneInfo("Europe/London"))
    with database.write() as session:
        record(session, stream(submission), "look", by=None, at=summer)
    with database.read() as session:
        assert audit.verify(session) == []


def test_a_changed_fact_is_found(database: Database, submission: Submission) -> None:
    with database.write() as session:
        first = lines(session, submission)[0]
        first.facts = {**first.facts, "level": "gold"}
    with database.read() as session:
        assert audit.verify(session) == [f"{stream(submission)} line 1: was changed after it was written"]


def test_a_changed_reason_time_or_person_is_found(database: Database, submission: Submission) -> None:
    with database.write() as session:
        first, second = lines(session, submission)
        first.reason, second.by_id = "Another", None
    with database.read() as session:
        assert audit.verify(session) == [
            f"{stream(submission)} line {number}: was changed after it was written" for number in (1, 2)
        ]


def test_a_removed_line_is_found(database: Database, submission: Submission) -> None:
    with database.write() as session:
        session.delete(lines(session, submission)[0])
    with database.read() as session:
        assert audit.verify(session) == [
            f"{stream(submission)} line 2: line 1 is missing",
            f"{stream(submission)} line 2: does not follow the line before",
            f"{stream(submission)}: 'sign' can't follow the status 'none'",
        ]


def test_a_removed_last_line_is_found(database: Database, submission: Submission) -> None:
    with database.write() as session:
        session.delete(lines(session, submission)[1])
    with database.read() as session:
        assert audit.verify(session) == [
            f"{stream(submission)}: the status is 'submitted' but the history says 'awaiting sign-off'",
            f"{stream(submission)}: the sealed copy is not the one that was signed",
        ]


def test_a_removed_history_is_found(database: Database, submission: Submission) -> None:
    with database.write() as session:
        for line in lines(session, submission):
            session.delete(line)
    with database.read() as session:
        assert audit.verify(session) == [
            f"{stream(submission)}: the status is 'submitted' but the history says 'nothing'",
            f"{stream(submission)}: the sealed copy is not the one that was signed",
        ]


def test_reordered_lines_are_found(database: Database, submission: Submission) -> None:
    with database.write() as session:
        first, second = lines(session, submission)
        for line, number in ((first, 3), (second, 1), (first, 2)):
            line.number = number
            session.flush()
    with database.read() as session:
        found = audit.verify(session)
        assert f"{stream(submission)} line 1: does not follow the line before" in found
        assert f"{stream(submission)} line 2: was changed after it was written" in found


def test_a_status_changed_by_sql_is_found(database: Database, submission: Submission) -> None:
    with database.write() as session:
        session.execute(sa.text("UPDATE submission SET status = 'decided'"))
    with database.read() as session:
        assert audit.verify(session) == [
            f"{stream(submission)}: the status is 'decided' but the history says 'submitted'"
        ]


def test_a_changed_document_is_found(database: Database, submission: Submission) -> None:
    with database.write() as session:
        copy = sealed_copies.newest(session, submission.id)
        document = json.loads(copy.document)
        document["content"]["answers"][0]["values"]["rating"] = "3"
        copy.document = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    with database.read() as session:
        assert audit.verify(session) == [f"{stream(submission)}: the sealed document was changed"]


def test_a_changed_document_with_a_hash_to_match_is_found(database: Database, submission: Submission) -> None:
    with database.write() as session:
        copy = sealed_copies.newest(session, submission.id)
        copy.document = copy.document.replace("Executive sponsor, trust A", "Somebody else")
        copy.sha256 = sha256(copy.document)
    with database.read() as session:
        assert audit.verify(session) == [
            f"{stream(submission)}: the sealed copy is not the one that was signed"
        ]


def test_a_removed_document_is_found(database: Database, submission: Submission) -> None:
    with database.write() as session:
        session.delete(sealed_copies.newest(session, submission.id))
    with database.read() as session:
        assert audit.verify(session) == [f"{stream(submission)}: the sealed copy is gone"]


def test_a_changed_declaration_is_found(database: Database, submission: Submission) -> None:
    with database.write() as session:
        sealed_copies.newest(session, submission.id).declaration = "I agree."
    with database.read() as session:
        assert audit.verify(session) == [
            f"{stream(submission)}: the declaration beside the sealed document was changed"
        ]


def test_a_removed_submission_is_found(database: Database, submission: Submission) -> None:
    with database.write() as session:
        session.delete(sealed_copies.newest(session, submission.id))
        session.execute(sa.delete(StageSpan))
        for view in session.exec(select(CoSignature).where(CoSignature.submission_id == submission.id)).all():
            session.delete(view)
        session.flush()
        session.delete(session.get_one(Submission, submission.id))
    with database.read() as session:
        assert audit.verify(session) == [
            f"{stream(submission)}: there is history of a submission that is gone",
            f"{stream(submission)}: the sealed copy is gone",
        ]


def test_the_database_itself_refuses_to_change_history(database: Database, story: Story) -> None:
    with database.write() as session:
        made = steps.signed(session, story)
    for statement in (
        "UPDATE event SET reason = 'x'",
        "DELETE FROM event",
        "UPDATE sealed_copy SET sha256 = 'x'",
    ):
        with database.write() as session:
            with pytest.raises(sa.exc.DBAPIError, match="is only added to"):
                session.execute(sa.text(statement))
            session.rollback()
    with database.read() as session:
        assert [line.verb for line in lines(session, made)] == ["hand over", "sign"]


def certified(session: Session, story: Story, submission: Submission) -> Certificate:
    """A certificate with its decision and its line of history, without the road to them."""
    decision = holdings.decision(session, story, submission)
    issuer = Issuer("The Assembly", ("Director",))
    by = story.who(session, "administrator")
    return issue(session, decision, submission, story.framework, issuer, by=by, at=NOW, on=NOW.date())


@pytest.mark.parametrize(("column", "value"), [("number", "ARF-2026-000999"), ("level", "gold")])
def test_a_changed_certificate_is_found(
    database: Database, story: Story, submission: Submission, column: str, value: str
) -> None:
    with database.write() as session:
        certificate = certified(session, story, submission)
        session.flush()
        assert audit.verify(session) == []
        setattr(certificate, column, value)
    with database.read() as session:
        assert audit.verify(session) == [f"certificate:{certificate.id}: '{column}' is not what was issued"]


def test_a_certificate_that_nobody_issued_and_one_that_is_gone_are_found(
    database: Database, story: Story, submission: Submission
) -> None:
    with database.write() as session:
        certificate = certified(session, story, submission)
        session.flush()
        certificate_id, other_id = certificate.id, uuid4()
        session.execute(sa.delete(CertificateDrawing))  # the database would not let its certificate go
        statement = sa.update(Certificate).values(id=other_id)
        session.execute(statement)
    with database.read() as session:
        assert audit.verify(session) == [
            f"certificate:{other_id}: the history does not say that it was issued",
            f"certificate:{certificate_id}: an issued certificate is gone",
        ]
