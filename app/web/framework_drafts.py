"""Drafting the next framework version: the list, the draft, its file, its head and its criteria."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response
from sqlmodel import Session

from app.actions import framework_drafts as actions
from app.criteria import drafting, loader
from app.criteria.drafting import Draft, Judged
from app.criteria.schema import Framework, QuestionKind
from app.models import FrameworkDraft, FrameworkVersion
from app.models import Person as PersonRow
from app.queries import frameworks
from app.rules.errors import Conflict, RuleError, Stale
from app.rules.people import Who
from app.rules.permissions import Permission
from app.web.errors import BadRequest, NotFound
from app.web.guards import FrameworkDraftFor, PortalFor
from app.web.ids import id_or_none
from app.web.pages import again, go, page
from app.web.portal import Portal, PortalParts
from app.web.transaction import Form, Now, Person, Transaction, Typed

router = APIRouter()

Drafter = Annotated[Who, Depends(PortalFor(Permission.DRAFT_FRAMEWORK), scope="function")]
Open = Annotated[FrameworkDraft, Depends(FrameworkDraftFor(Permission.DRAFT_FRAMEWORK), scope="function")]
Place = Annotated[int, Path(ge=1, le=500)]
DONE = {
    "saved": "It is saved.",
    "uploaded": "The file is now the draft.",
    "removed": "The criterion is taken out of the draft.",
    "merged": "The two criteria are one now. Read its texts once more, the scores' above all.",
    "split": "There are two criteria now. Change what each of them asks.",
    "moved": "The order is changed.",
}


@dataclass(frozen=True)
class Desk:
    """A draft with all that its pages need."""

    row: FrameworkDraft
    draft: Draft
    base: Framework
    judged: Judged

    @property
    def path(self) -> str:
        return f"/framework-drafts/{self.row.id}"

    @property
    def is_open(self) -> bool:
        return self.row.published_id is None


def desk_of(session: Session, parts: PortalParts, row: FrameworkDraft) -> Desk:
    base = parts.shelf.get(session, row.based_on_id)
    draft = actions.content(row)
    return Desk(row, draft, base, drafting.judged(draft, base, frameworks.names(session, base.id)))


def version_of(typed: Typed) -> int:
    """The draft's version that the form was opened from."""
    text = typed.get("form-version")
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise BadRequest("The form was not complete. Go back, reload the page and send it again.")
    return int(text)


def typed_fields(typed: Typed) -> dict[str, str]:
    return {name: text for name, text in typed.text.items() if not name.startswith("form-")}


@router.get("/framework-drafts")
async def index(request: Request, who: Drafter, session: Transaction) -> Response:
    return page(
        request,
        "framework_drafts/index",
        who,
        published=frameworks.published(session),
        drafts=frameworks.drafts(session),
    )


@router.post("/framework-drafts")
async def start(who: Drafter, session: Transaction, at: Now, typed: Form) -> Response:
    id_ = id_or_none(typed.get("version"))
    base = session.get(FrameworkVersion, id_) if id_ else None
    if base is None:
        raise NotFound
    return go(f"/framework-drafts/{actions.start(session, base, by=who, at=at).id}")


@router.get("/framework-drafts/{draft_id}")
async def show(request: Request, who: Person, session: Transaction, parts: Portal, row: Open) -> Response:
    done = DONE.get(request.query_params.get("done", ""), "")
    return page(request, "framework_drafts/show", who, done=done, **_shown(session, parts, row))


def _shown(session: Session, parts: PortalParts, row: FrameworkDraft) -> dict[str, Any]:
    desk = desk_of(session, parts, row)
    levels = [
        (drafting.text(one.get("id")), drafting.text(one.get("name")))
        for one in drafting.table(row.document, "levels")
    ]
    criteria = [
        {"place": place, **{name: drafting.text(one.get(name)) for name in ("code", "title", "level")}}
        for place, one in enumerate(desk.draft.rows, 1)
    ]
    sections = [(name, [one for one in criteria if one["level"] == id_]) for id_, name in levels]
    known = {id_ for id_, _ in levels}
    if strays := [one for one in criteria if one["level"] not in known]:
        sections.append(("Without a level of this draft", strays))
    return {
        "desk": desk,
        "sections": sections,
        "levels": levels,
        "version_name": drafting.text(row.document.get("version")),
        "changed_by": session.get_one(PersonRow, row.changed_by_id).name,
        "typed": {},
    }


@router.get("/framework-drafts/{draft_id}/file")
async def download(row: Open) -> Response:
    name = f'attachment; filename="framework-draft-{row.version}.json"'
    text = json.dumps(row.document, ensure_ascii=False, indent=2) + "\n"
    return Response(text, media_type="application/json", headers={"content-disposition": name})


@router.post("/framework-drafts/{draft_id}/file")
async def upload(
    request: Request, who: Person, session: Transaction, parts: Portal, at: Now, typed: Form, row: Open
) -> Response:
    file = typed.files.get("file")
    data = file.file.read() if file is not None else b""
    try:
        if not data:
            raise RuleError("Choose a file.", field="file")
        document = loader.from_file(data, (file.filename if file else "") or "draft.json")
        with session.begin_nested():
            actions.save_document(session, row, document, version=version_of(typed), by=who, at=at)
    except loader.CriteriaError as error:
        refused = {"file": "; ".join(f"{one.key}: {one.reason}".lstrip(": ") for one in error.faults)}
        return again(request, "framework_drafts/show", who, refused, **_shown(session, parts, row))
    except Stale as error:
        errors = {"file": f"{error.sentence} Look at the draft, then choose the file again."}
        return again(request, "framework_drafts/show", who, errors, status=409, **_shown(session, parts, row))
    except RuleError as error:
        return again(request, "framework_drafts/show", who, error, **_shown(session, parts, row))
    return go(f"/framework-drafts/{row.id}?done=uploaded")


@router.get("/framework-drafts/{draft_id}/head")
async def head(request: Request, who: Person, session: Transaction, parts: Portal, row: Open) -> Response:
    desk = desk_of(session, parts, row)
    return page(request, "framework_drafts/head", who, **_head(desk, drafting.head_fields(row.document)))


def _head(desk: Desk, values: Mapping[str, str]) -> dict[str, Any]:
    return {
        "desk": desk,
        "values": values,
        "numbers": [(name, name.replace("_", " ").capitalize()) for name in drafting.NUMBERS],
        "levels": len(drafting.table(desk.row.document, "levels")),
        "faults": [one for one in desk.judged.faults if not one.key.startswith("criteria")],
    }


@router.post("/framework-drafts/{draft_id}/head")
async def save_head(
    request: Request, who: Person, session: Transaction, parts: Portal, at: Now, typed: Form, row: Open
) -> Response:
    fields = typed_fields(typed)
    try:
        with session.begin_nested():
            actions.save_head(session, row, fields, version=version_of(typed), by=who, at=at)
    except RuleError as error:
        desk = desk_of(session, parts, row)
        theirs = differing(fields, drafting.head_fields(row.document)) if isinstance(error, Stale) else []
        status = 409 if isinstance(error, Conflict) else 422
        context = _head(desk, fields) | {"theirs": theirs, "saved_by": _saved_by(session, row)}
        return again(request, "framework_drafts/head", who, error, status=status, **context)
    return go(f"/framework-drafts/{row.id}?done=saved")


def differing(typed: Mapping[str, str], saved: Mapping[str, str]) -> list[tuple[str, str]]:
    """What is saved now where it is not what was typed, by field."""
    tidied = {name: text.replace("\r\n", "\n").strip() for name, text in typed.items()}
    names = dict.fromkeys([*saved, *tidied])
    return [(name, saved.get(name, "")) for name in names if saved.get(name, "") != tidied.get(name, "")]


def _saved_by(session: Session, row: FrameworkDraft) -> str:
    return session.get_one(PersonRow, row.changed_by_id).name


@router.post("/framework-drafts/{draft_id}/criteria")
async def add(
    request: Request, who: Person, session: Transaction, parts: Portal, at: Now, typed: Form, row: Open
) -> Response:
    fields = typed_fields(typed)
    try:
        with session.begin_nested():
            place = actions.add_criterion(session, row, fields, version=version_of(typed), by=who, at=at)
    except RuleError as error:
        status = 409 if isinstance(error, Conflict) else 422
        context = _shown(session, parts, row) | {"typed": fields}
        return again(request, "framework_drafts/show", who, error, status=status, **context)
    return go(f"/framework-drafts/{row.id}/criteria/{place}")


@router.get("/framework-drafts/{draft_id}/criteria/{place}")
async def criterion(
    request: Request, who: Person, session: Transaction, parts: Portal, row: Open, place: Place
) -> Response:
    desk = desk_of(session, parts, row)
    return page(request, "framework_drafts/criterion", who, **_criterion(desk, place))


def row_at(desk: Desk, place: int) -> dict[str, Any]:
    """The criterion at this place. NotFound when there is none."""
    try:
        return desk.draft.row(place)
    except LookupError:
        raise NotFound from None


def _criterion(desk: Desk, place: int, typed: Mapping[str, str] | None = None) -> dict[str, Any]:
    found, document = row_at(desk, place), desk.row.document
    code = drafting.text(found.get("code"))

    def choices(name: str) -> list[tuple[str, str]]:
        rows = drafting.table(document, name)
        return [(drafting.text(one.get("id")), drafting.text(one.get("name"))) for one in rows]

    keys = (f"criteria.{code}", f"criteria.{place}")
    return {
        "desk": desk,
        "place": place,
        "code": code,
        "values": drafting.fields(found) if typed is None else typed,
        "questions": drafting.number_of_questions(found),
        "levels": choices("levels"),
        "principles": choices("principles"),
        "sources": choices("sources"),
        "kinds": [kind.value for kind in QuestionKind],
        "organisation_kinds": drafting.KINDS,
        "faults": [
            one
            for one in desk.judged.faults
            if any(one.key == k or one.key.startswith(f"{k}.") for k in keys)
        ],
    }


@router.post("/framework-drafts/{draft_id}/criteria/{place}")
async def save_criterion(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    at: Now,
    typed: Form,
    row: Open,
    place: Place,
) -> Response:
    desk, fields = desk_of(session, parts, row), typed_fields(typed)
    saved = drafting.fields(row_at(desk, place))
    try:
        with session.begin_nested():
            actions.save_criterion(
                session, row, desk.base, place, fields, version=version_of(typed), by=who, at=at
            )
    except RuleError as error:
        is_stale = isinstance(error, Stale)
        context = _criterion(desk_of(session, parts, row), place, fields)
        context |= {
            "theirs": differing(fields, saved) if is_stale else [],
            "saved_by": _saved_by(session, row),
        }
        status = 409 if isinstance(error, Conflict) else 422
        return again(request, "framework_drafts/criterion", who, error, status=status, **context)
    return go(f"/framework-drafts/{row.id}/criteria/{place}?done=saved")
