"""Mails that wait are sent; reminders that are due are written."""

from datetime import datetime
from typing import Protocol

from sqlmodel import Session

from app.actions import certificate_reminders, mails, reminders
from app.adapters.email import NotDelivered, Sender
from app.db import Database
from app.models import Mail


class Reminding(Protocol):
    """A module that writes one kind of reminders."""

    def is_any_due(self, session: Session, *, at: datetime) -> bool: ...
    def write_due(self, session: Session, *, at: datetime, base_url: str) -> int: ...


def deliver_due(database: Database, sender: Sender) -> int:
    """Try each mail that is due, once. Returns how many were sent."""
    sent = 0
    while mail := _claimed(database):
        try:
            sender.send(mail)
        except NotDelivered as failure:
            with database.write() as session:
                mails.note_failure(session, mail.id, str(failure))
            continue
        with database.write() as session:
            mails.note_sent(session, mail.id, at=database.now(session))
        sent += 1
    return sent


def _claimed(database: Database) -> Mail | None:
    with database.read() as session:
        if not mails.is_any_due(session, at=database.now(session)):
            return None  # looking must not take the writer's lock each second
    with database.write() as session:
        return mails.claim(session, at=database.now(session))


def remind_due(database: Database, base_url: str) -> int:
    """Write each reminder that is due, of windows and of certificates. Returns how many mails."""
    return sum(_remind(database, base_url, kind) for kind in (reminders, certificate_reminders))


def _remind(database: Database, base_url: str, kind: Reminding) -> int:
    with database.read() as session:
        if not kind.is_any_due(session, at=database.now(session)):
            return 0
    with database.write() as session:
        return kind.write_due(session, at=database.now(session), base_url=base_url)
