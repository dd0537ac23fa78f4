"""Counting, when outcomes are released, how often each criterion was met; and telling it in steps, at night."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.models import CriterionFigure, CriterionTally, Decision, Outcome, Submission
from app.rules.days import uk_day
from app.rules.tallies import is_enough, shift

Of = tuple[UUID, str, str]  # version, level, criterion
Group = tuple[UUID | None, UUID | None, UUID, str, str]  # ICB, region, version, level, criterion


def count(session: Session, released: Iterable[tuple[Submission, Decision]], *, on: date) -> None:
    """Add what these outcomes say. Each organisation counts once for a level of a version: with its first outcome.

    A deferral is no outcome, a later try and an appeal are no first ones.
    """
    judged: Counter[Group] = Counter()
    met: Counter[Group] = Counter()
    not_yet: Counter[Group] = Counter()
    not_yet_met: Counter[Group] = Counter()
    for submission, decision in released:
        if decision.outcome is Outcome.DEFERRED or not _is_first(session, submission, decision):
            continue
        is_not_yet = decision.outcome is Outcome.NOT_YET
        passed = set(decision.basis.get("met", ()))
        for code in (*decision.basis.get("met", ()), *decision.basis.get("not_met", ())):
            group = (*_area(submission), submission.framework_version_id, submission.level, code)
            judged[group] += 1
            met[group] += code in passed
            not_yet[group] += is_not_yet
            not_yet_met[group] += is_not_yet and code in passed
    for group, number in judged.items():
        session.add(_tally(group, on, number, met[group], not_yet[group], not_yet_met[group]))


def _area(submission: Submission) -> tuple[UUID | None, UUID | None]:
    return submission.icb_id, submission.region_id


def _tally(group: Group, on: date, judged: int, met: int, not_yet: int, not_yet_met: int) -> CriterionTally:
    icb_id, region_id, version_id, level, code = group
    return CriterionTally(
        icb_id=icb_id,
        region_id=region_id,
        framework_version_id=version_id,
        level=level,
        criterion_code=code,
        released_on=on,
        judged=judged,
        met=met,
        not_yet=not_yet,
        not_yet_met=not_yet_met,
    )


def _is_first(session: Session, submission: Submission, decision: Decision) -> bool:
    earlier = (
        select(Decision.id)
        .join(Submission, col(Submission.id) == Decision.submission_id)
        .where(Submission.organisation_id == submission.organisation_id)
        .where(Submission.level == submission.level)
        .where(Submission.framework_version_id == submission.framework_version_id)
        .where(col(Decision.released_at).is_not(None), Decision.outcome != Outcome.DEFERRED)
        .where(Decision.id != decision.id)
    )
    return session.exec(earlier).first() is None


def close_steps(session: Session, *, at: datetime) -> int:
    """Put what was held back into steps, where there is enough by now. Returns how many tallies went in.

    Only days that are over: a second release of the same day would otherwise show as the difference of two hours.
    """
    on = uk_day(at)
    rows = session.exec(
        select(CriterionTally)
        .where(col(CriterionTally.step_on).is_(None), CriterionTally.released_on < on)
        .order_by(col(CriterionTally.released_on), col(CriterionTally.id))
    ).all()
    groups: dict[Of, dict[UUID | None, list[CriterionTally]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        key = (row.framework_version_id, row.level, row.criterion_code)
        groups[key][row.region_id].append(row)
    closed = 0
    for of, regions in groups.items():
        for region_id, group in regions.items():
            closed += _close(session, of, region_id, group, on)
    session.flush()
    return closed


def _close(
    session: Session, of: Of, region_id: UUID | None, region: Sequence[CriterionTally], on: date
) -> int:
    """First what an ICB can tell by itself; what is left is told of the region as a whole."""
    by_icb: dict[UUID | None, list[CriterionTally]] = defaultdict(list)
    for row in region:
        by_icb[row.icb_id].append(row)
    told: list[CriterionTally] = []
    left: list[CriterionTally] = []
    for icb_id, own in by_icb.items():
        if icb_id is not None and is_enough(own):
            _tell(own, on, is_of_icb=True)
            _raise(session, of, icb_id, own, on)
            told += own
        else:
            left += own
    if is_enough(left):
        _tell(left, on, is_of_icb=False)
        told += left
    if told and region_id is not None:
        _raise(session, of, region_id, told, on)
    return len(told)


def _tell(step: Sequence[CriterionTally], on: date, *, is_of_icb: bool) -> None:
    for row in step:
        row.step_on, row.is_of_icb, row.shown_met = on, is_of_icb, row.met
    step[0].shown_met += shift(step)


def _raise(session: Session, of: Of, area_id: UUID, told: Sequence[CriterionTally], on: date) -> None:
    """From today on the area's figure holds these as well."""
    version_id, level, code = of
    figure = CriterionFigure
    judged, met = session.exec(
        select(sa.func.max(figure.judged), sa.func.max(figure.met))
        .where(figure.area_id == area_id, figure.framework_version_id == version_id)
        .where(figure.level == level, figure.criterion_code == code)
    ).one()
    session.add(
        CriterionFigure(
            area_id=area_id,
            framework_version_id=version_id,
            level=level,
            criterion_code=code,
            from_on=on,
            judged=(judged or 0) + sum(row.judged for row in told),
            met=(met or 0) + sum(row.shown_met for row in told),
        )
    )
