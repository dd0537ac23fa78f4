"""The warning before a file is sent: what was found in it, and the writer's answer."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from app.actions import evidence as actions
from app.actions.evidence_checks import confirm, extension_of
from app.adapters.findings.examine import BARE
from app.adapters.findings.kinds import REMOVABLE, REMOVED_ANYWAY, Kind
from app.models import Evidence, EvidenceCheck, EvidenceVersion, Organisation
from app.queries import evidence as library
from app.queries import evidence_checks
from app.rules.errors import Conflict, RuleError
from app.rules.evidence import is_warning_open
from app.rules.permissions import Permission
from app.web.attempts import Attempt
from app.web.errors import NotFound
from app.web.evidence_additions import quota
from app.web.evidence_goals import Goal, goal_of
from app.web.guards import EvidenceFor
from app.web.pages import again, go, page
from app.web.portal import Portal, PortalParts
from app.web.transaction import Form, Now, Person, Transaction
from app.web.uploads import Cleaned, CleanedOf, scan_state

router = APIRouter()

_ITEM = EvidenceFor(Permission.WRITE_EVIDENCE)
Item = Annotated[Evidence, Depends(_ITEM, scope="function")]
Made = Annotated[Cleaned, Depends(CleanedOf(_ITEM), scope="function")]

# What the page says of each kind, in the order in which they matter.
WORDS: Mapping[Kind, tuple[str, str]] = {
    Kind.NHS_NUMBER: ("NHS numbers", "An NHS number names a patient. Evidence never needs one."),
    Kind.SMALL_COUNT: (
        "Counts of people under 10 in a table about ethnicity",
        "A count this small can tell who is meant. Join groups together, or write “fewer than 10”.",
    ),
    Kind.EMAIL: ("Email addresses", "Leave one in only if the person would expect reviewers to see it."),
    Kind.PHONE: ("Phone numbers", "Leave one in only if the person would expect reviewers to see it."),
    Kind.TRACKED_CHANGE: (
        "Tracked changes",
        "Reviewers can read what was deleted, and who changed what. The portal can accept all changes.",
    ),
    Kind.COMMENT: ("Comments and notes", "Reviewers can read them. The portal can take them out."),
    Kind.NOT_SEARCHED: (
        "What could not be searched",
        "The portal can't read this. Look through it yourself for names, numbers and faces.",
    ),
    Kind.NOT_CLEANED: (
        "Properties that could not be removed",
        "Save the file anew, or as a PDF, and add that.",
    ),
    Kind.AUTHOR: (
        "Names in the file's properties",
        "You don't need to do anything about these. Reviewers open a copy without them.",
    ),
}


@dataclass(frozen=True)
class Group:
    """The findings of one kind."""

    title: str
    advice: str
    found: list[dict[str, Any]]


@router.get("/evidence/{evidence_id}/findings")
async def show(request: Request, who: Person, session: Transaction, parts: Portal, item: Item) -> Response:
    goal = _goal(request, session, parts, item, lock=False)
    version = library.newest_version(session, item.id)
    check = evidence_checks.of_version(session, version.id)
    if check is None or not check.findings:
        return go(_onwards(item, goal))
    return page(request, "evidence/findings", who, **_drawn(session, item, version, check, goal))


@router.post("/evidence/{evidence_id}/findings")
async def keep(
    request: Request, who: Person, session: Transaction, parts: Portal, at: Now, typed: Form, item: Item
) -> Response:
    goal = _goal(request, session, parts, item, lock=True)
    version = library.newest_version(session, item.id)
    if typed.get("version") != str(version.number):
        raise Conflict("A newer version was added meanwhile. Open the evidence and look at that one.")
    with Attempt(session) as attempt:
        confirm(session, item, version, typed.text.get("reason", ""), by=who, at=at)
    if error := attempt.refused:
        check = evidence_checks.of_version(session, version.id)
        assert check is not None  # confirm has found it
        drawn = _drawn(session, item, version, check, goal, typed.text.get("reason", ""))
        return again(request, "evidence/findings", who, error, **drawn)
    return go(_onwards(item, goal, "answered"))


@router.post("/evidence/{evidence_id}/findings/remove")
async def remove(
    request: Request, who: Person, made: Made, session: Transaction, parts: Portal, at: Now, item: Item
) -> Response:
    goal = _goal(request, session, parts, item, lock=True)
    version = made.replaces
    if version is None or made.content is None or made.examined is None:
        raise RuleError(made.refusal)
    with session.begin_nested():
        newer = actions.add_cleaned_version(
            session,
            item,
            version.id,
            made.content,
            quota=quota(parts),
            by=who,
            at=at,
            examined=made.examined,
            scan=scan_state(parts.settings),
        )
    made.is_kept = True
    check = evidence_checks.of_version(session, newer.id)
    if check and is_warning_open(check.findings, None):
        return go(f"/evidence/{item.id}/findings{goal.query if goal else ''}")
    return go(_onwards(item, goal, "added"))


def _goal(
    request: Request, session: Session, parts: PortalParts, item: Evidence, *, lock: bool
) -> Goal | None:
    if item.removed_at is not None:
        raise NotFound
    return goal_of(request, session, parts, session.get_one(Organisation, item.organisation_id), lock=lock)


def _onwards(item: Evidence, goal: Goal | None, done: str = "") -> str:
    """Back to the criterion that the evidence is for, or to the item."""
    if goal:
        return f"{goal.path}{'?done=added' if done else ''}#linked-evidence"
    return f"/evidence/{item.id}{f'?{done}=1' if done else ''}"


def _drawn(
    session: Session,
    item: Evidence,
    version: EvidenceVersion,
    check: EvidenceCheck,
    goal: Goal | None,
    reason: str = "",
) -> dict[str, Any]:
    by_kind: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in check.findings:
        by_kind[one["kind"]].append(one)
    kinds = {Kind(kind) for kind in by_kind}
    return {
        "item": item,
        "version": version,
        "check": check,
        "is_open": is_warning_open(check.findings, check.confirmed_at),
        "is_only_told": kinds <= REMOVED_ANYWAY,
        "groups": [Group(*WORDS[kind], by_kind[kind]) for kind in WORDS if by_kind[kind]],
        "may_remove": bool(kinds & REMOVABLE) and extension_of(version) not in BARE,
        "confirmed_by": evidence_checks.confirmed_by(session, check),
        "query": goal.query if goal else "",
        "onwards": _onwards(item, goal),
        "reason": reason,
    }
