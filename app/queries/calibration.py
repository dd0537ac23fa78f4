"""The agreed samples of each window, who has scored them, and how sealed scores lie against those that count."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.criteria.calibration_set import SampleSet, set_for
from app.criteria.schema import Framework
from app.models import (
    OPEN_STATUSES,
    AgreedScore,
    CalibrationScore,
    FrameworkVersion,
    Membership,
    Person,
    Review,
    ReviewKind,
    ReviewStatus,
    Role,
    Score,
    Submission,
    Window,
)
from app.queries.reviews import ALL_SEALED, counting
from app.queries.submissions import free_of_conflict
from app.rules import calibration as rules
from app.rules import scoring
from app.rules.calibration import Compared, Course, Distances
from app.rules.people import Who


@dataclass(frozen=True)
class ToCalibrate:
    """A window that is not over, the samples of its framework version, and what the person gave so far, by key."""

    window: Window
    samples: SampleSet
    given: Mapping[str, CalibrationScore]

    @property
    def left(self) -> int:
        return len(self.samples.samples) - len(self.given)


def windows(session: Session, who: Who, at: datetime) -> list[ToCalibrate]:
    """The windows that are not over and have samples, the one that opens first at the top."""
    rows = session.execute(
        sa.select(Window, col(FrameworkVersion.framework), col(FrameworkVersion.version), _has_open())
        .join(FrameworkVersion, col(FrameworkVersion.id) == col(Window.framework_version_id))
        .order_by(col(Window.opens_at), col(Window.name), col(Window.id))
    ).all()
    found = [
        (window, samples)
        for window, framework, version, is_open in rows
        if (samples := set_for(framework, version)) and not rules.is_over(window, at, is_open)
    ]
    given = _given(session, who, [window.id for window, _ in found])
    return [ToCalibrate(window, samples, _of_set(given[window.id], samples)) for window, samples in found]


def to_score(session: Session, who: Who, at: datetime) -> int:
    """How many samples wait for this reviewer, over the windows that have opened and are not over; 0 for others."""
    if not who.holds(Role.REVIEWER):
        return 0
    return sum(one.left for one in windows(session, who, at) if rules.is_begun(one.window, at))


def begun(session: Session, at: datetime) -> list[Window]:
    """The windows that have opened and are not over, the newest first."""
    rows = session.execute(
        sa.select(Window, _has_open())
        .where(col(Window.opens_at) <= at)
        .order_by(col(Window.opens_at).desc(), col(Window.name))
    ).all()
    return [window for window, is_open in rows if not rules.is_over(window, at, is_open)]


def has_open(session: Session, window: Window) -> bool:
    """Whether a submission of the window is still on its way."""
    return bool(session.scalar(sa.select(_has_open()).where(col(Window.id) == window.id)))


def _has_open() -> sa.ColumnElement[bool]:
    return sa.exists(
        sa.select(sa.literal(1))
        .where(col(Submission.window_id) == col(Window.id), col(Submission.status).in_(OPEN_STATUSES))
        .correlate(Window)
    )


def set_of(session: Session, window_id: UUID) -> SampleSet | None:
    """The samples of the window's framework version; None when it has none."""
    row = session.execute(
        sa.select(col(FrameworkVersion.framework), col(FrameworkVersion.version))
        .join(Window, col(Window.framework_version_id) == col(FrameworkVersion.id))
        .where(col(Window.id) == window_id)
    ).first()
    return set_for(row[0], row[1]) if row else None


def given(session: Session, who: Who, window: Window, samples: SampleSet) -> dict[str, CalibrationScore]:
    """What the person gave the samples of the present set in this window, by the samples' keys."""
    return _of_set(_given(session, who, [window.id])[window.id], samples)


def _given(session: Session, who: Who, windows_: Iterable[UUID]) -> dict[UUID, list[CalibrationScore]]:
    rows = session.exec(
        select(CalibrationScore)
        .where(CalibrationScore.person_id == who.person_id)
        .where(col(CalibrationScore.window_id).in_(list(windows_)))
    ).all()
    found: dict[UUID, list[CalibrationScore]] = defaultdict(list)
    for row in rows:
        found[row.window_id].append(row)
    return found


def _of_set(rows: Iterable[CalibrationScore], samples: SampleSet) -> dict[str, CalibrationScore]:
    """Those of the present set, in its order."""
    by_key = {row.sample: row for row in rows}
    return {key: by_key[key] for key in samples.keys if key in by_key}


def uncalibrated(session: Session, window_id: UUID) -> set[UUID]:
    """The reviewers who have not scored every sample of the window's present set, by person.

    Empty when its framework version has no samples: what can't be scored keeps nobody from being assigned.
    """
    samples = set_of(session, window_id)
    if samples is None:
        return set()
    scored = (
        sa.select(sa.func.count())
        .where(col(CalibrationScore.person_id) == col(Person.id))
        .where(col(CalibrationScore.window_id) == window_id, col(CalibrationScore.sample).in_(samples.keys))
        .correlate(Person)
        .scalar_subquery()
    )
    return set(session.scalars(sa.select(col(Person.id)).where(_is_reviewer(), scored < len(samples.keys))))


def _is_reviewer() -> sa.ColumnElement[bool]:
    held = sa.select(col(Membership.person_id)).where(
        col(Membership.role) == Role.REVIEWER, col(Membership.ended_at).is_(None)
    )
    return sa.and_(col(Person.id).in_(held), col(Person.left_at).is_(None))


@dataclass(frozen=True)
class ReviewerLine:
    """A reviewer as moderators and administrators see their calibration and their course through the window."""

    name: str
    distances: Distances
    course: Course


def reviewer_lines(
    session: Session, window: Window, samples: SampleSet | None, framework: Framework, who: Who
) -> list[ReviewerLine]:
    """Every reviewer by name, in a number of queries that does not grow with them.

    ``who`` asks: submissions with which they have a conflict of interest, or which they have still to review, are not
    compared.
    """
    people = session.execute(
        sa.select(col(Person.id), col(Person.name))
        .where(_is_reviewer())
        .order_by(col(Person.name), col(Person.id))
    ).all()
    distances = _distances(session, window, samples)
    compared = _compared(session, window, framework, who)
    total = len(samples.samples) if samples else 0
    return [
        ReviewerLine(name, Distances(distances.get(id_, ()), total), rules.course(compared.get(id_, ())))
        for id_, name in people
    ]


def _distances(session: Session, window: Window, samples: SampleSet | None) -> dict[UUID, tuple[int, ...]]:
    agreed = {one.key: one.agreed for one in samples.samples} if samples else {}
    rows = session.execute(
        sa.select(col(CalibrationScore.person_id), col(CalibrationScore.sample), col(CalibrationScore.score))
        .where(col(CalibrationScore.window_id) == window.id, col(CalibrationScore.sample).in_(agreed))
        .order_by(col(CalibrationScore.sample))
    ).all()
    found: dict[UUID, tuple[int, ...]] = {}
    for person_id, key, score in rows:
        found[person_id] = (*found.get(person_id, ()), score - agreed[key])
    return found


def readable_by(who: Who) -> sa.ColumnElement[bool]:
    """The condition that nothing told of a submission's sealed scores reaches who must not know them: every review
    is sealed, the person has no conflict of interest, and none of its reviews is theirs and still open."""
    own = (
        sa.select(sa.literal(1))
        .where(col(Review.submission_id) == col(Submission.id), col(Review.reviewer_id) == who.person_id)
        .where(col(Review.status).in_((ReviewStatus.ASSIGNED, ReviewStatus.STARTED)))
    )
    is_sealed = col(Submission.status).in_(ALL_SEALED)
    return sa.and_(is_sealed, free_of_conflict(who), ~sa.exists(own.correlate(Submission)))


def _compared(session: Session, window: Window, framework: Framework, who: Who) -> dict[UUID, list[Compared]]:
    """Each reviewer's first reviews beside the scores that count; criteria that are not settled are left out."""
    reviews, agreed = _reviews(session, window, who), _agreed(session, window, who)
    differences: dict[UUID, list[int]] = defaultdict(list)
    for place, of_one in _scores(session, window, who, reviews).items():
        counts = scoring.settled([score for _, score in of_one], agreed.get(place), framework.settings)
        if counts is not None:
            for review_id, score in of_one:
                differences[review_id].append(score - counts)
    found: dict[UUID, list[Compared]] = defaultdict(list)
    for review_id, values in differences.items():
        review = reviews[review_id]
        if review.kind is ReviewKind.FIRST:
            found[review.reviewer_id].append(Compared(review.sealed_at, fmean(values), len(values)))
    return found


class _Sealed(NamedTuple):
    submission_id: UUID
    reviewer_id: UUID
    kind: ReviewKind
    sealed_at: datetime


def _are_compared(window: Window, who: Who) -> sa.ColumnElement[bool]:
    return sa.and_(
        col(Submission.window_id) == window.id,
        col(Review.status) == ReviewStatus.SEALED,
        counting(),
        readable_by(who),
    )


def _reviews(session: Session, window: Window, who: Who) -> dict[UUID, _Sealed]:
    rows = session.execute(
        sa.select(
            col(Review.id),
            col(Review.submission_id),
            col(Review.reviewer_id),
            col(Review.kind),
            col(Review.sealed_at),
        )
        .join(Submission, col(Submission.id) == col(Review.submission_id))
        .where(_are_compared(window, who))
    ).all()
    return {id_: _Sealed(*rest) for id_, *rest in rows}


Place = tuple[UUID, str]  # a submission and a criterion


def _scores(
    session: Session, window: Window, who: Who, reviews: Mapping[UUID, _Sealed]
) -> dict[Place, list[tuple[UUID, int]]]:
    """Review and score, by submission and criterion. As few columns as can be: there are thousands of rows."""
    rows = session.execute(
        sa.select(col(Score.review_id), col(Score.criterion_code), col(Score.score))
        .join(Review, col(Review.id) == col(Score.review_id))
        .join(Submission, col(Submission.id) == col(Review.submission_id))
        .where(_are_compared(window, who))
    ).all()
    found: dict[Place, list[tuple[UUID, int]]] = defaultdict(list)
    for review_id, code, score in rows:
        found[reviews[review_id].submission_id, code].append((review_id, score))
    return found


def _agreed(session: Session, window: Window, who: Who) -> dict[Place, int]:
    """The agreed score that counts, where there is one: the newest of the present round."""
    rows = session.execute(
        sa.select(col(AgreedScore.submission_id), col(AgreedScore.criterion_code), col(AgreedScore.score))
        .join(Submission, col(Submission.id) == col(AgreedScore.submission_id))
        .where(col(Submission.window_id) == window.id, col(AgreedScore.round) == col(Submission.round))
        .where(readable_by(who))
        .order_by(col(AgreedScore.number))
    ).all()
    return {(submission_id, code): score for submission_id, code, score in rows}
