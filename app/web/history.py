"""What happened to a self-assessment, for those who write it."""

from fastapi import APIRouter, Request, Response

from app.models import Organisation
from app.queries import writing_history
from app.web.errors import NotFound
from app.web.pages import page
from app.web.self_assessments import Readable
from app.web.transaction import Person, Transaction

router = APIRouter()
LONGEST_NUMBER = 9  # digits


@router.get("/self-assessments/{self_assessment_id}/history")
async def show(request: Request, who: Person, session: Transaction, self_assessment: Readable) -> Response:
    before = _number(request.query_params.get("before", ""))
    return page(
        request,
        "history/self_assessment",
        who,
        self_assessment=self_assessment,
        organisation=session.get_one(Organisation, self_assessment.organisation_id),
        history=writing_history.of_self_assessment(session, self_assessment.id, before=before),
        is_newest=before is None,
    )


def _number(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER):
        raise NotFound
    return int(text)
