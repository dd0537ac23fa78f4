"""From two reviewers' scores to one, and from the scores to a level."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.criteria.schema import Settings
from app.models import Outcome, Score, Status
from app.rules.errors import RuleError
from app.rules.history import canonical, sha256

SCORES = (0, 1, 2, 3)
CHOOSE = "Choose a score from 0 to 3."


def typed_score(text: str) -> int | None:
    """The score a form brought; None when none was chosen. RuleError for anything but 0 to 3."""
    if not text:
        return None
    if text not in {str(score) for score in SCORES}:
        raise RuleError(CHOOSE, field="score")
    return int(text)


def differs(scores: Sequence[int], settings: Settings) -> str:
    """Why the scores of one criterion need moderation; empty when they don't.

    Source: framework settings, "scores two or more apart, or met by one and not by the other".
    """
    if max(scores) - min(scores) >= settings.moderation_gap:
        return f"The scores are {settings.moderation_gap} or more apart."
    if len({score >= settings.met_at for score in scores}) > 1:
        return "One reviewer's score meets the criterion and another's does not."
    return ""


def settled(scores: Sequence[int], agreed: int | None, settings: Settings) -> int | None:
    """The score that counts: the agreed one, else the lower of scores that don't differ, else none yet.

    A split is never averaged. Where scores do not differ enough to moderate, both say the same about "met", so
    taking the lower one can't change an outcome.
    """
    if agreed is not None:
        return agreed
    if not scores or differs(scores, settings):
        return None
    return min(scores)


def why_settled(scores: Sequence[int], settings: Settings) -> str:
    """The rule by which scores that don't differ became one, in words."""
    if len(set(scores)) == 1:
        return "The reviewers gave the same score."
    verdict = "meets" if min(scores) >= settings.met_at else "does not meet"
    return f"By both scores the criterion {verdict} the rule, so the lower one counts."


def status_after_reviews(scores: Iterable[Sequence[int]], settings: Settings, third_reviews: int) -> Status:
    """Where a submission goes when the last review is sealed. ``scores``: one sequence a criterion.

    A difference brings a third reviewer first, whatever the size of it (fairness rule 6), and a moderator after.
    """
    if not any(differs(of_one, settings) for of_one in scores):
        return Status.AWAITING_DECISION
    return Status.IN_MODERATION if third_reviews else Status.THIRD_REVIEW


def digest(scores: Iterable[Score]) -> str:
    """SHA-256 of everything one reviewer said. The line of history that seals the review holds it, so a score that
    is changed behind the portal's back shows."""
    said = sorted((one.criterion_code, one.score, one.reason, one.private_note) for one in scores)
    return sha256(canonical(said))


@dataclass(frozen=True)
class LevelResult:
    """What the rule says of one level, and on which criteria it rests."""

    level: str
    met: tuple[str, ...]  # criterion codes
    not_met: tuple[str, ...]
    is_awarded: bool


def level_result(level: str, scores: Mapping[str, int], met_at: int, lower_levels_held: bool) -> LevelResult:
    """A level is awarded when every criterion judged is met and every lower level is held or met with it.

    ``scores`` are the agreed scores (0 to 3) of every criterion in the sealed copy, lower levels included.
    """
    met = tuple(code for code, score in scores.items() if score >= met_at)
    not_met = tuple(code for code, score in scores.items() if score < met_at)
    return LevelResult(level, met, not_met, bool(scores) and not not_met and lower_levels_held)


def rule_outcome(result: LevelResult) -> Outcome:
    return Outcome.RECOGNISED if result.is_awarded else Outcome.NOT_YET


def unscored(codes: Iterable[str], scores: Mapping[str, int | None], reasons: Mapping[str, str]) -> list[str]:
    """The criteria that still lack a score or a reason, in the order given."""
    return [code for code in codes if scores.get(code) is None or not reasons.get(code, "").strip()]
