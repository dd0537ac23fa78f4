"""Every way a request can fail, as a clear page, or as JSON for who asks for it."""

from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from app.adapters.files import StoreAway
from app.rules.errors import Conflict, NotAllowed, RuleError
from app.rules.people import Who
from app.rules.scans import HeldBack
from app.web.errors import BadRequest, NotFound, NoToken, NotSignedIn
from app.web.pages import go, page, wants_json
from app.web.transaction import MOST_FIELDS, person_or_none

log = structlog.get_logger()

NOT_FOUND = (
    "If you typed or pasted the address, check it is correct. If you followed a link, it may be out of date."
)
TOO_MUCH = (
    "What you sent is larger than the portal takes. Nothing was saved. Send a smaller file or less text."
)
UNKEEPABLE = (
    "It holds a character or a number that can't be kept. Nothing was saved. Go back and type it anew instead of "
    "pasting it."
)
NO_BEARER = (
    "Send a token that holds in the header Authorization, as Bearer and the token. Make one in the portal under "
    "Tokens."
)
STORE_AWAY = (
    "The place where files are kept does not answer just now. Nothing was lost. Try again in a few minutes."
)
_BY_STATUS = {
    400: (
        "This could not be read",
        "The request was not complete or not well-formed. Go back and send it again.",
    ),
    403: ("You can't do this", "Your role does not let you do this."),
    404: ("Page not found", NOT_FOUND),
    405: ("Page not found", NOT_FOUND),
    413: ("Too large", TOO_MUCH),
}


_TITLES = {status: title for status, (title, _) in _BY_STATUS.items()} | {
    409: "This has changed since you opened it",
    422: "This could not be done",
}
_SAID: dict[type[Exception], tuple[int, str, str]] = {
    NotFound: (404, *_BY_STATUS[404]),
    RequestValidationError: (400, *_BY_STATUS[400]),
    ClientDisconnect: (400, *_BY_STATUS[400]),  # an upload that was cut; nobody is there to read this
    IntegrityError: (409, _TITLES[409], "Somebody did the same at this moment. Reload the page."),
    DataError: (422, "This could not be saved", UNKEEPABLE),
}


def add_failures(app: FastAPI) -> None:
    """Let ``app`` answer every failure through this module."""
    for kind in (
        NotFound,
        NotSignedIn,
        NoToken,
        RuleError,
        RequestValidationError,
        HTTPException,
        DataError,
        IntegrityError,
        OperationalError,
        StoreAway,
        Exception,
    ):
        app.add_exception_handler(kind, answer_to_failure)


async def answer_to_failure(request: Request, failure: Exception) -> Response:
    if isinstance(failure, NotSignedIn):
        return await _sign_in_first(request)
    if isinstance(failure, NoToken):
        said = {"error": "No token that holds", "detail": NO_BEARER, "reference": ""}
        return JSONResponse(said, 401, {"www-authenticate": "Bearer"})
    status, title, sentence = _explained(request, failure)
    if wants_json(request):
        return JSONResponse(
            {"error": title, "detail": sentence, "reference": _reference(request, status)}, status
        )
    return page(
        request,
        "errors/failure",
        await _who(request, status),
        status=status,
        title=title,
        sentence=sentence,
        reference=_reference(request, status),
        typed=_typed(request, status),
    )


def _typed(request: Request, status: int) -> list[tuple[str, str]]:
    """The texts of the form that could not be saved. Going back is not enough: browsers do not keep what was typed
    into a page that may not be stored."""
    if status < 409:
        return []
    return [(name, text) for name, text in getattr(request.state, "typed", {}).items() if " " in text.strip()]


async def _who(request: Request, status: int) -> Who | None:
    """Who gets the page. When nothing looked yet, as for an unknown address, no transaction is open either."""
    if status >= 500:
        return None  # perhaps it is the database that failed
    if not hasattr(request.state, "who"):
        return await person_or_none(request, request.app.state.portal)
    who: Who | None = request.state.who
    return who


def _reference(request: Request, status: int) -> str:
    """Only an unexpected failure tells its reference: a 404 must not differ from another by a single byte."""
    return request.state.reference if status >= 500 else ""


def _explained(request: Request, failure: Exception) -> tuple[int, str, str]:
    """Status, title and sentence."""
    if isinstance(failure, HeldBack):
        return failure.status, failure.title, failure.sentence
    if isinstance(failure, RuleError):
        status = _status_of(failure)
        return status, _TITLES[status], failure.sentence
    if isinstance(failure, HTTPException) and failure.status_code in _BY_STATUS:
        status = 404 if failure.status_code == 405 else failure.status_code
        return status, *_BY_STATUS[status]
    for kind, said in _SAID.items():
        if isinstance(failure, kind):
            _note_refusal(request, failure)
            return said
    return _unexpected(request, failure)


def _note_refusal(request: Request, failure: Exception) -> None:
    """A refusal by the database may be a fault of ours as well. Its kind alone: its words repeat what was typed."""
    if isinstance(failure, DBAPIError):
        log.warning("refused by the database", path=request.url.path, kind=type(failure.orig).__name__)


def _status_of(failure: RuleError) -> int:
    match failure:
        case BadRequest(status=status):
            return status
        case NotAllowed():
            return 403
        case Conflict():
            return 409
    return 422


def _unexpected(request: Request, failure: Exception) -> tuple[int, str, str]:
    log.error(
        "unexpected failure", reference=request.state.reference, path=request.url.path, exc_info=failure
    )
    if isinstance(failure, StoreAway):
        return 503, "Evidence files can't be reached", STORE_AWAY
    if isinstance(failure, OperationalError):
        return (
            503,
            "The portal is busy",
            "Nothing was saved. Go back and try again.",
        )
    return (
        500,
        "Something went wrong",
        "Nothing was saved. Go back and try again.",
    )


async def _sign_in_first(request: Request) -> Response:
    """To the sign-in page; a form sent after the session ended comes back as text that can be copied."""
    if request.method in ("GET", "HEAD"):
        query = f"?{request.url.query}" if request.url.query else ""
        return go(f"/sign-in?next={quote(request.url.path + query, safe='/')}")
    if wants_json(request):
        return JSONResponse({"error": "Sign in again", "detail": "Nothing was saved.", "reference": ""}, 401)
    form = await request.form(max_files=1, max_fields=MOST_FIELDS)
    typed = [(name, value) for name, value in form.multi_items() if isinstance(value, str) and value.strip()]
    return page(request, "errors/signed_out", None, status=401, typed=typed)
