"""The assignment of a window as CSV: the present one or a proposal, out; a filled one, back in."""

from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from app.actions import planning as actions
from app.models import Window
from app.queries import planning
from app.rules.assignment import Problem
from app.rules.assignment_sheets import ASSIGNED, COLUMNS, Brought, Known, Row, brought, read, rows_of
from app.rules.days import uk_day
from app.rules.errors import RuleError
from app.rules.people import Who
from app.web.pages import again, page
from app.web.planning import PATH, Planned, Solved, asked, overview, previewed
from app.web.portal import Portal
from app.web.spreadsheets import csv_response
from app.web.transaction import Form, Now, Person, Transaction
from app.web.uploads import FILE_FIELD

router = APIRouter()
NO_FILE = "Choose the file to bring in."
TOO_LARGE = "This file is too large for an assignment. Choose the table that you downloaded from this page."
LARGEST = 1024 * 1024  # bytes; 5,000 lines of ours have less


@router.get(f"{PATH}/current.csv")
async def current(who: Person, session: Transaction, parts: Portal, window: Planned, at: Now) -> Response:
    framework, problem = asked(session, parts, window, who, at)
    listed = {one.submission.id: one for one in planning.listed(session, window, who)}
    rows = [
        Row(
            found.reference,
            found.organisation_name,
            framework.level(found.submission.level).name,
            one.name,
            one.email,
            ASSIGNED,
        )
        for one in planning.given(session, listed.keys())
        if (found := listed[one.submission_id])
    ]
    every = sorted([*rows, *rows_of(problem, ())], key=lambda row: (row.organisation_name, row.level))
    return csv_response(f"assignment-{uk_day(at)}.csv", COLUMNS, [row.cells() for row in every])


@router.get(f"{PATH}/proposal.csv")
async def proposal(solved: Solved, session: Transaction, window: Planned, at: Now) -> Response:
    pairs = solved.proposal.pairs if solved.proposal else ()
    rows = [row.cells() for row in rows_of(solved.problem, pairs)]
    return csv_response(f"assignment-proposed-{uk_day(at)}.csv", COLUMNS, rows)


async def content(typed: Form) -> bytes | str:
    """The bytes of the file that was sent, read before the transaction begins; or why there are none."""
    file = typed.files.get(FILE_FIELD)
    if file is None or not (file.filename or file.size):
        return NO_FILE
    return TOO_LARGE if (file.size or 0) > LARGEST else await file.read()


Content = Annotated[bytes | str, Depends(content)]


@router.post(f"{PATH}/upload")
async def bring(
    request: Request,
    who: Person,
    content: Content,
    session: Transaction,
    parts: Portal,
    window: Planned,
    at: Now,
) -> Response:
    """Show what a file would assign. Nothing is assigned before that page is confirmed."""
    try:
        if isinstance(content, str):
            raise RuleError(content, field=FILE_FIELD)
        lines = read(content)
    except RuleError as error:
        context = overview(request, session, parts, window, who, at)
        return again(request, "planning/show", who, error, **context)
    framework, problem = asked(session, parts, window, who, at)
    found = brought(problem, _known(session, window, problem, who), lines)
    if found.wrong or not found.pairs:
        return again(request, "planning/wrong", who, {"": _summary(found)}, window=window, found=found)
    actions.note_upload(
        session, window, sha256=sha256(content).hexdigest(), pairs=len(found.pairs), by=who, at=at
    )
    context = previewed(window, framework, problem, found.pairs)
    return page(request, "planning/preview", who, **context, proposal=None, already=found.already)


def _summary(found: Brought) -> str:
    if found.wrong:
        return "Nobody can be assigned by this file before what is wrong with it is put right."
    return "This file names no reviewer who is not assigned already."


def _known(session: Session, window: Window, problem: Problem, who: Who) -> Known:
    listed = planning.listed(session, window, who)
    given = planning.given(session, [one.submission.id for one in listed])
    emails = {one.email: one.reviewer_id for one in given}
    return Known(
        {one.reference: one.submission.id for one in listed},
        emails | {one.email: one.id for one in problem.reviewers},
        {(one.submission_id, one.reviewer_id) for one in given},
    )
