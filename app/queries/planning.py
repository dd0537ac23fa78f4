"""All that the assignment of a window depends on, in a number of queries that does not grow with it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.criteria.schema import Framework, OrganisationKind
from app.models import (
    OPEN_STATUSES,
    Absence,
    Organisation,
    Person,
    Review,
    ReviewerProfile,
    ReviewKind,
    ReviewStatus,
    SealedCopy,
    Status,
    Submission,
    Window,
)
from app.queries import assignments, people, sealed_copies
from app.queries.calibration import uncalibrated
from app.queries.reviews import counting
from app.queries.scopes import judged_before
from app.queries.submissions import free_of_conflict, reviewed_by
from app.rules import assignment
from app.rules.assignment import Bar, Kind, Lacking, Limits, Pair, Problem, Reviewer
from app.rules.conflicts import not_assignable
from app.rules.days import uk_day
from app.rules.people import TieKind, Who
from app.rules.workflow import TRANSITIONS, Verb

TAKING = TRANSITIONS[Verb.ASSIGN_REVIEWER].come_from  # statuses in which a submission takes reviewers
WORKING = frozenset({TieKind.EMPLOYER, TieKind.WORK, TieKind.ROLE})
_UNCALIBRATED = Bar(Kind.UNCALIBRATED, "Has not scored all agreed samples of this window.")


@dataclass(frozen=True)
class Given:
    """A review of the window that counts in its submission's present round."""

    submission_id: UUID
    reviewer_id: UUID
    name: str
    email: str
    kind: ReviewKind


@dataclass(frozen=True)
class Listed:
    """A submission of the window that this person may assign, whether or not it lacks reviewers."""

    submission: Submission
    organisation_name: str
    organisation_kind: OrganisationKind
    reference: str


def listed(session: Session, window: Window, who: Who) -> list[Listed]:
    """The window's signed submissions by organisation and level. Left out are those with a conflict of interest for
    the person, as if they were not there, and those the person reviews."""
    rows = session.execute(
        sa.select(Submission, col(Organisation.name), col(Organisation.kind), col(SealedCopy.receipt))
        .join(Organisation, col(Organisation.id) == col(Submission.organisation_id))
        .join(
            SealedCopy,
            sa.and_(col(SealedCopy.submission_id) == col(Submission.id), sealed_copies.is_newest()),
        )
        .where(col(Submission.window_id) == window.id)
        .where(free_of_conflict(who), sa.not_(reviewed_by(who)))
        .order_by(col(Organisation.name), col(Submission.level), col(Submission.id))
    ).all()
    return [Listed(*row) for row in rows]


def given(session: Session, submission_ids: Collection[UUID]) -> list[Given]:
    """Who reviews these submissions in their present round, by name."""
    rows = session.execute(
        sa.select(
            col(Review.submission_id),
            col(Review.reviewer_id),
            col(Person.name),
            col(Person.email),
            col(Review.kind),
        )
        .join(Person, col(Person.id) == col(Review.reviewer_id))
        .join(Submission, col(Submission.id) == col(Review.submission_id))
        .where(col(Review.submission_id).in_(submission_ids), counting())
        .order_by(col(Person.name), col(Person.id))
    ).all()
    return [Given(*row) for row in rows]


def problem(
    session: Session, window: Window, framework: Framework, who: Who, at: datetime, limits: Limits
) -> Problem:
    """Which submissions of the window lack reviewers that this person may assign, and who could review them."""
    rows = [one for one in listed(session, window, who) if one.submission.status in TAKING]
    present: dict[UUID, list[Given]] = defaultdict(list)
    for one in given(session, [row.submission.id for row in rows]):
        present[one.submission_id].append(one)
    judges = assignments.reviewers(session, at, who.conflict_years)
    reviewers = _reviewers(session, window, judges, uk_day(at), limits, who)
    knowing = {one.id: one.principles for one in reviewers}
    lacking = [
        found
        for row in rows
        if (found := _lacking(framework, row, present[row.submission.id], knowing)).wanted > 0
    ]
    ids = {one.id for one in lacking}
    submissions = [row.submission for row in rows if row.submission.id in ids]
    bars = _bars(session, submissions, judges, present)
    earlier = _earlier(session, window, judges, at, who.conflict_years)
    return Problem(tuple(lacking), tuple(reviewers), bars, earlier, limits.most_reviews)


def _lacking(
    framework: Framework, row: Listed, present: list[Given], knowing: Mapping[UUID, frozenset[str]]
) -> Lacking:
    submission = row.submission
    is_third = submission.status is Status.THIRD_REVIEW
    kind, whole = (ReviewKind.THIRD, 1) if is_third else (ReviewKind.FIRST, framework.settings.reviewers)
    principles = _principles(framework, submission.level, row.organisation_kind)
    known = frozenset[str]().union(*(knowing.get(one.reviewer_id, frozenset()) for one in present))
    return Lacking(
        submission.id,
        submission.organisation_id,
        row.organisation_name,
        framework.level(submission.level).name,
        row.reference,
        whole - sum(one.kind is kind for one in present),
        principles,
        known & principles,
        tuple(one.name for one in present),
        is_third,
    )


def _principles(framework: Framework, level: str, kind: OrganisationKind) -> frozenset[str]:
    """Of the level and those below it, as a copy holds them."""
    levels = framework.levels_up_to(level)
    return frozenset(one.principle for each in levels for one in framework.of_level(each.id, kind))


def _reviewers(
    session: Session, window: Window, judges: Iterable[Who], today: date, limits: Limits, asked_by: Who
) -> list[Reviewer]:
    profiles = {one.person_id: one for one in session.exec(select(ReviewerProfile)).all()}
    absences: dict[UUID, list[tuple[date, date]]] = defaultdict(list)
    for one in session.exec(select(Absence).where(Absence.to_on >= today)).all():
        absences[one.person_id].append((one.from_on, one.to_on))
    loads = open_reviews(session, asked_by)
    out = uncalibrated(session, window.id) if limits.calibration_required else set()

    @cache
    def away(person_id: UUID) -> tuple[Bar, ...]:
        sentence = assignment.away(absences[person_id], today, window.decision_promised_on)
        return (Bar(Kind.AWAY, sentence),) if sentence else ()

    def made(who: Who) -> Reviewer:
        profile = profiles.get(who.person_id)
        return Reviewer(
            who.person_id,
            who.name,
            who.email,
            bodies(who),
            frozenset(profile.principles if profile else ()),
            loads.get(who.person_id, 0),
            profile.most_reviews if profile and profile.most_reviews is not None else limits.most_reviews,
            (*away(who.person_id), *((_UNCALIBRATED,) if who.person_id in out else ())),
        )

    return [made(one) for one in judges]


def bodies(who: Who) -> frozenset[UUID]:
    """The organisations the person works for or acts for, now or in the years that count."""
    return frozenset(tie.organisation_id for tie in who.ties if tie.kind in WORKING)


def open_reviews(session: Session, asked_by: Who | None = None) -> dict[UUID, int]:
    """How many reviews each reviewer has not sealed yet, as far as ``asked_by`` may know, those of closed submissions
    left out."""
    rows = session.execute(
        sa.select(col(Review.reviewer_id), sa.func.count())
        .join(Submission, col(Submission.id) == col(Review.submission_id))
        .where(assignments.still_open(asked_by))
        .where(
            sa.or_(col(Review.kind) == ReviewKind.BLIND, col(Submission.status).in_(OPEN_STATUSES)),
        )
        .group_by(col(Review.reviewer_id))
    ).all()
    return {row[0]: row[1] for row in rows}


def _bars(
    session: Session,
    submissions: Iterable[Submission],
    judges: list[Who],
    present: Mapping[UUID, list[Given]],
) -> dict[Pair, tuple[Bar, ...]]:
    """What is against single pairs. An appeal asks the database who judged before; the others don't."""
    found: dict[Pair, tuple[Bar, ...]] = {}
    for submission in submissions:
        assigned = {one.reviewer_id for one in present[submission.id]}
        before = judged_before(session, submission)
        for who in judges:
            if sentence := not_assignable(who, submission, assigned, before):
                kind = Kind.ASSIGNED if who.person_id in assigned else Kind.CONFLICT
                kind = Kind.JUDGED if who.person_id in before - assigned else kind
                found[submission.id, who.person_id] = (Bar(kind, sentence),)
    return found


def _earlier(
    session: Session, window: Window, judges: Iterable[Who], at: datetime, years: int
) -> frozenset[tuple[UUID, UUID]]:
    """Which body's submission of this window is reviewed by somebody of which body.

    Of every submission, also those that the person who asks may not know of: a pair with one of these would be as
    reciprocal as any. What is told of it names neither.
    """
    works_for = {one.person_id: bodies(one) for one in judges}
    rows = session.execute(
        sa.select(col(Submission.organisation_id), col(Review.reviewer_id))
        .join(Submission, col(Submission.id) == col(Review.submission_id))
        .where(col(Submission.window_id) == window.id, col(Review.status) != ReviewStatus.REMOVED)
    ).all()
    for person_id in {row[1] for row in rows} - works_for.keys():  # who is no reviewer any more
        gone = people.who_by_id(session, person_id, at, years)
        works_for[person_id] = bodies(gone) if gone else frozenset()
    return frozenset((organisation, body) for organisation, who in rows for body in works_for[who])
