"""Two versions compared: what became of each criterion, and every changed word."""

from app.criteria.carry_over import CarryOver, resolved
from app.criteria.loader import load_folder
from app.rules.comparison import Became, CriterionChange, compare
from app.rules.differences import Kind
from tests.criteria.second import second
from tests.story import SHIPPED

FIRST = load_folder(SHIPPED)
SECOND, DECLARED = second(FIRST)
COMPARED = compare(FIRST, SECOND, resolved(DECLARED, FIRST, SECOND))


def line(code: str) -> CriterionChange:
    return next(one for one in COMPARED.criteria if code in {each.code for each in one.after or one.before})


def test_each_criterion_of_both_versions_stands_in_one_line() -> None:
    before = [one.code for change in COMPARED.criteria for one in change.before]
    after = [one.code for change in COMPARED.criteria for one in change.after]
    assert (sorted(before), sorted(after)) == (
        sorted(one.code for one in FIRST.criteria),
        sorted(one.code for one in SECOND.criteria),
    )


def test_what_became_of_them() -> None:
    assert [
        (one.became.value, one.heading) for one in COMPARED.criteria if one.became is not Became.SAME
    ] == [
        ("Merged", "B01 and B02 merged into N1"),
        ("Split", "B03 split into B03 and N2"),
        ("Changed", "B05"),
        ("Changed", "B06"),
        ("Changed", "B07"),
        ("Changed", "B08"),
        ("Changed", "B09"),
        ("Changed", "S01"),
        ("Added", "N3 added"),
        ("Removed", "B04 removed"),
    ]
    assert COMPARED.counts == [
        (Became.ADDED, 1),
        (Became.REMOVED, 1),
        (Became.MERGED, 1),
        (Became.SPLIT, 1),
        (Became.CHANGED, 6),
        (Became.SAME, 21),
    ]


def test_facts_of_questions_and_levels() -> None:
    old = FIRST.criterion("B07")
    labels = {one.id: one.label for one in old.questions}
    assert {code: line(code).facts for code in ("B06", "B07", "S01")} == {
        "B06": (f"“{FIRST.criterion('B06').questions[1].label}” may have 5 words, before 300.",),
        "B07": (
            f"“{labels['role']}” has the id owner now, before role.",
            "Question added: Where are its papers?",
            f"Question removed: {labels['date']}",
        ),
        "S01": ("S01 moves from level Silver to Bronze.",),
    }
    asked = FIRST.criterion("B08").questions[2].label
    assert line("B08").facts == (f"“{asked}” asks for a narrative, before for a date.",)


def test_rewording_is_told_word_by_word() -> None:
    title, question = line("B05").texts
    assert (title.label, title.before, title.after) == (
        "Title",
        FIRST.criterion("B05").title,
        "Keep one plan, and keep to it",
    )
    assert question.label == "Question “narrative”"
    assert "".join(one.text for one in title.pieces if one.kind is not Kind.ADDED) == title.before
    assert "".join(one.text for one in title.pieces if one.kind is not Kind.REMOVED) == title.after


def test_who_is_no_longer_asked_is_told() -> None:
    assert [(one.label, one.before, one.after) for one in line("B09").texts] == [
        ("Not asked of", "", "trust")
    ]


def test_without_a_word_a_merger_is_removals_and_an_addition() -> None:
    plain = compare(FIRST, SECOND, resolved(CarryOver(before=FIRST.version), FIRST, SECOND))
    assert {one.heading for one in plain.of(Became.REMOVED)} == {"B01 removed", "B02 removed", "B04 removed"}
    assert {one.heading for one in plain.of(Became.ADDED)} == {"N1 added", "N2 added", "N3 added"}


def test_a_version_is_the_same_as_itself() -> None:
    same = compare(FIRST, FIRST, resolved(CarryOver(before=FIRST.version), FIRST, FIRST))
    assert (same.counts, same.head) == ([(Became.SAME, 31)], ())


def test_levels_and_settings_are_compared() -> None:
    other = SECOND.model_copy(
        update={
            "title": "Another title",
            "settings": SECOND.settings.model_copy(update={"met_at": 3, "confirmed": ("met_at",)}),
        }
    )
    found = compare(FIRST, other, resolved(DECLARED, FIRST, other)).head
    assert [(one.label, one.before, one.after) for one in found] == [
        ("Title", FIRST.title, "Another title"),
        ("Met at", "2", "3"),
        ("Confirmed", "", "met_at"),
    ]
