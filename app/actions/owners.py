"""Giving criteria to colleagues. The caller holds the self-assessment's row."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session

from app.actions import mails
from app.actions.history import record
from app.criteria.schema import Framework
from app.models import CriterionOwner, Organisation, SelfAssessment
from app.queries import owners, people
from app.queries.people import Colleague
from app.rules.days import uk_day
from app.rules.errors import Conflict, RuleError
from app.rules.moving import require_current
from app.rules.names import in_mail
from app.rules.people import Who


@dataclass(frozen=True)
class Care:
    """Whose a criterion is, and until when it is to be ready. Nobody's has no date."""

    person_id: UUID | None = None
    due_on: date | None = None


@dataclass(frozen=True)
class Change:
    """What a lead saw on the page, and what they want instead."""

    seen: Care
    wanted: Care


def assign(
    session: Session,
    self_assessment: SelfAssessment,
    framework: Framework,
    changes: Mapping[str, Change],
    *,
    base_url: str,
    by: Who,
    at: datetime,
) -> int:
    """Write those that differ from what was seen, one event each, and send each new owner one mail.

    Returns how many changed. RuleError, its field ``owner-<code>`` or ``due-<code>``, for somebody who may not write
    answers and for a day that has passed; Conflict when another lead changed the same criterion meanwhile.
    """
    require_current(self_assessment)
    rows = owners.rows(session, self_assessment.id)
    writers = {one.person_id: one for one in people.writers(session, self_assessment.organisation_id)}
    made = {code: one for code, one in changes.items() if one.wanted != one.seen}
    given: dict[UUID, list[tuple[str, date | None]]] = {}
    changed = 0
    for code, change in made.items():
        is_now = _care(rows.get(code))
        if is_now == change.wanted:
            continue  # sent twice, or a colleague did the same
        if is_now != change.seen:
            raise Conflict(f"Another lead changed the owner of {code} meanwhile. Reload the page.")
        _require_fit(session, self_assessment, framework, code, change, frozenset(writers), at)
        _write(session, self_assessment, rows.get(code), code, change.wanted, by, at)
        changed += 1
        new = change.wanted.person_id
        if new and new not in (is_now.person_id, by.person_id):
            given.setdefault(new, []).append((code, change.wanted.due_on))
    for person_id, codes in given.items():
        _tell(session, writers[person_id], self_assessment, framework, codes, base_url, by, at)
    return changed


def take_over(
    session: Session,
    self_assessment: SelfAssessment,
    framework: Framework,
    from_id: UUID,
    to_id: UUID,
    *,
    base_url: str,
    by: Who,
    at: datetime,
) -> int:
    """Give all criteria of one person to another, dates as they are. Returns how many; RuleError when there is none.

    A day that has passed stays: it says that the work is late, whoever does it.
    """
    held = owners.rows(session, self_assessment.id)
    theirs = {code: _care(row) for code, row in held.items() if row.person_id == from_id}
    if not theirs:
        raise RuleError("Choose whose criteria to give away.", field="from")
    if to_id == from_id:
        raise RuleError("Choose somebody else.", field="to")
    changes = {code: Change(seen, Care(to_id, seen.due_on)) for code, seen in theirs.items()}
    try:
        return assign(session, self_assessment, framework, changes, base_url=base_url, by=by, at=at)
    except Conflict:
        raise
    except RuleError:
        raise RuleError(NO_WRITER, field="to") from None


NO_WRITER = "Choose a colleague who may write answers, from the list."


def _care(row: CriterionOwner | None) -> Care:
    return Care(row.person_id, row.due_on) if row else Care()


def _require_fit(
    session: Session,
    self_assessment: SelfAssessment,
    framework: Framework,
    code: str,
    change: Change,
    writers: frozenset[UUID],
    at: datetime,
) -> None:
    kind = session.get_one(Organisation, self_assessment.organisation_id).kind
    criterion = next((one for one in framework.criteria if one.code == code), None)
    if criterion is None or not criterion.applies_to(kind):
        raise RuleError("This criterion does not apply to your organisation.", field=f"owner-{code}")
    person_id, due_on = change.wanted.person_id, change.wanted.due_on
    if person_id is None and due_on is not None:
        raise RuleError(f"Choose who looks after {code}, or clear its date.", field=f"owner-{code}")
    if person_id is not None and person_id != change.seen.person_id and person_id not in writers:
        raise RuleError(NO_WRITER, field=f"owner-{code}")
    if due_on is not None and due_on != change.seen.due_on and due_on < uk_day(at):
        raise RuleError(f"The date for {code} has passed. Enter today or a later day.", field=f"due-{code}")


def _write(
    session: Session,
    self_assessment: SelfAssessment,
    row: CriterionOwner | None,
    code: str,
    wanted: Care,
    by: Who,
    at: datetime,
) -> None:
    if wanted.person_id is None:
        session.delete(row)
    else:
        row = row or CriterionOwner(self_assessment_id=self_assessment.id, criterion_code=code)
        row.person_id, row.due_on = wanted.person_id, wanted.due_on
        row.assigned_at, row.assigned_by_id = at, by.person_id
        session.add(row)
    session.flush()
    facts = {
        "criterion": code,
        "owner": str(wanted.person_id or ""),
        "due": wanted.due_on.isoformat() if wanted.due_on else "",
    }
    stream = f"self-assessment:{self_assessment.id}"
    verb = "give criterion" if wanted.person_id else "take back criterion"
    record(session, stream, verb, by=by.person_id, at=at, facts=facts)


def _tell(
    session: Session,
    owner: Colleague,
    self_assessment: SelfAssessment,
    framework: Framework,
    given: list[tuple[str, date | None]],
    base_url: str,
    by: Who,
    at: datetime,
) -> None:
    number = len(given)
    lines = [f"{code}: {_title(framework, code)}{_until(due_on)}" for code, due_on in given]
    what = "a criterion" if number == 1 else f"{number} criteria"
    body = (
        f"{in_mail(by.name, 'A colleague')} asks you to look after {what} of your organisation's self-assessment:\n\n"
        + "\n".join(lines)
        + "\n\nThe page shows what each asks for and where to write. You need to sign in:\n\n"
        f"{base_url.rstrip('/')}/self-assessments/{self_assessment.id}\n"
    )
    mails.write(session, owner.email, f"You look after {what} now", body, at=at)


def _title(framework: Framework, code: str) -> str:
    return in_mail(framework.criterion(code).title, "see the page")


def _until(due_on: date | None) -> str:
    return f" (ready by {due_on.day} {due_on:%B %Y})" if due_on else ""
