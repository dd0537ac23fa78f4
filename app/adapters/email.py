"""Sending mail: to files while developing, to a mail server in use."""

import os
import smtplib
import ssl
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit
from uuid import UUID

from app.config import Settings

TIMEOUT_SECONDS = 20  # well under a mail's lease, so that two workers never try one mail at a time
LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


class NotDelivered(Exception):
    """The mail was not taken; the text says why, without the password."""


class Letter(Protocol):
    """What a mail consists of. The id becomes the Message-ID: a second delivery is recognised as one."""

    id: UUID
    to: str
    subject: str
    body: str


class FileSender:
    """Writes each mail as ``<id>.eml`` into a folder; writing the same one twice leaves one file."""

    def __init__(self, folder: Path, mail_from: str) -> None:
        self.folder = folder
        self.mail_from = mail_from

    def send(self, mail: Letter) -> None:
        """Raises NotDelivered when the folder can't be written to."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            unfinished = self.folder / f"{mail.id}.unfinished"
            unfinished.write_bytes(bytes(message(mail, self.mail_from)))
            os.replace(unfinished, self.folder / f"{mail.id}.eml")
        except (OSError, ValueError) as failure:
            raise NotDelivered(f"{type(failure).__name__}: {failure}") from failure


def text_in(folder: Path, mail_id: UUID) -> str:
    """The text of a mail that ``FileSender`` wrote into ``folder``; empty when there is none."""
    path = folder / f"{mail_id}.eml"
    if not path.exists():
        return ""
    read = message_from_bytes(path.read_bytes(), policy=default)
    return str(read.get_content())


class SmtpSender:
    """Hands each mail to a mail server: ``smtp://`` with STARTTLS where it is offered, ``smtps://`` with TLS."""

    def __init__(self, url: str, mail_from: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("ARF_SMTP_URL must look like smtp://user:password@host:port")
        self.is_tls = parts.scheme == "smtps"
        self.host = parts.hostname
        self.port = parts.port or (465 if self.is_tls else 587)
        self.user = unquote(parts.username or "")
        self.password = unquote(parts.password or "")
        self.mail_from = mail_from

    def send(self, mail: Letter) -> None:
        """Raises NotDelivered when the server can't be reached, is not to be trusted or refuses."""
        try:
            with self._connection() as connection:
                self._prepare(connection)
                connection.send_message(message(mail, self.mail_from))
        except (OSError, smtplib.SMTPException, ValueError) as failure:
            raise NotDelivered(f"{type(failure).__name__}: {failure}") from failure

    def _connection(self) -> smtplib.SMTP:
        if self.is_tls:
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT_SECONDS, context=context)
        return smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_SECONDS)

    def _prepare(self, connection: smtplib.SMTP) -> None:
        connection.ehlo_or_helo_if_needed()
        is_private = self.is_tls or self.host in LOCAL_HOSTS
        if not self.is_tls and connection.has_extn("starttls"):
            connection.starttls(context=ssl.create_default_context())
            is_private = True
        if not self.user:
            return
        if not is_private:
            raise NotDelivered("the mail server offers no encryption, so the password was not sent")
        connection.login(self.user, self.password)


Sender = FileSender | SmtpSender


def sender_for(settings: Settings) -> Sender:
    """The mail server of the settings, or files when there is none."""
    if settings.smtp_url:
        return SmtpSender(settings.smtp_url, settings.mail_from)
    return FileSender(settings.mail_dir, settings.mail_from)


def message(mail: Letter, mail_from: str) -> EmailMessage:
    """The mail as plain text; no HTML, so that a name in it can't become a link of its own making.

    Raises ValueError when an address or the subject holds a line break.
    """
    made = EmailMessage()
    made["From"] = mail_from
    made["To"] = mail.to
    made["Subject"] = mail.subject
    made["Message-ID"] = f"<{mail.id}@{mail_from.rpartition('@')[2]}>"
    made["Auto-Submitted"] = "auto-generated"  # so that out-of-office replies stay away
    made.set_content(mail.body)
    return made
