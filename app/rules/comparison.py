"""What changed between two framework versions: pure, for the administrator who drafts and for anybody afterwards."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from app.criteria.carry_over import CarryOver, reference
from app.criteria.schema import Criterion, Framework, Question, Settings
from app.rules.differences import Piece, words


class Became(StrEnum):
    """What became of a criterion, or of several."""

    ADDED = "Added"
    REMOVED = "Removed"
    MERGED = "Merged"
    SPLIT = "Split"
    CHANGED = "Changed"
    SAME = "Unchanged"


@dataclass(frozen=True)
class Reworded:
    """A text that says something else than before."""

    label: str
    before: str
    after: str

    @property
    def pieces(self) -> list[Piece]:
        """Word by word."""
        return words(self.before, self.after)


@dataclass(frozen=True)
class CriterionChange:
    """One line of the comparison. ``facts`` are sentences: a move, a question added or removed, a new limit."""

    became: Became
    before: tuple[Criterion, ...]
    after: tuple[Criterion, ...]
    facts: tuple[str, ...] = ()
    texts: tuple[Reworded, ...] = ()

    @property
    def heading(self) -> str:
        """``B01 and B02: merged into N1``."""
        old, new = (_listed(one.code for one in side) for side in (self.before, self.after))
        match self.became:
            case Became.MERGED:
                return f"{old} merged into {new}"
            case Became.SPLIT:
                return f"{old} split into {new}"
            case Became.ADDED:
                return f"{new} added"
            case Became.REMOVED:
                return f"{old} removed"
        return new if old == new else f"{old} became {new}"


@dataclass(frozen=True)
class Comparison:
    """The whole: each criterion of both versions in one line, and what changed around them."""

    criteria: tuple[CriterionChange, ...]
    head: tuple[Reworded, ...] = field(default=())

    def of(self, became: Became) -> tuple[CriterionChange, ...]:
        return tuple(one for one in self.criteria if one.became is became)

    @property
    def counts(self) -> list[tuple[Became, int]]:
        """How many lines of each sort there are, those without any left out."""
        return [(one, len(self.of(one))) for one in Became if self.of(one)]


def compare(before: Framework, after: Framework, resolved: CarryOver) -> Comparison:
    """``resolved`` says which criteria come from which; without it a merged criterion is one removed and one added."""
    old = {one.code: one for one in before.criteria}
    comes_from = {
        one.code: tuple(old[code] for code in resolved.criteria.get(one.code, ())) for one in after.criteria
    }
    lines = list(_lines(before, after, comes_from, resolved.questions))
    kept = {origin.code for origins in comes_from.values() for origin in origins}
    gone = [CriterionChange(Became.REMOVED, (one,), ()) for one in before.criteria if one.code not in kept]
    return Comparison(tuple(lines + gone), tuple(_head(before, after)))


def _lines(
    before: Framework,
    after: Framework,
    comes_from: dict[str, tuple[Criterion, ...]],
    sources: Mapping[str, Mapping[str, tuple[str, ...]]],
) -> Iterator[CriterionChange]:
    told: set[str] = set()  # of an old criterion that was split, once
    for criterion in after.criteria:
        origins = comes_from[criterion.code]
        if not origins:
            yield CriterionChange(Became.ADDED, (), (criterion,))
        elif len(origins) > 1:
            facts = [fact for one in origins for fact in _moves(before, after, one, criterion)]
            yield CriterionChange(Became.MERGED, origins, (criterion,), tuple(dict.fromkeys(facts)))
        else:
            (origin,) = origins
            targets = tuple(one for one in after.criteria if comes_from[one.code] == (origin,))
            if len(targets) == 1:
                yield _pair(before, after, origin, criterion, sources.get(criterion.code, {}))
            elif origin.code not in told:
                told.add(origin.code)
                facts = [fact for one in targets for fact in _moves(before, after, origin, one)]
                yield CriterionChange(Became.SPLIT, (origin,), targets, tuple(facts))


def _pair(
    before: Framework,
    after: Framework,
    old: Criterion,
    new: Criterion,
    sources: Mapping[str, tuple[str, ...]],
) -> CriterionChange:
    pairs = _paired(old, new, sources)
    facts = [*_moves(before, after, old, new), *_questions(old, new, pairs)]
    texts = tuple(
        Reworded(label, was, now)
        for (label, was), (_, now) in zip(_texts(old), _texts(new), strict=True)
        if was != now
    ) + tuple(_question_texts(new, pairs))
    is_same = old.code == new.code and not facts and not texts
    return CriterionChange(Became.SAME if is_same else Became.CHANGED, (old,), (new,), tuple(facts), texts)


def _paired(old: Criterion, new: Criterion, sources: Mapping[str, tuple[str, ...]]) -> dict[str, Question]:
    """The old question that each new one continues: of the same id, or the one that alone fills it."""
    by_id = {one.id: one for one in old.questions}
    by_name: dict[tuple[str, ...], Question] = {
        (reference(old.code, one.id),): one for one in old.questions if one.id not in _ids(new)
    }
    found = {one.id: by_id.get(one.id) or by_name.get(sources.get(one.id, ())) for one in new.questions}
    return {id_: question for id_, question in found.items() if question is not None}


def _ids(one: Criterion) -> set[str]:
    return {question.id for question in one.questions}


def _moves(before: Framework, after: Framework, old: Criterion, new: Criterion) -> Iterator[str]:
    if old.level != new.level:
        was, now = before.level(old.level).name, after.level(new.level).name
        yield f"{new.code} moves from level {was} to {now}."
    if old.principle != new.principle:
        was, now = _principle(before, old.principle), _principle(after, new.principle)
        yield f"{new.code} moves from “{was}” to “{now}”."


def _principle(framework: Framework, id_: str) -> str:
    return next(one.name for one in framework.principles if one.id == id_)


def _questions(old: Criterion, new: Criterion, pairs: Mapping[str, Question]) -> Iterator[str]:
    for question in new.questions:
        if question.id in pairs:
            yield from _question_facts(pairs[question.id], question)
        else:
            yield f"Question added: {question.label}"
    kept = [pairs[one.id] for one in new.questions if one.id in pairs]
    for question in old.questions:
        if question not in kept:
            yield f"Question removed: {question.label}"
    if kept != [one for one in old.questions if one in kept]:
        yield "The questions come in another order."


def _question_facts(was: Question, now: Question) -> Iterator[str]:
    if was.id != now.id:
        yield f"“{now.label}” has the id {now.id} now, before {was.id}."
    if was.kind is not now.kind:
        yield f"“{now.label}” asks for a {now.kind.value}, before for a {was.kind.value}."
    if was.words != now.words and was.words and now.words:
        yield f"“{now.label}” may have {now.words} words, before {was.words}."
    if was.required != now.required:
        yield f"“{now.label}” {'must be answered now' if now.required else 'may stay empty now'}."


def _question_texts(new: Criterion, pairs: Mapping[str, Question]) -> Iterator[Reworded]:
    for question in new.questions:
        before = pairs.get(question.id)
        if before and before.label != question.label:
            yield Reworded(f"Question “{question.id}”", before.label, question.label)
        if before and before.hint != question.hint:
            yield Reworded(f"Help for question “{question.id}”", before.hint, question.hint)


def _texts(one: Criterion) -> list[tuple[str, str]]:
    """Each text of a criterion under its name, the same ones for every criterion."""
    return [
        ("Title", one.title),
        ("Guidance", one.guidance),
        ("Evidence usually given", "\n".join(one.usual_evidence)),
        *((f"Score {score}", text) for score, text in enumerate(one.descriptors)),
        ("Not asked of", ", ".join(kind.value for kind in one.not_for)),
        ("Sources that help", ", ".join(one.serves)),
        ("How sure we are", one.tag),
    ]


def _head(before: Framework, after: Framework) -> Iterator[Reworded]:
    for (label, was), (_, now) in zip(_facts(before), _facts(after), strict=True):
        if was != now:
            yield Reworded(label, was, now)


def _facts(one: Framework) -> list[tuple[str, str]]:
    settings = one.settings
    return [
        ("Title", one.title),
        ("Status", one.status),
        ("Mark", one.mark),
        ("Levels", "\n".join(f"{level.rank}. {level.name}: {level.signifies}" for level in one.levels)),
        ("Principles", "\n".join(principle.name for principle in one.principles)),
        ("Sources", "\n".join(f"{source.name}: {source.about}" for source in one.sources)),
        *((name.replace("_", " ").capitalize(), _said(settings, name)) for name in Settings.model_fields),
        (
            "Targets",
            "\n".join(
                f"{target.level}: {target.share_percent}% by {target.by} of {target.denominator}"
                for target in one.targets
            ),
        ),
    ]


def _said(settings: Settings, name: str) -> str:
    value = getattr(settings, name)
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _listed(codes: Iterator[str]) -> str:
    names = list(codes)
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
