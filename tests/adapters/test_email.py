"""Mails as files, and mails handed to a mail server that speaks SMTP over a real socket."""

import email
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from pathlib import Path
from uuid import UUID

import pytest

from app.adapters.email import FileSender, NotDelivered, SmtpSender, sender_for
from app.config import Environment, Settings

MAIL_ID = UUID(int=7)


@dataclass
class Mail:
    id: UUID = MAIL_ID
    to: str = "lead.a@example.invalid"
    subject: str = "Sign in – portal"
    body: str = "Open this:\n\nhttp://127.0.0.1:8000/sign-in/link/abc\n"


class _Talk(socketserver.StreamRequestHandler):
    """One conversation of a mail server that offers no encryption and refuses addresses that begin with "no"."""

    def handle(self) -> None:
        self.say("220 ready")
        while line := self.rfile.readline().decode().strip():
            self.server.heard.append(line)  # type: ignore[attr-defined]
            word = line.upper().split(" ")[0]
            if word == "QUIT":
                return self.say("221 bye")
            if word == "DATA":
                self.say("354 go on")
                while (data := self.rfile.readline()) != b".\r\n":
                    self.server.data.append(data)  # type: ignore[attr-defined]
            self.say("550 no such person" if line.upper().startswith("RCPT TO:<NO") else "250 fine")
        return None

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class MailServer(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.heard: list[str] = []
        self.data: list[bytes] = []

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


def test_a_file_holds_the_mail_and_a_second_delivery_is_the_same_file(tmp_path: Path) -> None:
    sender = FileSender(tmp_path / "mails", "portal@example.invalid")
    sender.send(Mail())
    sender.send(Mail())
    (path,) = (tmp_path / "mails").iterdir()
    read = email.message_from_bytes(path.read_bytes(), policy=policy.default)
    assert path.name == f"{MAIL_ID}.eml"
    assert {name: read[name] for name in ("From", "To", "Subject", "Message-ID", "Auto-Submitted")} == {
        "From": "portal@example.invalid",
        "To": Mail.to,
        "Subject": Mail.subject,
        "Message-ID": f"<{MAIL_ID}@example.invalid>",
        "Auto-Submitted": "auto-generated",
    }
    assert (read.get_content_type(), read.get_content()) == ("text/plain", Mail.body)


def test_a_mail_server_gets_the_mail(mail_server: MailServer) -> None:
    SmtpSender(mail_server.url, "portal@example.invalid").send(Mail())
    read = email.message_from_bytes(b"".join(mail_server.data), policy=policy.default)
    assert (read["To"], read.get_content().split()) == (Mail.to, Mail.body.split())


def test_a_refusal_is_told_with_the_servers_words(mail_server: MailServer) -> None:
    with pytest.raises(NotDelivered, match="no such person"):
        SmtpSender(mail_server.url, "portal@example.invalid").send(Mail(to="nobody@example.invalid"))


def test_a_server_that_is_away_is_told() -> None:
    with pytest.raises(NotDelivered, match="ConnectionRefusedError"):
        SmtpSender("smtp://127.0.0.1:1", "portal@example.invalid").send(Mail())


def test_a_password_is_never_sent_without_encryption(
    mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.adapters.email.LOCAL_HOSTS", frozenset())
    address = mail_server.url.replace("smtp://", "smtp://user:secret@")
    with pytest.raises(NotDelivered, match="offers no encryption") as refused:
        SmtpSender(address, "portal@example.invalid").send(Mail())
    assert "secret" not in f"{refused.value} {mail_server.heard}"


@pytest.mark.parametrize("field", ["to", "subject"])
def test_a_line_break_in_a_header_is_refused(tmp_path: Path, field: str) -> None:
    mail = Mail(**{field: "a@example.invalid\r\nBcc: b@example.invalid"})
    with pytest.raises(NotDelivered):
        FileSender(tmp_path, "portal@example.invalid").send(mail)
    assert list(tmp_path.glob("*.eml")) == []


def test_the_settings_choose_the_sender(tmp_path: Path) -> None:
    files = Settings(environment=Environment.DEVELOPMENT, data_dir=tmp_path)
    server = Settings(environment=Environment.DEVELOPMENT, data_dir=tmp_path, smtp_url="smtps://mail.example")
    assert [type(sender_for(one)) for one in (files, server)] == [FileSender, SmtpSender]
    with pytest.raises(ValueError, match="ARF_SMTP_URL must look like"):
        SmtpSender("mail.example:25", "portal@example.invalid")
