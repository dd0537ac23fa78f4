"""What an item of evidence needs, and how much of it an organisation may keep."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from app.adapters.findings.kinds import REMOVED_ANYWAY
from app.criteria.answers import clean
from app.criteria.schema import Question, QuestionKind
from app.criteria.text import CONTROL, TURNING
from app.rules.errors import RuleError

MOST_ITEMS = (
    2000  # of one organisation; links take no room, so the quota in bytes alone would not stop a loop
)
MOST_VERSIONS = 100  # of one item
MOST_LINKS = 40  # to one criterion; reviewers open each of them
LONGEST_PLACE = 300
SOURCE = "source"  # the field that says which of the framework's sources an item comes from


@dataclass(frozen=True)
class Asked:
    """A form of evidence, as questions: they are drawn and checked as those of a criterion are."""

    questions: tuple[Question, ...]


TITLE = Question(
    id="title",
    kind=QuestionKind.ROLE,
    label="Title",
    hint="What it is and for which period, for example “WRES report and action plan, 2025 to 2026”.",
)
EVIDENCE_DATE = Question(
    id="evidence_date",
    kind=QuestionKind.DATE,
    label="Date of the evidence",
    hint="The day it was approved, published or took place, not the day you add it. For example, 27 3 2026.",
)
EXPIRES_ON = Question(
    id="expires_on",
    kind=QuestionKind.DATE,
    label="Date it expires",
    hint="The last day it counts, if it has one. For example, 31 3 2028.",
    required=False,
)
URL = Question(
    id="url",
    kind=QuestionKind.LINK,
    label="Web address",
    hint="A page that reviewers can open without signing in. It begins with https:// or http://.",
)
FILE_FORM = Asked((TITLE, EVIDENCE_DATE, EXPIRES_ON))
LINK_FORM = Asked((URL, *FILE_FORM.questions))
NEW_ADDRESS_FORM = Asked((URL,))


@dataclass(frozen=True)
class Details:
    """What a person says of an item. ``evidence_date`` is the evidence's own, not that of the upload."""

    title: str
    evidence_date: date
    expires_on: date | None = None
    source: str = ""  # id of a source of the framework; empty when it comes from none of them


@dataclass(frozen=True)
class Read:
    """A form of evidence as it was understood; ``details`` and ``url`` hold only when ``errors`` is empty."""

    details: Details | None = None
    url: str = ""
    errors: dict[str, str] = field(default_factory=dict)


def read(form: Asked, typed: Mapping[str, str], *, today: date, sources: Collection[str] = ()) -> Read:
    """Check the fields of ``form``, and ``source`` beside them; ``errors`` by question id say what to do.

    ``sources`` are the ids that may be chosen; choosing none is allowed, as is a form that does not ask.
    """
    keys = {key for question in form.questions for key in keys_of(question)}
    cleaned = clean(form, {key: text for key, text in typed.items() if key in keys})
    errors = dict(cleaned.errors)
    for question in form.questions:
        if question.required and question.id not in cleaned.values:
            errors.setdefault(question.id, _WANTED[question.id])
    source = typed.get(SOURCE, "").strip()
    if source and source not in sources:
        errors[SOURCE] = "Choose one of the sources, or none of them."
    if errors:
        return Read(errors=errors)
    if TITLE not in form.questions:
        return Read(url=cleaned.values["url"])
    return _judged(cleaned.values, source, today)


def keys_of(question: Question) -> tuple[str, ...]:
    """The names of the fields a question is drawn with."""
    if question.kind is QuestionKind.DATE:
        return tuple(f"{question.id}-{part}" for part in ("day", "month", "year"))
    return (question.id,)


_WANTED = {
    "title": "Enter a title.",
    "evidence_date": "Enter the date of the evidence.",
    "url": "Enter a web address.",
}


def _judged(values: Mapping[str, str], source: str, today: date) -> Read:
    dated = date.fromisoformat(values["evidence_date"])
    expires = date.fromisoformat(values["expires_on"]) if "expires_on" in values else None
    errors = {}
    if "\n" in values["title"] or TURNING.search(values["title"]):
        errors["title"] = "Write the title on one line, without characters that can't be seen."
    if dated > today:
        errors["evidence_date"] = "The date of the evidence must be today or in the past."
    if expires is not None and expires < dated:
        errors["expires_on"] = "The date it expires must be after the date of the evidence."
    if errors:
        return Read(errors=errors)
    return Read(Details(values["title"], dated, expires, source), values.get("url", ""))


def place_given(text: str) -> str:
    """The page or passage, tidied. RuleError for ``place`` when it can't be kept."""
    tidied = " ".join(text.split())
    if CONTROL.search(tidied) or TURNING.search(tidied):
        raise RuleError("Remove characters that can't be seen from the page or passage.", field="place")
    if len(tidied) > LONGEST_PLACE:
        raise RuleError(f"Shorten the page or passage to {LONGEST_PLACE} characters or fewer.", field="place")
    return tidied


def require_room(used: int, more: int, quota: int) -> None:
    """Raise RuleError for ``file`` when ``more`` bytes over the ``used`` ones go over ``quota``."""
    if used + more > quota:
        left = max(0, quota - used) / 1_048_576
        raise RuleError(
            f"Your organisation may keep {quota // 1_048_576:,} MB of evidence and has {left:,.1f} MB left. "
            "Remove evidence that you no longer need, or add a link instead of the file.",
            field="file",
        )


def is_warning_open(findings: Iterable[Mapping[str, Any]], confirmed_at: datetime | None) -> bool:
    """Whether what was found in a file still waits for the writer's answer.

    What the portal takes out of every copy that others open is told, and not asked about.
    """
    return confirmed_at is None and any(one.get("kind") not in REMOVED_ANYWAY for one in findings)
