"""The page after signing in: what waits for this person."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.models import ORGANISATION_ROLES
from app.queries import calibration, clocks, example_lists, home, light_checks, revocations, waiting
from app.queries.frameworks import newest_parsed
from app.queries.waiting_lines import Asking
from app.rules.days import uk_day
from app.rules.people import Who
from app.rules.permissions import Permission, Scope, allows
from app.web.guards import PortalFor
from app.web.pages import page
from app.web.portal import Portal
from app.web.transaction import Now, Transaction

router = APIRouter()


@router.get("/home")
async def show(
    request: Request,
    who: Annotated[Who, Depends(PortalFor(Permission.OWN_ACCOUNT))],
    session: Transaction,
    parts: Portal,
    at: Now,
) -> Response:
    framework = newest_parsed(session, parts.shelf)
    board = home.waiting(session, who, reviewers=framework.settings.reviewers)
    asking = Asking(session, who, at, lambda version_id: parts.shelf.get(session, version_id))
    assigns = {
        one.organisation_id
        for one in board.writing
        if allows(Permission.ASSIGN_CRITERIA, who, Scope(organisation_id=one.organisation_id))
    }
    return page(
        request,
        "home/home",
        who,
        waiting=board,
        lines=waiting.lines(asking),
        samples=calibration.to_score(session, who, at),
        judged=calibration.begun(session, at) if _oversees(who) else [],
        assigns=assigns,
        consents=example_lists.number_waiting(session, who, uk_day(at)) if _curates(who) else None,
        revocations=revocations.waiting(session, who) if _revokes(who) else [],
        checks=light_checks.numbers(session, who, uk_day(at), asking.framework) if _revokes(who) else None,
        criteria=len(framework.criteria),
        levels={level.id: level.name for level in framework.levels},
        clocks={
            one.submission_id: one
            for one in clocks.open_of(
                session,
                who.organisations(*ORGANISATION_ROLES),
                at=at,
                contact=parts.settings.contact_email,
            )
        },
    )


def _revokes(who: Who) -> bool:
    return allows(Permission.REVOKE, who, Scope())


def _curates(who: Who) -> bool:
    return allows(Permission.CURATE_EXAMPLES, who, Scope())


def _oversees(who: Who) -> bool:
    return allows(Permission.READ_CALIBRATION, who, Scope())
