"""The organisation's evidence library: the list, one item with its versions, its details, and taking it out."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlmodel import Session

from app.actions import evidence as actions
from app.actions.evidence_details import change_details, mark_of
from app.models import ORGANISATION_ROLES, Evidence, Organisation
from app.queries import evidence as library
from app.queries import evidence_checks, evidence_lists, frameworks, organisations, scans
from app.rules import evidence_lists as lists
from app.rules.days import uk_day
from app.rules.errors import RuleError, Stale
from app.rules.evidence import FILE_FORM, SOURCE, is_warning_open, read
from app.rules.people import Who
from app.rules.permissions import Permission, Scope, allows
from app.rules.scans import why_not
from app.web import evidence_sources
from app.web.components import components
from app.web.errors import NotFound
from app.web.guards import EvidenceFor, OrganisationFor, PortalFor
from app.web.pages import again, go, page
from app.web.portal import Portal, PortalParts
from app.web.transaction import Form, Now, Person, Transaction
from app.web.uploads import Discarded

router = APIRouter()

Shelf = Annotated[Organisation, Depends(OrganisationFor(Permission.READ_EVIDENCE), scope="function")]
Item = Annotated[Evidence, Depends(EvidenceFor(Permission.READ_EVIDENCE), scope="function")]
WritableItem = Annotated[Evidence, Depends(EvidenceFor(Permission.WRITE_EVIDENCE), scope="function")]


@router.get("/evidence")
async def choose(
    request: Request,
    session: Transaction,
    who: Annotated[Who, Depends(PortalFor(Permission.OWN_ACCOUNT), scope="function")],
) -> Response:
    own = organisations.names(session, who.organisations(*ORGANISATION_ROLES))
    if not own:
        raise NotFound
    if len(own) == 1:
        return go(f"/organisations/{own[0][0]}/evidence")
    return page(request, "evidence/choose", who, own=own)


@router.get("/organisations/{organisation_id}/evidence")
async def index(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    at: Now,
    organisation: Shelf,
    start: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> Response:
    today, wanted = uk_day(at), _wanted(request)
    shelf = evidence_lists.library(session, organisation.id, has_scanner=bool(parts.settings.scanner))
    found = lists.found(shelf.lines, wanted, today=today)
    framework = frameworks.newest_parsed(session, parts.shelf)
    return page(
        request,
        "evidence/index",
        who,
        organisation=organisation,
        framework=framework,
        source_names={one.id: one.name for one in framework.sources},
        total=len(shelf.lines),
        count=lists.in_words(len(found), len(shelf.lines), wanted.is_narrowed),
        lines=found[start : start + lists.PAGE],
        start=start,
        end=min(start + lists.PAGE, len(found)),
        size=lists.PAGE,
        number=len(found),
        expiring=lists.expiring(shelf.lines, today=today),
        used=shelf.uses,
        wanted=wanted,
        today=today,
        bytes_kept=library.bytes_kept(session, organisation.id),
        quota=parts.settings.evidence_organisation_megabytes,
        may_write=_may_write(who, organisation.id),
        done=_said(request, "removed", "The evidence is removed from the library."),
    )


@router.get("/evidence/{evidence_id}")
async def show(
    request: Request, who: Person, session: Transaction, parts: Portal, at: Now, item: Item
) -> Response:
    versions = library.versions(session, item.id)
    check = evidence_checks.of_version(session, versions[0][0].id)
    uses = evidence_lists.uses_of(session, item.id)
    return page(
        request,
        "evidence/show",
        who,
        item=item,
        framework=frameworks.newest_parsed(session, parts.shelf),
        versions=versions,
        checks=scans.of_versions(session, [version.id for version, _ in versions]),
        why_not=why_not,
        check=check,
        is_warned=check is not None and is_warning_open(check.findings, check.confirmed_at),
        uses=uses,
        serving=evidence_sources.serving(session, parts, who, item, uses),
        today=uk_day(at),
        may_write=_may_write(who, item.organisation_id) and item.removed_at is None,
        done=_said(
            request, "added", "The new version is added. Your answers are supported by it from now on."
        )
        or _said(request, "answered", "Your reason is kept with the file.")
        or _said(request, "changed", "The details are changed.")
        or _said(request, "linked", "The evidence is linked. Say there which page or passage to look at."),
    )


@router.get("/evidence/{evidence_id}/details")
async def edit(
    request: Request, who: Person, session: Transaction, parts: Portal, item: WritableItem
) -> Response:
    return page(request, "evidence/edit", who, **_edited(session, parts, item, _typed_of(item), {}))


@router.post("/evidence/{evidence_id}/details")
async def change(
    request: Request,
    who: Person,
    typed: Form,
    session: Transaction,
    parts: Portal,
    at: Now,
    item: WritableItem,
) -> Response:
    ids = evidence_sources.source_ids(session, parts) | {item.source}
    form = read(FILE_FORM, typed.text, today=uk_day(at), sources=ids)
    if form.details is None:
        drawn = _edited(session, parts, item, typed.text, form.errors)
        return again(request, "evidence/edit", who, form.errors, **drawn)
    try:
        with session.begin_nested():
            change_details(session, item, form.details, seen=typed.get("seen"), by=who, at=at)
    except Stale as error:
        drawn = _edited(session, parts, item, typed.text, {})
        return again(request, "evidence/edit", who, error, status=409, is_stale=True, **drawn)
    return go(f"/evidence/{item.id}?changed=1")


@router.get("/evidence/{evidence_id}/remove")
async def ask_before_removal(
    request: Request, who: Person, session: Transaction, item: WritableItem
) -> Response:
    return page(request, "evidence/remove", who, item=item, uses=library.uses_of(session, item.id))


@router.post("/evidence/{evidence_id}/remove")
async def remove(
    request: Request,
    who: Person,
    discarded: Discarded,
    session: Transaction,
    at: Now,
    item: WritableItem,
) -> Response:
    try:
        with session.begin_nested():
            discarded.extend(actions.remove(session, item, by=who, at=at))
    except RuleError as error:
        uses = library.uses_of(session, item.id)
        return again(request, "evidence/remove", who, error, status=409, item=item, uses=uses)
    return go(f"/organisations/{item.organisation_id}/evidence?removed=1")


def _wanted(request: Request) -> lists.Wanted:
    """What the address asks for; protection refuses a field that stands in it twice."""
    fields = ("words", "kind", "source", "scan", "expiry", "attention", "order")
    return lists.Wanted(**{name: request.query_params.get(name, "") for name in fields})


def _typed_of(item: Evidence) -> dict[str, str]:
    """What is said of the item, as its form would bring it."""
    expires = item.expires_on.isoformat() if item.expires_on else ""
    dates = {"evidence_date": item.evidence_date.isoformat(), "expires_on": expires}
    return {"title": item.title, SOURCE: item.source, **dates}


def _edited(
    session: Session,
    parts: PortalParts,
    item: Evidence,
    values: Mapping[str, str],
    errors: Mapping[str, str],
) -> dict[str, Any]:
    framework = frameworks.newest_parsed(session, parts.shelf)
    return {
        "item": item,
        "framework": framework,
        "components": components(FILE_FORM, values, errors),
        "sources": evidence_sources.with_kept(framework.sources, item.source),
        "source_names": {one.id: one.name for one in framework.sources},
        "source": values.get(SOURCE, ""),
        "seen": mark_of(item),
    }


def _may_write(who: Who, organisation_id: UUID) -> bool:
    return allows(Permission.WRITE_EVIDENCE, who, Scope(organisation_id=organisation_id))


def _said(request: Request, name: str, sentence: str) -> str:
    return sentence if name in request.query_params else ""
