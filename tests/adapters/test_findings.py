"""The search for what should not be sent, measured on the corpus, and its rules one by one."""

import io
import subprocess
from functools import cache

import pytest

from app.adapters.findings import examine, searching
from app.adapters.findings.counts import small_counts
from app.adapters.findings.kinds import MOST_OF_A_KIND, Finding, Kind, Table, bounded
from app.adapters.findings.personal import is_nhs_number, personal
from app.adapters.structure.check import check
from tests.adapters.corpus import held_out, known, making
from tests.adapters.corpus.making import Made, Rows, nhs_number, not_an_nhs_number
from tests.adapters.corpus.measuring import Tally, measured

CORPUS = [*known.files(), *held_out.files()]
made_of = cache(lambda made: made.make())
GOOD = nhs_number(485777345)


@pytest.fixture(scope="module")
def tallies() -> list[tuple[Made, Tally]]:
    """Every file of the corpus searched once, in this process: the child's own work is tested apart."""
    return [
        (made, measured(made, searching.findings(io.BytesIO(made_of(made)), made.extension)))
        for made in CORPUS
    ]


def test_the_corpus_has_at_least_200_different_files() -> None:
    assert len({made_of(made) for made in CORPUS}) >= 200
    assert len({made.name for made in CORPUS}) == len(CORPUS)
    assert {made.extension for made in CORPUS} == set(searching.READERS)


def test_the_corpus_is_the_same_each_time_and_passes_the_structure_check() -> None:
    for made in CORPUS[::15]:
        data = made_of(made)
        assert data == made.make(), made.name
        check(io.BytesIO(data), made.name)


def test_D01_recall_is_95_percent_and_precision_80(tallies: list[tuple[Made, Tally]]) -> None:
    whole = Tally.of(tally for _, tally in tallies)
    assert whole.recall >= 0.95, sorted(whole.missed)
    assert whole.precision >= 0.80, sorted(whole.in_error)


@pytest.mark.parametrize("kind", [Kind.NHS_NUMBER, Kind.EMAIL, Kind.PHONE, Kind.SMALL_COUNT, Kind.COMMENT])
def test_D01_no_kind_hides_behind_the_others(tallies: list[tuple[Made, Tally]], kind: Kind) -> None:
    own = Tally.of(tally for _, tally in tallies).only(kind)
    assert len(own.found) >= 10
    assert own.recall >= 0.90, sorted(own.missed)
    assert own.precision >= 0.80, sorted(own.in_error)


@pytest.mark.parametrize(
    ("number", "before", "answer"),
    [
        (GOOD, "", True),
        (not_an_nhs_number(485777345), "", False),
        (not_an_nhs_number(485777345), "NHS number ", False),
        ("1111111111", "NHS number ", False),
        (GOOD, "ISBN ", False),
        (GOOD, "order no: ", False),
        (f"{GOOD[:2]} {GOOD[2:6]} {GOOD[6:]}", "", False),
        (f"{GOOD[:2]} {GOOD[2:6]} {GOOD[6:]}", "NHS no. ", True),
    ],
)
def test_an_nhs_number_is_ten_digits_whose_last_checks_the_others(
    number: str, before: str, answer: bool
) -> None:
    assert is_nhs_number(number, before) is answer


def test_every_wrong_check_digit_is_told_from_the_right_one() -> None:
    right = [digit for digit in "0123456789" if is_nhs_number(f"943476591{digit}")]
    assert right == ["9"]


def test_what_is_personal_is_never_written_out_whole() -> None:
    text = f"{GOOD[:3]} {GOOD[3:6]} {GOOD[6:]}, first.last@trust.example, 0161 276 0000"
    assert list(personal(text, "line 1")) == [
        Finding(Kind.EMAIL, "line 1", "f***@trust.example"),
        Finding(Kind.NHS_NUMBER, "line 1", f"*** *** *{GOOD[-3:]}"),
        Finding(Kind.PHONE, "line 1", "ends 000"),
    ]
    document = making.docx("Line", adjust=lambda one: one.add_comment(one.paragraphs[0].runs, text, "x"))  # type: ignore[attr-defined]
    told = searching.findings(io.BytesIO(document), "docx")
    assert [one.kind for one in told] == [Kind.COMMENT, Kind.EMAIL, Kind.NHS_NUMBER, Kind.PHONE, Kind.AUTHOR]
    assert all(GOOD[3:6] not in one.text and "first.last" not in one.text for one in told)


def table(rows: Rows, context: str = "") -> list[tuple[str, str]]:
    made = Table(
        [[str(cell) for cell in row] for row in rows], context, lambda row, column: f"{row},{column}"
    )
    return [(one.place, one.text) for one in small_counts(made)]


def test_D01_counts_under_10_are_found_and_0_and_10_are_not() -> None:
    rows: Rows = [["Ethnicity", "Staff"], *[[f"Asian {number}", number] for number in range(12)]]
    assert [place for place, _ in table(rows)] == [f"{number + 1},1" for number in range(1, 10)]


@pytest.mark.parametrize(
    ("head", "is_count"),
    [
        ("Headcount", True),
        ("Number of staff", True),
        ("", True),
        ("%", False),
        ("Percentage of staff", False),
        ("Mean score", False),
        ("Number of meetings", False),
        ("Likelihood", False),
        ("Year", False),
        ("Band", False),
    ],
)
def test_D01_only_what_counts_people_is_a_count_of_people(head: str, is_count: bool) -> None:
    rows: Rows = [["Ethnic group", head], ["White Irish", 4], ["Pakistani", 7]]
    assert table(rows) == (
        [("1,1", _said("White Irish", head, 4)), ("2,1", _said("Pakistani", head, 7))] if is_count else []
    )


def _said(label: str, head: str, count: int) -> str:
    return f"{label}, {head}: {count}" if head else f"{label}: {count}"


def test_D01_the_same_figures_about_something_else_are_left_alone() -> None:
    assert table([["Age", "Staff"], ["16 to 20", 4], ["21 to 25", 7]]) == []
    assert table([["Age", "Staff"], ["16 to 20", 4]], "Staff by ethnicity") == [("1,1", "16 to 20, Staff: 4")]


def test_a_long_list_is_cut_and_counted() -> None:
    found = [Finding(Kind.EMAIL, f"line {number}", "a***@x.example") for number in range(MOST_OF_A_KIND + 7)]
    told = bounded([*found, found[0], Finding(Kind.PHONE, "line 1", "ends 123")])
    assert (len(told), told[MOST_OF_A_KIND], told[-1].kind) == (
        MOST_OF_A_KIND + 2,
        Finding(Kind.EMAIL, "further on", "and 7 more"),
        Kind.PHONE,
    )


def test_the_search_in_its_own_process_finds_the_same() -> None:
    for made in CORPUS[::40]:
        source = io.BytesIO(made.make())
        assert examine.search(source, made.extension) == searching.findings(
            io.BytesIO(made.make()), made.extension
        )
        assert source.tell() == 0


@pytest.mark.parametrize("ending", ["    while True: pass", "    bytearray(900_000_000)", "    1 / 0"])
def test_U07_what_is_too_hard_to_search_is_told_and_never_passed(
    ending: str, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    """The child is replaced by one that ends badly; its limits are those of the real one, but for the time."""
    script = (
        "from app.adapters.structure.child import produce\n"
        f"def work(source, arguments):\n{ending}\n"
        "produce(work, cpu_seconds=1, memory=400_000_000)"
    )
    run = subprocess.run
    monkeypatch.setattr(
        subprocess, "run", lambda command, **how: run([command[0], "-c", script, "pdf"], **how)
    )
    told = examine.search(io.BytesIO(b"x"), "pdf")
    assert [(one.kind, one.place) for one in told] == [(Kind.NOT_SEARCHED, "the whole file")]
    with pytest.raises(examine.NotCleaned):
        examine.cleaned(io.BytesIO(b"x"), "pdf", with_changes=False)


def test_half_an_output_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    done = subprocess.CompletedProcess([], 0, b"[]", b"")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: done)
    assert [one.kind for one in examine.search(io.BytesIO(b"x"), "txt")] == [Kind.NOT_SEARCHED]
