"""The letter of a decision: drafted from its template, read and edited by people, sent with the release."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from app.actions.history import record
from app.config import Settings
from app.criteria.schema import Framework
from app.models import Decision, Letter, LetterTemplate, Organisation, Outcome, Submission, Window
from app.queries import decisions, letters
from app.rules.days import in_words, uk_day
from app.rules.errors import Stale
from app.rules.history import canonical, sha256
from app.rules.letters import OUTCOMES, Letterhead, Text, fill, letter, template
from app.rules.people import Who
from app.rules.why import strongest, why

NONE = "None."


def letterhead_of(settings: Settings) -> Letterhead:
    """Who writes the portal's letters."""
    return Letterhead(
        settings.issuer_name, settings.signatories[0], settings.contact_email, settings.base_url
    )


def written(
    session: Session, submission: Submission, framework: Framework, decision: Decision, head: Letterhead
) -> Text:
    """The letter as its template makes it now, without keeping it."""
    text, _ = letters.template(session, decision.outcome)
    values = _values(session, submission, framework, decision, head)
    return Text(_one_line(fill(text.subject, values)), fill(text.body, values))


def draft(
    session: Session,
    submission: Submission,
    framework: Framework,
    decision: Decision,
    head: Letterhead,
    *,
    at: datetime,
) -> Letter:
    """Keep the letter that the template makes of a decision. Somebody must read it before it goes."""
    text = written(session, submission, framework, decision, head)
    made = Letter(decision_id=decision.id, subject=text.subject, body=text.body, drafted_at=at)
    session.add(made)
    session.flush()
    return made


def _one_line(subject: str) -> str:
    """A long name must not make a subject that can't be kept."""
    line = " ".join(subject.split())
    return line if len(line) <= 200 else f"{line[:199]}…"


def _values(
    session: Session, submission: Submission, framework: Framework, decision: Decision, head: Letterhead
) -> dict[str, str]:
    organisation = session.get_one(Organisation, submission.organisation_id)
    found = why(decision.basis, decision.rule_outcome, decision.is_override)
    asked = decisions.conditions(session, decision.id)
    titles = {one.code: f"{one.code} {one.title}" for one in framework.criteria}
    is_deferred = decision.outcome is Outcome.DEFERRED
    return {
        "organisation": organisation.name,
        "ods_code": organisation.ods_code,
        "level": framework.level(submission.level).name,
        "window": session.get_one(Window, submission.window_id).name,
        "outcome": OUTCOMES[decision.outcome],
        "decision_date": in_words(uk_day(decision.decided_at)),
        "reason": decision.reason or "The Assembly has given no further reason.",
        "strengths": _lines(titles[code] for code in strongest(decision.basis)),
        "missing": _lines(titles[code] for code in found.not_met),
        "conditions": _lines(f"{titles[code]}: {text}" for code, text in asked.items()),
        "question": decision.reason if is_deferred else NONE,
        "question_criterion": titles.get(decision.clarify_code, NONE),
        "question_due_on": in_words(decision.clarify_due_on) if decision.clarify_due_on else NONE,
        "appeal_days": f"{framework.settings.appeal_working_days} working days",
        "issuer": head.issuer,
        "signatory": head.signatory,
        "contact": head.contact,
        "portal_address": head.portal_address,
    }


def _lines(texts: Iterable[str]) -> str:
    return "\n".join(f"- {text}" for text in texts) or NONE


def save(
    session: Session,
    decision: Decision,
    subject: str,
    body: str,
    *,
    version: int,
    may_go: bool,
    by: Who,
    at: datetime,
) -> Letter:
    """Keep the letter as it was read or edited. Only with ``may_go`` does it count as read, by this person.

    ``version`` is that of the letter it was typed over, 0 when none was kept. Stale when somebody saved it since;
    RuleError at its field when a text is missing or can't be kept. The caller holds the submission's row.
    """
    text = letter(subject, body)
    row = letters.of_decision(session, decision.id)
    if (row.version if row else 0) != version:
        raise Stale("Somebody else saved this letter since you opened it. Nothing of either text is lost.")
    row = row or Letter(decision_id=decision.id, subject="", body="", version=0, drafted_at=at)
    if (row.subject, row.body) != (text.subject, text.body):
        row.edited_at, row.edited_by_id = at, by.person_id
    row.subject, row.body, row.version = text.subject, text.body, row.version + 1
    row.read_at, row.read_by_id = (at, by.person_id) if may_go else (None, None)
    session.add(row)
    session.flush()
    facts = {
        "decision": str(decision.id),
        "version": row.version,
        "may_go": may_go,
        "digest": sha256(canonical([row.subject, row.body])),
    }
    record(session, f"letter:{row.id}", "save letter", by=by.person_id, at=at, facts=facts)
    return row


def keep_template(
    session: Session,
    outcome: Outcome,
    subject: str,
    body: str,
    *,
    version: int,
    by: Who,
    at: datetime,
) -> LetterTemplate:
    """Keep the text that letters of an outcome begin from. Letters that are drafted already stay as they are.

    RuleError at its field when a placeholder is none of the list; Stale when somebody saved it since.
    """
    text = template(subject, body)
    row = session.get(LetterTemplate, outcome, with_for_update=True)
    if (row.version if row else 0) != version:
        raise Stale("Somebody else saved this text since you opened it. Nothing of either text is lost.")
    row = row or LetterTemplate(
        outcome=outcome, subject="", body="", version=0, changed_at=at, changed_by_id=by.person_id
    )
    row.subject, row.body, row.version = text.subject, text.body, row.version + 1
    row.changed_at, row.changed_by_id = at, by.person_id
    session.add(row)
    session.flush()
    facts = {"version": row.version, "digest": sha256(canonical([row.subject, row.body]))}
    stream = f"letter-template:{outcome.name.lower()}"
    record(session, stream, "save letter template", by=by.person_id, at=at, facts=facts)
    return row
