"""Reminders about certificates: which, to whom, each once; and the light check that one of them asks for."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from app.actions import certificate_reminders as reminders
from app.actions import light_checks, revocations
from app.db import Database
from app.jobs.mails import remind_due
from app.models import Certificate, CertificateReminder, LightCheck, Mail, Membership, Organisation, Role
from app.queries import light_checks as queries
from app.queries import waiting
from app.queries.light_checks import State
from app.queries.waiting_lines import Asking
from app.rules.errors import Conflict, RuleError
from app.rules.history import sha256
from tests import rounds
from tests.boundaries import closed
from tests.conftest import Clock
from tests.holdings import certificate
from tests.recognition import DAYS, REASON, certified, revoked
from tests.story import NOW, Story

URL = "http://127.0.0.1:8000"
# Bronze of the story, issued on 22 November 2026 for 36 months.
CHECK = datetime(2027, 11, 22, 9, tzinfo=UTC)
SIX, TWO = datetime(2029, 5, 22, 8, tzinfo=UTC), datetime(2029, 9, 22, 8, tzinfo=UTC)
END = datetime(2029, 11, 23, tzinfo=UTC)
LEAD, SPONSOR = "lead.a@example.invalid", "sponsor.a@example.invalid"
TICK = timedelta(microseconds=1)


def write(database: Database, at: datetime) -> list[str]:
    """Write what is due; whom the mails of this round go to."""
    with database.write() as session:
        before = set(session.exec(select(Mail.id)).all())
        expected = reminders.is_any_due(session, at=at)
        number = reminders.write_due(session, at=at, base_url=URL)
        rows = session.exec(select(Mail).order_by(col(Mail.to))).all()
        found = [row.to for row in rows if row.id not in before]
        assert (number, expected) == (len(found), bool(found))
        return found


@pytest.fixture
def bronze(database: Database, story: Story) -> Certificate:
    with database.write() as session:
        return certified(session, story)


@pytest.mark.usefixtures("bronze")
def test_each_goes_out_at_its_moment_and_once(database: Database) -> None:
    for moment, to in ((CHECK, [LEAD, SPONSOR]), (SIX, [LEAD]), (TWO, [LEAD])):
        assert [write(database, moment - TICK), write(database, moment), write(database, moment)] == [
            [],
            to,
            [],
        ]
    assert write(database, END) == []
    with database.read() as session:
        kinds = session.exec(select(CertificateReminder.kind)).all()
        assert sorted(kinds) == ["expires in 2 months", "expires in 6 months", "light check"]


@pytest.mark.usefixtures("bronze")
def test_every_day_of_three_years_sends_four_mails_and_none_names_what_it_is_about(
    database: Database,
) -> None:
    at, sent = NOW, []
    while at < END + timedelta(days=40):
        sent += write(database, at)
        at += timedelta(days=9)
    assert sorted(sent) == [LEAD] * 3 + [SPONSOR]
    with database.read() as session:
        for mail in session.exec(select(Mail).where(Mail.subject.startswith("Reminder"))).all():
            told = (mail.subject + mail.body).casefold()
            assert [word for word in ("trust", "bronze", "certificate", "recogni") if word in told] == []
            assert f"{URL}/home\n" in mail.body


@pytest.mark.usefixtures("bronze")
def test_who_was_down_for_months_sends_one_about_the_expiry(database: Database) -> None:
    assert write(database, TWO + timedelta(days=3)) == [LEAD, LEAD, SPONSOR]
    with database.read() as session:
        kinds = session.exec(select(CertificateReminder.kind)).all()
    assert sorted(kinds) == ["expires in 2 months", "light check"]


def test_what_is_over_or_outdone_or_reaches_nobody_is_not_due(
    database: Database, story: Story, bronze: Certificate
) -> None:
    with database.write() as session:
        lead = session.exec(
            select(Membership).where(
                Membership.organisation_id == bronze.organisation_id, Membership.role == Role.LEAD
            )
        ).one()
        lead.ended_at = NOW
    assert [write(database, SIX), write(database, SIX)] == [
        [SPONSOR],
        [],
    ]  # of the light check, which is open still
    with database.write() as session:
        session.get_one(Membership, lead.id).ended_at = None
        revoked(session, story, session.get_one(Certificate, bronze.id))
    assert write(database, SIX) == []


def test_a_body_that_no_longer_exists_is_asked_nothing(
    database: Database, story: Story, bronze: Certificate
) -> None:
    with database.write() as session:
        closed(session, story, "ZZA", ["ZZC"], date(2027, 4, 1), NOW.date())
    assert [write(database, CHECK), write(database, SIX)] == [[], []]


@pytest.mark.reaches_past
def test_who_holds_a_later_certificate_hears_nothing_of_the_former(
    database: Database, story: Story, bronze: Certificate
) -> None:
    with database.write() as session:
        body = session.get_one(Organisation, bronze.organisation_id)
        later = certificate(session, story, body, "silver", issued=date(2027, 9, 1), expires=date(2030, 9, 1))
        later.number, later.serial = "ARF-2027-999999", 999_999
    assert write(database, CHECK) == []
    assert write(database, datetime(2028, 9, 1, 9, tzinfo=UTC)) == [LEAD, SPONSOR]
    with database.read() as session:
        assert session.exec(select(CertificateReminder.certificate_id)).all() == [later.id]


@pytest.mark.reaches_past
def test_a_certificate_issued_again_is_not_asked_twice(
    database: Database, story: Story, bronze: Certificate
) -> None:
    write(database, CHECK)
    with database.write() as session:
        old = session.get_one(Certificate, bronze.id)
        by = story.who(session, "lead_a")
        light_checks.answer(session, old, story.framework.settings, True, "As it was.", by=by, at=CHECK)
        old.superseded_on = CHECK.date()
        new = Certificate(
            **old.model_dump(exclude={"id"})
            | {
                "number": "ARF-2027-000009", "serial": 9, "year": 2027, "token": sha256("new")[:32], "edition": 2,
                "supersedes_id": old.id, "issued_on": CHECK.date(), "superseded_on": None,
            }
        )  # fmt: skip
        session.add(new)
    assert write(database, CHECK + timedelta(days=1)) == []
    with database.read() as session:
        kept = queries.of(session, session.get_one(Certificate, new.id))
        assert kept is not None
        assert kept.certificate_id == old.id


def test_the_job_that_writes_the_window_reminders_writes_these(
    database: Database, clock: Clock, bronze: Certificate
) -> None:
    clock.at = CHECK
    assert [remind_due(database, URL), remind_due(database, URL)] == [2, 0]


def answered(
    session: Session, story: Story, row: Certificate, holds: bool | None, text: str, at: datetime
) -> LightCheck:
    by = story.who(session, "sponsor_a")
    return light_checks.answer(session, row, story.framework.settings, holds, text, by=by, at=at)


def test_the_light_check_is_answered_once_while_it_is_asked(
    database: Database, story: Story, bronze: Certificate
) -> None:
    with database.write() as session:
        row = session.get_one(Certificate, bronze.id)
        for holds, text, field in ((None, "Fine.", "holds"), (True, " ", "text")):
            with pytest.raises(RuleError) as refused:
                answered(session, story, row, holds, text, CHECK)
            assert refused.value.field == field
        for at in (CHECK - timedelta(days=1), END):
            with pytest.raises(Conflict):
                answered(session, story, row, True, "Fine.", at)
        answered(session, story, row, False, "The network lost its chair.", CHECK)
        with pytest.raises(Conflict):
            answered(session, story, row, True, "Fine.", CHECK)
        assert row.revoked_on is None


def test_the_assembly_sees_what_is_overdue_answered_and_read_and_nothing_is_revoked(
    database: Database, story: Story, bronze: Certificate
) -> None:
    framework = lambda version_id: story.framework  # noqa: E731
    with database.write() as session:
        row = session.get_one(Certificate, bronze.id)

        def seen(at: datetime, part: str = "administrator") -> list[State]:
            who = story.who(session, part)
            return [one.state for one in queries.lines(session, who, at.date(), framework)]

        late = datetime(2028, 1, 23, 12, tzinfo=UTC)
        assert [seen(CHECK - timedelta(days=1)), seen(CHECK), seen(late)] == [
            [],
            [State.ASKED],
            [State.OVERDUE],
        ]
        assert seen(late, "administrator_of_a") == []  # has a conflict of interest
        assert row.revoked_on is None
        with pytest.raises(Conflict):
            light_checks.mark_read(session, row, by=story.who(session, "administrator"), at=late)
        answered(session, story, row, True, "Nothing changed.", late)
        assert seen(late) == [State.ANSWERED]
        for _ in range(2):
            light_checks.mark_read(session, row, by=story.who(session, "administrator"), at=late)
        assert (seen(late), rounds.faults(session)) == ([State.READ], [])


def told(session: Session, story: Story, part: str, at: datetime) -> list[tuple[str, str]]:
    asking = Asking(session, story.who(session, part), at, lambda version_id: story.framework)
    words = ("Answer the light", "Renew", "Read why the")
    return [(one.what, one.path) for one in waiting.lines(asking) if one.what.startswith(words)]


def test_the_first_page_says_what_to_do_about_a_certificate(
    database: Database, story: Story, bronze: Certificate
) -> None:
    with database.write() as session:
        row = session.get_one(Certificate, bronze.id)
        check = ("Answer the light check of Bronze", f"/certificates/{row.id}/light-check")
        renew = ("Renew Bronze", "/self-assessments")
        assert told(session, story, "lead_a", CHECK - timedelta(days=1)) == []
        assert told(session, story, "sponsor_a", CHECK) == [check]
        assert told(session, story, "contributor_a", CHECK) == []
        answered(session, story, row, True, "Nothing changed.", CHECK)
        (line,) = told(session, story, "lead_a", SIX)
        assert (line[0], line[1].startswith("/self-assessments/"), line[1].endswith("/missing/bronze")) == (
            renew[0], True, True,
        )  # fmt: skip
        assert told(session, story, "sponsor_a", SIX) == []  # only who can hand over
        first, second = (story.who(session, part) for part in ("administrator", "administrator_2"))
        asked = revocations.ask(session, row, REASON, by=first, at=SIX)
        revocations.confirm(session, row, asked.id, days=DAYS, by=second, at=SIX)
        why = ("Read why the Bronze certificate was revoked", f"/certificates/{row.id}")
        assert told(session, story, "lead_a", SIX) == [why]
        assert told(session, story, "lead_a", SIX + timedelta(days=40)) == []
