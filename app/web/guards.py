"""Load means allowed: a guard fetches the row and checks the permission in one step.

404 when the person may not know that the thing exists (the same bytes as for a random id), 403 with a sentence when
they may know but may not do this. Every guard carries ``.permission``, so a test lists each route with its permission
and a route without one stops the start (see ``undeclared`` below).
"""

from collections.abc import Callable
from typing import Generic, TypeVar
from uuid import UUID

from fastapi import FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from sqlmodel import Session

from app.actions.tokens import note_used
from app.models import (
    Certificate,
    Evidence,
    EvidenceVersion,
    FrameworkDraft,
    Meeting,
    MeetingItem,
    Organisation,
    Review,
    SelfAssessment,
    Submission,
    Window,
)
from app.queries import scopes, tokens
from app.queries.scopes import Scoped
from app.rules.errors import NotAllowed
from app.rules.people import Who
from app.rules.permissions import GRANTS, Permission, Scope, allows
from app.rules.sessions import hash_token
from app.rules.tokens import is_worth_noting
from app.web.errors import NotFound, NoToken
from app.web.ids import id_or_none
from app.web.portal import Portal
from app.web.transaction import SAFE_METHODS, Person, Transaction

Thing = TypeVar("Thing")
Load = Callable[[Session, UUID, bool], Scoped[Thing] | None]


class _Guard(Generic[Thing]):
    """A dependency that loads the row named in the path and checks one permission on it."""

    load: Load[Thing]
    path_key: str
    may_know: tuple[Permission, ...]  # any of these: the person may know that the thing exists

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    async def __call__(self, request: Request, who: Person, session: Transaction) -> Thing:
        lock = request.method not in SAFE_METHODS
        found = type(self).load(session, _id(request.path_params[self.path_key]), lock)
        if found is None:
            raise NotFound
        self.check(who, found.scope)
        # A session forgets rows that nobody holds, and would read the parent again.
        request.state.guarded = found
        return found.thing

    def check(self, who: Who, scope: Scope) -> None:
        if allows(self.permission, who, scope):
            return
        if any(allows(known, who, scope) for known in self.may_know):
            raise NotAllowed(f"Your role does not let you {self.permission.value}.")
        raise NotFound


def _id(text: str) -> UUID:
    found = id_or_none(text)
    if found is None:
        raise NotFound
    return found


class OrganisationFor(_Guard[Organisation]):
    load = staticmethod(scopes.organisation)
    path_key = "organisation_id"
    may_know = (Permission.READ_EVIDENCE, Permission.READ_DASHBOARD)


class SelfAssessmentFor(_Guard[SelfAssessment]):
    load = staticmethod(scopes.self_assessment)
    path_key = "self_assessment_id"
    may_know = (Permission.READ_SELF_ASSESSMENT,)


class EvidenceFor(_Guard[Evidence]):
    load = staticmethod(scopes.evidence)
    path_key = "evidence_id"
    may_know = (Permission.READ_EVIDENCE,)


class EvidenceVersionFor(_Guard[EvidenceVersion]):
    load = staticmethod(scopes.evidence_version)
    path_key = "evidence_version_id"
    may_know = (Permission.READ_EVIDENCE,)


class SubmissionFor(_Guard[Submission]):
    load = staticmethod(scopes.submission)
    path_key = "submission_id"
    may_know = (Permission.READ_SUBMISSION,)


class ReviewFor(_Guard[Review]):
    load = staticmethod(scopes.review)
    path_key = "review_id"
    may_know = (Permission.REVIEW,)


class CertificateFor(_Guard[Certificate]):
    load = staticmethod(scopes.certificate)
    path_key = "certificate_id"
    may_know = (Permission.READ_CERTIFICATE,)


class WindowFor(_Guard[Window]):
    load = staticmethod(scopes.window)
    path_key = "window_id"
    may_know = ()


class MeetingFor(_Guard[Meeting]):
    load = staticmethod(scopes.meeting)
    path_key = "meeting_id"
    may_know = ()


class MeetingItemFor(_Guard[MeetingItem]):
    """Who may not read a submission's moderation record does not know of its item, whatever else they may do."""

    load = staticmethod(scopes.meeting_item)
    path_key = "meeting_item_id"
    may_know = (Permission.READ_RECORD,)

    def check(self, who: Who, scope: Scope) -> None:
        if not allows(Permission.READ_RECORD, who, scope):
            raise NotFound
        super().check(who, scope)


class FrameworkDraftFor(_Guard[FrameworkDraft]):
    load = staticmethod(scopes.framework_draft)
    path_key = "draft_id"
    may_know = ()


class PortalFor:
    """For what belongs to nobody in particular: lists, settings, one's own account."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    async def __call__(self, who: Person) -> Who:
        if not allows(self.permission, who, Scope()):
            raise NotFound
        return who


class TokenFor:
    """For programs: who the request's token reads for. ``who`` is the person with the token's one role, no more."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    async def __call__(self, request: Request, parts: Portal, session: Transaction) -> Who:
        request.state.who = None  # should it fail, nobody's page is shown
        kind, _, text = request.headers.get("authorization", "").partition(" ")
        at = parts.database.now(session)
        found = (
            tokens.bearer(session, hash_token(text.strip()), at, parts.settings.conflict_years)
            if kind.lower() == "bearer"
            else None
        )
        if found is None or not any(one.role in GRANTS[self.permission] for one in found[1].holdings):
            raise NoToken
        if is_worth_noting(found[0], at):
            with parts.database.write() as writing:
                note_used(writing, found[0].id, at=at)
        return found[1]


def permission_of(route: APIRoute) -> Permission | None:
    """The permission a route declares through its guard; None when it declares none."""
    return next(
        (
            call.permission
            for call in _calls(route.dependant)
            if isinstance(call, (_Guard, PortalFor, TokenFor))
        ),
        None,
    )


def _calls(dependant: Dependant) -> list[object]:
    return [dependant.call, *(call for child in dependant.dependencies for call in _calls(child))]


def routes_of(app: FastAPI) -> list[APIRoute]:
    """Every route of the portal; FastAPI keeps those of an included router below it."""
    below = [getattr(route, "original_router", None) for route in app.routes]
    found = [*app.routes, *(route for router in below if router for route in router.routes)]
    return [route for route in found if isinstance(route, APIRoute)]


def undeclared(app: FastAPI, public: frozenset[str]) -> list[str]:
    """The paths that neither declare a permission nor stand in the list of public ones."""
    return [r.path for r in routes_of(app) if permission_of(r) is None and r.path not in public]
