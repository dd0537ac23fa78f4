"""Examples of good practice, for anyone to read: the page, the same as JSON, and their redacted files."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from app.adapters.structure.check import ACCEPTED
from app.queries import examples
from app.queries.examples import ExampleFile, Shown
from app.rules.days import uk_day
from app.web.downloads import scrubbed_response
from app.web.errors import NotFound
from app.web.ids import id_or_none
from app.web.pages import page
from app.web.portal import Portal, PortalParts
from app.web.transaction import MaybePerson, Now, Transaction

router = APIRouter()
_EXTENSIONS = {media: extension for extension, media in ACCEPTED.items()}
Words = Annotated[str, Query(max_length=300)]


@router.get("/examples")
async def show(
    request: Request, who: MaybePerson, session: Transaction, parts: Portal, at: Now, words: Words = ""
) -> Response:
    found = examples.all_shown(
        session, uk_day(at), text=words.strip(), has_scanner=bool(parts.settings.scanner)
    )
    frameworks = {
        one.framework_version_id: parts.shelf.get(session, one.framework_version_id) for one in found
    }
    order = sorted(found, key=lambda one: (one.criterion_code, -one.published_at.timestamp()))
    lines = [(one, frameworks[one.framework_version_id].criterion(one.criterion_code)) for one in order]
    return page(request, "examples/all", who, lines=lines, frameworks=frameworks, words=words.strip())


@router.get("/examples.json")
async def as_json(session: Transaction, parts: Portal, at: Now) -> Response:
    found = examples.all_shown(session, uk_day(at), has_scanner=bool(parts.settings.scanner))
    # Never kept by anything on the way: a consent that is taken back counts at once.
    return JSONResponse(
        {"examples": [_told(parts, one) for one in found]}, headers={"cache-control": "no-store"}
    )


def _told(parts: PortalParts, one: Shown) -> dict[str, Any]:
    base = f"{parts.settings.base_url}/examples/{one.id}/files"
    return {
        "id": str(one.id),
        "framework_version": one.framework_version,
        "criterion": one.criterion_code,
        "credit": one.credit,
        "level": one.level_name,
        "recognised_on": one.recognised_on.isoformat(),
        "fictional": one.is_fictional,
        "excerpt": one.excerpt,
        "why": one.why,
        "files": [{"title": file.title, "address": f"{base}/{file.number}"} for file in one.files],
    }


@router.get("/examples/{example_id}/files/{number}")
async def download(session: Transaction, parts: Portal, at: Now, example_id: str, number: str) -> Response:
    """A redacted file as the copy without metadata. NotFound as soon as its example is shown no more."""
    id_ = id_or_none(example_id)
    found = (
        examples.one_shown(session, id_, uk_day(at), has_scanner=bool(parts.settings.scanner))
        if id_
        else None
    )
    file = next((one for one in found.files if str(one.number) == number), None) if found else None
    if found is None or file is None:
        raise NotFound
    return scrubbed_response(parts, file.version, file.check, shown_name(found.criterion_code, file))


def shown_name(code: str, file: ExampleFile) -> str:
    """What a browser saves it as: the name that its writer gave it may tell who they are."""
    return f"example-{code}-{file.number}.{_EXTENSIONS.get(file.version.media_type, 'bin')}"
