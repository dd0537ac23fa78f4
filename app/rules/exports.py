"""What a form away from the portal says: answers as people read and write them, and what they mean again."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from app.adapters.forms import Chapter, Field, Form, Identity, Kind, Option, Section, Support, digest
from app.criteria.answers import clean
from app.criteria.schema import Criterion, Framework, Level, OrganisationKind, Question, QuestionKind
from app.criteria.text import SPACES
from app.rules.asked import Asked, by_place, field_of
from app.rules.days import in_words, uk_day
from app.rules.marks import mark
from app.rules.merging import FINISHED, marks_of

YES, NO = "Yes", "No"
NOTHING = "?"  # stands for a part of a date that was left empty
_PARTS = ("day", "month", "year")
_BETWEEN_PARTS = re.compile(f"[{SPACES}/.-]+")
_SCORE = re.compile(r"([0-3])\s*(?:[:.–-].*)?", re.DOTALL)


@dataclass(frozen=True)
class Written:
    """The saved answer to one criterion."""

    values: Mapping[str, str] = field(default_factory=dict)
    is_finished: bool = False


@dataclass(frozen=True)
class Item:
    """One item of evidence linked to one criterion."""

    code: str
    title: str
    place: str
    url: str = ""
    file_name: str = ""
    stored_name: str = ""
    sha256: str = ""
    size: int = 0
    held_back: str = ""  # why its bytes may not be given out; empty when they may


@dataclass(frozen=True)
class Contents:
    """All that the exports of a self-assessment are made of, apart from the database."""

    self_assessment_id: UUID
    organisation_id: UUID
    organisation: str
    ods_code: str
    kind: OrganisationKind
    framework: Framework
    framework_checksum: str
    answers: Mapping[str, Written]
    items: tuple[Item, ...] = ()
    asked: tuple[Asked, ...] = ()  # by earlier decisions, and not done yet

    def written(self, code: str) -> Written:
        return self.answers.get(code, Written())


def levels_of(framework: Framework, level_id: str) -> tuple[Level, ...]:
    """The one level, or all from the lowest when the id is empty. Raises KeyError when there is no such level."""
    if level_id:
        return (framework.level(level_id),)
    return tuple(sorted(framework.levels, key=lambda one: one.rank))


def criteria_of(contents: Contents, level_id: str) -> list[Criterion]:
    """What the organisation is asked, level by level."""
    levels = levels_of(contents.framework, level_id)
    return [one for level in levels for one in contents.framework.of_level(level.id, contents.kind)]


def form_of(contents: Contents, level_id: str, *, portal: str, at: datetime) -> Form:
    """The form for one level, or for all when the id is empty. Raises KeyError when there is no such level."""
    framework = contents.framework
    levels = levels_of(framework, level_id)
    asked = by_place(contents.asked, [one.code for one in criteria_of(contents, level_id)])
    chapters = tuple(_chapter(contents, level, asked) for level in levels)
    name = levels[0].name if level_id else "all levels"
    return Form(
        title=f"Self-assessment, {name}: {contents.organisation}",
        portal=portal,
        organisation=f"{contents.organisation} ({contents.ods_code})",
        framework=f"{framework.title}, version {framework.version}",
        mark=framework.mark,
        made_on=in_words(uk_day(at)),
        made_at=at,
        how_to=_HOW_TO,
        chapters=chapters,
        identity=_identity(contents, level_id, chapters, at),
    )


_HOW_TO = (
    "Write each answer in the empty box or yellow cell under or beside its question. Write a date as 27 3 2026.",
    "Do not change the references, such as B10/narrative. The portal finds each answer by them.",
    "Do not name staff or patients, and do not give numbers of people under ten.",
    "Add and link evidence in the portal. What is listed here is for reading.",
    "When you have finished, send the file back to whoever asked you, or open the self-assessment in the portal and "
    "choose “Bring back a filled form”. The portal shows what would change before it changes anything.",
)


def _identity(contents: Contents, level_id: str, chapters: Iterable[Chapter], at: datetime) -> Identity:
    fields = [one for chapter in chapters for section in chapter.sections for one in section.fields]
    marks = {
        key_of(criterion.code, name): made
        for criterion in criteria_of(contents, level_id)
        for name, made in _marks(criterion, contents.written(criterion.code)).items()
    }
    marks |= {key_of(code, one.name): mark_of(one) for one in contents.asked for code in one.codes}
    return Identity(
        organisation_id=str(contents.organisation_id),
        organisation=contents.organisation,
        self_assessment_id=str(contents.self_assessment_id),
        framework=f"{contents.framework.id} {contents.framework.version}",
        framework_checksum=contents.framework_checksum,
        level=level_id,
        made_at=at.isoformat(timespec="seconds"),
        marks=marks,
        written={one.key: digest(one.text) for one in fields},
    )


def _marks(criterion: Criterion, written: Written) -> dict[str, str]:
    return marks_of(criterion, written.values, written.is_finished)


def mark_of(asked: Asked) -> str:
    """The mark of what is saved about a condition."""
    return mark({asked.name: asked.answer})


def key_of(code: str, name: str) -> str:
    """How a form calls one question of one criterion. No question's id holds a slash or a hyphen."""
    return f"{code}/{name}"


def _chapter(contents: Contents, level: Level, asked: Mapping[str, Sequence[Asked]]) -> Chapter:
    found = contents.framework.of_level(level.id, contents.kind)
    sections = tuple(_section(contents, one, asked.get(one.code, ())) for one in found)
    return Chapter(level.name, level.signifies, sections)


def _section(contents: Contents, criterion: Criterion, asked: Sequence[Asked]) -> Section:
    written = contents.written(criterion.code)
    faults = clean(criterion, written.values).errors
    scores = contents.framework.settings.score_names
    fields = [_field(criterion, one, written, faults.get(one.id, ""), scores) for one in criterion.questions]
    items = [one for one in contents.items if one.code == criterion.code]
    of_asked = [field_of(one, key_of(criterion.code, one.name)) for one in asked]
    return Section(
        code=criterion.code,
        title=criterion.title,
        guidance=tuple(criterion.guidance.split("\n\n")),
        usual_evidence=criterion.usual_evidence,
        fields=(*of_asked, *fields, _finished(criterion, written)),
        evidence=tuple(Support(one.title, _where(one)) for one in items),
    )


def _where(item: Item) -> str:
    parts = (item.place and f"Look at: {item.place}", item.url or item.file_name)
    return ". ".join(filter(None, parts)) or "No page or passage given"


def _field(
    criterion: Criterion, question: Question, written: Written, fault: str, scores: Sequence[str]
) -> Field:
    text = text_of(question, written.values, scores)
    optional = "" if question.required else " (optional)"
    limit = f" {question.words} words or fewer." if question.words else ""
    is_rating = question.kind is QuestionKind.RATING
    options = zip(option_texts(scores), criterion.descriptors, strict=True) if is_rating else ()
    return Field(
        key=key_of(criterion.code, question.id),
        kind=_KINDS[question.kind],
        label=f"{question.label}{optional}",
        hint=f"{question.hint}{limit}",
        text=text,
        options=tuple(Option(*one) for one in options),
        status=fault or ("Answered" if text else "Not answered"),
    )


_KINDS = {
    QuestionKind.RATING: Kind.CHOICE,
    QuestionKind.NARRATIVE: Kind.LINES,
    QuestionKind.ROLE: Kind.LINE,
    QuestionKind.DATE: Kind.LINE,
    QuestionKind.LINK: Kind.LINE,
}


def _finished(criterion: Criterion, written: Written) -> Field:
    return Field(
        key=key_of(criterion.code, FINISHED),
        kind=Kind.CHOICE,
        label=f"Have you finished {criterion.code}?",
        hint="You can change it later. It is ready once nothing is missing and evidence is linked.",
        text=YES if written.is_finished else NO,
        options=(Option(YES), Option(NO)),
        status="Finished" if written.is_finished else "Not finished",
    )


def option_texts(scores: Sequence[str]) -> list[str]:
    """What may be chosen as a rating: ``2: Established``."""
    return [f"{score}: {name}" for score, name in enumerate(scores)]


def text_of(question: Question, values: Mapping[str, str], scores: Sequence[str]) -> str:
    """A saved answer as people read and write it in a form; empty when there is none."""
    value = values.get(question.id, "")
    if question.kind is QuestionKind.RATING and value in ("0", "1", "2", "3"):
        return option_texts(scores)[int(value)]
    if question.kind is not QuestionKind.DATE:
        return value
    parts = [values.get(f"{question.id}-{part}", "") for part in _PARTS]
    if any(parts):
        return " ".join(part or NOTHING for part in parts)
    try:
        made = date.fromisoformat(value)
    except ValueError:
        return value
    return f"{made.day} {made.month} {made.year}" if made.isoformat() == value else value


def typed_of(question: Question, text: str, scores: Sequence[str]) -> dict[str, str]:
    """What was written in a form, as the page would have sent it."""
    text = text.strip(SPACES)
    if question.kind is QuestionKind.RATING:
        return {question.id: _score(text, scores)}
    if question.kind is QuestionKind.DATE:
        return _date(question, text)
    return {question.id: text}


def _score(text: str, scores: Sequence[str]) -> str:
    names = [name.casefold() for name in scores]
    if text.casefold() in names:
        return str(names.index(text.casefold()))
    found = _SCORE.fullmatch(text)
    return found[1] if found else text


def _date(question: Question, text: str) -> dict[str, str]:
    """Three parts as the page has them; anything else stays whole, and is told to be no date."""
    parts = _BETWEEN_PARTS.split(text)
    if len(parts) != 3:
        return {question.id: text}
    if len(parts[0]) == 4:
        parts.reverse()
    return {
        f"{question.id}-{name}": "" if part == NOTHING else part
        for name, part in zip(_PARTS, parts, strict=True)
    }
