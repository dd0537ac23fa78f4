"""Keeping the lines that dashboards count in step with certificates, organisations and submissions.

Lines are only added, dated with the UK day they are recorded. So what was said of a past day stays as it was, and
what is learnt of it later is seen to be a correction.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session, col, select

from app.models import EndingLine, Organisation, StageSpan, StandingLine, Submission
from app.queries import standings
from app.rules.days import uk_day
from app.rules.standings import NONE_HELD, Ending, endings, missing
from app.rules.workflow import PIPELINE, STAGE


def restate(session: Session, organisation: Organisation, *, cause: str, at: datetime) -> int:
    """Add the lines that are missing for what is now known of the organisation. Returns how many."""
    session.flush()
    _hold(session, organisation)
    wanted = standings.wanted(session, organisation)
    change = missing(wanted, standings.known(session, organisation.id))
    session.add_all(
        StandingLine(
            organisation_id=organisation.id,
            icb_id=place.icb_id,
            region_id=place.region_id,
            kind=place.kind,
            rank=place.rank,
            on_date=day,
            delta=delta,
            recorded_on=uk_day(at),
            counts_on=max(day, uk_day(at)),
            cause=cause,
        )
        for (place, day), delta in change.items()
    )
    _say_what_ends(session, organisation.id, endings(wanted), uk_day(at))
    return len(change)


def _say_what_ends(
    session: Session, organisation_id: UUID, wanted: Mapping[Ending, int], recorded_on: date
) -> None:
    change = missing(wanted, standings.known_endings(session, organisation_id))
    session.add_all(
        EndingLine(organisation_id=organisation_id, recorded_on=recorded_on, delta=delta, **asdict(ending))
        for ending, delta in change.items()
    )
    session.flush()


def _hold(session: Session, organisation: Organisation) -> None:
    """Let nobody else restate the organisation until the end of the transaction.

    Who comes second waits here, and then sees the facts and the lines of the first; else both would add the same. All
    its lines are held, for whichever two see some they both see. Its own row can't be: an upload holds that and reaches
    for the self-assessment, which a hand-over holds when it comes here. Without a line it is new in this transaction.
    """
    lines = select(StandingLine.id).where(StandingLine.organisation_id == organisation.id)
    session.exec(lines.order_by(col(StandingLine.id)).with_for_update()).all()


def state_all(session: Session, *, at: datetime) -> None:
    """State what has no line yet: after an older database was upgraded. What was before that day is not known."""
    followed = select(StageSpan.submission_id).distinct()
    for submission in session.exec(select(Submission).where(col(Submission.id).not_in(followed))).all():
        follow_stage(session, submission, at=at)
    stated = select(StandingLine.organisation_id).distinct()
    for row in session.exec(select(Organisation).where(col(Organisation.id).not_in(stated))).all():
        restate(session, row, cause=f"organisation:{row.id}", at=at)
    _state_endings(session)


def _state_endings(session: Session) -> None:
    """For organisations with lines from before their endings were written: what each day's lines said would end."""
    said = select(EndingLine.organisation_id).distinct()
    ids = select(StandingLine.organisation_id).where(
        StandingLine.rank > NONE_HELD, col(StandingLine.organisation_id).not_in(said)
    )
    for id_ in session.exec(ids.distinct()).all():
        for day, known in standings.day_by_day(session, id_):
            _say_what_ends(session, id_, endings(known), day)


def follow_stage(session: Session, submission: Submission, *, at: datetime) -> None:
    """Close the span of the stage that a submission was at and open the one it is at now, if they differ.

    With the first that an organisation ever hands over it is no longer one that never began.
    """
    span = session.exec(
        select(StageSpan)
        .where(StageSpan.submission_id == submission.id, col(StageSpan.until_on).is_(None))
        .order_by(col(StageSpan.from_on).desc())
    ).first()
    stage = STAGE[submission.status].value if submission.status in PIPELINE else ""
    if (span.stage if span else "") == stage:
        return
    if span:
        span.until_on = uk_day(at)
    if stage:
        session.add(
            StageSpan(
                submission_id=submission.id,
                organisation_id=submission.organisation_id,
                icb_id=submission.icb_id,
                region_id=submission.region_id,
                level=submission.level,
                stage=stage,
                from_on=uk_day(at),
            )
        )
    if span is None and _is_first(session, submission):
        organisation = session.get_one(Organisation, submission.organisation_id)
        restate(session, organisation, cause=f"submission:{submission.id}", at=at)


def _is_first(session: Session, submission: Submission) -> bool:
    """Whether the organisation handed nothing over before this submission."""
    other = (
        select(Submission.id)
        .where(Submission.organisation_id == submission.organisation_id, Submission.id != submission.id)
        .limit(1)
    )
    return session.exec(other).first() is None
