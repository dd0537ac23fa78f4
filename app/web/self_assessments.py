"""The organisation's self-assessments: the list, the task list of one, and what a level still lacks."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.actions import self_assessments as actions
from app.criteria.schema import Framework, Level
from app.models import Organisation, SelfAssessment
from app.queries import clocks, frameworks, moving, self_assessments, standing_checks, to_sign
from app.rules.days import uk_day
from app.rules.people import Who
from app.rules.permissions import Permission, Scope, allows
from app.rules.progress import Progress, in_words, progress, standings
from app.web.errors import NotFound
from app.web.guards import OrganisationFor, PortalFor, SelfAssessmentFor
from app.web.pages import go, page
from app.web.portal import Portal
from app.web.transaction import Now, Person, Transaction

router = APIRouter()

Readable = Annotated[
    SelfAssessment, Depends(SelfAssessmentFor(Permission.READ_SELF_ASSESSMENT), scope="function")
]
Writable = Annotated[SelfAssessment, Depends(SelfAssessmentFor(Permission.WRITE_ANSWERS), scope="function")]


@router.get("/self-assessments")
async def index(
    request: Request,
    session: Transaction,
    who: Annotated[Who, Depends(PortalFor(Permission.OWN_ACCOUNT), scope="function")],
) -> Response:
    found = self_assessments.listed(session, who)
    newest = frameworks.newest(session)
    startable = self_assessments.startable(session, who, newest.id) if newest else []
    current = [one for one in found if one.moved_at is None]
    if len(current) == 1 and not startable:
        return go(f"/self-assessments/{current[0].id}")
    return page(request, "self_assessments/index", who, found=found, startable=startable, newest=newest)


@router.post("/organisations/{organisation_id}/self-assessments")
async def start(
    who: Person,
    session: Transaction,
    at: Now,
    organisation: Annotated[
        Organisation, Depends(OrganisationFor(Permission.WRITE_ANSWERS), scope="function")
    ],
) -> Response:
    newest = frameworks.newest(session)
    if newest is None:
        raise NotFound
    started = self_assessments.of_organisation(session, organisation.id, newest.id)
    id_ = started or actions.start(session, organisation, newest, by=who, at=at).id
    return go(f"/self-assessments/{id_}")


@dataclass(frozen=True)
class LevelTasks:
    """One level of the task list, its criteria grouped under the principles that have any."""

    level: Level
    words: str
    groups: list[tuple[str, list[Progress]]]


@router.get("/self-assessments/{self_assessment_id}")
async def show(
    request: Request, who: Person, session: Transaction, parts: Portal, at: Now, self_assessment: Readable
) -> Response:
    framework = parts.shelf.get(session, self_assessment.framework_version_id)
    organisation = session.get_one(Organisation, self_assessment.organisation_id)
    today = uk_day(at)
    answers = self_assessments.answers(session, self_assessment.id)
    support = self_assessments.support(session, self_assessment.id, on=today)
    found = progress(framework, organisation.kind, answers, support)
    return page(
        request,
        "self_assessments/show",
        who,
        framework=framework,
        organisation=organisation,
        self_assessment=self_assessment,
        levels=_tasks(framework, found),
        standings=standings(framework, found, answers),
        notes=standing_checks.notes(session, self_assessment, framework, organisation, answers, on=today),
        may_hand_over=self_assessment.moved_at is None
        and allows(Permission.HAND_OVER, who, Scope(organisation_id=organisation.id)),
        onward=moving.onward(session, self_assessment),
        may_move=allows(Permission.MOVE_SELF_ASSESSMENT, who, Scope(organisation_id=organisation.id)),
        clocks=clocks.open_of(session, [organisation.id], at=at, contact=parts.settings.contact_email),
        usual=clocks.usual_wait(session),
    )


@router.get("/self-assessments/{self_assessment_id}/missing/{level}")
async def missing(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    at: Now,
    self_assessment: Readable,
    level: str,
) -> Response:
    framework = parts.shelf.get(session, self_assessment.framework_version_id)
    if level not in {one.id for one in framework.levels}:
        raise NotFound
    gaps = to_sign.missing(session, self_assessment, framework, level, on=uk_day(at))
    by_level = [
        (one, [gap for gap in gaps if framework.criterion(gap.code).level == one.id])
        for one in framework.levels_up_to(level)
    ]
    return page(
        request,
        "self_assessments/missing",
        who,
        framework=framework,
        level=framework.level(level),
        self_assessment=self_assessment,
        gaps=gaps,
        by_level=[(one, found) for one, found in by_level if found],
        may_hand_over=allows(
            Permission.HAND_OVER, who, Scope(organisation_id=self_assessment.organisation_id)
        ),
    )


def _tasks(framework: Framework, found: list[Progress]) -> list[LevelTasks]:
    made = []
    for level in sorted(framework.levels, key=lambda one: one.rank):
        own = [one for one in found if one.criterion.level == level.id]
        groups = [
            (principle.name, [one for one in own if one.criterion.principle == principle.id])
            for principle in framework.principles
        ]
        words = in_words(one.state for one in own)
        made.append(LevelTasks(level, words, [(name, items) for name, items in groups if items]))
    return made
