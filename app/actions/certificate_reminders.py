"""Reminding holders of certificates: the light check is asked, the certificate expires in 6 months or in 2."""

from datetime import datetime

from sqlmodel import Session

from app.actions import mails
from app.models import Certificate, CertificateReminder
from app.queries import certificate_reminders as reminders
from app.queries.certificate_reminders import Due
from app.rules.certificate_life import LIGHT_CHECK
from app.rules.days import in_words


def is_any_due(session: Session, *, at: datetime) -> bool:
    """Whether a reminder is to be written. Reading only, so that looking takes no writer's lock."""
    return bool(reminders.due(session, at))


def write_due(session: Session, *, at: datetime, base_url: str) -> int:
    """Write the mails of the reminders that are due. Returns how many mails.

    Each goes out once: its row is written in the same transaction, its key is unique, and the certificate's row is
    held, so that two processes write in turn.
    """
    for one in reminders.due(session, at):
        session.get_one(Certificate, one.certificate.id, with_for_update={"key_share": True})
    written = 0
    for one in reminders.due(session, at):  # once more: what another process wrote meanwhile is no longer due
        session.add(CertificateReminder(certificate_id=one.certificate.id, kind=one.kind, written_at=at))
        session.flush()
        for address in one.addresses:
            mails.write(session, address, *_mail(one, base_url), at=at)
        written += len(one.addresses)
    return written


# Neither organisation nor outcome is named, nor a certificate: a mailbox may be shared.
def _mail(due: Due, base_url: str) -> tuple[str, str]:
    asked = (
        "Something of your organisation's needs an answer"
        if due.kind == LIGHT_CHECK
        else (f"Something of your organisation's ends on {in_words(due.certificate.expires_on)}")
    )
    body = (
        f"{asked}. What it is, and what to do, stands on your first page in the portal:\n\n{base_url}/home\n"
    )
    return f"Reminder: {asked[0].lower()}{asked[1:]}", body
