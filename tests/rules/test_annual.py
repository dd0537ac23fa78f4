"""The annual picture: its years, and what its paper says of made figures, by equality."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from app.adapters.papers import Bullets, Grid, Text
from app.criteria.loader import load_folder
from app.criteria.schema import OrganisationKind
from app.rules.annual import AnnualFacts, Counts, Recognised, Year, chosen, year_of, years
from app.rules.annual_papers import MOST, paper_of
from app.rules.errors import RuleError
from app.rules.targets import TargetResult
from tests.story import SHIPPED

TRUST, ICB = OrganisationKind.TRUST, OrganisationKind.ICB
ONE, TWO = UUID(int=1), UUID(int=2)
AT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
NOW: Counts = {
    ONE: {(TRUST, -1): 1, (TRUST, 0): 2, (TRUST, 1): 3, (TRUST, 2): 1, (ICB, 0): 1},
    TWO: {(TRUST, 1): 2},
    None: {(TRUST, 0): 1},
}
BEFORE: Counts = {ONE: {(TRUST, 0): 5, (TRUST, 1): 2, (ICB, 0): 1}, TWO: {(TRUST, 1): 3}}
TARGET = TargetResult("Bronze", date(2025, 3, 31), 75, "all trusts", 6, 10, 8)


def facts(before: Counts | None = BEFORE, recognised: int = 1) -> AnnualFacts:
    return AnnualFacts(
        year=Year(2025),
        on=date(2026, 3, 31),
        framework=load_folder(SHIPPED),
        counts=NOW,
        before=before,
        begin=date(2025, 9, 1),
        icb_names=[(ONE, "ICB one"), (TWO, "ICB two")],
        targets=[TARGET],
        recognised=[Recognised(f"Trust {n}", "Bronze", date(2025, 6, 1), True) for n in range(recognised)],
        ended=2,
        corrections=3,
    )


def grids(made: AnnualFacts) -> dict[str, tuple[tuple[str, ...], ...]]:
    paper = paper_of(made, portal="Portal", issuer="Assembly", at=AT)
    return {one.caption: (one.head, *one.rows) for one in paper.blocks if isinstance(one, Grid)}


def said(made: AnnualFacts) -> list[str]:
    blocks = paper_of(made, portal="Portal", issuer="Assembly", at=AT).blocks
    lists = [item for one in blocks if isinstance(one, Bullets) for item in one.items]
    return [*lists, *(one.text for one in blocks if isinstance(one, Text))]


def test_bodies_levels_and_targets_each_say_of_how_many() -> None:
    found = grids(facts())
    assert found["Organisations that take part, by ICB"] == (
        ("ICB", "Trusts", "ICBs", "All", "Hold a level"),
        ("ICB one", "7", "1", "8", "4 of 8"),
        ("ICB two", "2", "0", "2", "2 of 2"),
        ("Under no ICB", "1", "0", "1", "0 of 1"),
        ("All", "10", "1", "11", "6 of 11"),
    )
    assert found["Highest level held, by ICB"] == (
        ("ICB", "No level held", "Bronze", "Silver", "Gold"),
        ("ICB one", "4", "3", "1", "0"),
        ("ICB two", "0", "2", "0", "0"),
        ("Under no ICB", "1", "0", "0", "0"),
        ("All", "5", "5", "1", "0"),
        ("Share of 11", "45%", "45%", "9%", "0%"),
    )
    assert found["Each target against what is held"][1] == (
        "75% at Bronze or above by 31 March 2025", "all trusts", "6 of 10 (60%)", "8", "2 more needed",
    )  # fmt: skip


def test_movement_is_told_against_the_end_of_last_year() -> None:
    found = grids(facts())
    assert found["Highest level held, then and now"] == (
        ("Level", "31 March 2025", "31 March 2026", "Change"),
        ("No level held", "6", "5", "−1"),
        ("Bronze", "5", "5", "0"),
        ("Silver", "0", "1", "+1"),
        ("Gold", "0", "0", "0"),
        ("All that take part", "11", "11", "0"),
    )
    assert found["Organisations that hold a level, by ICB, then and now"][1:] == (
        ("ICB one", "2 of 8", "4 of 8", "+2"),
        ("ICB two", "3 of 3", "2 of 2", "−1"),
        ("Under no ICB", "0 of 0", "0 of 1", "0"),
    )
    assert "A year before, 5 of 11 did." in said(facts())


def test_what_the_records_do_not_reach_is_said_and_not_guessed() -> None:
    made = facts(before=None)
    assert "Highest level held, then and now" not in grids(made)
    assert "Not known: the portal's records begin on 1 September 2025, which is after 31 March 2025." in said(
        made
    )


def test_a_long_list_is_cut_and_says_so() -> None:
    made = facts(recognised=MOST + 5)
    assert len(grids(made)["Recognitions given in the year"]) == MOST + 1
    assert f"The first {MOST} of {MOST + 5} are listed. The public register has all." in said(made)
    assert "No recognition was given." in said(facts(recognised=0))


@pytest.mark.parametrize(
    ("day", "expected"), [(date(2026, 3, 31), "2025/26"), (date(2026, 4, 1), "2026/27"), (date(2099, 5, 1), "2099/00")]
)  # fmt: skip
def test_a_year_is_that_of_the_assemblys_report(day: date, expected: str) -> None:
    assert year_of(day).name == expected


def test_the_last_year_that_has_ended_is_shown_unless_another_is_asked_for() -> None:
    known = years(date(2024, 2, 1), date(2026, 5, 4))
    assert [one.name for one in known] == ["2026/27", "2025/26", "2024/25", "2023/24"]
    assert chosen("", known, date(2026, 5, 4)) == Year(2025)
    assert chosen("2026", known, date(2026, 5, 4)).told_on(date(2026, 5, 4)) == date(2026, 5, 4)
    assert chosen("", years(date(2026, 4, 2), date(2026, 5, 4)), date(2026, 5, 4)) == Year(2026)
    for text in ("2022", "2027", "x"):
        with pytest.raises(RuleError, match="no such year"):
            chosen(text, known, date(2026, 5, 4))
