"""Assigning the reviewers of a whole window: who lacks some, a proposal, and its confirmation."""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from app.actions import planning as actions
from app.actions.planning import Refused
from app.adapters.assignment.apart import NoAnswer, answer
from app.criteria.schema import Framework
from app.models import Window
from app.queries import planning
from app.rules import assignment
from app.rules.assignment import Fault, Limits, Pair, Problem
from app.rules.assignment_sheets import as_text, from_text
from app.rules.assignment_tasks import Proposal, proposal_of, task_of
from app.rules.errors import RuleError
from app.rules.people import Who
from app.rules.permissions import Permission
from app.web.errors import NotFound
from app.web.guards import WindowFor
from app.web.ids import id_or_none
from app.web.pages import again, go, page
from app.web.portal import Portal, PortalParts
from app.web.transaction import Form, Now, Person, Transaction

router = APIRouter()
PATH = "/windows/{window_id}/assignment"
Planned = Annotated[Window, Depends(WindowFor(Permission.PLAN_REVIEWS), scope="function")]
SEEDS = 2**31


def limits(parts: PortalParts) -> Limits:
    return Limits(parts.settings.most_reviews, parts.settings.calibration_required)


def asked(
    session: Session, parts: PortalParts, window: Window, who: Who, at: Now
) -> tuple[Framework, Problem]:
    framework = parts.shelf.get(session, window.framework_version_id)
    return framework, planning.problem(session, window, framework, who, at, limits(parts))


@router.get(PATH)
async def show(
    request: Request, who: Person, session: Transaction, parts: Portal, window: Planned, at: Now
) -> Response:
    return page(request, "planning/show", who, **overview(request, session, parts, window, who, at))


def overview(
    request: Request, session: Session, parts: PortalParts, window: Window, who: Who, at: Now
) -> dict[str, Any]:
    framework, problem = asked(session, parts, window, who, at)
    done = request.query_params.get("done", "")
    return {
        "window": window,
        "framework": framework,
        "problem": problem,
        "done": int(done) if done.isascii() and done.isdecimal() and len(done) < 6 else None,
    }


@router.get(f"{PATH}/reviewers")
async def reviewers(
    request: Request, who: Person, session: Transaction, parts: Portal, window: Planned, at: Now
) -> Response:
    framework, problem = asked(session, parts, window, who, at)
    names = {one.id: one.name for one in framework.principles}
    return page(request, "planning/reviewers", who, window=window, problem=problem, names=names)


@router.get(f"{PATH}/submissions/{{submission_id}}")
async def exclusions(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    window: Planned,
    at: Now,
    submission_id: str,
) -> Response:
    """Every reviewer, and what keeps them from this submission."""
    framework, problem = asked(session, parts, window, who, at)
    id_ = id_or_none(submission_id)
    submission = problem.submission.get(id_) if id_ else None
    if submission is None:
        raise NotFound
    return page(
        request,
        "planning/submission",
        who,
        window=window,
        submission=submission,
        lines=[(one, problem.against(submission, one)) for one in problem.reviewers],
        names={one.id: one.name for one in framework.principles},
    )


@router.post(f"{PATH}/propose")
async def propose(who: Person, session: Transaction, window: Planned, at: Now) -> Response:
    seed = secrets.randbelow(SEEDS)
    actions.propose(session, window, seed, by=who, at=at)
    return go(f"/windows/{window.id}/assignment/proposal?seed={seed}")


@dataclass(frozen=True)
class Proposed:
    """The question as it stood, and what the solver made of it; none when it found nothing in time."""

    framework: Framework
    problem: Problem
    proposal: Proposal | None


async def solved(request: Request, who: Person, parts: Portal) -> Proposed:
    """The proposal for the seed in the address, made before any transaction of the route: it takes seconds.

    Reading and solving run in a thread with a session of its own. Asks the guard's permission first.
    """
    seed = request.query_params.get("seed", "")
    if not (seed.isascii() and seed.isdecimal() and len(seed) <= 10):
        raise NotFound
    with parts.database.read() as session:
        window_id = (await WindowFor(Permission.PLAN_REVIEWS)(request, who, session)).id
    return await asyncio.to_thread(_solve, parts, window_id, who, int(seed) % SEEDS)


def _solve(parts: PortalParts, window_id: UUID, who: Who, seed: int) -> Proposed:
    with parts.database.read() as session:
        window = session.get_one(Window, window_id)
        framework, problem = asked(session, parts, window, who, parts.database.now(session))
    task = task_of(problem, seed)
    try:
        return Proposed(framework, problem, proposal_of(problem, task, answer(task)))
    except NoAnswer:
        return Proposed(framework, problem, None)


Solved = Annotated[Proposed, Depends(solved)]


@router.get(f"{PATH}/proposal")
async def preview(
    request: Request, who: Person, solved: Solved, session: Transaction, window: Planned
) -> Response:
    if solved.proposal is None:
        return page(request, "planning/unfinished", who, window=window)
    context = previewed(window, solved.framework, solved.problem, solved.proposal.pairs)
    return page(request, "planning/preview", who, **context, proposal=solved.proposal)


def previewed(
    window: Window, framework: Framework, problem: Problem, pairs: Sequence[Pair]
) -> dict[str, Any]:
    """What the page of a proposal, or of a file that was brought, shows of its pairs."""
    after = assignment.loads_after(problem, pairs)
    covered = assignment.covered(problem, pairs)
    given: dict[UUID, list[str]] = {}
    for submission, reviewer in pairs:
        given.setdefault(submission, []).append(problem.reviewer[reviewer].name)
    return {
        "window": window,
        "framework": framework,
        "problem": problem,
        "lines": [(one, sorted(given.get(one.id, ())), covered[one.id]) for one in problem.submissions],
        "loads": [(one, after[one.id]) for one in problem.reviewers],
        "spread": assignment.spread(problem, pairs),
        "number": len(pairs),
        "pairs": as_text(pairs),
    }


@router.post(f"{PATH}/confirm")
async def confirm(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    window: Planned,
    at: Now,
    typed: Form,
) -> Response:
    """All of the pairs are assigned, or none: the rules look at them again as things are now."""
    framework = parts.shelf.get(session, window.framework_version_id)
    seed = typed.get("seed")
    try:
        with session.begin_nested():
            number = actions.assign(
                session,
                window,
                framework,
                from_text(typed.text.get("pairs", "")),
                limits(parts),
                seed=int(seed) if seed.isascii() and seed.isdecimal() and len(seed) <= 10 else None,
                by=who,
                at=at,
            )
    except Refused as refused:
        _, problem = asked(session, parts, window, who, at)
        reasons = [_said(problem, fault) for fault in refused.faults]
        return again(request, "planning/refused", who, refused, status=409, window=window, reasons=reasons)
    except RuleError as error:
        context = overview(request, session, parts, window, who, at)
        return again(request, "planning/show", who, error, **context)
    return go(f"/windows/{window.id}/assignment?done={number}")


def _said(problem: Problem, fault: Fault) -> str:
    """The fault with its submission, if the person may know of that."""
    submission = problem.submission.get(fault.pair[0]) if fault.pair else None
    return f"{submission.title}. {fault.sentence}" if submission else fault.sentence
