"""What the pages of a review show, put together from the sealed copy and the reviewer's own scores."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from app.criteria.schema import Framework
from app.models import Review, Score
from app.queries import changes, co_signatures, reviews, sealed_copies, submissions, verdicts
from app.rules import scoring
from app.rules.people import Who
from app.rules.sealing import SealedContent
from app.rules.verdicts import CONDITION, DONE, EVIDENCE, NOT_DONE
from app.web.errors import NotFound
from app.web.pages import plural
from app.web.portal import PortalParts
from app.web.readings import Linked, linked
from app.web.sealed_answers import ShownAnswer, shown


@dataclass(frozen=True)
class Place:
    """Where a criterion stands in the sealed copy."""

    content: SealedContent
    given: Mapping[str, Score]  # the own scores, by criterion code
    code: str

    @property
    def score(self) -> Score | None:
        """None: the criterion is there to be read, not scored."""
        return self.given.get(self.code)

    @property
    def next(self) -> str:
        """The code of the criterion to score after this one; empty after the last."""
        codes = self.content.codes
        return next((one for one in codes[codes.index(self.code) + 1 :] if one in self.given), "")


@dataclass(frozen=True)
class CriterionPage:
    score: Score | None  # None: the criterion is there to be read, not scored
    links: list[Linked]  # to evidence
    shown: dict[str, Any]
    draft: dict[str, str]  # the saved draft as the form's fields


def framework_of(session: Session, parts: PortalParts, review: Review) -> Framework:
    """The framework version the submission was sealed with."""
    return parts.shelf.get(session, reviews.framework_version_of(session, review))


def whole(session: Session, parts: PortalParts, review: Review) -> dict[str, Any]:
    """The start page and the sealing page: every criterion with the own score so far."""
    facts = submissions.facts(session, review.submission_id)
    framework = parts.shelf.get(session, facts.framework_version_id)
    content = sealed_copies.document(session, review.submission_id).content
    given = reviews.scores(session, review.id)
    to_score = [code for code in content.codes if code in given]
    marks = {code: row.score for code, row in given.items()}
    reasons = {code: row.reason for code, row in given.items()}
    return {
        "review": review,
        "level": framework.level(content.level).name,
        "submission_id": review.submission_id,
        "promised_on": facts.promised_on,
        "copies": len(sealed_copies.every(session, review.submission_id)),
        "change_request": changes.open_request(session, review.submission_id),
        "window_name": facts.window_name,
        "network": co_signatures.every(session, review.submission_id),
        "framework": framework,
        "content": content,
        "criteria": [framework.criterion(code) for code in content.codes],
        "scores": given,
        "to_score": to_score,
        "missing": scoring.unscored(to_score, marks, reasons),
        "time_spent": duration(sum(row.seconds_spent for row in given.values())),
        "seen": seen(session, review, given),
    }


def seen(session: Session, review: Review, given: Mapping[str, Score]) -> str:
    """What the sealing page shows, as one text: a score or mark changed since makes another."""
    return scoring.digest(given.values()) + verdicts.digest(session, review.id)


def place_of(session: Session, review: Review, code: str) -> Place:
    """The criterion's place. NotFound when the copy has no such criterion."""
    content = sealed_copies.document(session, review.submission_id).content
    if code not in content.codes:
        raise NotFound
    return Place(content, reviews.scores(session, review.id), code)


def of_criterion(
    session: Session, parts: PortalParts, who: Who, review: Review, code: str, at: datetime
) -> CriterionPage:
    """One criterion: the sealed answer beside the own score, if it is one to score. ``at``: when the page is made.

    NotFound when the copy has no such criterion.
    """
    found = place_of(session, review, code)
    content, given = found.content, found.given
    framework = framework_of(session, parts, review)
    answer = content.answer(code)
    place = content.codes.index(code)
    context = {
        "review": review,
        "framework": framework,
        "content": content,
        "criterion": framework.criterion(code),
        "answer": answer_of(framework, content, code),
        "conditions": answer.conditions,
        "score": given.get(code),
        "scored": sum(row.score is not None and bool(row.reason) for row in given.values()),
        "to_score": [one for one in content.codes if one in given],
        "time_spent": duration(given[code].seconds_spent) if code in given else "",
        "opened": at.isoformat(),
        "place": place + 1,
        "previous": content.codes[place - 1] if place else "",
        "following": (*content.codes[place + 1 :], "")[0],
        "next": found.next,
    }
    draft = _draft(session, review, code, given.get(code), bool(answer.conditions))
    links = linked(session, parts, who, review.id, answer.evidence)
    return CriterionPage(found.score, links, context, draft)


def duration(seconds: int) -> str:
    """``1 hour 5 minutes``, in whole minutes; empty for none."""
    minutes = round(seconds / 60)
    if not minutes:
        return "less than a minute" if seconds else ""
    hours, rest = divmod(minutes, 60)
    told = [plural(hours, "hour", "hours")] if hours else []
    return " ".join([*told, plural(rest, "minute", "minutes")] if rest else told)


def answer_of(framework: Framework, content: SealedContent, code: str) -> ShownAnswer:
    """The sealed answer to one criterion, in the framework's words."""
    return next(one for level in shown(framework, content) for one in level.answers if one.code == code)


def _draft(
    session: Session, review: Review, code: str, score: Score | None, has_conditions: bool
) -> dict[str, str]:
    """The saved draft as the form's fields. A score that was not given stays unchosen."""
    marks = verdicts.shown_of_evidence(session, review.id, code)
    done = verdicts.shown_of_conditions(session, review.id) if has_conditions else {}
    return {
        "score": "" if score is None or score.score is None else str(score.score),
        "reason": score.reason if score else "",
        "private-note": score.private_note if score else "",
        "version": str(score.version) if score else "",
        **{f"{EVIDENCE}{id_}": verdict.value for id_, verdict in marks.items()},
        **{f"{CONDITION}{id_}": DONE if is_done else NOT_DONE for id_, is_done in done.items()},
    }
