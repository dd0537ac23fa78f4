"""How the demo's reviewers scored the agreed samples of the window that is being judged: all of them but one."""

from datetime import datetime, timedelta
from random import Random

from sqlmodel import Session

from app.actions import calibration
from app.criteria.calibration_set import SampleSet, set_for
from app.criteria.schema import Framework
from app.demo.cast import ICBS, Cast
from app.demo.texts import REASONS
from app.models import Window

HARSH, STILL_TO_SCORE = "reviewer 2.1", f"reviewer {len(ICBS)}.2"


def calibrate(session: Session, framework: Framework, cast: Cast, window: Window) -> None:
    """Play it on the days after the window opened. Nothing for a framework version without samples."""
    samples = set_for(framework.id, framework.version)
    if samples is None:
        return
    parts = [f"reviewer {place}.{seat}" for place in range(1, len(ICBS) + 1) for seat in (1, 2)]
    for days, part in enumerate(one for one in parts if one != STILL_TO_SCORE):
        _score_all(session, cast, window, samples, part, window.opens_at + timedelta(days=3 + days))


def _score_all(
    session: Session, cast: Cast, window: Window, samples: SampleSet, part: str, at: datetime
) -> None:
    by = cast.who(session, part, at)
    for place, sample in enumerate(samples.samples):
        score = _score(part, sample.code, sample.agreed)
        moment = at + timedelta(minutes=12 * place)
        calibration.score_sample(session, window, samples, sample, score, REASONS[score], by=by, at=moment)


def _score(part: str, code: str, agreed: int) -> int:
    """Mostly the agreed mark, now and then a step beside it; one reviewer is harsh throughout."""
    steps = (-1, -1, 0) if part == HARSH else (-1, 0, 0, 0, 1)
    step = Random(f"{part} {code}").choice(steps)  # noqa: S311  a demo, no secret
    return min(3, max(0, agreed + step))
