"""The half of the corpus that the detector was written beside."""

from collections.abc import Iterator
from functools import partial

from app.adapters.findings.kinds import Kind
from tests.adapters.corpus import making
from tests.adapters.corpus.making import Made, Rows, html_table, nhs_number, not_an_nhs_number

NHS, EMAIL, PHONE, COUNT = Kind.NHS_NUMBER, Kind.EMAIL, Kind.PHONE, Kind.SMALL_COUNT
CHANGE, COMMENT, AUTHOR, UNREAD = Kind.TRACKED_CHANGE, Kind.COMMENT, Kind.AUTHOR, Kind.NOT_SEARCHED


def files() -> Iterator[Made]:
    """Every file, in one order."""
    for part in (nhs_numbers, emails, phones, counts, written_over, named, unread, clean_texts, clean_tables):
        yield from part()


def at(*found: tuple[Kind, str]) -> frozenset[tuple[Kind, str]]:
    return frozenset(found)


def grouped(digits: str, mark: str = " ") -> str:
    return mark.join((digits[:3], digits[3:6], digits[6:]))


def nhs_numbers() -> Iterator[Made]:
    one, two = nhs_number(485777345), nhs_number(612004188)
    lines = [
        f"The patient (NHS number {grouped(one)}) complained.",
        f"NHS No: {one}",
        f"Case of {grouped(two, '-')}, seen in March.",
        f"nhs no. {grouped(one)} and a second, {grouped(two)}.",
        f"Feedback {two} received",
        f"Patient ID {one[:6]} {one[6:]}",
    ]
    for number, line in enumerate(lines):
        yield Made(f"nhs-{number}.txt", partial(making.txt, "Minutes", line), at((NHS, "line 2")))
        yield Made(
            f"nhs-{number}.docx", partial(making.docx, "Minutes", "Present", line), at((NHS, "paragraph 3"))
        )
    rows: Rows = [["Case", "NHS number"], ["A", one], ["B", grouped(two)]]
    yield Made(
        "nhs-rows.csv", partial(making.csv_of, rows), at((NHS, "row 2, column 2"), (NHS, "row 3, column 2"))
    )
    numbers: Rows = [["Case", "NHS number"], ["A", int(one)], ["B", int(two)]]
    yield Made(
        "nhs-rows.xlsx",
        partial(making.xlsx, {"Cases": numbers}),
        at((NHS, "Sheet 'Cases', cell B2"), (NHS, "Sheet 'Cases', cell B3")),
    )
    yield Made(
        "nhs-page.pdf", partial(making.pdf, "<p>First.</p>", f"<p>{lines[0]}</p>"), at((NHS, "page 2"))
    )
    yield Made("nhs-slide.pptx", partial(making.pptx, "Welcome", lines[2]), at((NHS, "slide 2")))
    yield Made(
        "nhs-table.docx",
        partial(making.docx, "Cases", [["Case", "Number"], ["A", grouped(one)]]),
        at((NHS, "table 1, row 2, column 2")),
    )


def emails() -> Iterator[Made]:
    lines = [
        "Contact a.member@trust.example for more.",
        "staff.network+edi@nhs.example",
        "Sent from <first.last@sub.trust.example>; reply there.",
        "Mail: o'neill@trust.example.",
    ]
    for number, line in enumerate(lines):
        yield Made(f"email-{number}.txt", partial(making.txt, line), at((EMAIL, "line 1")))
        yield Made(
            f"email-{number}.pdf",
            partial(making.pdf, f"<p>{line.replace('<', '(').replace('>', ')')}</p>"),
            at((EMAIL, "page 1")),
        )
    rows: Rows = [["Lead", "Email"], ["EDI", "edi@trust.example"]]
    yield Made("email.csv", partial(making.csv_of, rows, ";"), at((EMAIL, "row 2, column 2")))
    yield Made("email.xlsx", partial(making.xlsx, {"Leads": rows}), at((EMAIL, "Sheet 'Leads', cell B2")))
    yield Made("email.pptx", partial(making.pptx, lines[0]), at((EMAIL, "slide 1")))


def phones() -> Iterator[Made]:
    numbers = [
        "020 7946 0958",
        "0161 276 0000",
        "+44 7911 123456",
        "(0113) 496 0011",
        "07911 123 456",
        "0044 20 7946 0958",
        "+353 1 679 0000",
        "+1 212 555 0188",
        "0300 123 1000",
    ]
    for number, written in enumerate(numbers):
        yield Made(
            f"phone-{number}.txt",
            partial(making.txt, "Contact", f"Ring {written} on weekdays."),
            at((PHONE, "line 2")),
        )
    for number, written in enumerate(numbers[:5]):
        yield Made(
            f"phone-{number}.docx", partial(making.docx, f"Tel: {written}"), at((PHONE, "paragraph 1"))
        )
    rows: Rows = [["Lead", "Mobile"], ["EDI", 7911123456]]
    yield Made("phone.xlsx", partial(making.xlsx, {"Leads": rows}), at((PHONE, "Sheet 'Leads', cell B2")))
    yield Made(
        "phone.pdf",
        partial(making.pdf, f"<p>Call {numbers[1]} for this in large print.</p>"),
        at((PHONE, "page 1")),
    )


GROUPS: Rows = [
    ["Ethnic group", "Headcount"],
    ["White British", 812],
    ["White Irish", 6],
    ["Pakistani", 24],
    ["Black African", 3],
    ["Not stated", 41],
]
BANDS: Rows = [
    ["Pay band", "White", "BME", "Unknown"],
    ["Band 2", 120, 31, 4],
    ["Band 8a", 44, 7, 0],
    ["Board", 11, 2, 1],
]


def counts() -> Iterator[Made]:
    sheet = "Staff"
    yield Made(
        "groups.xlsx",
        partial(making.xlsx, {sheet: GROUPS}),
        at((COUNT, "Sheet 'Staff', cell B3"), (COUNT, "Sheet 'Staff', cell B5")),
    )
    yield Made(
        "groups.csv",
        partial(making.csv_of, GROUPS),
        at((COUNT, "row 3, column 2"), (COUNT, "row 5, column 2")),
    )
    yield Made(
        "groups.docx",
        partial(making.docx, "Workforce", GROUPS),
        at((COUNT, "table 1, row 3, column 2"), (COUNT, "table 1, row 5, column 2")),
    )
    yield Made("groups.pptx", partial(making.pptx, ("Workforce", GROUPS)), at((COUNT, "slide 1")))
    yield Made("groups.pdf", partial(making.pdf, html_table(GROUPS)), at((COUNT, "page 1")))
    yield Made(
        "bands.xlsx",
        partial(making.xlsx, {sheet: BANDS}),
        at(*((COUNT, f"Sheet 'Staff', cell {cell}") for cell in ("D2", "C3", "C4", "D4"))),
    )
    yield Made(
        "bands.csv",
        partial(making.csv_of, BANDS),
        at(*((COUNT, f"row {row}, column {column}") for row, column in ((2, 4), (3, 3), (4, 3), (4, 4)))),
    )
    yield Made(
        "bands.pdf",
        partial(making.pdf, "<p>Cover</p>", html_table(BANDS, "Workforce by band")),
        at((COUNT, "page 2")),
    )
    captions = [
        "Staff by ethnicity, 31 March",
        "WRES data collection",
        "Black, Asian and Minority Ethnic staff in post",
        "BME representation",
    ]
    for number, caption in enumerate(captions):
        rows: Rows = [["Directorate", "Number of staff"], ["Estates", 4], ["Nursing", 211], ["Finance", 9]]
        yield Made(
            f"caption-{number}.docx",
            partial(making.docx, caption, rows),
            at((COUNT, "table 1, row 2, column 2"), (COUNT, "table 1, row 4, column 2")),
        )
        titled: Rows = [[caption], [], *rows]
        yield Made(
            f"caption-{number}.xlsx",
            partial(making.xlsx, {"Data": titled}),
            at((COUNT, "Sheet 'Data', cell B4"), (COUNT, "Sheet 'Data', cell B6")),
        )
    years: Rows = [
        ["", "2024", "2025"],
        ["Asian or Asian British", 14, 8],
        ["Mixed", 5, 11],
        ["White", 300, 310],
    ]
    yield Made(
        "years.xlsx",
        partial(making.xlsx, {"By ethnicity": years}),
        at((COUNT, "Sheet 'By ethnicity', cell C2"), (COUNT, "Sheet 'By ethnicity', cell B3")),
    )
    numbered: Rows = [
        ["No.", "Group", "Staff", "%"],
        [1, "Arab", 2, "0.4%"],
        [2, "Chinese", 18, "3.9%"],
        [3, "Indian", 5, "1.1%"],
    ]
    yield Made(
        "numbered.csv",
        partial(making.csv_of, numbered),
        at((COUNT, "row 2, column 3"), (COUNT, "row 4, column 3")),
    )
    recruitment: Rows = [
        ["Stage", "White", "BME"],
        ["Applicants", 240, 98],
        ["Shortlisted", 61, 9],
        ["Appointed", 20, 2],
    ]
    yield Made(
        "recruitment.docx",
        partial(making.docx, "Recruitment in the year", recruitment),
        at((COUNT, "table 1, row 3, column 3"), (COUNT, "table 1, row 4, column 3")),
    )


def written_over() -> Iterator[Made]:
    changed = [
        ("The policy [+now +]covers everyone.",),
        ("Plain.", "We will [-try to -]act."),
        ("First.", "Second.", "Third [+inserted+] and [-deleted-]."),
        ("[+A whole new paragraph.+]",),
    ]
    for number, paragraphs in enumerate(changed):
        marked = next(place for place, text in enumerate(paragraphs, 1) if "[" in text)
        yield Made(
            f"tracked-{number}.docx",
            partial(making.tracked_docx, *paragraphs, by="A colleague"),
            at((CHANGE, f"paragraph {marked}"), (AUTHOR, "tracked changes")),
        )
    for number, cell in enumerate(("A1", "B2", "C3")):
        yield Made(
            f"note-{number}.xlsx",
            partial(
                making.xlsx,
                {"Plan": [["Action", "Owner", "When"], ["a", "b", "c"], ["d", "e", "f"]]},
                {cell: ("Is this right?", "A colleague")},
            ),
            at((COMMENT, f"Sheet 'Plan', cell {cell}"), (AUTHOR, "comments")),
        )
    for number in range(3):
        remarks = [(f"Remark {each}", "A colleague") for each in range(number + 1)]
        yield Made(
            f"remark-{number}.pdf",
            partial(making.pdf_with_remarks, "<p>Policy on racism at work.</p>", remarks, {}),
            at((COMMENT, "page 1"), (AUTHOR, "comments")),
        )
    for number in (1, 2):
        yield Made(
            f"comment-{number}.docx",
            partial(making.docx, *["A line."] * number, adjust=partial(_comment_on, number - 1)),
            at((COMMENT, f"paragraph {number}"), (AUTHOR, "comments")),
        )


def _comment_on(paragraph: int, document: object) -> None:
    runs = document.paragraphs[paragraph].runs  # type: ignore[attr-defined]
    document.add_comment(runs, "Ask the board.", author="A colleague", initials="AC")  # type: ignore[attr-defined]


def named() -> Iterator[Made]:
    who = "First Last"
    yield Made("author.docx", partial(making.docx, "Policy", author=who), at((AUTHOR, "file properties")))
    yield Made(
        "author.xlsx", partial(making.xlsx, {"A": [["Policy"]]}, author=who), at((AUTHOR, "file properties"))
    )
    yield Made("author.pptx", partial(making.pptx, "Policy", author=who), at((AUTHOR, "file properties")))
    yield Made(
        "author.pdf",
        partial(making.pdf, "<p>Policy on racism.</p>", author=who),
        at((AUTHOR, "file properties")),
    )
    yield Made(
        "author-info.pdf",
        partial(making.pdf_with_remarks, "<p>Policy on racism.</p>", [], {"Author": who}),
        at((AUTHOR, "file properties")),
    )
    for orientation in (1, 6):
        yield Made(
            f"artist-{orientation}.jpg",
            partial(making.jpg, who, orientation=orientation),
            at((AUTHOR, "file properties"), (UNREAD, "the picture")),
        )
    yield Made(
        "place.jpg", partial(making.jpg, gps=True), at((AUTHOR, "file properties"), (UNREAD, "the picture"))
    )
    yield Made(
        "author.png", partial(making.png, who), at((AUTHOR, "file properties"), (UNREAD, "the picture"))
    )


def unread() -> Iterator[Made]:
    yield Made("plain.jpg", making.jpg, at((UNREAD, "the picture")))
    yield Made("plain.png", making.png, at((UNREAD, "the picture")))
    for pages in (1, 3):
        yield Made(f"scan-{pages}.pdf", partial(making.scanned_pdf, pages), at((UNREAD, f"page {pages + 1}")))


def clean_texts() -> Iterator[Made]:
    wrong = not_an_nhs_number(485777345)
    lines = [
        f"Reference {wrong} of the case.",
        f"Order number {nhs_number(485777345)} was placed.",
        "ISBN 0306406152 and ISBN 0-306-40615-2",
        "ODS codes RXA, RW3 and 0RF01; site RXA01.",
        "The budget is £1,250,000 in 2025/26 and £01 300 000 less in 2026/27.",
        "Meetings on 01/02/2026 at 10:30, 15.03.2026 and 2026-04-22.",
        "In 2019 2020 2021 2022 it rose by 3.1, 2.7 and 0.4 percentage points.",
        "Likelihood ratios of 1.23, 0.98 and 1.47 with 95% CI 0.91-1.62.",
        "See https://trust.example/reports/2026/01234567890.pdf for the report.",
        "Minutes 10.00 to 11.30, room 4.021, extension 4021.",
        "Write to @trustedi on social media.",
        "Charity number 1234567, company 01234567.",
        "Grant 0161/2760000/24 of the fund",
        "Version 10.2.0.1 of 2026; ticket INC0012345678.",
        "About 4 in 10 staff, 9 of whom were BME, attended.",
        "Telephone calls rose from 1200 to 3400 a month.",
    ]
    for number, line in enumerate(lines):
        yield Made(f"clean-{number}.txt", partial(making.txt, "Notes", line))
    for number, line in enumerate(lines[::3]):
        yield Made(f"clean-{number}.docx", partial(making.docx, line))
        yield Made(f"clean-{number}.pdf", partial(making.pdf, f"<p>{line}</p>"))


def clean_tables() -> Iterator[Made]:
    tables: dict[str, Rows] = {
        "large": [["Ethnicity", "Headcount"], ["White British", 812], ["Asian", 124], ["Black", 93]],
        "percent": [["Ethnicity", "% of staff"], ["White British", 88], ["Asian", 8], ["Black", 4]],
        "wards": [["Ward", "Staff", "Beds"], ["A", 5, 8], ["B", 9, 3]],
        "scores": [
            ["Question", "White", "BME"],
            ["Mean score for belonging", 7, 6],
            ["Average score for voice", 6, 5],
        ],
        "indicators": [
            ["Indicator", "2024", "2025"],
            ["1. Percentage of BME staff in bands 8 to 9", 8, 9],
            ["2. Relative likelihood of White staff being appointed", 1.4, 1],
        ],
        "actions": [
            ["No.", "Action on race equality", "Owner", "Months"],
            [1, "Reverse mentoring", "HR", 6],
            [2, "Recruitment", "HR", 3],
        ],
        "zero": [["Ethnic group", "Staff"], ["Arab", 0], ["Indian", 12], ["Chinese", 0]],
        "meetings": [["Network", "Number of meetings"], ["Race equality network", 6], ["Women's network", 4]],
        "likelihood": [["Year", "Likelihood ratio, BME to White"], ["2024", 2], ["2025", 1]],
        "budget": [["Race equality plan", "Cost, £000"], ["Training", 8], ["Events", 3]],
    }
    for name, rows in tables.items():
        yield Made(f"clean-{name}.xlsx", partial(making.xlsx, {"Sheet": rows}))
        yield Made(f"clean-{name}.csv", partial(making.csv_of, rows))
    for name in ("large", "percent", "scores", "indicators", "actions"):
        yield Made(f"clean-{name}.docx", partial(making.docx, tables[name]))
        yield Made(f"clean-{name}.pdf", partial(making.pdf, html_table(tables[name])))
    shares: Rows = [["Ethnicity", "Share"], ["White", 0.9], ["BME", 1]]
    yield Made("clean-format.xlsx", partial(making.xlsx, {"Sheet": shares}, None, {"B2": "0%", "B3": "0%"}))
