"""What a framework version is made of: frozen values, checked when they are made.

The words are the Assembly's to change, so they live in TOML files and in documents; `README.md` beside this
file is the dictionary of every key. Values refuse unknown keys, and a wrong type is an error.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from app.criteria import consistency
from app.criteria.text import Code, FrameworkTitle, LevelName, Line, Mark, Passage, QuestionId, Slug

NOT_CONFIRMED = "default, not the Assembly's rule"


class OrganisationKind(StrEnum):
    """What sort of body takes part."""

    TRUST = "trust"
    ICB = "icb"
    REGION = "region"


class QuestionKind(StrEnum):
    """What a question asks for; decides how the answer is checked and drawn."""

    RATING = "rating"
    NARRATIVE = "narrative"
    ROLE = "role"
    DATE = "date"
    LINK = "link"


def repeated(values: Iterable[str]) -> list[str]:
    """The values that stand more than once, in the order of their first appearance."""
    return [value for value, times in Counter(values).items() if times > 1]


def _once(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Refuse a list that says the same thing twice."""
    if twice := repeated(map(str, values)):
        raise ValueError(f"{', '.join(twice)} is listed twice. Keep one.")
    return values


def _four(values: object) -> object:
    """Refuse all but four texts, one for each score. Gives a tuple, which strict checks want."""
    if not isinstance(values, list | tuple):
        return values
    if len(values) != 4:
        raise ValueError(f"Write 4 texts, one for each score from 0 to 3. There are {len(values)}.")
    return tuple(values)


def _different(values: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse two scores described alike: nobody could tell which to give."""
    if repeated(value.casefold() for value in values):
        raise ValueError("Two scores have the same text. Describe each score differently.")
    return values


FourLines = Annotated[tuple[Line, Line, Line, Line], BeforeValidator(_four), AfterValidator(_different)]
FourPassages = Annotated[
    tuple[Passage, Passage, Passage, Passage], BeforeValidator(_four), AfterValidator(_different)
]
Kinds = Annotated[tuple[OrganisationKind, ...], AfterValidator(_once)]


class _Value(BaseModel):
    """A frozen value: unknown keys refused, types not converted, spaces around texts dropped."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, str_strip_whitespace=True)


class Question(_Value):
    """One input inside a criterion. `words` is a narrative's limit, and only a narrative has one."""

    id: QuestionId
    kind: QuestionKind
    label: Line
    hint: Line
    required: bool = True
    words: Annotated[int, Field(ge=1, le=5000)] | None = Field(default=None, validate_default=True)

    @field_validator("words")
    @classmethod
    def _only_and_always_for_narrative(cls, words: int | None, info: ValidationInfo) -> int | None:
        kind = info.data.get("kind")
        if kind is QuestionKind.NARRATIVE and words is None:
            raise ValueError("A narrative needs a word limit. Add words.")
        if kind not in (QuestionKind.NARRATIVE, None) and words is not None:
            raise ValueError("Only a narrative has a word limit. Remove words.")
        return words


class Criterion(_Value):
    """One thing asked and judged. `descriptors` say what each score from 0 to 3 looks like here."""

    code: Code
    level: Slug
    principle: Slug
    title: Line
    guidance: Passage
    usual_evidence: Annotated[tuple[Line, ...], Field(min_length=1), AfterValidator(_once)]
    questions: Annotated[tuple[Question, ...], Field(min_length=1, max_length=20)]
    descriptors: FourPassages
    not_for: Kinds
    serves: Annotated[tuple[Slug, ...], AfterValidator(_once)]
    tag: Literal["F", "A", "T", "I"]

    @field_validator("questions")
    @classmethod
    def _one_rating_and_own_ids(cls, questions: tuple[Question, ...]) -> tuple[Question, ...]:
        if twice := repeated(question.id for question in questions):
            raise ValueError(f"Two questions have the id {twice[0]}. Give each its own id.")
        ratings = sum(question.kind is QuestionKind.RATING for question in questions)
        if ratings != 1:
            raise ValueError(f"Ask for one rating. There are {ratings}.")
        return questions

    @field_validator("not_for")
    @classmethod
    def _for_somebody(cls, kinds: tuple[OrganisationKind, ...]) -> tuple[OrganisationKind, ...]:
        if len(kinds) == len(OrganisationKind):
            raise ValueError("This criterion would apply to nobody. Leave out one kind of organisation.")
        return kinds

    def applies_to(self, kind: OrganisationKind) -> bool:
        """Whether an organisation of this kind is asked this criterion."""
        return kind not in self.not_for


class Level(_Value):
    """A tier of recognition. Each level builds on those of lower rank."""

    id: Slug
    name: LevelName
    rank: Annotated[int, Field(ge=1, le=20)]
    signifies: Line


class Principle(_Value):
    """A heading that groups criteria."""

    id: Slug
    name: Line


class Source(_Value):
    """Something organisations already produce, and can use again as evidence."""

    id: Slug
    name: Line
    about: Line


Months = Annotated[int, Field(ge=1, le=120)]


class Settings(_Value):
    """The rules of the process. Each is a default until an administrator names it in `confirmed`."""

    # A default may clash with what a version sets: a light check at 12 months, a certificate valid for 12.
    model_config = ConfigDict(validate_default=True)

    score_names: FourLines = ("Not evidenced", "Emerging", "Established", "Embedded")
    # A score of 0 says "not evidenced": a rule that lets 0 meet a criterion would recognise anybody.
    met_at: Annotated[int, Field(ge=1, le=3)] = 2
    reviewers: Annotated[int, Field(ge=1, le=5)] = 2
    moderation_gap: Annotated[int, Field(ge=1, le=3)] = 2
    validity_months: Months = 36
    light_check_months: Months = 12
    expiry_reminder_months: Annotated[tuple[Months, ...], Field(max_length=6)] = (6, 2)
    decision_weeks: Annotated[int, Field(ge=1, le=104)] = 12
    resubmission_months: Months = 6
    appeal_working_days: Annotated[int, Field(ge=1, le=250)] = 10
    confirmed: Annotated[tuple[str, ...], AfterValidator(_once)] = ()

    @field_validator("light_check_months")
    @classmethod
    def _check_before_expiry(cls, months: int, info: ValidationInfo) -> int:
        if months >= info.data.get("validity_months", months + 1):
            raise ValueError("The light check must come before the certificate expires.")
        return months

    @field_validator("expiry_reminder_months")
    @classmethod
    def _earliest_reminder_first(cls, months: tuple[int, ...], info: ValidationInfo) -> tuple[int, ...]:
        if list(months) != sorted(set(months), reverse=True):
            raise ValueError("Put the earliest reminder first, such as 6 then 2, and each once.")
        if months and months[0] >= info.data.get("validity_months", months[0] + 1):
            raise ValueError("A reminder must come after the certificate is issued.")
        return months

    @field_validator("confirmed")
    @classmethod
    def _names_of_settings(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        known = set(cls.model_fields) - {"confirmed"}
        if unknown := [name for name in names if name not in known]:
            raise ValueError(f"{unknown[0]} is not a setting. Remove it or check the spelling.")
        return names

    def note(self, name: str) -> str:
        """What to show beside a setting: empty once confirmed. Raises KeyError when there is none."""
        if name not in set(type(self).model_fields) - {"confirmed"}:
            raise KeyError(name)
        return "" if name in self.confirmed else NOT_CONFIRMED


class Target(_Value):
    """A share of organisations, in per cent, meant to hold a level by a date; `denominator` says of whom."""

    level: Slug
    share_percent: Annotated[int, Field(ge=1, le=100)]
    by: date
    denominator: Line
    kinds: Annotated[Kinds, Field(min_length=1)]


class Framework(_Value):
    """A version of a framework: what is asked, of whom, and by which rules it is judged."""

    id: Slug
    version: Slug
    title: FrameworkTitle
    status: Literal["illustrative", "official"]
    mark: Mark
    levels: Annotated[tuple[Level, ...], Field(min_length=1, max_length=20)]
    principles: Annotated[tuple[Principle, ...], Field(min_length=1, max_length=50)]
    sources: Annotated[tuple[Source, ...], Field(max_length=100)]
    settings: Settings
    targets: Annotated[tuple[Target, ...], Field(max_length=50)]
    criteria: Annotated[tuple[Criterion, ...], Field(min_length=1, max_length=500)]

    @field_validator("mark")
    @classmethod
    def _marked_unless_official(cls, mark: str, info: ValidationInfo) -> str:
        if not mark and info.data.get("status") == "illustrative":
            raise ValueError("An illustrative version needs a mark to show beside each criterion.")
        return mark

    @model_validator(mode="after")
    def _agree(self) -> Self:
        """Refuse parts that contradict each other, also when made without the loader."""
        document = self.model_dump(mode="json")
        found = [*consistency.clashes(document), *consistency.empty_levels(document)]
        if found:
            where, reason = found[0]
            key = ".".join(map(str, where))
            raise PydanticCustomError("clash", "{where}: {reason}", {"where": key, "reason": reason})
        return self

    def criterion(self, code: str) -> Criterion:
        """The criterion with this code. Raises KeyError when there is none."""
        for criterion in self.criteria:
            if criterion.code == code:
                return criterion
        raise KeyError(code)

    def level(self, level_id: str) -> Level:
        """The level with this id. Raises KeyError when there is none."""
        for level in self.levels:
            if level.id == level_id:
                return level
        raise KeyError(level_id)

    def of_level(self, level_id: str, kind: OrganisationKind) -> tuple[Criterion, ...]:
        """The criteria of one level that apply to this kind. Raises KeyError when there is no such level."""
        level = self.level(level_id)
        return tuple(one for one in self.criteria if one.level == level.id and one.applies_to(kind))

    def levels_up_to(self, level_id: str) -> tuple[Level, ...]:
        """This level and all below it, lowest first. Raises KeyError when there is no such level."""
        top = self.level(level_id).rank
        return tuple(sorted((one for one in self.levels if one.rank <= top), key=lambda one: one.rank))
