"""Asking for what a hand-over needs: the executive's signature, and the staff network's view."""

from datetime import datetime

from sqlmodel import Session

from app.actions import co_signatures, mails, sign_in
from app.criteria.schema import Framework
from app.models import Person, Submission, Window
from app.rules.people import Who


def ask(
    session: Session,
    submission: Submission,
    framework: Framework,
    sponsor: Person,
    *,
    by: Who,
    at: datetime,
    base_url: str = "",
) -> None:
    """Tell the executive by a mail whose link leads to the page to sign, and every network chair by one of their own.

    Neither mail repeats anything of the submission but its level: a mailbox may be shared.
    """
    window = session.get_one(Window, submission.window_id)
    level = framework.level(submission.level).name
    link = sign_in.link_to(session, sponsor, f"/submissions/{submission.id}/sign", base_url=base_url, at=at)
    mails.write(session, sponsor.email, *_mail(level, window.name, by.name, link), at=at)
    co_signatures.ask(session, submission, framework, at=at, base_url=base_url)


def _mail(level: str, window: str, lead: str, link: str) -> tuple[str, str]:
    body = (
        f"{lead} asks you to sign your organisation's {level} submission for {window}. "
        "It takes one page: what you sign, what it means, and every answer with its evidence. "
        f"You can sign, decline and say why, or ask for a call back:\n\n{link}\n\n"
        "The link works once, for 72 hours. A page opens with a button: choose it. "
        "When the link no longer works, the page it opens sends you a new one.\n"
    )
    return f"Your signature is needed: {level} submission", body
