"""What a careful colleague would point at before anything is handed over, each with its place. It stops nobody."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from app.criteria.schema import Criterion, Framework, OrganisationKind, QuestionKind
from app.models import Answer, ScanState
from app.rules import links, repetition
from app.rules.days import in_words, months_before
from app.rules.progress import Support

# Indicators, surveys and board papers are yearly, so what is older has a successor that a reviewer will ask for.
# A default of ours, as the Assembly has published no rule of its own.
OLD_AFTER_MONTHS = 12


class Matter(StrEnum):
    """What a note is about, in the order in which notes are listed."""

    INFECTED = "File locked away by the virus scanner"
    WARNING = "Warning not answered"
    CONDITION = "Condition not answered"
    NO_EVIDENCE = "Ready, but no evidence"
    EXPIRED = "Evidence has expired"
    TO_CONFIRM = "Carried answer to confirm"
    OLD = f"Evidence older than {OLD_AFTER_MONTHS} months"
    REPEATED = "Narrative repeats another criterion"
    LINK = "Link no longer well-formed"
    OWNER_LEFT = "Owner has left"


@dataclass(frozen=True)
class Note:
    """One thing to look at. ``codes`` are the criteria it touches, ``path`` is the place where it can be mended."""

    kind: Matter
    codes: tuple[str, ...]
    question_id: str  # empty when it is not about one question
    sentence: str
    path: str


@dataclass(frozen=True)
class Supporting:
    """An item that supports one criterion, as far as the check looks at it."""

    code: str
    evidence_id: UUID
    title: str
    evidence_date: date
    expires_on: date | None
    url: str = ""  # of the newest version; empty for a file
    scan: ScanState = ScanState.CLEAN
    is_warned: bool = False  # a warning about it waits for an answer

    @property
    def path(self) -> str:
        return f"/evidence/{self.evidence_id}"


@dataclass(frozen=True)
class Living:
    """A living self-assessment as the check reads it."""

    path: str  # of the self-assessment
    framework: Framework
    kind: OrganisationKind
    answers: Mapping[str, Answer]
    supporting: Sequence[Supporting]
    owners_left: Mapping[str, str]  # criterion code -> the owner's name
    is_fictional: bool = False
    unanswered: Mapping[str, Sequence[str]] = field(
        default_factory=dict
    )  # code -> what to do about conditions

    @property
    def criteria(self) -> list[Criterion]:
        return [one for one in self.framework.criteria if one.applies_to(self.kind)]

    def place(self, code: str, anchor: str = "") -> str:
        return f"{self.path}/criteria/{code}{'#' if anchor else ''}{anchor}"


def check(living: Living, *, today: date) -> list[Note]:
    """Every note on the UK day ``today``, by kind and then in the framework's order."""
    found = [
        *_of_answers(living, today),
        *_of_evidence(living, today),
        *_of_narratives(living),
    ]
    order = list(Matter)
    return sorted(found, key=lambda note: order.index(note.kind))


def _of_answers(living: Living, today: date) -> Iterable[Note]:
    last_days: dict[str, list[date | None]] = {}
    for item in living.supporting:
        last_days.setdefault(item.code, []).append(item.expires_on)
    for criterion in living.criteria:
        code = criterion.code
        answer = living.answers.get(code)
        if answer and answer.is_finished and (reason := Support.of(last_days.get(code, []), today).reason):
            sentence = f"You ticked that it is finished. {reason}"
            yield Note(Matter.NO_EVIDENCE, (code,), "", sentence, living.place(code, "linked-evidence"))
        if answer and answer.needs_confirming:
            sentence = (
                "The answer comes from an earlier version of the framework. Confirm that it is still true."
            )
            yield Note(Matter.TO_CONFIRM, (code,), "", sentence, living.place(code))
        for sentence in living.unanswered.get(code, ()):
            yield Note(Matter.CONDITION, (code,), "", sentence, f"{living.place(code)}/conditions")
        if code in living.owners_left:
            sentence = f"{living.owners_left[code]} looked after it and has left. Give it to a colleague."
            yield Note(Matter.OWNER_LEFT, (code,), "", sentence, f"{living.path}/owners")
        yield from _of_links(living, criterion, answer)


def _of_links(living: Living, criterion: Criterion, answer: Answer | None) -> Iterable[Note]:
    for question in criterion.questions:
        address = answer.values.get(question.id, "") if answer else ""
        if question.kind is not QuestionKind.LINK or not address:
            continue
        if fault := links.fault(address, is_fictional=living.is_fictional):
            place = living.place(criterion.code, question.id)
            yield Note(Matter.LINK, (criterion.code,), question.id, f"{address} {fault}", place)


def _of_evidence(living: Living, today: date) -> Iterable[Note]:
    """One note for an item, however many criteria it supports."""
    codes: dict[UUID, list[str]] = {}
    items: dict[UUID, Supporting] = {}
    for item in living.supporting:
        codes.setdefault(item.evidence_id, []).append(item.code)
        items.setdefault(item.evidence_id, item)
    for id_, item in items.items():
        for kind, sentence in _faults(item, today, living.is_fictional):
            yield Note(kind, tuple(codes[id_]), "", sentence, item.path)


def _faults(item: Supporting, today: date, is_fictional: bool) -> Iterable[tuple[Matter, str]]:
    title = f"“{item.title}”"
    if item.scan is ScanState.INFECTED:
        yield Matter.INFECTED, f"Nobody can open {title}. Add a clean file, or unlink it."
    if item.is_warned:
        yield Matter.WARNING, f"Answer the warning about {title}."
    if item.expires_on is not None and item.expires_on < today:
        yield (
            Matter.EXPIRED,
            f"{title} expired on {in_words(item.expires_on)}, so it no longer makes a criterion ready.",
        )
    if item.evidence_date < months_before(today, OLD_AFTER_MONTHS):
        yield (
            Matter.OLD,
            f"{title} is dated {in_words(item.evidence_date)}. Add a newer version if there is one.",
        )
    if item.url and (fault := links.fault(item.url, is_fictional=is_fictional)):
        yield Matter.LINK, f"The address of {title}, {item.url}, {fault}"


def _of_narratives(living: Living) -> Iterable[Note]:
    texts: dict[str, str] = {}
    places: dict[str, tuple[str, str]] = {}
    for criterion in living.criteria:
        answer = living.answers.get(criterion.code)
        for question in criterion.questions:
            if answer and question.kind is QuestionKind.NARRATIVE:
                key = f"{criterion.code} {question.id}"
                texts[key] = answer.values.get(question.id, "")
                places[key] = (criterion.code, question.id)
    for pair in repetition.repeated(texts):
        (first, question_id), (second, _) = places[pair.first], places[pair.second]
        where = "in its other answer" if first == second else f"in {second}"
        sentence = (
            f"{pair.percent} % of what {first} says stands {where} too. Say what is particular to each."
        )
        codes = (first,) if first == second else (first, second)
        yield Note(Matter.REPEATED, codes, question_id, sentence, living.place(first, question_id))
