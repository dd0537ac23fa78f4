"""Playing the demo's plot through the actions, with the dates of the past."""

from datetime import date, datetime, timedelta
from random import Random
from typing import BinaryIO

import sqlalchemy as sa
from sqlmodel import Session, select

from app.actions import evidence, self_assessments, windows
from app.adapters.files import Files
from app.adapters.structure.check import check
from app.config import MEGABYTE, Settings
from app.criteria.schema import Framework
from app.demo import appealing, conflicts, examples, light_checking, meeting, plot, texts
from app.demo import cast as casting
from app.demo.acting import Play
from app.demo.calibrating import calibrate
from app.models import Evidence, FrameworkVersion, Mail, Organisation, SelfAssessment, Submission, Window
from app.queries.frameworks import FrameworkShelf, newest
from app.rules.evidence import Details
from app.rules.people import Who

QUOTA = 1024 * MEGABYTE


def seed(session: Session, files: Files, settings: Settings, *, at: datetime) -> int:
    """Fill the demo once. Returns how many submissions were made, 0 when the demo is there already."""
    if session.exec(select(Organisation.id).where(Organisation.ods_code == casting.REGION)).first():
        return 0
    version = newest(session)
    if version is None:
        raise LookupError("load the framework first")
    framework = FrameworkShelf().get(session, version.id)
    cast = casting.gather(session, at - timedelta(days=plot.BEGINS_DAYS_AGO))
    opened = [_window(session, version, framework, number, at) for number in range(len(plot.OPENED_DAYS_AGO))]
    play = Play(session, framework, cast, opened, settings, at)
    writer = Writer(session, files, framework, version, cast)
    for number in plot.STARTED_ONLY:
        writer.write(number, "bronze", at - timedelta(days=20), share=0.4)
    writer.write(1, "bronze", at - timedelta(days=12), share=0.75)
    for plan in plot.PLANS:
        begins = plot.opening(plan.window, at) + timedelta(days=2)
        play.act(plan, writer.write(plan.trust, plan.level, begins))
    play.release_and_revoke()
    light_checking.answer(session, framework, cast, play.issued)
    appealing.appeal(session, framework, cast, play.plans, settings.base_url)
    meeting.plan(session, cast, opened[plot.JUDGED], settings.base_url, at)
    calibrate(session, framework, cast, opened[plot.JUDGED])
    conflicts.add(session, cast, play.plans, at)
    examples.show(session, framework, cast, play.plans, at)
    session.execute(sa.update(Mail).values(sent_at=Mail.written_at))  # three years of mails are not sent now
    return session.scalar(sa.select(sa.func.count()).select_from(Submission)) or 0


def _window(
    session: Session, version: FrameworkVersion, framework: Framework, number: int, at: datetime
) -> Window:
    opens = plot.opening(number, at)
    name = plot.window_name(opens.date())
    return windows.add(session, version, framework, name, opens, opens + plot.LENGTH, at=opens)


class Writer:
    """Fills self-assessments: answers, files, links."""

    def __init__(
        self,
        session: Session,
        files: Files,
        framework: Framework,
        version: FrameworkVersion,
        cast: casting.Cast,
    ) -> None:
        self.session, self.files, self.framework, self.version, self.cast = (
            session,
            files,
            framework,
            version,
            cast,
        )
        self.started: dict[int, SelfAssessment] = {}
        self.library: dict[int, list[Evidence]] = {}

    def write(self, trust: int, level: str, at: datetime, share: float = 1.0) -> SelfAssessment:
        """Answer the first ``share`` of the level's criteria for a trust, each with evidence."""
        by = self.cast.who(self.session, f"lead {trust}", at)
        self_assessment = self._begin(trust, by, at)
        criteria = self.framework.of_level(level, self.cast.trust(trust).kind)
        for place, criterion in enumerate(criteria[: round(len(criteria) * share)]):
            moment = at + timedelta(hours=3 * place)
            self._answer(self_assessment, trust, criterion.code, by, moment)
        return self_assessment

    def _begin(self, trust: int, by: Who, at: datetime) -> SelfAssessment:
        if trust not in self.started:
            organisation = self.cast.trust(trust)
            self.started[trust] = self_assessments.start(
                self.session, organisation, self.version, by=by, at=at - timedelta(hours=2)
            )
            self.library[trust] = self._collect(organisation, trust, by, at - timedelta(hours=1))
        return self.started[trust]

    def _collect(self, organisation: Organisation, trust: int, by: Who, at: datetime) -> list[Evidence]:
        day = (at - timedelta(days=90)).date()
        link = f"https://demo-trust-{trust}.example.invalid/board-papers"
        return [
            self._file(organisation, "Position on racism", texts.policy_file(), day, by, at),
            self._file(organisation, "Reports of racism by quarter", texts.figures_file(), day, by, at),
            evidence.add_link(
                self.session, organisation, Details("Board papers", day, None), link, by=by, at=at
            ),
        ]

    def _file(
        self,
        organisation: Organisation,
        title: str,
        made: tuple[str, BinaryIO],
        day: date,
        by: Who,
        at: datetime,
    ) -> Evidence:
        name, source = made
        content = evidence.Content.of_file(self.files.put(source), check(source, name))
        return evidence.add_file(
            self.session, organisation, Details(title, day, None), content, quota=QUOTA, by=by, at=at
        )

    def _answer(self, into: SelfAssessment, trust: int, code: str, by: Who, at: datetime) -> None:
        criterion = self.framework.criterion(code)
        dice = Random(f"{trust} {code}")  # noqa: S311  a demo, no secret
        typed = texts.typed_answer(criterion, trust, dice)
        self_assessments.save_answer(
            self.session, into, self.framework, code, typed, seen={}, is_finished=True, by=by, at=at
        )
        item = dice.choice(self.library[trust])
        evidence.link(
            self.session, into, self.framework, code, item.id, f"Section {dice.randint(1, 6)}", by=by, at=at
        )
