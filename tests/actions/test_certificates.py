"""Issuing: names as they are that day, numbers once and without a gap."""

import threading
from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlmodel import Session, col, select

from app.actions import certificates
from app.actions.certificates import Issuer
from app.db import Database
from app.models import Certificate, Decision, Organisation, Submission
from app.upgrade import upgrade
from tests import holdings
from tests.conftest import ON_POSTGRESQL, _administer
from tests.judging import sealed_submission
from tests.story import NOW, Story, made_story

pytestmark = pytest.mark.reaches_past  # a decision is a row alone here
ISSUER, ON = Issuer("Assembly", ("Director", "Chair")), date(2026, 11, 22)


def issued(
    session: Session, story: Story, on: date = ON, *, code: str = "ZZA", letter: str = "a"
) -> Certificate:
    submission = sealed_submission(session, story, code, letter)
    decision, by = holdings.decision(session, story, submission), story.who(session, "administrator")
    return certificates.issue(session, decision, submission, story.framework, ISSUER, by=by, at=NOW, on=on)


def test_names_are_kept_as_they_were_that_day(database: Database, story: Story) -> None:
    with database.write() as session:
        certificate = issued(session, story)
        session.get_one(Organisation, certificate.organisation_id).name = "Renamed since"
        session.flush()
        assert (certificate.organisation_name, certificate.issuer_name, certificate.signatories) == (
            "Fictional trust A",
            "Assembly",
            ["Director", "Chair"],
        )
        assert (certificate.issued_on, certificate.expires_on) == (ON, date(2029, 11, 22))
        assert (certificate.is_fictional, bool(certificate.illustrative_mark)) == (True, True)


def test_c09_the_token_is_128_random_bits(database: Database, story: Story) -> None:
    with database.write() as session:
        tokens = {issued(session, story).token, issued(session, story, code="ZZB", letter="b").token}
    assert [len(bytes.fromhex(token)) for token in tokens] == [16, 16]


def test_serials_begin_anew_each_year(database: Database, story: Story) -> None:
    with database.write() as session:
        numbers = [
            issued(session, story, on, code=code, letter=letter).number
            for on, code, letter in (
                (ON, "ZZA", "a"),
                (ON + timedelta(days=60), "ZZB", "b"),
            )
        ]
    assert numbers == ["ARF-2026-000001", "ARF-2027-000001"]


def test_c01_a_decision_has_one_certificate(database: Database, story: Story) -> None:
    """The second release of the same decision would break the unique key, whatever the rules said."""
    with database.write() as session:
        certificate = issued(session, story)
        submission = session.exec(select(Submission)).one()
        decision = session.get_one(Decision, certificate.decision_id)
        by = story.who(session, "administrator")
        with pytest.raises(Exception, match=r"(?i)unique"), session.begin_nested():
            certificates.issue(session, decision, submission, story.framework, ISSUER, by=by, at=NOW, on=ON)
        assert [one.number for one in session.exec(select(Certificate)).all()] == ["ARF-2026-000001"]


def test_a_transaction_that_fails_gives_its_number_back(database: Database, story: Story) -> None:
    def fail() -> None:
        with database.write() as session:
            issued(session, story)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with database.write() as session:
        assert issued(session, story).number == "ARF-2026-000001"


@pytest.fixture
def real_postgresql(postgresql: str) -> Iterator[Database]:
    name = "serials"
    _administer(postgresql, f"CREATE DATABASE {name}")
    made = Database(postgresql.format(name))
    upgrade(made)
    yield made
    made.close()
    _administer(postgresql, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.postgres
def test_c01_two_releases_at_once_share_no_number_on_postgresql(real_postgresql: Database) -> None:
    with real_postgresql.write() as session:
        story = made_story(session)
    _race_for_serials(real_postgresql, story)


def test_c01_two_releases_at_once_share_no_number(database: Database, story: Story) -> None:
    if ON_POSTGRESQL:
        pytest.skip("the test above is this one on PostgreSQL")
    _race_for_serials(database, story)


def _race_for_serials(database: Database, story: Story, each: int = 10) -> None:
    """Two threads issue in turn, the very first certificates of the year among them."""
    with database.write() as session:
        submissions = [
            sealed_submission(session, story, code, letter) for code, letter in (("ZZA", "a"), ("ZZB", "b"))
        ]
        copies = [_copies(session, one, each) for one in submissions]
    start, failures = threading.Barrier(2), []

    def run(ids: list[UUID]) -> None:
        try:
            start.wait()
            for id_ in ids:
                with database.write() as session:
                    submission = session.get_one(Submission, id_)
                    decision = holdings.decision(session, story, submission)
                    by = story.who(session, "administrator")
                    certificates.issue(
                        session, decision, submission, story.framework, ISSUER, by=by, at=NOW, on=ON
                    )
        except Exception as failure:  # noqa: BLE001  told below
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(ids,)) for ids in copies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as session:
        serials = session.exec(select(Certificate.serial).order_by(col(Certificate.serial))).all()
    assert (failures, list(serials)) == ([], list(range(1, 2 * each + 1)))


def _copies(session: Session, submission: Submission, number: int) -> list[UUID]:
    """As many closed submissions like this one."""
    values = submission.model_dump(exclude={"id"})
    rows = [Submission(**{**values, "id": uuid4(), "status": "released"}) for _ in range(number)]
    session.add_all(rows)
    session.flush()
    return [row.id for row in rows]
