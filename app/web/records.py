"""The moderation record of a submission, as a page and as an accessible PDF with a page for each criterion."""

import asyncio
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from app.adapters import form_pdf
from app.criteria.schema import Criterion, Framework
from app.models import Submission
from app.queries import records, reviews, sealed_copies, submissions, waivers
from app.queries.records import ConditionMark, EvidenceMark, Move, Rounds
from app.rules import scoring
from app.rules.permissions import Permission
from app.web.downloads import disposition
from app.web.guards import SubmissionFor
from app.web.pages import page
from app.web.portal import Portal, PortalParts
from app.web.transaction import Now, Person, Transaction

router = APIRouter()
Recorded = Annotated[Submission, Depends(SubmissionFor(Permission.READ_RECORD), scope="function")]
PDF = "application/pdf"
_SLOW = ThreadPoolExecutor(max_workers=1, thread_name_prefix="records")


@dataclass(frozen=True)
class CriterionRecord:
    """One criterion: the page of the record that is about it."""

    criterion: Criterion
    rounds: Rounds
    difference: str  # of the last round, why it needed moderation; empty when it settled by rule
    settled_by: str
    counts: int | None  # the score that counts now
    moves: tuple[Move, ...]
    marks: tuple[tuple[str, tuple[EvidenceMark, ...]], ...]  # by the title of the evidence
    conditions: tuple[ConditionMark, ...]


@router.get("/submissions/{submission_id}/record")
async def show(
    request: Request, who: Person, session: Transaction, parts: Portal, submission: Recorded
) -> Response:
    return page(request, "records/show", who, **record_of(session, parts, submission))


@router.get("/submissions/{submission_id}/record.pdf")
async def pdf(session: Transaction, parts: Portal, submission: Recorded, at: Now) -> Response:
    context = record_of(session, parts, submission)
    name = f"moderation-record-{context['ods_code']}-{submission.level}.pdf"
    session.close()  # what follows takes seconds and needs no database
    return await drawn(parts, "records/record.html.jinja", name, {**context, "at": at})


async def drawn(parts: PortalParts, template: str, name: str, context: dict[str, Any]) -> Response:
    """A page of ours as PDF/UA to download, drawn by a process of its own. Raises DrawingFailed."""

    def draw() -> bytes:
        return form_pdf.draw(parts.templates.get_template(template).render(**context))

    made = await asyncio.get_running_loop().run_in_executor(_SLOW, draw)
    return Response(made, media_type=PDF, headers={"content-disposition": disposition(name)})


def record_of(session: Session, parts: PortalParts, submission: Submission) -> dict[str, Any]:
    """Everything that the record says; no criterion until every review of a round is sealed."""
    framework = parts.shelf.get(session, submission.framework_version_id)
    return {
        "portal": parts.settings.portal_name,
        "submission": submissions.facts(session, submission.id),
        "ods_code": _ods_code(session, submission.id),
        "framework": framework,
        "level": framework.level(submission.level),
        "reviews": records.review_lines(session, submission.id),
        "waivers": waivers.of_submission(session, submission.id, may_see_names=False),  # for whoever reads it
        "absent": records.absent(session, submission.id),
        "criteria": _criteria(session, submission.id, framework),
    }


def _ods_code(session: Session, submission_id: UUID) -> str:
    """As it stood in what was signed; empty when nothing was."""
    copy = sealed_copies.newest_or_none(session, submission_id)
    return sealed_copies.document(session, submission_id).content.ods_code if copy else ""


def _criteria(session: Session, submission_id: UUID, framework: Framework) -> list[CriterionRecord]:
    given = records.given(session, submission_id)
    if not given:
        return []
    moves, counts = (
        records.moves(session, submission_id),
        reviews.settled_scores(session, submission_id, framework),
    )
    marks, titles = records.evidence_marks(session, submission_id), _titles(session, submission_id)
    conditions = records.condition_marks(session, submission_id)
    return [
        CriterionRecord(
            one,
            given[one.code],
            *_last(given[one.code], framework),
            counts.get(one.code),
            tuple(moves.get(one.code, ())),
            by_title(marks.get(one.code, ()), titles),
            tuple(conditions.get(one.code, ())),
        )
        for one in framework.criteria
        if one.code in given
    ]


def _last(rounds: Rounds, framework: Framework) -> tuple[str, str]:
    """Why the scores of the last round differ, and if they don't, by which rule they became one."""
    scores = [one.score for one in rounds[max(rounds)]]
    difference = scoring.differs(scores, framework.settings)
    return difference, "" if difference else scoring.why_settled(scores, framework.settings)


def _titles(session: Session, submission_id: UUID) -> dict[UUID, str]:
    answers = sealed_copies.document(session, submission_id).content.answers
    return {item.version_id: item.title for answer in answers for item in answer.evidence}


def by_title(
    marks: Iterable[EvidenceMark], titles: dict[UUID, str]
) -> tuple[tuple[str, tuple[EvidenceMark, ...]], ...]:
    """The marks of one criterion gathered by piece of evidence, in the order of the letters."""
    found: dict[UUID, tuple[EvidenceMark, ...]] = {}
    for one in marks:
        found[one.version_id] = (*found.get(one.version_id, ()), one)
    return tuple((titles.get(id_, "Evidence of an earlier copy"), of_one) for id_, of_one in found.items())
