"""What a reviewer sees: the own queue, the sealed copy, the own scores. Nothing here looks at another's review."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from app.actions import reviews as actions
from app.models import Review, ReviewStatus
from app.queries import reviews, sealed_copies
from app.rules import scoring, verdicts
from app.rules.errors import Conflict, RuleError, Stale
from app.rules.people import Who
from app.rules.permissions import Permission
from app.web.attempts import Attempt
from app.web.downloads import reader_response
from app.web.errors import NotFound
from app.web.guards import PortalFor, ReviewFor
from app.web.ids import id_or_none
from app.web.pages import again, go, page
from app.web.portal import Portal, PortalParts
from app.web.readings import drawn, kept
from app.web.review_pages import CriterionPage, framework_of, of_criterion, place_of, whole
from app.web.self_naming import ASK, KEPT, are_kept, names_by_code, names_in
from app.web.transaction import Form, Now, Person, Transaction, Typed

router = APIRouter()
Reviewing = Annotated[Review, Depends(ReviewFor(Permission.REVIEW), scope="function")]
NOT_TO_SCORE = "You are not asked to score this criterion. It is there for you to read."
CHANGED = "A score or mark was changed in another window since you opened this page. Check the list again."


@router.get("/reviews")
async def queue(
    request: Request,
    who: Annotated[Who, Depends(PortalFor(Permission.OWN_ACCOUNT))],
    session: Transaction,
    parts: Portal,
) -> Response:
    lines = reviews.queue(session, who)
    shelf = {id_: parts.shelf.get(session, id_) for id_ in {line.framework_version_id for line in lines}}
    levels = {(id_, level.id): level.name for id_, framework in shelf.items() for level in framework.levels}
    return page(request, "reviews/queue", who, lines=lines, levels=levels, statuses=ReviewStatus)


@router.get("/reviews/{review_id}")
async def show(
    request: Request, who: Person, session: Transaction, parts: Portal, review: Reviewing
) -> Response:
    """The start page before the start, the list of criteria after."""
    return page(request, "reviews/show", who, **whole(session, parts, review))


@router.post("/reviews/{review_id}/start")
async def start(
    who: Person, session: Transaction, parts: Portal, review: Reviewing, at: Now, _typed: Form
) -> Response:
    actions.start(session, review, by=who, at=at, has_scanner=bool(parts.settings.scanner))
    return go(f"/reviews/{review.id}")


@router.get("/reviews/{review_id}/criteria/{code}")
async def criterion(
    request: Request, who: Person, session: Transaction, parts: Portal, review: Reviewing, code: str, at: Now
) -> Response:
    if review.status is ReviewStatus.ASSIGNED:
        return go(f"/reviews/{review.id}")
    context = of_criterion(session, parts, who, review, code, at)
    is_open = context.score is not None and review.status is ReviewStatus.STARTED
    names = names_in(session, who, context.draft["reason"]) if is_open else []
    session.close()  # drawing what is not drawn yet takes seconds
    items = await drawn(parts, context.links)
    return page(
        request, "reviews/criterion", who, **context.shown, items=items, typed=context.draft, names=names
    )


@router.post("/reviews/{review_id}/criteria/{code}")
async def save(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    review: Reviewing,
    code: str,
    typed: Form,
    at: Now,
) -> Response:
    place = place_of(session, review, code)
    if place.score is None:
        raise Conflict(NOT_TO_SCORE)
    try:
        with session.begin_nested():
            _save(session, review, code, typed, who, at)
    except RuleError as refused:
        if isinstance(refused, Conflict) and not isinstance(refused, Stale):
            raise
        context = of_criterion(session, parts, who, review, code, at)
        return _refused(request, who, parts, context, typed, refused)
    if names_in(session, who, typed.get("reason")) and not are_kept(typed):
        return go(f"/reviews/{review.id}/criteria/{code}")  # saved; the page asks about the names
    is_last = not place.next or typed.get("then") == "list"
    return go(f"/reviews/{review.id}" if is_last else f"/reviews/{review.id}/criteria/{place.next}")


def _refused(
    request: Request, who: Who, parts: PortalParts, context: CriterionPage, typed: Typed, refused: RuleError
) -> Response:
    """The form once more; when the score was saved in another window meanwhile, beside what was saved there."""
    shown = context.shown | {"opened": typed.get("opened") or context.shown["opened"]}
    shown |= {"items": kept(parts, context.links), "typed": typed.text}
    if not isinstance(refused, Stale):
        return again(request, "reviews/criterion", who, refused, **shown)
    assert context.score is not None  # or there was nothing to save
    shown["typed"] = {**typed.text, "version": str(context.score.version)}
    return again(request, "reviews/criterion", who, refused, status=409, **shown, saved=context.score)


def _save(session: Transaction, review: Review, code: str, typed: Typed, who: Who, at: Now) -> None:
    actions.save_score(
        session,
        review,
        code,
        score=scoring.typed_score(typed.get("score")),
        reason=typed.get("reason"),
        private_note=typed.get("private-note"),
        version=_version(typed),
        by=who,
        at=at,
        marked=verdicts.typed_marks(typed.text),
        seconds=verdicts.seconds_spent(typed.get("opened"), at),
    )


def _version(typed: Typed) -> int:
    text = typed.get("version")
    if not (text.isascii() and text.isdecimal() and len(text) < 9):
        raise RuleError("The form was not complete. Reload the page and try again.")
    return int(text)


@router.get("/reviews/{review_id}/seal")
async def ask_to_seal(
    request: Request, who: Person, session: Transaction, parts: Portal, review: Reviewing
) -> Response:
    if review.status is not ReviewStatus.STARTED:
        return go(f"/reviews/{review.id}")
    return page(request, "reviews/seal", who, **_to_seal(session, parts, who, review))


def _to_seal(session: Transaction, parts: Portal, who: Who, review: Review) -> dict[str, Any]:
    context = whole(session, parts, review)
    reasons = {code: score.reason for code, score in context["scores"].items()}
    return context | {"names": names_by_code(session, who, reasons)}


@router.post("/reviews/{review_id}/seal")
async def seal(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    review: Reviewing,
    typed: Form,
    at: Now,
) -> Response:
    """Seal what the reviewer saw in the list: the form carries its digest."""
    context = _to_seal(session, parts, who, review)
    if review.status is ReviewStatus.STARTED and typed.get("seen") != context["seen"]:
        return again(request, "reviews/seal", who, {"": CHANGED}, status=409, **context)
    if review.status is ReviewStatus.STARTED and context["names"] and not are_kept(typed):
        return again(request, "reviews/seal", who, {KEPT: ASK}, **context)
    with Attempt(session) as attempt:
        actions.seal(session, review, framework_of(session, parts, review), by=who, at=at)
    if refused := attempt.refused:
        return again(request, "reviews/seal", who, refused, **context)
    return go(f"/reviews/{review.id}")


@router.get("/reviews/{review_id}/evidence/{version_id}")
async def evidence(
    who: Person, session: Transaction, parts: Portal, review: Reviewing, version_id: str
) -> Response:
    """A file of this sealed copy, and of no other, as an attachment."""
    version = sealed_copies.version(session, review.submission_id, id_or_none(version_id))
    if version is None:
        raise NotFound
    return reader_response(session, parts, who, version)
