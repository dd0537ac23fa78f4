"""Writing the next version of a framework, and publishing it. A draft may be broken; what is published may not."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from app.actions import loading
from app.actions.history import record
from app.criteria import carry_over, drafting, reshaping
from app.criteria.carry_over import CarryOver
from app.criteria.consistency import Document
from app.criteria.drafting import Draft
from app.criteria.loader import CriteriaError
from app.criteria.schema import Framework
from app.criteria.text import CONTROL
from app.models import FrameworkDraft, FrameworkVersion
from app.queries import frameworks
from app.rules.errors import Conflict, RuleError, Stale
from app.rules.people import Who

OFFICIAL_WORDS = "This is the Assembly's own text"
_CHANGED = "Somebody else changed this draft since you opened it. Nothing of either text is lost."


def start(session: Session, base: FrameworkVersion, *, by: Who, at: datetime) -> FrameworkDraft:
    """Begin a draft with the words of a published version; its name is for the writer to give."""
    made = FrameworkDraft(
        based_on_id=base.id,
        document={**base.document, "version": ""},
        carry_over=CarryOver(before=base.version).to_document(),
        started_at=at,
        started_by_id=by.person_id,
        changed_at=at,
        changed_by_id=by.person_id,
    )
    session.add(made)
    session.flush()
    _note(session, made, "start framework draft", by, at, {"based on": base.version})
    return made


def content(row: FrameworkDraft) -> Draft:
    """The draft as the pure functions take it."""
    return Draft(row.document, carry_over.read(row.carry_over))


def save_document(
    session: Session, row: FrameworkDraft, document: Document, *, version: int, by: Who, at: datetime
) -> None:
    """Another document, as it was uploaded."""
    made = drafting.with_document(content(row), document)
    _save(session, row, made, "change framework draft", {"part": "file"}, version=version, by=by, at=at)


def save_head(
    session: Session, row: FrameworkDraft, typed: Mapping[str, str], *, version: int, by: Who, at: datetime
) -> None:
    """Name, title, status, mark, levels and settings as typed."""
    made = drafting.with_head(content(row), tidied(typed))
    _save(session, row, made, "change framework draft", {"part": "head"}, version=version, by=by, at=at)


def save_criterion(
    session: Session,
    row: FrameworkDraft,
    base: Framework,
    place: int,
    typed: Mapping[str, str],
    *,
    version: int,
    by: Who,
    at: datetime,
) -> None:
    """One criterion as typed, faults and all."""
    made = drafting.with_criterion(content(row), base, place, tidied(typed))
    facts = {"part": made.codes[place - 1]}
    _save(session, row, made, "change framework draft", facts, version=version, by=by, at=at)


def add_criterion(
    session: Session, row: FrameworkDraft, typed: Mapping[str, str], *, version: int, by: Who, at: datetime
) -> int:
    """A new criterion at the end of its level. Returns its place, from 1."""
    before = content(row)
    given = tidied(typed)
    code = _new_code(before, given.get("code", ""))
    made = reshaping.with_added(before, code, given.get("title", ""), given.get("level", ""))
    _save(session, row, made, "add draft criterion", {"part": code}, version=version, by=by, at=at)
    return made.codes.index(code) + 1


def shift(
    session: Session, row: FrameworkDraft, place: int, step: int, *, version: int, by: Who, at: datetime
) -> None:
    """A criterion one place up (-1) or down (1)."""
    before = content(row)
    made = reshaping.with_shifted(before, place, step)
    facts = {"part": before.codes[place - 1]}
    _save(session, row, made, "move draft criterion", facts, version=version, by=by, at=at)


def remove(session: Session, row: FrameworkDraft, place: int, *, version: int, by: Who, at: datetime) -> None:
    """Take a criterion out of the draft. The version it came from keeps it."""
    before = content(row)
    made = reshaping.without_criterion(before, place)
    facts = {"part": before.codes[place - 1]}
    _save(session, row, made, "remove draft criterion", facts, version=version, by=by, at=at)


def split(
    session: Session,
    row: FrameworkDraft,
    base: Framework,
    place: int,
    typed: Mapping[str, str],
    *,
    version: int,
    by: Who,
    at: datetime,
) -> None:
    """Put a copy of a criterion behind it, under a code of its own."""
    before, given = content(row), tidied(typed)
    code = _new_code(before, given.get("code", ""))
    made = reshaping.with_split(before, base, place, code, given.get("title", ""))
    facts = {"part": before.codes[place - 1], "into": code}
    _save(session, row, made, "split draft criterion", facts, version=version, by=by, at=at)


def merge(
    session: Session,
    row: FrameworkDraft,
    base: Framework,
    place: int,
    other: int,
    *,
    version: int,
    by: Who,
    at: datetime,
) -> int:
    """Take the criterion at ``other`` into the one at ``place``. Returns where that one is now."""
    before = content(row)
    made = reshaping.with_merged(before, base, place, other)
    facts = {"part": before.codes[place - 1], "taken": before.codes[other - 1]}
    _save(session, row, made, "merge draft criteria", facts, version=version, by=by, at=at)
    return place - 1 if other < place else place


def say_carry_over(
    session: Session,
    row: FrameworkDraft,
    base: Framework,
    place: int,
    comes_from: tuple[str, ...],
    sources: Mapping[str, tuple[str, ...]],
    *,
    version: int,
    by: Who,
    at: datetime,
) -> None:
    """From which criteria and questions one criterion is filled. When it comes from others than before, its questions
    begin with the defaults again. RuleError when it names what the version before does not have."""
    before = content(row)
    code = text_of(before, place)
    if unknown := [one for one in comes_from if one not in {old.code for old in base.criteria}]:
        raise RuleError(f"{unknown[0]} is not a criterion of {base.version}.", field="origins")
    is_same = comes_from == carry_over.origins(before.carry_over, base, code)
    made = drafting.with_carry_over(before, code, comes_from, sources if is_same else None)
    _save(session, row, made, "say what carries over", {"part": code}, version=version, by=by, at=at)


def text_of(draft: Draft, place: int) -> str:
    """The code of the criterion at this place. Raises LookupError when there is none."""
    return drafting.text(draft.row(place).get("code"))


def publish(
    session: Session,
    row: FrameworkDraft,
    base: Framework,
    words: str,
    *,
    version: int,
    by: Who,
    at: datetime,
) -> FrameworkVersion:
    """Publish the draft. Again: returns what was published.

    RuleError while there is a fault, when another version was published since the draft began, or when an official
    one is not confirmed in ``words``; Stale when the draft changed since it was read.
    """
    if row.published_id is not None:
        return session.get_one(FrameworkVersion, row.published_id)
    _require_open(row)
    if version != row.version:
        raise Stale(_CHANGED)
    _require_based_on_newest(session, row, base)
    draft = content(row)
    judged = drafting.judged(draft, base, frameworks.names(session, base.id))
    if judged.framework is None:
        raise RuleError(f"The draft has {len(judged.faults)} faults. Mend them first.")
    if judged.framework.status == "official" and words.strip() != OFFICIAL_WORDS:
        raise RuleError(f"Type “{OFFICIAL_WORDS}” to publish an official version.", field="official")
    try:
        made = loading.publish_framework(
            session, judged.framework, declared=draft.carry_over, by=by.person_id, at=at
        )
    except CriteriaError as error:
        raise RuleError(str(error)) from error
    row.published_id = made.id
    session.add(row)
    session.flush()
    _note(session, row, "publish framework draft", by, at, {"version": made.version})
    return made


def discard(session: Session, row: FrameworkDraft, *, by: Who, at: datetime) -> None:
    """Close a draft that will not be published. It is kept, and no page shows it any more."""
    _require_open(row)
    row.discarded_at = at
    session.add(row)
    session.flush()
    _note(session, row, "discard framework draft", by, at, {})


def tidied(typed: Mapping[str, str]) -> dict[str, str]:
    """What was typed without space around it and with one sort of line end. RuleError for what can't be kept."""
    made = {name: text.replace("\r\n", "\n").replace("\r", "\n").strip() for name, text in typed.items()}
    for name, text in made.items():
        if CONTROL.search(text) or CONTROL.search(name):
            raise RuleError(
                "Remove characters that can't be seen. Typing the text again removes them.", field=name
            )
    return made


def _new_code(draft: Draft, code: str) -> str:
    if not code:
        raise RuleError("Enter a code, such as B17.", field="code")
    if code.casefold() in {one.casefold() for one in draft.codes}:
        raise RuleError(f"{code} is used already. Choose another code.", field="code")
    return code


def _require_open(row: FrameworkDraft) -> None:
    if row.published_id is not None:
        raise Conflict("This draft is published and can't change. Start another draft.")
    if row.discarded_at is not None:
        raise Conflict("This draft was discarded. Start another draft.")


def _require_based_on_newest(session: Session, row: FrameworkDraft, base: Framework) -> None:
    newest = frameworks.newest_of(session, base.id)
    if newest is None or newest.id != row.based_on_id:
        raise Conflict(
            f"This draft is based on {base.version}, and a newer version was published since. "
            "Download the draft, start one from the newest version and upload the file there."
        )


def _save(
    session: Session,
    row: FrameworkDraft,
    made: Draft,
    verb: str,
    facts: dict[str, Any],
    *,
    version: int,
    by: Who,
    at: datetime,
) -> None:
    """Keep the changed draft. What is saved already is not saved again."""
    _require_open(row)
    carried = made.carry_over.to_document()
    if (made.document, carried) == (row.document, row.carry_over):
        return
    if version != row.version:
        raise Stale(_CHANGED)
    row.document, row.carry_over = made.document, carried
    row.version, row.changed_at, row.changed_by_id = row.version + 1, at, by.person_id
    session.add(row)
    session.flush()
    _note(session, row, verb, by, at, {**facts, "version": row.version})


def _note(
    session: Session, row: FrameworkDraft, verb: str, by: Who, at: datetime, facts: dict[str, Any]
) -> None:
    record(session, f"framework-draft:{row.id}", verb, by=by.person_id, at=at, facts=facts)
