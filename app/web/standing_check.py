"""The standing check: what to look at before anything is handed over, each with a link to its place."""

from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.models import Organisation, SelfAssessment
from app.queries import self_assessments, standing_checks
from app.rules.days import uk_day
from app.rules.permissions import Permission
from app.web.guards import SelfAssessmentFor
from app.web.pages import page
from app.web.portal import Portal
from app.web.transaction import Now, Person, Transaction

router = APIRouter()

Readable = Annotated[
    SelfAssessment, Depends(SelfAssessmentFor(Permission.READ_SELF_ASSESSMENT), scope="function")
]


@router.get("/self-assessments/{self_assessment_id}/check")
async def show(
    request: Request, who: Person, session: Transaction, parts: Portal, at: Now, self_assessment: Readable
) -> Response:
    framework = parts.shelf.get(session, self_assessment.framework_version_id)
    organisation = session.get_one(Organisation, self_assessment.organisation_id)
    answers = self_assessments.answers(session, self_assessment.id)
    notes = standing_checks.notes(session, self_assessment, framework, organisation, answers, on=uk_day(at))
    return page(
        request,
        "self_assessments/check",
        who,
        framework=framework,
        organisation=organisation,
        self_assessment=self_assessment,
        notes=notes,
        by_kind=[(kind.value, list(found)) for kind, found in groupby(notes, key=lambda note: note.kind)],
    )
