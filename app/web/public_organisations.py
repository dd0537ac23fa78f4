"""The public page of one organisation, at an address that stays whatever becomes of it."""

import re

from fastapi import APIRouter, Request, Response

from app.queries import public_organisations
from app.rules.days import uk_day
from app.web.errors import NotFound
from app.web.pages import page
from app.web.transaction import MaybePerson, Now, Transaction

router = APIRouter()
CODE = re.compile(r"[0-9A-Za-z]{1,10}")


@router.get("/register/organisations/{ods_code}")
async def show(request: Request, who: MaybePerson, session: Transaction, at: Now, ods_code: str) -> Response:
    code = ods_code.upper() if CODE.fullmatch(ods_code) else ""
    found = public_organisations.by_code(session, code, uk_day(at)) if code else None
    if found is None:
        raise NotFound
    return page(request, "register/organisation", who, found=found, on=uk_day(at))
