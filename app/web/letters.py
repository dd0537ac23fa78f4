"""The outbox of a window's letters, each letter, and the texts that letters begin from."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from app.actions import letters as actions
from app.actions.letters import letterhead_of
from app.models import Decision, Outcome, Status, Submission, Window
from app.queries import decisions, letters, submissions
from app.rules.errors import Conflict, RuleError, Stale
from app.rules.letters import OUTCOMES, PLACEHOLDERS, SHIPPED, Text, fill, placeholder, template
from app.rules.people import Who
from app.rules.permissions import Permission
from app.web.errors import NotFound
from app.web.guards import PortalFor, SubmissionFor, WindowFor
from app.web.pages import again, go, page
from app.web.portal import Portal, PortalParts
from app.web.transaction import Form, Now, Person, Transaction, Typed

router = APIRouter()
Outbox = Annotated[Window, Depends(WindowFor(Permission.EDIT_LETTERS), scope="function")]
Edited = Annotated[Submission, Depends(SubmissionFor(Permission.EDIT_LETTERS), scope="function")]
Keeping = Annotated[Who, Depends(PortalFor(Permission.KEEP_LETTER_TEMPLATES))]
NAMES = {outcome.value.replace(" ", "-"): outcome for outcome in Outcome}
NO_LETTER = "There is no letter to read. A letter is there from the decision until its release."


@router.get("/windows/{window_id}/letters")
async def outbox(request: Request, who: Person, session: Transaction, window: Outbox) -> Response:
    return page(
        request,
        "letters/outbox",
        who,
        window=window,
        letters=letters.waiting(session, window.id, who),
        not_read=letters.not_read(session, window.id),
        undecided=decisions.undecided(session, window.id, who),
    )


@router.get("/submissions/{submission_id}/letter")
async def show(
    request: Request, who: Person, session: Transaction, parts: Portal, submission: Edited
) -> Response:
    decision = _waiting(session, submission)
    return page(request, "letters/show", who, **_context(session, parts, submission, decision))


@router.post("/submissions/{submission_id}/letter")
async def save(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    submission: Edited,
    typed: Form,
    at: Now,
) -> Response:
    decision = _waiting(session, submission)
    subject, body, may_go = typed.get("subject"), typed.text.get("body", ""), typed.get("may-go") == "yes"
    version = _version(typed)
    try:
        with session.begin_nested():
            actions.save(session, decision, subject, body, version=version, may_go=may_go, by=who, at=at)
    except RuleError as refused:
        context = _context(session, parts, submission, decision)
        if isinstance(refused, Stale):  # both are shown, and what is saved next goes over the newest
            context |= {"theirs": context["text"], "text": Text(subject, body), "may_go": False}
            return again(request, "letters/show", who, refused, status=409, **context)
        context |= {"version": version, "text": Text(subject, body), "may_go": may_go}
        return again(request, "letters/show", who, refused, **context)
    return go(f"/windows/{submission.window_id}/letters")


def _waiting(session: Session, submission: Submission) -> Decision:
    decision = decisions.pending_of(session, submission.id)
    if submission.status is not Status.DECIDED or decision is None:
        raise Conflict(NO_LETTER)
    return decision


def _version(typed: Typed) -> int:
    text = typed.get("version")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


def _context(
    session: Session, parts: PortalParts, submission: Submission, decision: Decision
) -> dict[str, Any]:
    """The letter as it is kept; as the template makes it now, when none was drafted."""
    framework = parts.shelf.get(session, submission.framework_version_id)
    row = letters.of_decision(session, decision.id)
    head = letterhead_of(parts.settings)
    text = (
        Text(row.subject, row.body)
        if row
        else actions.written(session, submission, framework, decision, head)
    )
    return {
        "submission": submission,
        "framework": framework,
        "facts": submissions.facts(session, submission.id),
        "decision": decision,
        "text": text,
        "version": row.version if row else 0,
        "may_go": row is not None and row.read_at is not None,
        "row": row,
    }


@router.get("/letter-templates")
async def list_templates(request: Request, who: Keeping, session: Transaction) -> Response:
    found = [
        (name, OUTCOMES[outcome], *letters.template(session, outcome)) for name, outcome in NAMES.items()
    ]
    return page(request, "letters/templates", who, templates=found)


@router.get("/letter-templates/{outcome_name}")
async def show_template(
    request: Request, who: Keeping, session: Transaction, parts: Portal, outcome_name: str
) -> Response:
    text, version = letters.template(session, _outcome(outcome_name))
    return page(request, "letters/template", who, **_template_page(parts, outcome_name, text, version))


@router.post("/letter-templates/{outcome_name}")
async def keep_template(
    request: Request,
    who: Keeping,
    session: Transaction,
    parts: Portal,
    outcome_name: str,
    typed: Form,
    at: Now,
) -> Response:
    """Keep the text; or only show what it would make, when that button was pressed."""
    outcome, version = _outcome(outcome_name), _version(typed)
    text = Text(typed.get("subject"), typed.text.get("body", ""))
    try:
        if typed.get("then") == "preview":
            shown = template(text.subject, text.body)
            context = _template_page(parts, outcome_name, shown, version)
            return page(request, "letters/template", who, **context, is_preview=True)
        with session.begin_nested():
            actions.keep_template(session, outcome, text.subject, text.body, version=version, by=who, at=at)
    except RuleError as refused:
        is_stale = isinstance(refused, Stale)
        kept, newest = letters.template(session, outcome)
        context = _template_page(parts, outcome_name, text, newest if is_stale else version)
        context["theirs"] = kept if is_stale else None
        return again(request, "letters/template", who, refused, status=409 if is_stale else 422, **context)
    return go("/letter-templates")


def _outcome(name: str) -> Outcome:
    if name not in NAMES:
        raise NotFound
    return NAMES[name]


def _template_page(parts: PortalParts, name: str, text: Text, version: int) -> dict[str, Any]:
    return {
        "outcome_name": name,
        "words": OUTCOMES[NAMES[name]],
        "text": text,
        "version": version,
        "shipped": SHIPPED[NAMES[name]],
        "placeholders": [(placeholder(one), meaning) for one, meaning in PLACEHOLDERS.items()],
        "preview": _preview(parts, text),
    }


def _preview(parts: PortalParts, text: Text) -> Text | None:
    """The letter to a made-up organisation; none while the text has a placeholder that is not in the list."""
    head = letterhead_of(parts.settings)
    values = {name: f"[{meaning}]" for name, meaning in PLACEHOLDERS.items()} | {
        "organisation": "Example trust",
        "level": "Bronze",
        "issuer": head.issuer,
        "signatory": head.signatory,
        "contact": head.contact,
        "portal_address": head.portal_address,
    }
    try:
        return Text(fill(text.subject, values), fill(text.body, values))
    except RuleError:
        return None
