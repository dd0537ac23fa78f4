"""The annual picture for the Assembly: bodies by ICB, levels, targets, and what moved since the year before.

Everything in it is a count of organisations or stands in the public register, so the small-number rule for people does
not touch it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from app.adapters.papers import Block, Bullets, Grid, Heading, Paper, Text
from app.criteria.schema import OrganisationKind
from app.rules.annual import AnnualFacts, Counts
from app.rules.days import in_words, uk_day
from app.rules.standings import NONE_HELD

KINDS = {OrganisationKind.TRUST: "Trusts", OrganisationKind.ICB: "ICBs", OrganisationKind.REGION: "Regions"}
NONE = "No level held"
WITHOUT_ICB = "Under no ICB"
MOST = 200  # lines of the list of new recognitions


def paper_of(facts: AnnualFacts, *, portal: str, issuer: str, at: datetime) -> Paper:
    """The paper, made on the UK day of ``at``."""
    state = "" if facts.on == facts.year.last_day else ", which has not ended"
    return Paper(
        title=f"Annual picture {facts.year.name}",
        portal=portal,
        subtitle=f"{facts.framework.title}, for {issuer}. As of {in_words(facts.on)}{state}.",
        mark=facts.framework.mark,
        made_on=in_words(uk_day(at)),
        made_at=at,
        blocks=(
            *_summary(facts),
            *_bodies(facts),
            *_levels(facts),
            *_targets(facts),
            *_movement(facts),
            *_recognised(facts),
            *_counted(facts),
        ),
    )


def _summary(facts: AnnualFacts) -> Iterable[Block]:
    total, holding = _total(facts.counts), _holding(facts.counts)
    yield Heading("In short")
    lines = [
        f"{total} organisations take part. {holding} of {total} ({_share(holding, total)}) hold a level.",
        f"Recognitions given in the year: {len(facts.recognised)}. Ended: {facts.ended}.",
        *(
            f"{one.share_percent}% at {one.level_name} by {in_words(one.by)}: {one.said.lower()}."
            for one in facts.targets
        ),
    ]
    if facts.before is not None:
        lines.insert(1, f"A year before, {_holding(facts.before)} of {_total(facts.before)} did.")
    yield Bullets(tuple(lines))


def _bodies(facts: AnnualFacts) -> Iterable[Block]:
    kinds = [kind for kind in KINDS if _of_kind(facts.counts, kind)]
    yield Heading("Who takes part")
    yield Grid(
        "Organisations that take part, by ICB",
        "For each ICB: how many organisations of each kind take part, and how many of them hold a level.",
        ("ICB", *(KINDS[kind] for kind in kinds), "All", "Hold a level"),
        (
            *(_kinds_row(name, {id_: own}, kinds) for id_, name, own in _areas(facts)),
            _kinds_row("All", facts.counts, kinds),
        ),
    )


def _kinds_row(name: str, counts: Counts, kinds: Sequence[OrganisationKind]) -> tuple[str, ...]:
    return (name, *(str(_of_kind(counts, kind)) for kind in kinds), str(_total(counts)), _of(counts))


def _levels(facts: AnnualFacts) -> Iterable[Block]:
    names, total = _ranks(facts), _total(facts.counts)
    yield Heading("Levels")
    yield Grid(
        "Highest level held, by ICB",
        "For each ICB: how many of its organisations hold which level as their highest.",
        ("ICB", *(name for _, name in names)),
        (
            *(
                (name, *(str(_at_rank({id_: own}, rank)) for rank, _ in names))
                for id_, name, own in _areas(facts)
            ),
            ("All", *(str(_at_rank(facts.counts, rank)) for rank, _ in names)),
            (
                f"Share of {total}",
                *(_share(_at_rank(facts.counts, rank), total) for rank, _ in names),
            ),
        ),
    )


def _targets(facts: AnnualFacts) -> Iterable[Block]:
    yield Heading("Targets")
    if not facts.targets:
        yield Text("The framework version in force that day names no target.")
        return
    yield Grid(
        "Each target against what is held",
        "For each target: of whom it speaks, how many of how many hold it, and whether it is reached.",
        ("Target", "Of whom", "Hold it", "Needed", "Result"),
        tuple(
            (
                f"{one.share_percent}% at {one.level_name} or above by {in_words(one.by)}",
                one.denominator,
                f"{one.held} of {one.base} ({_share(one.held, one.base)})",
                str(one.needed),
                one.said,
            )
            for one in facts.targets
        ),
    )


def _movement(facts: AnnualFacts) -> Iterable[Block]:
    yield Heading("Movement since last year")
    if facts.before is None:
        yield Text(
            f"Not known: the portal's records begin on {in_words(facts.begin)}, which is after "
            f"{in_words(facts.year.day_before)}."
        )
        return
    then, now = in_words(facts.year.day_before), in_words(facts.on)
    rows = [
        (name, _at_rank(facts.before, rank), _at_rank(facts.counts, rank)) for rank, name in _ranks(facts)
    ]
    rows.append(("All that take part", _total(facts.before), _total(facts.counts)))
    yield Grid(
        "Highest level held, then and now",
        "For each level: how many organisations held it as their highest at the end of last year and now.",
        ("Level", then, now, "Change"),
        tuple((name, str(before), str(after), _change(after - before)) for name, before, after in rows),
    )
    before = facts.before
    yield Grid(
        "Organisations that hold a level, by ICB, then and now",
        "For each ICB: how many of how many held a level at the end of last year and now.",
        ("ICB", then, now, "Change"),
        tuple(
            (
                name,
                _of({id_: before.get(id_, {})}),
                _of({id_: own}),
                _change(_holding({id_: own}) - _holding({id_: before.get(id_, {})})),
            )
            for id_, name, own in _areas(facts)
        ),
    )


def _recognised(facts: AnnualFacts) -> Iterable[Block]:
    yield Heading("Recognitions of the year")
    if not facts.recognised:
        yield Text("No recognition was given.")
        return
    yield Grid(
        "Recognitions given in the year",
        "Each organisation recognised in the year, as named that day, with the level and the day.",
        ("Organisation", "Level", "Given on"),
        tuple(
            (
                f"{one.organisation}{' (fictional)' if one.is_fictional else ''}",
                one.level_name,
                in_words(one.issued_on),
            )
            for one in facts.recognised[:MOST]
        ),
    )
    if len(facts.recognised) > MOST:
        yield Text(f"The first {MOST} of {len(facts.recognised)} are listed. The public register has all.")


def _counted(facts: AnnualFacts) -> Iterable[Block]:
    yield Heading("What is counted, and what is left out")
    yield Bullets(
        (
            "An organisation counts once, at the highest level it holds on the day, under its ICB of that day.",
            f"The figures are those that the portal told at the end of {in_words(facts.on)}. "
            "What was learnt later does not change them.",
            f"Corrections recorded since about that day or earlier ones: {facts.corrections}. "
            "The dashboard of the day lists them.",
            "Recognitions that were issued again count once. Drafts, deferrals and refusals are left out.",
            "A share is rounded down and says of how many.",
        )
    )


def _areas(facts: AnnualFacts) -> list[tuple[UUID | None, str, Mapping[tuple[OrganisationKind, int], int]]]:
    """Each ICB by name, and what stands under none at the end."""
    found = [(id_, name, facts.counts.get(id_, {})) for id_, name in facts.icb_names]
    rest = facts.counts.get(None)
    return [*found, *([(None, WITHOUT_ICB, rest)] if rest else [])]


def _ranks(facts: AnnualFacts) -> list[tuple[int, str]]:
    levels = sorted(facts.framework.levels, key=lambda one: one.rank)
    return [(NONE_HELD, NONE), *((one.rank, one.name) for one in levels)]


def _at_rank(counts: Counts, rank: int) -> int:
    """Whoever never handed anything over holds no level either."""
    return sum(
        number for own in counts.values() for (_, at), number in own.items() if max(at, NONE_HELD) == rank
    )


def _of_kind(counts: Counts, kind: OrganisationKind) -> int:
    return sum(number for own in counts.values() for (one, _), number in own.items() if one is kind)


def _total(counts: Counts) -> int:
    return sum(number for own in counts.values() for number in own.values())


def _holding(counts: Counts) -> int:
    return sum(number for own in counts.values() for (_, rank), number in own.items() if rank > NONE_HELD)


def _of(counts: Counts) -> str:
    return f"{_holding(counts)} of {_total(counts)}"


def _share(part: int, base: int) -> str:
    return f"{100 * part // base}%" if base else "-"


def _change(number: int) -> str:
    return f"+{number}" if number > 0 else str(number).replace("-", "−")
