"""A reviewer's score sheet away from the portal: what it says, and what it would change on its way back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.adapters.forms import digest
from app.adapters.spreadsheets.score_sheets import (
    NOTE,
    REASON,
    SCORE,
    SCORE_TEXTS,
    VERDICT_TEXTS,
    WAS_DONE_TEXTS,
    FilledSheet,
    ScoreSheet,
    SheetCondition,
    SheetIdentity,
    SheetLink,
    SheetRow,
    condition_name,
    key_of,
    link_name,
    written,
)
from app.criteria.schema import Criterion, Framework
from app.models import Score, Verdict
from app.rules.errors import RuleError
from app.rules.marks import mark
from app.rules.passages import passage
from app.rules.verdicts import Marked

OTHER_REVIEW = (
    "This score sheet is of another review. Open that one to bring it back, or download this one's sheet."
)
OTHER_COPY = (
    "The organisation has signed a newer copy since this sheet was downloaded. Download it again and copy what still "
    "holds into it."
)
_FIELDS = {SCORE: "score", REASON: "reason", NOTE: "private-note"}
_HOW_TO = (
    "Write in the yellow cells of the sheet “Scores”: a score from 0 to 3, the reason, and if you wish a private note.",
    "The organisation reads the reason as feedback when the outcome is released. Do not name yourself or any other "
    "person in it. Only the Assembly's moderation reads the private note.",
    "On the sheet “Evidence” choose what each piece of evidence does: supports the answer, partly, does not, or could "
    "not be opened. Leave it empty while you have not looked.",
    "Where something was asked last time, a sheet “Asked last time” has what the organisation says that it did: choose "
    "done or not done, or leave it empty.",
    "Bring the file back on the page of this review. You see what would change before anything does.",
)


class Choice(StrEnum):
    """What to save where a score was saved in the portal after the sheet was downloaded."""

    SHEET = "sheet"
    PORTAL = "portal"


@dataclass(frozen=True)
class Link:
    """One piece of evidence of a criterion in the sealed copy, and what the reviewer has marked so far."""

    version_id: UUID
    title: str
    place: str
    verdict: Verdict | None


@dataclass(frozen=True)
class Asked:
    """A condition of an earlier decision in the sealed copy, and whether the reviewer has marked it as done so far."""

    condition_id: UUID
    text: str
    answer: str
    is_done: bool | None


@dataclass(frozen=True)
class Contents:
    """All that a sheet is made of, read at one moment: one review and nothing of any other."""

    review_id: UUID
    copy_sha256: str
    organisation: str
    ods_code: str
    level: str
    window: str
    framework: Framework
    scores: Mapping[str, Score]  # by criterion code, in the order of the sealed copy
    links: Mapping[str, tuple[Link, ...]]  # by criterion code
    asked: Mapping[str, tuple[Asked, ...]] = field(default_factory=dict)  # by criterion code

    @property
    def criteria(self) -> list[Criterion]:
        return [self.framework.criterion(code) for code in self.scores]


@dataclass(frozen=True)
class RowChange:
    """What the sheet would change for one criterion: each text as saved and as it would be, by column."""

    code: str
    title: str
    version: int  # of the saved row
    old: Mapping[str, str]
    new: Mapping[str, str]
    is_stale: bool  # saved in the portal since the sheet was downloaded
    faults: tuple[str, ...] = ()
    links: Mapping[str, Link] = field(default_factory=dict)  # by the column of its verdict
    asked: Mapping[str, Asked] = field(default_factory=dict)  # by the column of its mark

    @property
    def columns(self) -> list[str]:
        """The columns that differ."""
        return [name for name, text in self.old.items() if text != self.new[name]]

    def label(self, column: str) -> str:
        if column in self.links:
            return f"{column}: {self.links[column].title}"
        return f"{column}: {self.asked[column].text}" if column in self.asked else column

    @property
    def marked(self) -> Marked:
        """The verdicts and marks that the sheet changes."""
        changed = {name: self.new[name] for name in self.columns}
        return Marked(
            {
                one.version_id: verdict_of(changed[name])
                for name, one in self.links.items()
                if name in changed
            },
            {
                one.condition_id: was_done(changed[name])
                for name, one in self.asked.items()
                if name in changed
            },
        )


def sheet_of(contents: Contents, *, portal: str, at: datetime) -> ScoreSheet:
    """The sheet as it is downloaded: the scores so far, and how each row stood."""
    rows = tuple(_row(contents, one) for one in contents.criteria)
    identity = SheetIdentity(
        review_id=str(contents.review_id),
        copy_sha256=contents.copy_sha256,
        made_at=at.isoformat(),
        versions={code: one.version for code, one in contents.scores.items()},
        written=written(rows),
    )
    about = [
        ("Organisation", contents.organisation),
        ("Level", contents.level),
        ("Window", contents.window),
        ("Framework", f"{contents.framework.title}, version {contents.framework.version}"),
        *((f"Step {number}", text) for number, text in enumerate(_HOW_TO, 1)),
    ]
    title = f"Score sheet: {contents.organisation}, {contents.level}"
    return ScoreSheet(title, portal, tuple(about), at, rows, identity)


def _row(contents: Contents, criterion: Criterion) -> SheetRow:
    names = contents.framework.settings.score_names
    links, asked = contents.links.get(criterion.code, ()), contents.asked.get(criterion.code, ())
    return SheetRow(
        code=criterion.code,
        title=criterion.title,
        asked=(criterion.guidance, *(question.label for question in criterion.questions)),
        descriptors=tuple(f"{n}, {names[n].lower()}: {text}" for n, text in enumerate(criterion.descriptors)),
        texts=texts_of(contents.scores[criterion.code]),
        links=tuple(SheetLink(one.title, one.place, text_of(one.verdict)) for one in links),
        conditions=tuple(SheetCondition(one.text, one.answer, done_text(one.is_done)) for one in asked),
    )


_VERDICTS = dict(zip(VERDICT_TEXTS, Verdict, strict=True))  # both in the order in which the page offers them


def text_of(verdict: Verdict | None) -> str:
    return "" if verdict is None else next(text for text, one in _VERDICTS.items() if one is verdict)


def verdict_of(text: str) -> Verdict | None:
    """The verdict that a tidied cell says; None where it is empty."""
    return _VERDICTS[text] if text else None


def done_text(is_done: bool | None) -> str:
    return "" if is_done is None else WAS_DONE_TEXTS[not is_done]


def was_done(text: str) -> bool | None:
    """Whether a tidied cell says that a condition was done; None where it is empty."""
    return text == WAS_DONE_TEXTS[0] if text else None


def texts_of(score: Score) -> dict[str, str]:
    """A saved score as the sheet's cells; an empty one where no score was given."""
    return {
        SCORE: "" if score.score is None else str(score.score),
        REASON: score.reason,
        NOTE: score.private_note,
    }


def require_ours(filled: FilledSheet, contents: Contents) -> None:
    """Raise RuleError for the sheet of another review, whoever's it is, or of an older sealed copy."""
    if filled.identity.review_id != str(contents.review_id):
        raise RuleError(OTHER_REVIEW)
    if filled.identity.copy_sha256 != contents.copy_sha256:
        raise RuleError(OTHER_COPY)
    if filled.identity.versions.keys() != contents.scores.keys():
        raise RuleError(
            "The criteria to score have changed since this sheet was downloaded. Download it again."
        )


def changes(filled: FilledSheet, contents: Contents) -> list[RowChange]:
    """Every row that would change, in the order of the sheet. What was not touched in a cell stays as it is saved."""
    found = (_change(filled, contents, criterion) for criterion in contents.criteria)
    return [one for one in found if one.columns or one.faults]


def _change(filled: FilledSheet, contents: Contents, criterion: Criterion) -> RowChange:
    code, saved, faults = criterion.code, contents.scores[criterion.code], []
    links = {link_name(number): one for number, one in enumerate(contents.links.get(code, ()), 1)}
    asked = {condition_name(number): one for number, one in enumerate(contents.asked.get(code, ()), 1)}
    old = texts_of(saved) | {name: text_of(one.verdict) for name, one in links.items()}
    old |= {name: done_text(one.is_done) for name, one in asked.items()}
    new = dict(old)
    for column, text in filled.texts[code].items():
        if column not in old or digest(text) == filled.identity.written.get(key_of(code, column)):
            continue
        try:
            new[column] = _tidied(column, text, WAS_DONE_TEXTS if column in asked else VERDICT_TEXTS)
        except RuleError as error:
            new[column] = text
            faults.append(f"Cell {filled.places[code][column]}: {error.sentence}")
    is_stale = saved.version != filled.identity.versions[code]
    return RowChange(code, criterion.title, saved.version, old, new, is_stale, tuple(faults), links, asked)


def _tidied(column: str, text: str, offered: Sequence[str]) -> str:
    """As the page would save it; ``offered``: what a cell of a verdict or a mark may say."""
    if column not in _FIELDS:
        return _tidied_choice(text, offered)
    if column != SCORE:
        return passage(text, _FIELDS[column])
    if (score := text.strip()) and score not in SCORE_TEXTS:
        raise RuleError(f"Choose a score from 0 to 3. The cell says “{score[:40]}”.")
    return score


def _tidied_choice(text: str, offered: Sequence[str]) -> str:
    """RuleError for what the page does not offer."""
    said = " ".join(text.split())
    known = {one.casefold(): one for one in ("", *offered)}
    if said.casefold() not in known:
        *most, last = offered
        raise RuleError(
            f"Choose {', '.join(most)} or {last}, or leave the cell empty. It says “{said[:40]}”."
        )
    return known[said.casefold()]


def fingerprint(found: Iterable[RowChange]) -> str:
    """A mark of everything a person was shown: it differs once any of it does."""
    return mark([[one.code, one.version, dict(one.old), dict(one.new), one.is_stale] for one in found])


def wanted(found: Sequence[RowChange], choices: Mapping[str, Choice]) -> list[RowChange]:
    """The rows to save. RuleError, its field the criterion, for a stale row about which nothing was chosen, and for
    one that can't be kept."""
    for one in found:
        if one.faults:
            raise RuleError(one.faults[0], field=one.code)
        if one.is_stale and one.code not in choices:
            raise RuleError(f"Choose what to save for {one.code}.", field=one.code)
    return [one for one in found if not one.is_stale or choices[one.code] is Choice.SHEET]
