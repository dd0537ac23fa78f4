"""Bringing back a filled form: noting that it came, and applying what it changes in one step."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby

from sqlmodel import Session

from app.actions import conditions
from app.actions.history import record
from app.actions.self_assessments import save_answer, storable
from app.criteria.schema import Framework
from app.models import SelfAssessment
from app.rules.errors import RuleError, Stale
from app.rules.exports import key_of
from app.rules.imports import Change, Choice, chosen, fingerprint
from app.rules.passages import passage
from app.rules.people import Who

SINCE = "Somebody saved an answer since you saw this page. Nothing was applied. Check what would change now."


def note_arrival(
    session: Session, self_assessment: SelfAssessment, *, sha256: str, questions: int, by: Who, at: datetime
) -> None:
    """Tell the history that a filled form came. ``sha256`` is that of the file; nothing else is changed."""
    facts = {"sha256": sha256, "questions": questions}
    record(
        session,
        f"self-assessment:{self_assessment.id}",
        "bring back form",
        by=by.person_id,
        at=at,
        facts=facts,
    )


def refusals(found: Sequence[Change]) -> dict[str, str]:
    """Why a text can't be kept at all, by key; a form with one of these can't be applied."""
    reasons = {}
    for change in found:
        try:
            if change.asked:
                passage(change.file, change.name)
            else:
                storable(change.criterion, change.typed)
        except RuleError as error:
            reasons[change.key] = error.sentence
    return reasons


def apply(
    session: Session,
    self_assessment: SelfAssessment,
    framework: Framework,
    found: Sequence[Change],
    choices: Mapping[str, Choice],
    *,
    seen: str,
    by: Who,
    at: datetime,
) -> int:
    """Save what the form changes, all of it or nothing; returns how many answers that were.

    ``found`` is what it changes now, ``seen`` the fingerprint of what the person was shown, ``choices`` what they
    chose for each conflict. Raises Stale when the two differ, RuleError for a conflict without a choice (its field is
    the key) and for a text that can't be kept.
    """
    if fingerprint(found) != seen:
        raise Stale(SINCE)
    for change in found:
        if change.is_conflict and change.key not in choices:
            sentence = f"Choose what to save for {change.criterion.code}: {change.label}"
            raise RuleError(sentence, field=change.key)
    saved = 0
    with session.begin_nested():
        for code, of_one in groupby(found, lambda change: change.criterion.code):
            changed = list(of_one)
            told = [one for one in changed if one.asked]
            done = [_answer(session, self_assessment, framework, one, choices, by, at) for one in told]
            typed, is_finished = _wanted([one for one in changed if not one.asked], choices)
            if typed or is_finished is not None:
                _save(session, self_assessment, framework, code, typed, is_finished, by=by, at=at)
            saved += any(done) or bool(typed) or is_finished is not None
    return saved


def _save(
    session: Session,
    self_assessment: SelfAssessment,
    framework: Framework,
    code: str,
    typed: Mapping[str, str],
    is_finished: bool | None,
    *,
    by: Who,
    at: datetime,
) -> None:
    """What is saved was read in this very transaction, so nobody can have come between."""
    try:
        save_answer(
            session, self_assessment, framework, code, typed, seen=None, is_finished=is_finished, by=by, at=at
        )
    except RuleError as error:
        raise RuleError(f"{code}: {error.sentence}", field=key_of(code, error.field)) from error


def _answer(
    session: Session,
    self_assessment: SelfAssessment,
    framework: Framework,
    change: Change,
    choices: Mapping[str, Choice],
    by: Who,
    at: datetime,
) -> bool:
    """Save what was done about a condition of an earlier decision, by the action of its own page; False: left as is."""
    wanted = chosen(change, choices[change.key] if change.is_conflict else Choice.FILE)
    if change.asked is None or wanted is None:
        return False
    asked, code = change.asked, change.criterion.code
    try:
        conditions.answer(
            session,
            self_assessment,
            framework,
            code,
            asked.condition_id,
            wanted[change.name],
            version=asked.version,
            by=by,
            at=at,
        )
    except RuleError as error:
        raise RuleError(f"{code}: {error.sentence}", field=change.key) from error
    return True


def _wanted(of_one: Sequence[Change], choices: Mapping[str, Choice]) -> tuple[dict[str, str], bool | None]:
    """What to save for one criterion: the questions that change, and the tick if it does."""
    typed: dict[str, str] = {}
    is_finished = None
    for change in of_one:
        if change.is_finished is not None:
            is_finished = change.is_finished
        else:
            choice = choices[change.key] if change.is_conflict else Choice.FILE
            typed |= chosen(change, choice) or {}
    return typed, is_finished
