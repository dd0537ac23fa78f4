"""The published criteria, for anyone to read."""

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from app.criteria import carry_over
from app.criteria.schema import Criterion, Framework, Level
from app.queries import examples, frameworks
from app.queries.frameworks import newest, newest_parsed
from app.rules.comparison import compare
from app.rules.days import uk_day
from app.web.errors import NotFound
from app.web.pages import page
from app.web.portal import Portal
from app.web.transaction import MaybePerson, Now, Transaction

router = APIRouter()


@dataclass(frozen=True)
class Section:
    """The criteria of one level, under the principles that have any there."""

    level: Level
    count: int
    groups: list[tuple[str, list[Criterion]]]


@router.get("/framework")
async def show(request: Request, who: MaybePerson, session: Transaction, parts: Portal, at: Now) -> Response:
    framework = newest_parsed(session, parts.shelf)
    row = newest(session)
    return page(
        request,
        "frameworks/framework",
        who,
        framework=framework,
        sections=sections(framework),
        has_changes=bool(row and row.carry_over),
        has_examples=examples.is_any_shown(session, uk_day(at)),
    )


@router.get("/framework.json")
async def document(session: Transaction) -> Response:
    version = newest(session)
    if version is None:
        raise NotFound
    return JSONResponse(version.document)


@router.get("/framework/{version}/changes")
async def changes(
    request: Request, version: str, who: MaybePerson, session: Transaction, parts: Portal
) -> Response:
    """What changed since the version before."""
    newest_row = newest(session)
    row = frameworks.named(session, newest_row.framework, version) if newest_row else None
    earlier = frameworks.before(session, row) if row else None
    if row is None or earlier is None:
        raise NotFound
    before, after = parts.shelf.get(session, earlier.id), parts.shelf.get(session, row.id)
    return page(
        request,
        "frameworks/changes",
        who,
        framework=after,
        earlier=before,
        published_at=row.published_at,
        comparison=compare(before, after, carry_over.read(row.carry_over)),
    )


@router.get("/framework/{code}")
async def criterion(
    request: Request, code: str, who: MaybePerson, session: Transaction, parts: Portal, at: Now
) -> Response:
    row = newest(session)
    framework = newest_parsed(session, parts.shelf)
    try:
        found = framework.criterion(code)
    except KeyError:
        raise NotFound from None
    version_id = row.id if row else None
    origins = parts.shelf.origins(session, version_id, code) if version_id else ()
    return page(
        request,
        "frameworks/criterion",
        who,
        framework=framework,
        criterion=found,
        level=framework.level(found.level),
        principle=next(one.name for one in framework.principles if one.id == found.principle),
        sources=[one for one in framework.sources if one.id in found.serves],
        version_id=version_id,
        examples=examples.beside(session, origins, uk_day(at), has_scanner=bool(parts.settings.scanner)),
    )


def sections(framework: Framework) -> list[Section]:
    """The criteria by level, lowest first, and within it by principle, in the framework's order."""
    return [_section(framework, level) for level in sorted(framework.levels, key=lambda one: one.rank)]


def _section(framework: Framework, level: Level) -> Section:
    own = [one for one in framework.criteria if one.level == level.id]
    groups = [
        (principle.name, [one for one in own if one.principle == principle.id])
        for principle in framework.principles
    ]
    return Section(level, len(own), [(name, criteria) for name, criteria in groups if criteria])
