"""Around every request: where it may come from, how large it may be, what browsers may do with the answer, and a
reference that both the page and the log have when something goes wrong."""

import re
from secrets import token_hex
from urllib.parse import parse_qsl, urlsplit

import structlog
from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.config import MEGABYTE, Settings
from app.web.errors import BadRequest
from app.web.failures import TOO_MUCH, answer_to_failure
from app.web.transaction import SAFE_METHODS
from app.web.uploads import largest_body, largest_checked

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": CONTENT_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "x-frame-options": "DENY",
}
# The address of a style sheet changes with it (pages.asset), fonts and pictures hardly ever change.
KEPT = "public, max-age=86400"
# The forms that take a file. Their routes read more than others do: see ``web/uploads.py``.
UPLOADS = re.compile(
    r"/organisations/[^/]+/evidence/new|/evidence/[^/]+/versions|/self-assessments/[^/]+/import"
)
CHECKED = "/verify"  # takes a file from anybody, so a small one
HTTPS_ONLY = {"strict-transport-security": "max-age=31536000; includeSubDomains"}


class Protection:
    """ASGI middleware. An answer that sets a header itself keeps it (evidence has a stricter content policy)."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.origin = _origin(settings.base_url)
        self.form_bytes = settings.form_megabytes * MEGABYTE
        self.upload_bytes = largest_body(settings)
        self.checked_bytes = largest_checked(settings)
        self.headers = HEADERS | (HTTPS_ONLY if settings.is_https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        reference = token_hex(6)
        scope.setdefault("state", {})["reference"] = reference
        with structlog.contextvars.bound_contextvars(reference=reference):
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        sending = _Sending(send, self.headers | _caching(scope["path"]))
        most = self._most_bytes(scope)
        try:
            if refused := refusal(scope, self.origin) or too_large(scope, most):
                scope["state"]["who"] = None  # another site's request is not looked up
                raise refused
            await self.app(scope, _counted(receive, most), sending)
        except Exception as failure:
            if sending.has_begun:
                raise
            # Answered here rather than by the server's outermost layer: the page keeps these headers, and the log
            # line is written while the reference is known.
            answer = await answer_to_failure(Request(scope, receive), failure)
            await answer(scope, receive, sending)

    def _most_bytes(self, scope: Scope) -> int:
        takes_file = Headers(scope=scope).get("content-type", "").startswith("multipart/")
        if takes_file and scope["path"] == CHECKED:
            return self.checked_bytes
        return self.upload_bytes if takes_file and UPLOADS.fullmatch(scope["path"]) else self.form_bytes


def too_large(scope: Scope, most: int) -> BadRequest | None:
    """Judged by what the request says of itself, before any of it is read."""
    length = Headers(scope=scope).get("content-length", "0")
    return BadRequest(TOO_MUCH, status=413) if not length.isdecimal() or int(length) > most else None


def _counted(receive: Receive, most: int) -> Receive:
    """``receive`` that stops after ``most`` bytes: a body sent in chunks does not say how long it is.

    FastAPI's own limit does the same, but answers with two words of plain text.
    """
    total = 0

    async def receiving() -> Message:
        nonlocal total
        message = await receive()
        total += len(message.get("body", b""))
        if total > most:
            raise BadRequest(TOO_MUCH, status=413)
        return message

    return receiving


class _Sending:
    """Passes an answer on with our headers, and knows whether it has begun."""

    def __init__(self, send: Send, headers: dict[str, str]) -> None:
        self.send = send
        self.headers = headers
        self.has_begun = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.has_begun = True
            headers = MutableHeaders(scope=message)
            for name, value in self.headers.items():
                headers.setdefault(name, value)
        await self.send(message)


def _caching(path: str) -> dict[str, str]:
    """Pages differ by person, so that nothing may be kept but the files of the design."""
    return {"cache-control": KEPT if path.startswith("/assets/") else "no-store"}


def refusal(scope: Scope, origin: str) -> BadRequest | None:
    """Why a request is not even looked at; None when it is."""
    names = [name for name, _ in parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)]
    if len(names) != len(set(names)):
        return BadRequest("The address names the same thing twice. Check the address and try again.")
    if scope["method"] not in SAFE_METHODS and not is_own_origin(Headers(scope=scope), origin):
        return BadRequest(
            "This form was not sent from a page of the portal, so nothing was changed. "
            "Open the page in the portal and send it again.",
            status=403,
        )
    return None


def is_own_origin(headers: Headers, origin: str) -> bool:
    """Whether a browser says that the request comes from our own pages. Saying nothing is not enough."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    return headers.get("origin") == origin


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def host_of(url: str) -> str:
    return urlsplit(url).hostname or "127.0.0.1"
