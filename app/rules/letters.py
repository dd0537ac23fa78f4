"""Letters: a text with placeholders of a closed list, each replaced once. Nothing in it is ever carried out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from app.models import Outcome
from app.rules.errors import RuleError
from app.rules.passages import required_passage

LONGEST_SUBJECT = 200  # characters
PLACEHOLDERS: dict[str, str] = {
    "organisation": "the organisation's name",
    "ods_code": "its ODS code",
    "level": "the level it applied for",
    "window": "the window",
    "outcome": "the outcome in words",
    "decision_date": "the day of the decision",
    "reason": "the Assembly's reason, or a sentence that none was given",
    "strengths": "the criteria with the highest agreed score, one a line",
    "missing": "the criteria that are not met, one a line",
    "conditions": "what must be done, one criterion a line",
    "question": "the question to answer, when the decision is deferred",
    "question_criterion": "the criterion that the question is about",
    "question_due_on": "the last day to answer it",
    "appeal_days": "how long there is to appeal, in working days from the release",
    "issuer": "who recognises",
    "signatory": "the role that signs",
    "contact": "where people ask for help",
    "portal_address": "the address of the portal",
}
_WRITTEN = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)


@dataclass(frozen=True)
class Text:
    """What a letter says, or what it begins from."""

    subject: str
    body: str


@dataclass(frozen=True)
class Letterhead:
    """Who writes: the settings of the portal that letters name."""

    issuer: str = "The Assembly"
    signatory: str = "The Assembly"
    contact: str = ""
    portal_address: str = ""


PLAIN = Letterhead()


def placeholder(name: str) -> str:
    """How a placeholder is written in a template."""
    return "{{" + name + "}}"


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with each placeholder replaced, in one pass: a value that holds a placeholder stays as it is.

    RuleError with the placeholder's name when it is none of the list; KeyError when the list has it and ``values``
    does not.
    """
    check(text)
    return _WRITTEN.sub(lambda found: values[found[1].strip()], text)


def check(text: str, field: str = "body") -> None:
    """Raise RuleError for ``field`` when the text has a placeholder that is not in the list, or half of one."""
    for found in _WRITTEN.finditer(text):
        if (name := found[1].strip()) not in PLACEHOLDERS:
            shown = name if len(name) <= 40 else f"{name[:40]}…"
            raise RuleError(
                f"{placeholder(shown)} is not a placeholder. Use one of the list, or write it out.",
                field=field,
            )
    rest = _WRITTEN.sub("", text)
    if "{{" in rest or "}}" in rest:
        raise RuleError("A placeholder has only one of its pairs of brackets. Write both.", field=field)


def template(subject: str, body: str) -> Text:
    """A template as it is kept. RuleError at its field when something is missing or a placeholder is unknown."""
    made = letter(subject, body)
    check(made.subject, "subject")
    check(made.body)
    return made


def letter(subject: str, body: str) -> Text:
    """A letter as it is kept. RuleError at its field when something is missing, or too long to be kept."""
    line = required_passage(subject, "subject", "Enter a subject.")
    if len(line) > LONGEST_SUBJECT or "\n" in line:
        raise RuleError(f"Shorten the subject to one line of {LONGEST_SUBJECT} characters.", field="subject")
    return Text(line, required_passage(body, "body", "Enter the text of the letter."))


OUTCOMES: dict[Outcome, str] = {
    Outcome.RECOGNISED: "recognised",
    Outcome.NOT_YET: "not yet recognised",
    Outcome.DEFERRED: "deferred, with one question to answer",
}
_BEGINNING = "To the board of {{organisation}}\n\n"
_END = """
How this follows from the scores of each criterion is in the annex “Why this level”, beside this letter in the portal, \
with the reviewers' feedback: {{portal_address}}

If you have a question about this letter, write to {{contact}}.

{{signatory}}
{{issuer}}
"""
_STRONG = "What is strong\n{{strengths}}\n\n"
_APPEAL = (
    "You can appeal within {{appeal_days}} of the day on which this outcome is released. "
    "People who have not judged your submission before then judge it.\n"
)
SHIPPED: dict[Outcome, Text] = {
    Outcome.RECOGNISED: Text(
        "{{organisation}}: {{level}} is recognised",
        _BEGINNING
        + "{{issuer}} recognises {{organisation}} at {{level}}, for the submission of {{window}}. The decision was "
        "taken on {{decision_date}}.\n\n{{reason}}\n\n"
        + _STRONG
        + "What is missing\n{{missing}}\n\nWhat is next\nThe certificate is in the portal, with a page where "
        "anyone can check it. It shows the last day on which it is in date.\n" + _END,
    ),
    Outcome.NOT_YET: Text(
        "{{organisation}}: {{level}} is not yet recognised",
        _BEGINNING
        + "{{issuer}} does not recognise {{organisation}} at {{level}} yet, for the submission of {{window}}. The "
        "decision was taken on {{decision_date}}.\n\n{{reason}}\n\n"
        + _STRONG
        + "What is missing\n{{missing}}\n\nWhat must be done\n{{conditions}}\n\nWhat is next\nWrite what you did about "
        "each condition in the self-assessment, where every answer is as you left it. You can submit again in any "
        "window that is open. " + _APPEAL + _END,
    ),
    Outcome.DEFERRED: Text(
        "{{organisation}}: the decision on {{level}} is deferred",
        _BEGINNING
        + "{{issuer}} has deferred its decision on {{level}} for the submission of {{window}}, and asks you one "
        "question. The decision was taken on {{decision_date}}.\n\nThe question, about {{question_criterion}}\n"
        "{{question}}\n\n"
        + _STRONG
        + "What is missing\n{{missing}}\n\nWhat is next\nAnswer the question in the portal by {{question_due_on}}. The "
        "Assembly then decides.\n" + _END,
    ),
}
