"""The tables of a dashboard. Page, picture, print and file are all drawn from these, so that none tells more."""

from collections import Counter
from dataclasses import dataclass

from app.criteria.schema import OrganisationKind
from app.queries.dashboards import Correction
from app.queries.figures import Figures
from app.queries.tallies import Told
from app.rules import targets
from app.rules.days import in_words
from app.rules.small_numbers import SMALLEST, percent
from app.rules.standings import NONE_HELD
from app.rules.workflow import PIPELINE, STAGE, Stage

Cell = str | int
STAGES = tuple(stage for stage in Stage if stage in {STAGE[status] for status in PIPELINE})
KINDS = {
    OrganisationKind.TRUST: "Trusts",
    OrganisationKind.ICB: "ICBs",
    OrganisationKind.REGION: "Regions",
}
NONE = "No level held"
CAUSES = {
    "certificate": "a certificate was issued, revoked or issued again",
    "organisation": "the organisation's record was added or changed",
    "submission": "a submission was handed over",
}


@dataclass(frozen=True)
class Table:
    """``key`` names its file. The first column says what a row is about; ``texts`` counts the columns of words."""

    key: str
    caption: str
    columns: tuple[str, ...]
    rows: list[tuple[Cell, ...]]
    texts: int = 1


def tables(figures: Figures) -> dict[str, Table]:
    """Every table of the dashboard, by its key."""
    made = [
        levels(figures),
        icbs(figures),
        target_table(figures),
        stages(figures),
        waiting(figures),
        ending(figures),
        trend(figures),
        principles(figures),
        criteria(figures),
        corrected(figures),
        learnt(figures),
    ]
    return {one.key: one for one in made}


def share(part: int, base: int) -> str:
    """Whole percent of a count of organisations, which are not people; a dash of nothing."""
    return f"{100 * part // base}%" if base else "-"


def ranks(figures: Figures) -> list[tuple[int, str]]:
    """No level, then each level by rank."""
    levels_ = sorted(figures.framework.levels, key=lambda one: one.rank)
    return [(NONE_HELD, NONE), *((one.rank, one.name) for one in levels_)]


def by_rank(counts: dict[int, int], rank: int) -> int:
    """Whoever never handed anything over holds no level either."""
    return sum(number for key, number in counts.items() if max(key, NONE_HELD) == rank)


def of_kind(counts: dict[tuple[OrganisationKind, int], int], *kinds: OrganisationKind) -> dict[int, int]:
    found: Counter[int] = Counter()
    for (kind, rank), number in counts.items():
        if kind in kinds:
            found[rank] += number
    return dict(found)


def levels(figures: Figures) -> Table:
    counts, taking_part = figures.counted.ranks, figures.counted.taking_part
    total, kinds = sum(taking_part.values()), [kind for kind in KINDS if taking_part.get(kind)]
    rows: list[tuple[Cell, ...]] = []
    for rank, name in ranks(figures):
        numbers = [by_rank(of_kind(counts, kind), rank) for kind in kinds]
        rows.append((name, sum(numbers), share(sum(numbers), total), *numbers))
    totals = [taking_part[kind] for kind in kinds]
    rows.append(("All that take part", total, share(total, total), *totals))
    columns = ("Level", "All", f"Share of {total}", *(KINDS[kind] for kind in kinds))
    return Table("levels", "Organisations by highest level held", columns, rows)


def icbs(figures: Figures) -> Table:
    names = dict(figures.icb_names)
    rows: list[tuple[Cell, ...]] = []
    for id_, name in names.items():
        counts = of_kind(figures.counted.by_icb[id_], *KINDS)
        numbers = [by_rank(counts, rank) for rank, _ in ranks(figures)]
        rows.append((name, sum(numbers), *numbers, share(sum(numbers[1:]), sum(numbers))))
    columns = ("ICB", "Take part", *(name for _, name in ranks(figures)), "Share with a level")
    return Table("icbs", "Organisations by ICB and highest level held", columns, rows)


def target_table(figures: Figures) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (
            f"{one.share_percent}% at {one.level_name} or above by {in_words(one.by)}",
            one.denominator,
            one.held,
            one.base,
            share(one.held, one.base),
            one.needed,
            one.said,
        )
        for one in target_results(figures)
    ]
    columns = ("Target", "Of whom", "Hold it", "Of", "Share", "Needed", "Result")
    return Table("targets", "Each target", columns, rows, texts=2)


def target_results(figures: Figures) -> list[targets.TargetResult]:
    framework, counted = figures.framework, figures.counted
    return [targets.result(one, framework, counted.held, counted.taking_part) for one in framework.targets]


def stages(figures: Figures) -> Table:
    found = {(one.level, one.stage): one.number for one in figures.pipeline}
    rows: list[tuple[Cell, ...]] = []
    for level in sorted(figures.framework.levels, key=lambda one: one.rank):
        numbers = [found.get((level.id, stage.value), 0) for stage in STAGES]
        rows.append((level.name, *numbers, sum(numbers)))
    columns = ("Level", *(stage.value for stage in STAGES), "All")
    return Table("stages", "Submissions by level and stage", columns, rows)


def waiting(figures: Figures) -> Table:
    names = {one.id: one.name for one in figures.framework.levels}
    order = {stage.value: place for place, stage in enumerate(STAGES)}
    rows: list[tuple[Cell, ...]] = [
        (names.get(one.level, one.level), one.stage, *one.by_length, in_words(one.since))
        for one in sorted(figures.pipeline, key=lambda one: (order.get(one.stage, 9), one.level))
    ]
    columns = ("Level", "Stage", "Under 3 months", "3 to 6 months", "6 months or more", "Longest since")
    return Table("waiting", "How long submissions have been at their stage", columns, rows, texts=2)


def ending(figures: Figures) -> Table:
    months = sorted(figures.ending)
    rows: list[tuple[Cell, ...]] = [
        (name, *(figures.ending[number].get(rank, 0) for number in months))
        for rank, name in ranks(figures)[1:]
    ]
    columns = ("Level", *(f"Within {number} months" for number in months))
    return Table("expiring", "Organisations whose level ends unless it is renewed", columns, rows)


def trend(figures: Figures) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for day, counts in figures.trend.items():
        numbers = [by_rank(counts, rank) for rank, _ in ranks(figures)]
        total = sum(numbers)
        rows.append((in_words(day), *numbers, total, share(total - numbers[0], total)))
    columns = ("End of", *(name for _, name in ranks(figures)), "Take part", "Share with a level")
    return Table("trend", "Organisations by highest level held, quarter by quarter", columns, rows)


def principles(figures: Figures) -> Table:
    told: dict[str, list[Told]] = {}
    for one in shown_told(figures):
        told.setdefault(figures.framework.criterion(one.code).principle, []).append(one)
    rows: list[tuple[Cell, ...]] = []
    for principle in figures.framework.principles:
        of_it = told.get(principle.id, [])
        if of_it:
            met, judged = sum(one.met for one in of_it), sum(one.judged for one in of_it)
            rows.append((principle.name, met, judged, _percent(met, judged)))
    columns = ("Principle", "Criteria met", "Criteria judged", "Share met")
    return Table("principles", f"How often criteria were met, by principle{_where(figures)}", columns, rows)


def criteria(figures: Figures) -> Table:
    titles = {one.code: one.title for one in figures.framework.criteria}
    names = {one.id: one.name for one in figures.framework.levels}
    rows: list[tuple[Cell, ...]] = [
        (
            f"{one.code} {titles[one.code]}",
            names.get(one.level, one.level),
            one.met,
            one.judged,
            _percent(one.met, one.judged),
        )
        for one in sorted(shown_told(figures), key=lambda one: (_rank(figures, one.level), one.code))
    ]
    columns = ("Criterion", "Submitted for", "Organisations that met it", "Judged", "Share met")
    return Table("criteria", f"How often each criterion was met{_where(figures)}", columns, rows, texts=2)


def shown_told(figures: Figures) -> list[Told]:
    """An ICB's own figures; its region's where the ICB has none of its own. Never of a small group."""
    codes = {one.code for one in figures.framework.criteria}
    found = figures.told.area or figures.told.region
    return [one for one in found if one.code in codes and one.judged >= SMALLEST]


def is_of_region(figures: Figures) -> bool:
    return not figures.told.area and bool(figures.told.region)


def _where(figures: Figures) -> str:
    return " in the whole region" if is_of_region(figures) else ""


def _percent(part: int, base: int) -> str:
    found = percent(part, base)
    return "" if found is None else f"{found}%"


def _rank(figures: Figures, level: str) -> int:
    return next((one.rank for one in figures.framework.levels if one.id == level), 0)


def corrected(figures: Figures) -> Table:
    said = of_kind(figures.counted.ranks, *KINDS)
    rows: list[tuple[Cell, ...]] = []
    for rank, name in ranks(figures):
        before, change = by_rank(said, rank), by_rank(figures.corrections.by_rank, rank)
        rows.append((name, before, before + change, f"{change:+d}" if change else "0"))
    columns = ("Level", "As told that day", "As known today", "Difference")
    return Table("corrections", "The same day with what is known today", columns, rows)


def learnt(figures: Figures) -> Table:
    names = dict(ranks(figures))
    rows: list[tuple[Cell, ...]] = [
        (
            one.organisation_name,
            _change(one, names),
            in_words(one.recorded_on),
            CAUSES.get(one.cause, one.cause),
        )
        for one in figures.corrections.lines
    ]
    columns = ("Organisation", "What changed", "Recorded on", "Because")
    return Table("causes", "What was recorded later", columns, rows, texts=4)


def _change(one: Correction, names: dict[int, str]) -> str:
    held = names.get(max(one.rank, NONE_HELD), NONE)
    what = "taking part with no level held" if held == NONE else held
    return f"From {in_words(one.on_date)} it {'counts' if one.delta > 0 else 'no longer counts'} as {what}"
