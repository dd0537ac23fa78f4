"""Scoring an agreed sample, once."""

from datetime import datetime

from sqlmodel import Session

from app.actions.history import record
from app.criteria.calibration_set import Sample, SampleSet
from app.models import CalibrationScore, Window
from app.queries import calibration
from app.rules import calibration as rules
from app.rules import scoring
from app.rules.errors import Conflict, RuleError
from app.rules.history import sha256
from app.rules.passages import required_passage
from app.rules.people import Who

VERB = "score a sample"


def score_sample(
    session: Session,
    window: Window,
    samples: SampleSet,
    sample: Sample,
    score: int | None,
    reason: str,
    *,
    by: Who,
    at: datetime,
) -> CalibrationScore:
    """Record what a reviewer gives a sample, 0 to 3, with the reason. It is never changed: the page shows the agreed
    mark from here on. Conflict when it is scored already. The caller holds the window's row."""
    rules.require_current(window, at, calibration.has_open(session, window))
    if sample.key in calibration.given(session, by, window, samples):
        raise Conflict("You have scored this sample already, and a score of a sample is never changed.")
    if score not in scoring.SCORES:
        raise RuleError(scoring.CHOOSE, field="score")
    given = CalibrationScore(
        person_id=by.person_id,
        window_id=window.id,
        sample=sample.key,
        sample_set=samples.checksum,
        score=score,
        reason=required_passage(reason, "reason", "Enter the reason for your score."),
        scored_at=at,
    )
    session.add(given)
    session.flush()
    facts = {"sample": sample.key, "score": score, "digest": sha256(given.reason)}
    record(session, f"window:{window.id}", VERB, by=by.person_id, at=at, facts=facts)
    return given
