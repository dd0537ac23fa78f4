"""Mails wait in the database: each goes to one worker at a time, five times at most."""

from datetime import timedelta

import pytest
from sqlmodel import select

from app.actions import mails
from app.db import Database
from app.models import Mail
from tests.story import NOW


def written(database: Database, *subjects: str) -> None:
    with database.write() as session:
        for number, subject in enumerate(subjects):
            mails.write(session, "a@example.invalid", subject, "Text", at=NOW + timedelta(seconds=number))


def claimed(database: Database, *, minutes: float = 0) -> Mail | None:
    with database.write() as session:
        return mails.claim(session, at=NOW + timedelta(minutes=minutes))


def is_any_due(database: Database, *, minutes: float = 0) -> bool:
    with database.read() as session:
        return mails.is_any_due(session, at=NOW + timedelta(minutes=minutes))


def test_a_mail_is_leased_to_one_worker_and_offered_again_when_the_lease_ends(database: Database) -> None:
    written(database, "First", "Second")
    first, second, third = (
        claimed(database, minutes=1),
        claimed(database, minutes=1),
        claimed(database, minutes=1),
    )
    assert [mail and mail.subject for mail in (first, second, third)] == ["First", "Second", None]
    assert [is_any_due(database, minutes=2.9), is_any_due(database, minutes=3)] == [False, True]
    again = claimed(database, minutes=3)
    assert (again and again.subject, again and again.tries) == ("First", 2)


def test_a_mail_that_was_taken_is_never_offered_again_and_its_text_with_a_secret_link_is_gone(
    database: Database,
) -> None:
    written(database, "Only")
    mail = claimed(database)
    assert mail is not None
    with database.write() as session:
        mails.note_sent(session, mail.id, at=NOW)
    with database.read() as session:
        kept = session.exec(select(Mail)).one()
        assert (kept.subject, kept.to, kept.sent_at, kept.body) == ("Only", "a@example.invalid", NOW, "")
    assert [is_any_due(database, minutes=later) for later in (0, 3, 10_000)] == [False, False, False]


def test_a_mail_nobody_takes_is_tried_eleven_times_and_stays_with_its_reason(database: Database) -> None:
    written(database, "Only")
    tries = 0
    while mail := claimed(database, minutes=2 ** (tries + 2)):
        tries += 1
        with database.write() as session:
            mails.note_failure(session, mail.id, "refused " * 200)
    with database.read() as session:
        kept = session.exec(select(Mail)).one()
        session.expunge(kept)
    assert (tries, kept.tries, kept.sent_at) == (11, 11, None)
    assert kept.last_error == ("refused " * 200)[: mails.MOST_ERROR]


def test_a_name_with_a_line_break_adds_no_header(database: Database) -> None:
    written(database, "Sign\r\nBcc: everyone@example.invalid")
    mail = claimed(database)
    assert mail is not None
    assert mail.subject == "Sign Bcc: everyone@example.invalid"


def test_a_mail_of_a_transaction_that_fails_does_not_go_out(database: Database) -> None:
    def cut() -> None:
        with database.write() as session:
            mails.write(session, "a@example.invalid", "Never", "Text", at=NOW)
            raise InterruptedError

    with pytest.raises(InterruptedError):
        cut()
    assert is_any_due(database) is False
