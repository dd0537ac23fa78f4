"""The agreed samples that reviewers score before they judge: files to frozen values, checked against the framework.

`calibration/README.md` is the dictionary of every key.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.criteria import answers
from app.criteria.faults import CriteriaError, Fault, key_of, reason_of
from app.criteria.reading import json_text, read_table
from app.criteria.schema import Criterion, Framework, repeated
from app.criteria.text import Code, Line, Mark, Passage, QuestionId, Slug

FOLDER = Path(__file__).parent / "calibration"
HEAD = "set.toml"
FEWEST, MOST = 3, 5

Kind = TypeVar("Kind", bound=BaseModel)


class _Value(BaseModel):
    """A frozen value: unknown keys refused, types not converted, spaces around texts dropped."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, str_strip_whitespace=True)


class SampleEvidence(_Value):
    """A document described in words: what it is, where to look, and what stands there."""

    title: Line
    place: Line
    shows: Passage


class Sample(_Value):
    """One made-up answer to one criterion, with the mark that was agreed for it and why."""

    code: Code
    criterion: Code
    organisation: Line
    agreed: Annotated[int, Field(ge=0, le=3)]
    why: Passage
    answers: dict[QuestionId, Passage]
    evidence: Annotated[tuple[SampleEvidence, ...], Field(max_length=10)] = ()

    @property
    def key(self) -> str:
        """What a given score is kept under: the code and a digest, so that a later text is another sample."""
        return f"{self.code}-{_digest(self)[:16]}"


class SampleHead(_Value):
    """Which framework version the samples belong to, and on which day they are to be judged."""

    framework: Slug
    version: Slug
    mark: Mark
    as_of: date


class SampleSet(SampleHead):
    """The samples of one framework version, in the order of their files."""

    samples: Annotated[tuple[Sample, ...], Field(min_length=FEWEST, max_length=MOST)]

    @property
    def checksum(self) -> str:
        """SHA-256 of the whole set, in hexadecimal."""
        return _digest(self)

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(one.key for one in self.samples)

    def sample(self, code: str) -> Sample:
        """The sample with this code. Raises KeyError when there is none."""
        for one in self.samples:
            if one.code == code:
                return one
        raise KeyError(code)


def _digest(value: BaseModel) -> str:
    text = json.dumps(
        value.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def load_set(path: Path) -> SampleSet:
    """The samples in this folder. Raises CriteriaError with every fault, each naming its file and key."""
    head, samples, faults = _read(path)
    if found := faults + _repeated(samples) + _too_few_or_many(path, samples, faults):
        raise CriteriaError(sorted(found))
    assert head is not None
    return SampleSet(**dict(head), samples=tuple(one for _, one in samples))


def misfits(samples: SampleSet, framework: Framework) -> list[Fault]:
    """What of the set the framework version does not have or would not have saved, by file and key."""
    if (samples.framework, samples.version) != (framework.id, framework.version):
        return [Fault(HEAD, "version", f"The samples are for {samples.version}, not {framework.version}.")]
    criteria = {one.code: one for one in framework.criteria}
    found: list[Fault] = []
    for one in samples.samples:
        criterion, file = criteria.get(one.criterion), f"{one.code}.toml"
        if criterion is None:
            reason = f"{one.criterion} is not a criterion of {framework.version}. Choose one that is."
            found.append(Fault(file, "criterion", reason))
        else:
            found += _wrong_answers(file, criterion, one)
    return found


@cache
def shipped() -> dict[tuple[str, str], SampleSet]:
    """The sets that ship, by framework and version; read once a process. Raises CriteriaError."""
    folders = sorted(one for one in FOLDER.iterdir() if one.is_dir())
    return {(one.framework, one.version): one for one in map(load_set, folders)}


def set_for(framework: str, version: str) -> SampleSet | None:
    """The samples of this framework version; None when it has none."""
    return shipped().get((framework, version))


def _wrong_answers(file: str, criterion: Criterion, sample: Sample) -> list[Fault]:
    """What a writer could not have saved as an answer to the criterion."""
    faults = [
        Fault(file, f"answers.{key}", reason)
        for key, reason in answers.clean(criterion, sample.answers).errors.items()
    ]
    lacking = [
        Fault(file, f"answers.{one.question_id}", one.reason)
        for one in answers.missing(criterion, sample.answers)
    ]
    return sorted({*faults, *lacking})


Named = tuple[str, Sample]


def _read(path: Path) -> tuple[SampleHead | None, list[Named], list[Fault]]:
    """Each file once; a file that can't be read is a fault, and the others are still checked."""
    head: SampleHead | None = None
    samples: list[Named] = []
    faults: list[Fault] = []
    for file in _files(path):
        try:
            if file.name == HEAD:
                head = _value(SampleHead, file)
            else:
                samples.append((file.name, _named(file, _value(Sample, file))))
        except CriteriaError as error:
            faults += error.faults
    if head is None and not any(one.file == HEAD for one in faults):
        faults.append(Fault(HEAD, "", "This file is missing. Add it."))
    return head, samples, faults


def _files(path: Path) -> list[Path]:
    try:
        return sorted(path.iterdir())
    except OSError as error:
        reason = f"The folder can't be opened: {error.strerror}."
        raise CriteriaError([Fault(str(path), "", reason)]) from error


def _value(kind: type[Kind], file: Path) -> Kind:
    """What a file holds. Raises CriteriaError with the file and the key of each fault."""
    if file.suffix != ".toml":
        reason = f"This does not belong here. Keep {HEAD} and one TOML file for each sample."
        raise CriteriaError([Fault(file.name, "", reason)])
    table: dict[str, Any] | Fault = read_table(file)
    if isinstance(table, Fault):
        raise CriteriaError([table])
    try:
        return kind.model_validate_json(json_text(table))
    except ValidationError as error:
        found = [Fault(file.name, key_of(one["loc"]), reason_of(one)) for one in error.errors()]
        raise CriteriaError(found) from error


def _named(file: Path, sample: Sample) -> Sample:
    if file.stem == sample.code or file.stem.startswith(f"{sample.code}-"):
        return sample
    reason = f"The code is {sample.code}. Name the file {sample.code}.toml or {sample.code}-some-words.toml."
    raise CriteriaError([Fault(file.name, "code", reason)])


def _repeated(samples: Iterable[Named]) -> list[Fault]:
    twice = set(repeated(one.code for _, one in samples))
    return [
        Fault(name, "code", f"{one.code} is used twice. Give each sample its own code.")
        for name, one in samples
        if one.code in twice
    ]


def _too_few_or_many(path: Path, samples: list[Named], faults: list[Fault]) -> list[Fault]:
    """Said only of a folder whose files could all be read."""
    if faults or FEWEST <= len(samples) <= MOST:
        return []
    return [Fault(path.name, "", f"Give {FEWEST} to {MOST} samples. There are {len(samples)}.")]
