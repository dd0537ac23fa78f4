"""Addresses are judged by their letters, and never asked for."""

import socket

import pytest

from app.rules.links import fault

INSIDE = "opens inside your own network only. Reviewers are outside: add the page as a file instead."
PLACEHOLDER = "is a placeholder. Enter the real address."
NOT_FULL = "is not a full web address. Copy it again from the browser."
SPACE = "has a space in it. Copy it again from the browser."
HTTP = "begins with http://, which can be changed on its way. Try it with https:// and use that if it opens."


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://www.england.nhs.uk/wres", ""),
        ("https://www.england.nhs.uk:8443/a?b=c#d", ""),
        ("https://8.8.8.8/report", ""),
        ("https://examples.com/report", ""),
        ("https://myexample.com/report", ""),
        ("http://www.england.nhs.uk/wres", HTTP),
        ("HTTP://www.england.nhs.uk/wres", HTTP),
        ("https://www.england.nhs.uk/my report", SPACE),
        (" https://www.england.nhs.uk/", SPACE),
        ("https://www.england.nhs.uk/\u00a0", SPACE),
        ("https://www.england.nhs.uk/a\nb", SPACE),
        ("", NOT_FULL),
        ("www.england.nhs.uk", NOT_FULL),
        ("ftp://www.england.nhs.uk", NOT_FULL),
        ("javascript:alert(1)", NOT_FULL),
        ("https://", NOT_FULL),
        ("https://[::1", NOT_FULL),
        ("https://user:word@www.england.nhs.uk/", NOT_FULL),
        ("https://www.england.nhs.uk\\@evil.test/", NOT_FULL),
        ("https://example.com/report", PLACEHOLDER),
        ("https://www.Example.ORG./report", PLACEHOLDER),
        ("https://trust.example/report", PLACEHOLDER),
        ("https://a.invalid/report", PLACEHOLDER),
        ("https://localhost/report", INSIDE),
        ("https://portal.localhost:8000/", INSIDE),
        ("https://intranet/report", INSIDE),
        ("https://fileserver/report", INSIDE),
        ("https://files.trust.local/report", INSIDE),
        ("https://127.0.0.1/report", INSIDE),
        ("https://10.2.3.4/report", INSIDE),
        ("https://192.168.1.1/report", INSIDE),
        ("https://169.254.169.254/latest", INSIDE),
        ("https://[::1]/report", INSIDE),
        ("https://[fd00::1]/report", INSIDE),
        ("http://10.2.3.4/report", INSIDE),
    ],
)
def test_what_is_wrong_with_an_address(address: str, expected: str) -> None:
    assert fault(address) == expected


def test_a_made_up_organisation_may_have_made_up_addresses() -> None:
    assert fault("https://trust.example/report", is_fictional=True) == ""
    assert fault("https://localhost/report", is_fictional=True) == INSIDE


def test_nothing_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        pytest.fail("the portal asked the network about an address")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket, "socket", refuse)
    assert fault("https://www.england.nhs.uk/wres") == ""
