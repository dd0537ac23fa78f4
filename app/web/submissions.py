"""A submission's own pages: where it is, its receipt, the sealed copy, its history, and taking it back."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from app.actions import submissions as actions
from app.models import ORGANISATION_ROLES, SealedCopy, Status, Submission, Window
from app.queries import (
    assignments,
    call_backs,
    certificates,
    changes,
    clocks,
    co_signatures,
    decisions,
    history,
    scopes,
    sealed_copies,
    submission_lists,
    submissions,
    waivers,
    windows,
)
from app.queries.submission_lists import Filters
from app.queries.submissions import SubmissionFacts
from app.rules import sealing
from app.rules.errors import RuleError
from app.rules.next_steps import OWN, next_step
from app.rules.people import Who
from app.rules.permissions import Permission, Scope, allows
from app.rules.workflow import STAGE, Stage, Verb, open_verbs
from app.web import submission_rounds
from app.web.downloads import original_response, reader_response
from app.web.errors import NotFound
from app.web.guards import PortalFor, SubmissionFor
from app.web.ids import id_or_none
from app.web.pages import again, go, page
from app.web.portal import Portal, PortalParts
from app.web.sealed_answers import shown
from app.web.sign_off import status_of
from app.web.submission_buttons import UNASKED, buttons
from app.web.transaction import Form, Now, Person, Transaction

router = APIRouter()

Readable = Annotated[Submission, Depends(SubmissionFor(Permission.READ_SUBMISSION), scope="function")]
Copied = Annotated[Submission, Depends(SubmissionFor(Permission.READ_SEALED_COPY), scope="function")]
Withdrawable = Annotated[Submission, Depends(SubmissionFor(Permission.WITHDRAW), scope="function")]


@router.get("/submissions")
async def show_list(
    request: Request,
    session: Transaction,
    parts: Portal,
    who: Annotated[Who, Depends(PortalFor(Permission.READ_ALL_SUBMISSIONS))],
    status: str = "",
    window: str = "",
    level: str = "",
) -> Response:
    filters = Filters(_known_status(status), id_or_none(window), level or None)
    rows = submission_lists.listed(session, who, filters)
    frameworks = {
        row.framework_version_id: parts.shelf.get(session, row.framework_version_id) for row in rows
    }
    return page(
        request,
        "submissions/list",
        who,
        rows=[
            (
                row,
                frameworks[row.framework_version_id].level(row.level).name,
                next_step(row.status, row.reviewers, row.reviews_sealed, row.reviewers_wanted),
                _next_path(row.status, who, row.id, row.window_id),
            )
            for row in rows
        ],
        filters=filters,
        statuses=list(Status),
        windows=windows.names(session),
        levels=submission_lists.levels(session, who),
    )


def _known_status(text: str) -> Status | None:
    return Status(text) if text in set(Status) else None


def _next_path(status: Status, who: Who, submission_id: UUID, window_id: UUID) -> str:
    found = buttons(status, who, Scope(), submission_id, window_id, UNASKED)
    return found[0][1] if found else ""


@router.get("/submissions/{submission_id}")
async def show(
    request: Request, who: Person, session: Transaction, parts: Portal, at: Now, submission: Readable
) -> Response:
    facts = submissions.facts(session, submission.id)
    scope = _scope(session, submission)
    sees_everything = history.sees_everything(who, scope)
    may_assign = allows(Permission.ASSIGN_REVIEWERS, who, scope)
    closed = submission_rounds.closed_verbs(session, parts, submission, at)
    framework = parts.shelf.get(session, submission.framework_version_id)
    return page(
        request,
        "submissions/show",
        who,
        submission=facts,
        level=framework.level(submission.level),
        stage=STAGE[facts.status].value,
        **_hands(session, parts, submission, facts, who, scope, at),
        buttons=buttons(facts.status, who, scope, submission.id, submission.window_id, closed),
        **submission_rounds.told(session, parts, submission, who, scope, at),
        history=_history(session, submission, who, scope),
        sees_everything=sees_everything,
        reviewers=assignments.assigned(session, submission.id) if sees_everything else [],
        waivers=waivers.of_submission(session, submission.id, may_see_names=may_assign)
        if sees_everything
        else [],
        may_waive=allows(Permission.WAIVE_CONFLICT, who, scope),
        may_read_record=allows(Permission.READ_RECORD, who, scope) and facts.receipt is not None,
        may_see_names=may_assign,
        may_read_copy=allows(Permission.READ_SEALED_COPY, who, scope) and facts.receipt is not None,
        has_outcome=allows(Permission.READ_OUTCOME, who, scope)
        and decisions.released_of(session, submission.id) is not None,
        certificate_id=certificates.of_submission(session, submission.id)
        if allows(Permission.READ_CERTIFICATE, who, scope)
        else None,
        may_hand_over_again=_may_hand_over_again(facts.status, who, scope),
        copies=len(sealed_copies.every(session, submission.id)),
        change_request=changes.open_request(session, submission.id),
        titles={criterion.code: criterion.title for criterion in framework.criteria},
        may_change=allows(Permission.HAND_OVER, who, scope) or allows(Permission.SIGN, who, scope),
    )


def _hands(
    session: Session,
    parts: PortalParts,
    submission: Submission,
    facts: SubmissionFacts,
    who: Who,
    scope: Scope,
    at: datetime,
) -> dict[str, Any]:
    """Who has it and until when, the calls asked for, and the staff network's view as far as it may be known."""
    may_hand_over = allows(Permission.HAND_OVER, who, scope)
    is_own = allows(Permission.READ_SELF_ASSESSMENT, who, scope)
    shown_clock = clocks.of_submission(
        session,
        submission.id,
        at=at,
        contact=parts.settings.contact_email,
        organisation=OWN if is_own else facts.organisation_name,
    )
    window = session.get_one(Window, submission.window_id)
    return {
        "clock": shown_clock.clock,
        "late": shown_clock.late,
        "usual": clocks.usual_wait(session) if shown_clock.clock.day else "",
        "door": windows.door(session, window, submission.organisation_id) if is_own else None,
        "calls": call_backs.listed(session, submission.id) if may_hand_over else [],
        "network": co_signatures.shown_to(session, submission.id, who, scope),
        "may_co_sign": allows(Permission.CO_SIGN, who, scope),
    }


def _scope(session: Session, submission: Submission) -> Scope:
    found = scopes.submission(session, submission.id, False)
    assert found is not None  # the guard has loaded it in this transaction
    return found.scope


def _may_hand_over_again(status: Status, who: Who, scope: Scope) -> bool:
    return STAGE[status] is Stage.CLOSED and allows(Permission.HAND_OVER, who, scope)


def _history(session: Session, submission: Submission, who: Who, scope: Scope) -> history.History:
    if history.sees_everything(who, scope):
        return history.everything(session, submission.id, who, scope)
    return history.told(session, submission.id)


@router.get("/submissions/{submission_id}/history")
async def show_history(
    request: Request, who: Person, session: Transaction, parts: Portal, submission: Readable
) -> Response:
    return page(
        request,
        "history/show",
        who,
        submission=submissions.facts(session, submission.id),
        level=parts.shelf.get(session, submission.framework_version_id).level(submission.level),
        history=_history(session, submission, who, _scope(session, submission)),
    )


@router.get("/submissions/{submission_id}/receipt")
async def show_receipt(
    request: Request, who: Person, session: Transaction, parts: Portal, submission: Readable
) -> Response:
    _sealed_copy(session, submission)
    return page(
        request,
        "submissions/receipt",
        who,
        submission=submissions.facts(session, submission.id),
        document=sealed_copies.document(session, submission.id),
        level=parts.shelf.get(session, submission.framework_version_id).level(submission.level),
        network=co_signatures.shown_to(session, submission.id, who, _scope(session, submission)),
    )


def _sealed_copy(session: Session, submission: Submission) -> SealedCopy:
    try:
        return sealed_copies.newest(session, submission.id)
    except LookupError:
        raise NotFound from None


@router.get("/submissions/{submission_id}/copy")
async def show_copy(
    request: Request, who: Person, session: Transaction, parts: Portal, submission: Copied, number: str = ""
) -> Response:
    copies = sealed_copies.every(session, submission.id)
    copy = next((one for one in copies if str(one.number) == number), copies[-1] if copies else None)
    if copy is None:
        raise NotFound
    document = sealing.read(copy.document)
    framework = parts.shelf.get(session, submission.framework_version_id)
    return page(
        request,
        "submissions/copy",
        who,
        submission=submissions.facts(session, submission.id),
        copy=copy,
        copies=copies,
        network=co_signatures.shown_to(session, submission.id, who, _scope(session, submission)),
        document=document,
        framework=framework,
        level=framework.level(submission.level),
        levels=shown(framework, document.content),
        titles={criterion.code: criterion.title for criterion in framework.criteria},
    )


@router.get("/submissions/{submission_id}/copy/evidence/{version_id}")
async def download(
    who: Person, session: Transaction, parts: Portal, version_id: str, submission: Copied
) -> Response:
    _sealed_copy(session, submission)
    version = sealed_copies.version(session, submission.id, id_or_none(version_id))
    if version is None:
        raise NotFound
    is_own = submission.organisation_id in who.organisations(*ORGANISATION_ROLES)
    respond = original_response if is_own else reader_response
    return respond(session, parts, who, version)


@router.get("/submissions/{submission_id}/withdraw")
async def show_withdraw(
    request: Request, who: Person, session: Transaction, submission: Withdrawable
) -> Response:
    # Under appeal too: a page that opened from the first start on would tell of the reviewers.
    is_released = decisions.released_of(session, submission.id) is not None
    if Verb.WITHDRAW not in open_verbs(submission.status, is_released=is_released):
        return go(f"/submissions/{submission.id}")
    return page(request, "submissions/withdraw", who, **_withdraw_page(session, submission, ""))


@router.post("/submissions/{submission_id}/withdraw")
async def withdraw(
    request: Request, who: Person, session: Transaction, at: Now, typed: Form, submission: Withdrawable
) -> Response:
    reason = typed.text.get("reason", "")
    context = _withdraw_page(session, submission, reason)
    try:
        with session.begin_nested():
            actions.withdraw(session, submission, reason, by=who, at=at)
    except RuleError as error:
        return again(request, "submissions/withdraw", who, error, status=status_of(error), **context)
    return go(f"/submissions/{submission.id}")


def _withdraw_page(session: Session, submission: Submission, reason: str) -> dict[str, Any]:
    return {"submission": submissions.facts(session, submission.id), "reason": reason}
