"""The organisation's evidence library: the list, one item with its versions, and taking it out."""

from collections import defaultdict
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from app.actions import evidence as actions
from app.models import ORGANISATION_ROLES, Evidence, Organisation
from app.queries import evidence as library
from app.queries import frameworks, organisations
from app.rules.days import uk_day
from app.rules.errors import RuleError
from app.rules.people import Who
from app.rules.permissions import Permission, Scope, allows
from app.web.errors import NotFound
from app.web.guards import EvidenceFor, OrganisationFor, PortalFor
from app.web.pages import again, go, page
from app.web.portal import Portal
from app.web.transaction import Now, Person, Transaction
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
    request: Request, who: Person, session: Transaction, parts: Portal, at: Now, organisation: Shelf
) -> Response:
    used: dict[UUID, list[library.Use]] = defaultdict(list)
    for use in library.uses(session, organisation.id):
        used[use.evidence_id].append(use)
    return page(
        request,
        "evidence/index",
        who,
        organisation=organisation,
        framework=frameworks.newest_parsed(session, parts.shelf),
        items=library.library(session, organisation.id),
        used=used,
        today=uk_day(at),
        bytes_kept=library.bytes_kept(session, organisation.id),
        quota=parts.settings.evidence_organisation_megabytes,
        may_write=_may_write(who, organisation.id),
        done=_said(request, "removed", "The evidence is removed from the library."),
    )


@router.get("/evidence/{evidence_id}")
async def show(
    request: Request, who: Person, session: Transaction, parts: Portal, at: Now, item: Item
) -> Response:
    return page(
        request,
        "evidence/show",
        who,
        item=item,
        framework=frameworks.newest_parsed(session, parts.shelf),
        versions=library.versions(session, item.id),
        uses=library.uses_of(session, item.id),
        today=uk_day(at),
        may_write=_may_write(who, item.organisation_id) and item.removed_at is None,
        done=_said(
            request, "added", "The new version is added. Your answers are supported by it from now on."
        ),
    )


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


def _may_write(who: Who, organisation_id: UUID) -> bool:
    return allows(Permission.WRITE_EVIDENCE, who, Scope(organisation_id=organisation_id))


def _said(request: Request, name: str, sentence: str) -> str:
    return sentence if name in request.query_params else ""
