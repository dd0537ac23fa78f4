"""A filled form of a self-assessment between its arrival and its use."""

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from app.adapters import forms
from app.adapters.documents.reading import read as read_document
from app.adapters.spreadsheets import apart as spreadsheets
from app.rules.permissions import Permission
from app.web import held_files
from app.web.guards import SelfAssessmentFor
from app.web.held_files import Arrival, HeldKind
from app.web.ids import id_or_none
from app.web.portal import Portal
from app.web.transaction import Form, Person
from app.web.uploads import FILE_FIELD, BeforeReading

_GUARD = SelfAssessmentFor(Permission.WRITE_ANSWERS)
MayWrite = Annotated[None, Depends(BeforeReading(_GUARD))]
Held = held_files.Held[forms.Filled]


_FORM = HeldKind(
    name="filled form",
    readers={"docx": read_document, "xlsx": spreadsheets.read_form},
    other_type="Choose the Word document (.docx) or spreadsheet (.xlsx) that was exported from the portal.",
    restored=forms.restored,
)


def _belongs(person_id: UUID, request: Request) -> dict[str, str]:
    own = id_or_none(request.path_params["self_assessment_id"])
    return {"person": str(person_id), "self_assessment": str(own)}


async def arrived(
    request: Request, parts: Portal, who: Person, typed: Form
) -> AsyncIterator[Arrival[forms.Filled]]:
    """The form in the file that was sent."""
    belongs = _belongs(who.person_id, request)
    async with held_files.arriving(parts, _FORM, belongs, typed.files.get(FILE_FIELD)) as arrival:
        yield arrival


Arrived = Annotated[Arrival[forms.Filled], Depends(arrived, scope="function")]


async def held(request: Request, parts: Portal, who: Person) -> Held:
    """The form named in the path. NotFound unless this person brought it, for this self-assessment."""
    name = request.path_params["form_name"]
    return await held_files.held(parts.files, _FORM, _belongs(who.person_id, request), name)


HeldForm = Annotated[Held, Depends(held)]
