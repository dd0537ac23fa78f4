"""From the words that a writer uses for a place to the page or passage itself."""

import pytest

from app.adapters.reading.blocks import NOTHING, Block, Kind, Leaf, Reading
from app.rules.excerpts import MOST_CHARACTERS, MOST_ROWS, Piece, around, whole
from app.rules.places import Spot, spot

PAGES = Reading(
    are_pictures=True,
    leaves=tuple(
        Leaf(text=text)
        for text in (
            "Contents\nGovernance ..... 3\nStaff networks ..... 4",
            "Introduction: what we say about governance\nTargets of 4.2 per cent",
            "3. Governance\nThe board",
            "Staff networks\nHow they work\n4.2 Money",
        )
    ),
)


@pytest.mark.parametrize(
    ("place", "page"),
    [
        ("page 3", 3),
        ("Page no. 2", 2),
        ("p. 2", 2),
        ("p4", 4),
        ("pp 3-4", 3),
        ("pages 2 and 3", 2),
        ("pg 1", 1),
        ("see the table on page 4", 4),
        ("3", 3),
        ("slide 2", 2),
        ("Governance", 3),
        ("Governance, page 9", 3),  # there is no page 9
        ("the Staff networks section", 4),
        ("“Staff networks”", 4),
        ("section 'How they work'", 4),
        ("section 4.2", 4),  # not the figure on page 2
        ("INTRODUCTION", 2),
    ],
)
def test_a_page_is_found_by_its_number_or_by_the_words_on_it(place: str, page: int) -> None:
    assert spot(place, PAGES) == Spot(page)


@pytest.mark.parametrize(
    "place", ["", "  ", "page 12", "page 0", "0", "Appendix Z", "it", "governances", "…"]
)
def test_what_names_no_page_finds_none(place: str) -> None:
    assert spot(place, PAGES) is None


def paragraph(text: str, page: int = 0) -> Block:
    return Block(Kind.PARAGRAPH, text, page=page)


DOCUMENT = Reading(
    leaves=(
        Leaf(
            blocks=(
                paragraph("The action plan is told of here.", 1),
                Block(Kind.HEADING, "Action plan", 1, page=1),
                paragraph("4.2 Targets for recruitment", 2),
                Block(Kind.TABLE, rows=(("Action", "Owner"), ("Recruit panels", "HR")), page=4),
            )
        ),
        Leaf(blocks=(Block(Kind.HEADING, "Annex B: Data", 1, page=5),)),
    )
)


@pytest.mark.parametrize(
    ("place", "found"),
    [
        ("the action plan", Spot(1, 1)),  # the heading, although a paragraph before it says the words too
        ("Annex B", Spot(2, 0)),
        ("section 4.2", Spot(1, 2)),
        ("Recruit panels", Spot(1, 3, 1)),
        ("page 2", Spot(1, 2)),
        ("page 3", Spot(1, 2)),  # filled by what began on page 2
        ("page 5", Spot(2, 0)),
        ("page 4 (Annex B)", Spot(2, 0)),
        ("page 6", None),
        ("row 2", None),  # the rows of a document have no numbers
    ],
)
def test_a_passage_is_found_by_its_heading_its_words_or_the_page_that_word_gave_it(
    place: str, found: Spot | None
) -> None:
    assert spot(place, DOCUMENT) == found


def test_a_document_that_does_not_tell_its_pages_is_not_guessed_at() -> None:
    assert spot("page 1", Reading(leaves=(Leaf(blocks=(paragraph("Words"),)),))) is None


def table(*rows: tuple[str, ...], first: int = 1) -> Block:
    return Block(Kind.TABLE, rows=rows, numbers=tuple(range(first, first + len(rows))))


BOOK = Reading(
    leaves=(
        Leaf("Staff", blocks=(table(("Band", "People"), ("Seven", "12")),)),
        Leaf("Staff", blocks=(table(("Eight", "15"), ("Nine", "3"), first=101),)),
        Leaf("Staff data", blocks=(table(("Group", "Share"), ("Seven", "4%")),)),
        Leaf("Slide 4", blocks=(paragraph("Seven"),)),
    )
)


@pytest.mark.parametrize(
    ("place", "found"),
    [
        ("Sheet Staff", Spot(1)),
        ("sheet 'Staff data'", Spot(3)),
        ("Staff, cell B102", Spot(2, 0, 1)),
        ("Staff!A2", Spot(1, 0, 1)),
        ("Staff data, row 2", Spot(3, 0, 1)),
        ("Staff data: Seven", Spot(3, 0, 1)),  # not the Seven of the other sheet
        ("Staff, row 900", Spot(1)),
        ("slide 4", Spot(4)),
        ("slide 5", None),
        ("B4", None),
    ],
)
def test_a_sheet_narrows_the_search_to_its_own_rows(place: str, found: Spot | None) -> None:
    assert spot(place, BOOK) == found


def test_a_file_that_can_not_be_shown_has_no_places() -> None:
    assert spot("page 1", NOTHING) is None


def test_a_passage_is_shown_with_a_little_before_it() -> None:
    leaf = Leaf(blocks=tuple(paragraph(f"Paragraph {number}") for number in range(30)))
    shown = around(leaf, Spot(1, 20))
    assert [(one.block.text, one.is_place) for one in shown] == [
        (f"Paragraph {number}", number == 20) for number in range(19, 29)
    ]
    assert around(leaf, None)[0] == Piece(paragraph("Paragraph 0"))
    assert [one.is_place for one in whole(leaf, Spot(1, 20))].index(True) == 20


def test_a_row_is_shown_under_the_first_of_its_table() -> None:
    rows = tuple((f"Row {number}",) for number in range(1, 90))
    (shown,) = around(Leaf(blocks=(table(*rows),)), Spot(1, 0, 50))
    assert shown.block.numbers == (1, *range(48, 48 + MOST_ROWS))
    assert shown.row is not None
    assert (shown.block.rows[shown.row], shown.is_place) == (("Row 51",), True)
    assert shown.columns == ["A"]


def test_a_passage_stays_short_and_is_never_left_out() -> None:
    long = "word " * MOST_CHARACTERS
    leaf = Leaf(blocks=(paragraph(long), paragraph(long), paragraph("after")))
    shown = around(leaf, Spot(1, 1))
    assert [(len(one.block.text), one.is_place) for one in shown] == [
        (MOST_CHARACTERS + 1, False),
        (MOST_CHARACTERS + 1, True),
    ]


def test_columns_have_the_letters_of_a_spreadsheet() -> None:
    wide = Piece(Block(Kind.TABLE, rows=(("",) * 54,)))
    assert (wide.columns[0], wide.columns[25], wide.columns[26], wide.columns[53]) == ("A", "Z", "AA", "BB")
