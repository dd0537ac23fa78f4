"""Whether a web address can still lead a reviewer somewhere. It is judged by its letters and never asked for.

The portal opens no address: a request made from inside the network could reach what nobody outside may (and an answer
could be very long, or never end), and it would tell other sites who is preparing a submission, and when.
"""

from ipaddress import ip_address
from urllib.parse import urlsplit

from app.criteria.answers import clean
from app.criteria.schema import Question, QuestionKind
from app.rules.evidence import Asked

# RFC 2606 and RFC 6761 keep these for examples and tests: nobody can own them, so they lead nowhere.
_PLACEHOLDERS = ("example.com", "example.net", "example.org", "example", "invalid", "test")
# RFC 6762, RFC 8375 and what routers call a house: known inside one network only.
_INSIDE = ("localhost", "local", "internal", "intranet", "lan", "home.arpa")

_ADDRESS = Question(id="url", kind=QuestionKind.LINK, label="Web address", hint="A web address.")


def fault(address: str, *, is_fictional: bool = False) -> str:
    """What is wrong with an address, as the end of a sentence; empty when nothing is.

    ``is_fictional``: a made-up organisation's made-up addresses are no fault of anybody's.
    """
    if address != address.strip() or any(one.isspace() for one in address):
        return "has a space in it. Copy it again from the browser."
    if not address or clean(Asked((_ADDRESS,)), {"url": address}).errors:
        return "is not a full web address. Copy it again from the browser."
    parts = urlsplit(address)
    host = (parts.hostname or "").rstrip(".")
    return _host_fault(host, is_fictional) or _scheme_fault(parts.scheme)


def _scheme_fault(scheme: str) -> str:
    if scheme == "http":
        return "begins with http://, which can be changed on its way. Try it with https:// and use that if it opens."
    return ""


def _host_fault(host: str, is_fictional: bool) -> str:
    if not is_fictional and _is_under(host, _PLACEHOLDERS):
        return "is a placeholder. Enter the real address."
    if _is_number(host):
        return "" if _is_reachable(host) else _ONLY_INSIDE
    if "." not in host or _is_under(host, _INSIDE):
        return _ONLY_INSIDE
    return ""


_ONLY_INSIDE = "opens inside your own network only. Reviewers are outside: add the page as a file instead."


def _is_under(host: str, domains: tuple[str, ...]) -> bool:
    return any(host == one or host.endswith(f".{one}") for one in domains)


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_reachable(host: str) -> bool:
    return ip_address(host).is_global
