"""What the portal knows of a person's ties, and what they declare."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from app.actions import interests as actions
from app.criteria.schema import OrganisationKind, Question, QuestionKind
from app.models import Interest, InterestKind, Organisation
from app.models import Person as PersonRow
from app.queries import conflicts
from app.rules.conflicts import WIDE, said
from app.rules.errors import RuleError
from app.rules.interests import KIND_WORDS, Declared
from app.rules.people import Who
from app.rules.permissions import Permission
from app.rules.workflow import TRANSITIONS, Verb
from app.web.attempts import Attempt
from app.web.errors import NotFound
from app.web.guards import PortalFor
from app.web.ids import id_or_none
from app.web.pages import again, go, page
from app.web.portal import Portal
from app.web.transaction import Form, Now, Transaction, Typed
from app.web.typed_days import drawn_day, typed_day

router = APIRouter()
Declarer = Annotated[Who, Depends(PortalFor(Permission.DECLARE_INTEREST))]
CHOOSE = "Choose an organisation from the list."
FROM = Question(
    id="from",
    kind=QuestionKind.DATE,
    label="First day",
    hint="Leave it empty if you don't know. For example, 1 4 2024.",
)
TO = Question(id="to", kind=QuestionKind.DATE, label="Last day", hint="Leave it empty while it lasts.")


@router.get("/interests")
async def show(request: Request, who: Declarer, session: Transaction, at: Now) -> Response:
    return page(request, "interests/show", who, **_context(session, who, at, {}), typed={})


@router.post("/interests")
async def declare(
    request: Request, who: Declarer, session: Transaction, parts: Portal, at: Now, typed: Form
) -> Response:
    with Attempt(session) as attempt:
        actions.declare(
            session,
            who.person_id,
            organisation_of(session, typed),
            declared_in(typed),
            by=who,
            at=at,
            base_url=parts.settings.base_url,
        )
    if error := attempt.refused:
        context = _context(session, who, at, typed.text, error)
        return again(request, "interests/show", who, error, **context, typed=typed.text)
    return go("/interests")


@router.post("/interests/employer")
async def change_employer(
    request: Request, who: Declarer, session: Transaction, parts: Portal, at: Now, typed: Form
) -> Response:
    """Who works for no organisation of the directory chooses that, and nothing is not a choice."""
    person = session.get_one(PersonRow, who.person_id)
    try:
        with session.begin_nested():
            chosen = None if typed.get("employer") == "none" else organisation_of(session, typed, "employer")
            if (chosen.id if chosen else None) == person.employer_id:
                raise RuleError("Choose another employer than the one on record.", field="employer")
            actions.change_employer(
                session,
                person,
                chosen,
                by=who.person_id,
                at=at,
                years=parts.settings.conflict_years,
                base_url=parts.settings.base_url,
            )
    except RuleError as error:
        context = _context(session, who, at, {})
        return again(request, "interests/show", who, error, **context, typed=typed.text)
    return go("/interests")


@router.get("/interests/{interest_id}")
async def show_one(
    request: Request, who: Declarer, session: Transaction, at: Now, interest_id: str
) -> Response:
    found = _own(session, interest_id, who)
    return page(request, "interests/change", who, **_change(session, found, who, {}), typed={})


@router.post("/interests/{interest_id}/end")
async def end(
    request: Request, who: Declarer, session: Transaction, at: Now, interest_id: str, typed: Form
) -> Response:
    found = _own(session, interest_id, who)
    with Attempt(session) as attempt:
        actions.end_work(session, found, typed_day(TO, typed.text), by=who, at=at)
    if error := attempt.refused:
        context = _change(session, found, who, typed.text, error)
        return again(request, "interests/change", who, error, **context, typed=typed.text)
    return go("/interests")


@router.post("/interests/{interest_id}/withdraw")
async def withdraw(
    request: Request, who: Declarer, session: Transaction, at: Now, interest_id: str, typed: Form
) -> Response:
    found = _own(session, interest_id, who)
    with Attempt(session) as attempt:
        actions.withdraw(session, found, typed.get("reason"), by=who, at=at)
    if error := attempt.refused:
        context = _change(session, found, who, {})
        return again(request, "interests/change", who, error, **context, typed=typed.text)
    return go("/interests")


def _own(session: Session, text: str, who: Who) -> Interest:
    found = conflicts.interest(session, id_or_none(text), who.person_id)
    if found is None:
        raise NotFound
    return found


def organisation_of(session: Session, typed: Typed, field: str = "organisation") -> Organisation:
    """The organisation chosen in a form. RuleError for the field when there is none."""
    id_ = id_or_none(typed.get(field))
    found = session.get(Organisation, id_) if id_ else None
    if found is None or found.kind is OrganisationKind.REGION:
        raise RuleError(CHOOSE, field=field)
    return found


def declared_in(typed: Typed) -> Declared:
    """What a form declares. RuleError with its field when the kind or a day can't be read."""
    try:
        kind = InterestKind(typed.get("kind"))
    except ValueError:
        raise RuleError("Select what kind of interest it is.", field="kind") from None
    return Declared(kind, typed.get("note"), typed_day(FROM, typed.text), typed_day(TO, typed.text))


def days_drawn(typed: Mapping[str, str], error: RuleError | None = None) -> dict[str, Any]:
    """The two days of a form, with what was typed and what is wrong with it."""
    wrong = {error.field: error.sentence} if error else {}
    return {
        "from_day": drawn_day(FROM, typed, wrong.get("from", "")),
        "to_day": drawn_day(TO, typed, wrong.get("to", "")),
    }


def _context(
    session: Session, who: Who, at: datetime, typed: Mapping[str, str], error: RuleError | None = None
) -> dict[str, Any]:
    employer_id = session.get_one(PersonRow, who.person_id).employer_id
    return {
        "ties": [(said(one), one.kind in WIDE, one.icb_id is not None) for one in who.ties],
        "interests": conflicts.interests(session, who.person_id),
        "organisations": conflicts.organisations(session, at),
        "employer": session.get_one(Organisation, employer_id).name if employer_id else "",
        "kinds": KIND_WORDS,
        "button": TRANSITIONS[Verb.STRIKE_REVIEW].button,
        "years": who.conflict_years,
        **days_drawn(typed, error),
    }


def _change(
    session: Session, found: Interest, who: Who, typed: Mapping[str, str], error: RuleError | None = None
) -> dict[str, Any]:
    (line,) = [one for one in conflicts.interests(session, who.person_id) if one.id == found.id]
    return {"line": line, "years": who.conflict_years, **days_drawn(typed, error)}
