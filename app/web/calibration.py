"""The agreed samples: a reviewer scores each once, then reads the mark; moderators see how far each lies from it."""

from dataclasses import dataclass
from datetime import date, datetime
from statistics import fmean
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from app.actions import calibration as actions
from app.criteria.calibration_set import Sample, SampleSet
from app.criteria.schema import Framework, QuestionKind
from app.models import CalibrationScore, Role, Window
from app.queries import calibration
from app.queries.calibration import ReviewerLine
from app.rules import calibration as rules
from app.rules import scoring
from app.rules.calibration import Distances
from app.rules.people import Who
from app.rules.permissions import Permission
from app.web.attempts import Attempt
from app.web.errors import NotFound
from app.web.guards import PortalFor, WindowFor
from app.web.pages import again, day, go, page
from app.web.portal import Portal, PortalParts
from app.web.transaction import Form, Now, Person, Transaction

router = APIRouter()
Reviewer = Annotated[Who, Depends(PortalFor(Permission.CALIBRATE))]
Calibrating = Annotated[Window, Depends(WindowFor(Permission.CALIBRATE), scope="function")]
Overseen = Annotated[Window, Depends(WindowFor(Permission.READ_CALIBRATION), scope="function")]


@dataclass(frozen=True)
class SampleLine:
    """A sample of the list. ``agreed`` is there once the person has scored it, and not before."""

    code: str
    title: str
    score: int | None
    agreed: int | None


@dataclass(frozen=True)
class WindowPart:
    window: Window
    mark: str
    lines: tuple[SampleLine, ...]
    own: Distances


@router.get("/calibration")
async def index(request: Request, who: Reviewer, session: Transaction, parts: Portal, at: Now) -> Response:
    return page(request, "calibration/index", who, parts=_parts(session, parts, who, at), rules=rules)


def _parts(session: Session, parts: PortalParts, who: Who, at: datetime) -> list[WindowPart]:
    found = []
    for one in calibration.windows(session, who, at):
        framework = parts.shelf.get(session, one.window.framework_version_id)
        lines = tuple(_line(framework, sample, one.given.get(sample.key)) for sample in one.samples.samples)
        found.append(WindowPart(one.window, one.samples.mark, lines, _own(lines)))
    return found


def _line(framework: Framework, sample: Sample, given: CalibrationScore | None) -> SampleLine:
    title = framework.criterion(sample.criterion).title
    return SampleLine(sample.code, title, given.score if given else None, sample.agreed if given else None)


def _own(lines: tuple[SampleLine, ...]) -> Distances:
    values = [one.score - one.agreed for one in lines if one.score is not None and one.agreed is not None]
    return Distances(tuple(values), len(lines))


@router.get("/calibration/{window_id}/{sample_code}")
async def show(
    request: Request, who: Person, session: Transaction, parts: Portal, window: Calibrating, sample_code: str
) -> Response:
    context = _of_sample(session, parts, who, window, sample_code)
    return page(request, "calibration/sample", who, **context, typed={})


@router.post("/calibration/{window_id}/{sample_code}")
async def score(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    window: Calibrating,
    sample_code: str,
    typed: Form,
    at: Now,
) -> Response:
    context = _of_sample(session, parts, who, window, sample_code)
    with Attempt(session) as attempt:
        actions.score_sample(
            session,
            window,
            context["samples"],
            context["samples"].sample(sample_code),
            scoring.typed_score(typed.get("score")),
            typed.get("reason"),
            by=who,
            at=at,
        )
    if refused := attempt.refused:
        return again(request, "calibration/sample", who, refused, **context, typed=typed.text)
    return go(f"/calibration/{window.id}/{sample_code}")


def _of_sample(session: Session, parts: PortalParts, who: Who, window: Window, code: str) -> dict[str, Any]:
    """What the page shows. NotFound when the window's framework version has no such sample."""
    samples = calibration.set_of(session, window.id)
    sample = next((one for one in samples.samples if one.code == code), None) if samples else None
    if samples is None or sample is None:
        raise NotFound
    framework = parts.shelf.get(session, window.framework_version_id)
    given = calibration.given(session, who, window, samples)
    own = given.get(sample.key)
    return {
        "window": window,
        "framework": framework,
        "samples": samples,
        "criterion": framework.criterion(sample.criterion),
        "sample": sample,
        "texts": _texts(framework, sample),
        "place": samples.samples.index(sample) + 1,
        "own": own,
        "distance": rules.apart(own.score - sample.agreed) if own else "",
        "next": _next(samples, given, sample),
    }


def _next(samples: SampleSet, given: dict[str, CalibrationScore], sample: Sample) -> str:
    """The code of a sample that is still to score; empty when there is none but this one."""
    return next((one.code for one in samples.samples if one.key not in given and one != sample), "")


def _texts(framework: Framework, sample: Sample) -> list[tuple[str, str]]:
    """The sample's answers as people read them, each under its question."""
    names = framework.settings.score_names
    found: list[tuple[str, str]] = []
    for question in framework.criterion(sample.criterion).questions:
        text = sample.answers.get(question.id, "")
        if question.kind is QuestionKind.RATING and text:
            found.insert(0, ("Self-rating", f"{text} of {len(names) - 1}, {names[int(text)]}"))
        elif text:
            is_date = question.kind is QuestionKind.DATE
            found.append((question.label, day(date.fromisoformat(text)) if is_date else text))
    return found


@router.get("/windows/{window_id}/calibration")
async def overview(
    request: Request, who: Person, session: Transaction, parts: Portal, window: Overseen
) -> Response:
    samples = calibration.set_of(session, window.id)
    framework = parts.shelf.get(session, window.framework_version_id)
    lines = calibration.reviewer_lines(session, window, samples, framework, who)
    return page(
        request,
        "calibration/overview",
        who,
        window=window,
        samples=samples,
        lines=lines,
        whole=_whole(lines),
        is_hidden=bool(samples) and _has_still_to_score(session, who, window, samples),
        is_required=parts.settings.calibration_required,
        rules=rules,
    )


def _has_still_to_score(session: Session, who: Who, window: Window, samples: SampleSet | None) -> bool:
    """Who reviews too must not learn from the others' distances what the agreed marks are."""
    if samples is None or not who.holds(Role.REVIEWER):
        return False
    return len(calibration.given(session, who, window, samples)) < len(samples.samples)


def _whole(lines: list[ReviewerLine]) -> dict[str, Any]:
    """The reviewers together: how many are calibrated, their mean, and how far their means lie apart."""
    means = [one.distances.mean for one in lines if one.distances.is_complete]
    known = [mean for mean in means if mean is not None]
    return {
        "calibrated": len(known),
        "mean": fmean(known) if known else None,
        "lowest": min(known, default=None),
        "highest": max(known, default=None),
    }
