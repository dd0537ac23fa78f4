"""Reminding organisations that a window closes: 28, 7 and 1 working days before."""

from datetime import datetime

from sqlmodel import Session

from app.actions import mails, sign_in
from app.models import Person, Reminder, Submission, Window
from app.queries import reminders
from app.queries.reminders import Due
from app.rules.days import UK, in_words

_NOBODY: list[str] = []  # never changed


def is_any_due(session: Session, *, at: datetime) -> bool:
    """Whether a reminder is to be written. Reading only, so that looking takes no writer's lock."""
    return any(_recipients(session, window, at) for window in reminders.not_closed(session, at))


def write_due(session: Session, *, at: datetime, base_url: str) -> int:
    """Write the mails of every reminder that is due and not written. Returns how many mails.

    Each reminder goes out once an organisation and window: its row is written in the same transaction, and the
    window's row is held, so that two processes write in turn. After the close nothing is due.
    """
    written = 0
    for found in reminders.not_closed(session, at):
        window = session.get_one(Window, found.id, with_for_update={"key_share": True})
        for due, addresses, to_sign in _recipients(session, window, at):
            session.add(
                Reminder(
                    window_id=window.id,
                    organisation_id=due.organisation_id,
                    working_days=due.working_days,
                    written_at=at,
                )
            )
            session.flush()
            for address in addresses:
                mails.write(session, address, *_to_lead(window, due, base_url), at=at)
            for submission, sponsor in to_sign:
                path = f"/submissions/{submission.id}/sign"
                link = sign_in.link_to(session, sponsor, path, base_url=base_url, at=at)
                mails.write(session, sponsor.email, *_to_sponsor(window, due, link), at=at)
            written += len(addresses) + len(to_sign)
    return written


def _recipients(
    session: Session, window: Window, at: datetime
) -> list[tuple[Due, list[str], list[tuple[Submission, Person]]]]:
    """What is due with whom it goes to. Leads are left in peace once something is on its way; executives are
    reminded only of what waits for them. What would reach nobody is not due."""
    due = reminders.due(session, window, at)
    if not due:
        return []
    leads = reminders.leads(session, [one.organisation_id for one in due])
    busy = reminders.has_submission(session, window.id)
    to_sign = reminders.waiting_for_signature(session, window.id)
    found = [
        (
            one,
            _NOBODY if one.organisation_id in busy else leads.get(one.organisation_id, _NOBODY),
            to_sign.get(one.organisation_id, []),
        )
        for one in due
    ]
    return [one for one in found if one[1] or one[2]]


def _closes(window: Window, due: Due) -> str:
    """The date, not the days left: a mail may be written late, and read later still."""
    local = due.closes_at.astimezone(UK)
    time = f"{local.hour % 12 or 12}:{local:%M}{'am' if local.hour < 12 else 'pm'}"
    return f"{window.name} closes on {in_words(local.date())} at {time}"


def _to_lead(window: Window, due: Due, base_url: str) -> tuple[str, str]:
    body = (
        f"{_closes(window, due)}. Your executive sponsor must have signed by then, so hand over in good time.\n\n"
        f"See what is still missing:\n\n{base_url}/self-assessments\n\n"
        "If you do not mean to submit in this window, you do not need to do anything.\n"
    )
    return f"Reminder: {_closes(window, due)}", body


def _to_sponsor(window: Window, due: Due, link: str) -> tuple[str, str]:
    body = (
        f"{_closes(window, due)}. A submission of your organisation waits for your signature. "
        "On one page you can sign, decline and say why, or ask for a call back:\n\n"
        f"{link}\n\n"
        "The link works once, for 72 hours. When it no longer works, the page it opens sends you a new one.\n"
    )
    return f"Your signature is needed: {_closes(window, due)}", body
