"""The demo, seeded once: fictional, whole, and with three years behind it."""

from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app import demo
from app.actions.loading import publish_framework
from app.adapters.files import Files
from app.config import Settings
from app.criteria.loader import load_folder
from app.db import Database
from app.demo import cast as casting
from app.models import (
    CalibrationScore,
    Certificate,
    CriterionFigure,
    Event,
    EvidenceVersion,
    ExampleConsent,
    Mail,
    Organisation,
    Person,
    Review,
    ReviewStatus,
    Status,
    Submission,
)
from app.queries import audit, calibration, examples, light_checks, people
from app.queries.frameworks import FrameworkShelf
from app.queries.light_checks import State
from app.rules.conflicts import conflict
from app.rules.days import months_after, uk_day
from app.upgrade import upgrade
from tests.story import NOW, SHIPPED


def test_the_demo_shows_something_everywhere(database: Database, settings: Settings) -> None:
    """One test, because seeding takes seconds."""
    empty = Database(f"sqlite:///{settings.data_dir / 'demo.db'}")
    upgrade(empty)
    files = Files(settings.evidence_dir)
    with empty.write() as session:
        publish_framework(session, load_folder(SHIPPED), at=NOW - timedelta(days=800))
        made = demo.seed(session, files, settings, at=NOW)
        again = demo.seed(session, files, settings, at=NOW)
    with empty.read() as session:
        assert (made, again) == (session.scalar(sa.select(sa.func.count()).select_from(Submission)), 0)
        assert set(session.exec(select(Submission.status)).all()) == set(Status)
        assert audit.verify(session) == []
        _everything_is_fictional(session)
        _three_years_passed(session)
        _recognitions_have_a_life(session)
        _nobody_judges_their_own(session)
        _some_of_everything(session, files)
        _all_but_one_are_calibrated(session)
        _examples_are_of_fictional_trusts(session)
    empty.close()


def _everything_is_fictional(session: Session) -> None:
    rows = session.exec(select(Organisation)).all()
    kinds = [row.kind.value for row in rows]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {"trust": 30, "icb": 3, "region": 1}
    assert [row.ods_code for row in rows if not row.is_fictional or not row.ods_code.startswith("ZZ")] == []
    assert [one.number for one in session.exec(select(Certificate)).all() if not one.is_fictional] == []
    emails = session.exec(select(Person.email)).all()
    assert [email for email in emails if not email.endswith("@demo.invalid")] == []
    assert session.exec(select(Mail.id).where(col(Mail.sent_at).is_(None))).all() == []


def _three_years_passed(session: Session) -> None:
    moments = session.exec(select(Event.at)).all()
    assert NOW - min(moments) > timedelta(days=3 * 365)
    assert max(moments) <= NOW


def _recognitions_have_a_life(session: Session) -> None:
    """Something ends in 2 and in 6 months, light checks are in every state, and a region's criteria are told."""
    today, shelf = uk_day(NOW), FrameworkShelf()
    ends = set(session.exec(select(Certificate.expires_on)).all())
    two, six = months_after(today, 2), months_after(today, 6)
    assert [any(a < end <= b for end in ends) for a, b in ((today, two), (two, six))] == [True, True]
    administrator = session.exec(
        select(Person).where(col(Person.demo_part).startswith("Administrator 1"))
    ).one()
    who = people.who_by_id(session, administrator.id, NOW)
    assert who is not None
    found = light_checks.lines(session, who, today, lambda version_id: shelf.get(session, version_id))
    assert {state: [one.state for one in found].count(state) for state in State} == {
        State.OVERDUE: 1,
        State.ASKED: 3,
        State.ANSWERED: 1,
        State.READ: 10,
    }
    region = session.exec(select(Organisation).where(Organisation.ods_code == casting.REGION)).one()
    figures = session.exec(select(CriterionFigure)).all()
    assert {(one.area_id, one.level, one.judged) for one in figures} == {(region.id, "bronze", 9)}


def _nobody_judges_their_own(session: Session) -> None:
    rows = session.exec(
        select(Review, Submission).join(Submission, col(Submission.id) == Review.submission_id)
    ).all()
    current = [(review, one) for review, one in rows if review.status is not ReviewStatus.REMOVED]
    found = []
    for review, submission in current:
        who = people.who_by_id(session, review.reviewer_id, review.assigned_at)
        assert who is not None
        found.append(conflict(who.ties, submission.organisation_id, submission.icb_id))
    assert (set(found), len(found) > 20) == ({""}, True)


def _some_of_everything(session: Session, files: Files) -> None:
    certificates = session.exec(select(Certificate)).all()
    assert {one.level for one in certificates} == {"bronze", "silver", "gold"}
    assert len([one for one in certificates if one.revoked_on]) == 1
    serials: dict[int, list[int]] = {}
    for one in certificates:
        serials.setdefault(one.year, []).append(one.serial)
    assert {year: sorted(found) for year, found in serials.items()} == {
        year: list(range(1, len(found) + 1)) for year, found in serials.items()
    }
    parts = [name for name in session.exec(select(Person.demo_part)).all() if name]
    assert len(parts) == len(set(parts)) > 10
    stored = [name for name in session.exec(select(EvidenceVersion.stored_name)).all() if name]
    assert [name for name in stored if not files.folder.path(name).is_file()] == []


def _examples_are_of_fictional_trusts(session: Session) -> None:
    """Two that anyone reads, each saying that it is made up; a third consent waits."""
    shown = examples.all_shown(session, uk_day(NOW), has_scanner=False)
    told = [(one.criterion_code, one.is_fictional, "a fictional organisation" in one.credit) for one in shown]
    assert sorted(told) == [("B01", True, True), ("B05", True, True)]
    assert ["Demonstration text of a fictional organisation" in one.excerpt for one in shown] == [True, True]
    assert len(session.exec(select(ExampleConsent)).all()) == 3


def test_codes_of_the_demo_cannot_be_real() -> None:
    """A trust's ODS code has three characters (or five for a site); none has five that begin with ZZ."""
    codes = [entry.ods_code for entry in casting.entries()]
    assert (len(codes), len(set(codes))) == (34, 34)
    assert [code for code in codes if not code.startswith("ZZ")] == []


def _all_but_one_are_calibrated(session: Session) -> None:
    """In the window that is being judged: so there is somebody to play it with."""
    (window_id,) = set(session.exec(select(CalibrationScore.window_id)).all())
    names = session.exec(
        select(Person.demo_part).where(col(Person.id).in_(calibration.uncalibrated(session, window_id)))
    ).all()
    assert [name.split(",")[0] for name in names] == ["Reviewer 3.2"]
