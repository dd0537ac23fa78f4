"""One item of a meeting, while it is taken: scores side by side, minutes, agreed scores, the way to the decision."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from app.actions import meetings as actions
from app.actions import moderation
from app.models import Meeting, MeetingItem, Submission
from app.queries import meetings, minutes, scopes
from app.queries.meetings import ShownItem
from app.rules import scoring
from app.rules.errors import RuleError
from app.rules.people import Who
from app.rules.permissions import Permission, allows
from app.rules.workflow import Verb, open_verbs
from app.web.attempts import Attempt
from app.web.errors import NotFound
from app.web.guards import MeetingItemFor
from app.web.meetings import version_of
from app.web.moderation import overview
from app.web.pages import again, go, page
from app.web.portal import Portal, PortalParts
from app.web.transaction import Form, Now, Person, Transaction

router = APIRouter()
Taken = Annotated[MeetingItem, Depends(MeetingItemFor(Permission.HOLD_MEETING), scope="function")]
Moderated = Annotated[MeetingItem, Depends(MeetingItemFor(Permission.MODERATE), scope="function")]
PATH = "/meeting-items/{meeting_item_id}"


@router.get(PATH)
async def show(
    request: Request, who: Person, session: Transaction, parts: Portal, item: Taken, at: Now
) -> Response:
    return page(request, "meetings/item", who, **_item_page(session, parts, item, who, at), typed={})


@router.post(f"{PATH}/open")
async def open_item(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    item: Taken,
    _typed: Form,
    at: Now,
) -> Response:
    meeting, submission = _around(session, item)
    with Attempt(session) as attempt:
        actions.open_item(session, meeting, item, submission, by=who, at=at)
    if refused := attempt.refused:
        context = _item_page(session, parts, item, who, at)
        return again(request, "meetings/item", who, refused, **context, typed={})
    return go(f"/meeting-items/{item.id}")


@router.post(f"{PATH}/close")
async def close_item(who: Person, session: Transaction, item: Taken, _typed: Form, at: Now) -> Response:
    meeting, _ = _around(session, item)
    actions.close_item(session, meeting, item, by=who, at=at)
    return go(f"/meetings/{meeting.id}")


@router.post(f"{PATH}/minutes")
async def write_minute(
    request: Request, who: Person, session: Transaction, parts: Portal, item: Taken, typed: Form, at: Now
) -> Response:
    meeting, _ = _around(session, item)
    with Attempt(session) as attempt:
        code, text = typed.get("criterion"), typed.get("text")
        actions.write_minute(session, meeting, item, code, text, by=who, at=at)
    if refused := attempt.refused:
        context = _item_page(session, parts, item, who, at)
        return again(request, "meetings/item", who, refused, **context, typed=typed.text)
    return go(f"/meeting-items/{item.id}")


@router.post(f"{PATH}/agreed")
async def agree(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    item: Moderated,
    typed: Form,
    at: Now,
) -> Response:
    """An agreed score, recorded in the room by a moderator who scored nothing."""
    meeting, submission = _around(session, item)
    framework = parts.shelf.get(session, submission.framework_version_id)
    actions.require_item_open(meeting, item)
    with Attempt(session) as attempt:
        score, code = scoring.typed_score(typed.get("score")), typed.get("code")
        if not code:
            raise RuleError("Select the criterion.", field="code")
        moderation.agree(session, submission, framework, code, score, typed.get("reason"), by=who, at=at)
    if refused := attempt.refused:
        context = _item_page(session, parts, item, who, at)
        return again(request, "meetings/item", who, refused, **context, typed=typed.text)
    return go(f"/meeting-items/{item.id}")


def _around(session: Session, item: MeetingItem) -> tuple[Meeting, Submission]:
    """The item's meeting and submission; the guard holds both rows of what is written to."""
    return session.get_one(Meeting, item.meeting_id), session.get_one(Submission, item.submission_id)


def _item_page(
    session: Session, parts: PortalParts, item: MeetingItem, who: Who, at: datetime
) -> dict[str, Any]:
    meeting, submission = _around(session, item)
    agenda = meetings.agenda(session, meeting, who, at)
    shown = next((one for one in agenda if isinstance(one, ShownItem) and one.id == item.id), None)
    found = scopes.submission(session, submission.id, False)
    if shown is None or found is None:
        raise NotFound
    told = overview(session, parts, submission)
    verbs = open_verbs(submission.status)
    following = next((one for one in agenda if one.place > shown.place and _is_to_come(one)), None)
    return {
        **told,
        "meeting": meeting,
        "item": shown,
        "following": following,
        "level": told["framework"].level(submission.level),
        "codes": [one.criterion for one in (*told["differing"], *told["settled"])],
        "waiting": [one.criterion for one in told["differing"] if one.counts is None],
        "taken": minutes.taken(session, [shown])[shown.id],
        "may_agree": told["may_agree"] and shown.is_open and allows(Permission.MODERATE, who, found.scope),
        "may_decide": Verb.DECIDE in verbs and allows(Permission.DECIDE, who, found.scope),
        "is_running": meeting.opened_at is not None and meeting.closed_at is None,
        "version": version_of(session, meeting, who),
    }


def _is_to_come(item: object) -> bool:
    return isinstance(item, ShownItem) and item.opened_at is None
