"""What the paper for a board is made of, read from the living self-assessment at one moment."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from app.criteria.schema import Framework, Level
from app.models import Certificate, Organisation, Person, SealedCopy, SelfAssessment, Submission
from app.queries import (
    certificates,
    clocks,
    conditions,
    evidence,
    owners,
    self_assessments,
    standing_checks,
    to_sign,
    windows,
)
from app.rules.board_facts import Asked, Backing, BoardFacts, Care, Dated, Held, SignedOff
from app.rules.days import uk_day
from app.rules.declarations import DECLARATION, DECLARATION_MARK
from app.rules.progress import progress, standings
from app.rules.standing_check import Matter
from app.rules.workflow import STAGE

# Those the paper does not tell by itself, from figures of its own.
_NOTED = (Matter.INFECTED, Matter.WARNING, Matter.TO_CONFIRM)


def aim_of(session: Session, organisation_id: UUID, framework: Framework, on: date) -> Level:
    """The lowest level that the organisation does not hold; the highest when it holds all."""
    held = max((one.level_rank for one in certificates.held(session, organisation_id, on)), default=0)
    levels = sorted(framework.levels, key=lambda one: one.rank)
    return next((one for one in levels if one.rank > held), levels[-1])


def facts(
    session: Session, self_assessment: SelfAssessment, framework: Framework, aim: Level, *, at: datetime
) -> BoardFacts:
    """Everything, in a constant number of queries."""
    today = uk_day(at)
    organisation = session.get_one(Organisation, self_assessment.organisation_id)
    answers = self_assessments.answers(session, self_assessment.id)
    support = self_assessments.support(session, self_assessment.id, on=today)
    found = progress(framework, organisation.kind, answers, support)
    notes = standing_checks.notes(session, self_assessment, framework, organisation, answers, on=today)
    held = certificates.held(session, organisation.id, today)
    return BoardFacts(
        organisation=organisation.name,
        ods_code=organisation.ods_code,
        framework=framework,
        aim=aim,
        progress=found,
        standings=standings(framework, found, answers),
        gaps=to_sign.missing(session, self_assessment, framework, aim.id, on=today),
        held=[Held(one.level_name, one.number, one.issued_on, one.expires_on) for one in held],
        backing=_backing(session, self_assessment.id),
        cares={
            code: Care(code, one.name, one.due_on, one.has_left)
            for code, one in owners.owned(session, self_assessment).items()
        },
        notes=[f"{', '.join(one.codes)}: {one.sentence}" for one in notes if one.kind in _NOTED],
        conditions=[
            Asked(one.codes, uk_day(one.asked_at), one.text, one.answer.strip())
            for one in conditions.returned(session, self_assessment, framework)
        ],
        dates=_dates(session, self_assessment, framework, held, at),
        signed=_signed(session, organisation.id, framework),
        declaration=DECLARATION,
        declaration_mark=DECLARATION_MARK,
    )


def _backing(session: Session, self_assessment_id: UUID) -> list[Backing]:
    """The items with a last day, each once with all criteria that it supports."""
    codes: dict[UUID, list[str]] = {}
    items = {}
    for one in evidence.linked(session, self_assessment_id):
        if one.item.expires_on is not None:
            codes.setdefault(one.item.id, []).append(one.code)
            items[one.item.id] = (one.item.title, one.item.expires_on)
    return [Backing(title, tuple(codes[id_]), expires_on) for id_, (title, expires_on) in items.items()]


def _dates(
    session: Session,
    self_assessment: SelfAssessment,
    framework: Framework,
    held: Sequence[Certificate],
    at: datetime,
) -> list[Dated]:
    own, found = self_assessment.organisation_id, []
    for one in windows.ahead(session, own, at):
        if one.window.framework_version_id != self_assessment.framework_version_id:
            continue
        if one.window.opens_at > at:
            found.append(Dated(uk_day(one.window.opens_at), f"{one.window.name} opens"))
        found.append(Dated(uk_day(one.closes_at), f"{one.window.name} closes"))
        promised = f"Decisions of {one.window.name} are promised by this day"
        found.append(Dated(one.window.decision_promised_on, promised))
    for clock in clocks.open_of(session, [own], at=at, contact=""):
        if clock.clock.day is not None:
            day = uk_day(clock.clock.day) if isinstance(clock.clock.day, datetime) else clock.clock.day
            level = framework.level(clock.level).name
            found.append(Dated(day, f"{level} is with: {clock.clock.holder}. {clock.clock.until} this day"))
    return [*found, *(Dated(one.expires_on, f"Last day of {one.level_name}, {one.number}") for one in held)]


def _signed(session: Session, organisation_id: UUID, framework: Framework) -> list[SignedOff]:
    """Every sealed copy of the organisation, the newest first."""
    rows = session.execute(
        sa.select(SealedCopy, Submission, col(Person.name))
        .join(Submission, col(Submission.id) == col(SealedCopy.submission_id))
        .join(Person, col(Person.id) == col(SealedCopy.sealed_by_id))
        .where(col(Submission.organisation_id) == organisation_id)
        .order_by(col(SealedCopy.sealed_at).desc(), col(SealedCopy.receipt))
    ).all()
    names = {one.id: one.name for one in framework.levels}
    return [
        SignedOff(
            names.get(submission.level, submission.level),
            copy.receipt,
            name,
            copy.sealed_at,
            copy.minute_reference,
            STAGE[submission.status].value,
        )
        for copy, submission, name in rows
    ]
