"""The half that was written after the detector, in other words and laid out as trusts lay out their reports."""

from collections.abc import Iterator
from functools import partial

import docx as word
import openpyxl
from openpyxl.comments import Comment

from app.adapters.findings.kinds import Kind
from tests.adapters.corpus import making
from tests.adapters.corpus.making import Made, Rows, html_table, nhs_number, not_an_nhs_number

NHS, EMAIL, PHONE, COUNT = Kind.NHS_NUMBER, Kind.EMAIL, Kind.PHONE, Kind.SMALL_COUNT
CHANGE, COMMENT, AUTHOR, UNREAD = Kind.TRACKED_CHANGE, Kind.COMMENT, Kind.AUTHOR, Kind.NOT_SEARCHED


def files() -> Iterator[Made]:
    """Every file, in one order."""
    parts = (patients, letters, staff_lists, indicator_one, disciplinary, board, eds, pay, drafts, owners)
    for part in (*parts, pictures, papers, figures):
        yield from part()


def at(*found: tuple[Kind, str]) -> frozenset[tuple[Kind, str]]:
    return frozenset(found)


def cells(sheet: str, *names: str) -> frozenset[tuple[Kind, str]]:
    return at(*((COUNT, f"Sheet '{sheet}', cell {name}") for name in names))


def spaced(digits: str) -> str:
    return f"{digits[:3]} {digits[3:6]} {digits[6:]}"


def patients() -> Iterator[Made]:
    numbers = [nhs_number(700100200 + 7919 * step) for step in range(8)]
    stories = [
        f"Mrs X ({spaced(numbers[0])}) told the panel that she was not believed.",
        f"Datix entry, patient {numbers[1]}, dob 03/04/1961",
        f"Complaint 24-118 concerns NHS no {numbers[2][:3]}-{numbers[2][3:6]}-{numbers[2][6:]}.",
        f"Interpreter not booked. Pt: {spaced(numbers[3])}; ward told.",
        f"Service user, 01/07/1988 {spaced(numbers[4])}, asked for a female doctor.",
    ]
    for number, story in enumerate(stories):
        yield Made(
            f"story-{number}.pdf",
            partial(making.pdf, "<h1>Patient stories</h1>", f"<p>{story}</p>"),
            at((NHS, "page 2")),
        )
        yield Made(
            f"story-{number}.txt",
            partial(making.txt, "Patient experience group", "", "Item 4", story),
            at((NHS, "line 4")),
        )
    rows: Rows = [["Ref", "Patient", "Theme"], ["C1", spaced(numbers[5]), "Food"], ["C2", numbers[6], "Care"]]
    yield Made(
        "complaints.docx",
        partial(making.docx, "Complaints", rows),
        at((NHS, "table 1, row 2, column 2"), (NHS, "table 1, row 3, column 2")),
    )
    yield Made(
        "complaints.csv",
        partial(making.csv_of, rows, "\t"),
        at((NHS, "row 2, column 2"), (NHS, "row 3, column 2")),
    )
    two: dict[str, Rows] = {"Cover": [["Log of complaints"]], "Log": [["x"], [], ["", f"NHS: {numbers[7]}"]]}
    yield Made("log.xlsx", partial(making.xlsx, two), at((NHS, "Sheet 'Log', cell B3")))
    yield Made("story.pptx", partial(making.pptx, "A story", ("Cases", rows)), at((NHS, "slide 2")))


def letters() -> Iterator[Made]:
    bodies = [
        ("Yours sincerely, the lead for inclusion, inclusion.lead@hospital.example", EMAIL),
        ("Questions go to equality_team@integrated-care.example by Friday.", EMAIL),
        ("From: J Smith [mailto:j.smith12@hospital.example]", EMAIL),
        ("The network meets monthly (chair: chair.ren@hospital.example)", EMAIL),
        ("Speak up guardian, mobile 07700 900456", PHONE),
        ("Switchboard: 01632 960 001", PHONE),
        ("Text 07911-123-789 for an easy read copy.", PHONE),
        ("Tel/fax 0151 709 0000", PHONE),
        ("Ring +44(0)161 276 5000 and ask for the chaplain.", PHONE),
        ("Our partner in Lagos: +234 803 123 4567", PHONE),
    ]
    for number, (body, kind) in enumerate(bodies):
        yield Made(
            f"letter-{number}.docx",
            partial(making.docx, "Dear colleague", "Thank you.", body),
            at((kind, "paragraph 3")),
        )
        yield Made(
            f"letter-{number}.pdf",
            partial(making.pdf, f"<p>Dear colleague</p><p>{body}</p>"),
            at((kind, "page 1")),
        )


def staff_lists() -> Iterator[Made]:
    rows: Rows = [
        ["Champion", "Work mobile", "Work email"],
        ["Champion 1", "07911 223344", "champion.one@hospital.example"],
        ["Champion 2", "0161 918 4000", "champion.two@hospital.example"],
    ]
    found = [(kind, row, column) for row in (2, 3) for kind, column in ((PHONE, 2), (EMAIL, 3))]
    yield Made(
        "champions.csv",
        partial(making.csv_of, rows),
        at(*((kind, f"row {row}, column {column}") for kind, row, column in found)),
    )
    yield Made(
        "champions.docx",
        partial(making.docx, "Champions", rows),
        at(*((kind, f"table 1, row {row}, column {column}") for kind, row, column in found)),
    )
    yield Made(
        "champions.xlsx",
        partial(making.xlsx, {"List": rows}),
        at(*((kind, f"Sheet 'List', cell {' ABC'[column]}{row}") for kind, row, column in found)),
    )
    yield Made(
        "champions.pptx",
        partial(making.pptx, ("Champions", rows)),
        at((PHONE, "slide 1"), (EMAIL, "slide 1")),
    )


ONE: Rows = [
    [
        "Indicator 1: Percentage of staff in each of the AfC bands 1 to 9 and VSM compared with the workforce overall"
    ],
    [],
    ["Non-clinical workforce", "White", None, "BME", None, "Ethnicity unknown/null", None],
    [None, "Headcount", "%", "Headcount", "%", "Headcount", "%"],
    ["Under Band 1", 14, "87.5%", 2, "12.5%", 0, "0.0%"],
    ["Band 1", 31, "81.6%", 6, "15.8%", 1, "2.6%"],
    ["Band 2", 402, "84.1%", 61, "12.8%", 15, "3.1%"],
    ["Band 8a", 88, "94.6%", 4, "4.3%", 1, "1.1%"],
    ["VSM", 9, "100.0%", 0, "0.0%", 0, "0.0%"],
]


def indicator_one() -> Iterator[Made]:
    small = ("D5", "D6", "F6", "D8", "F8", "B9")
    yield Made("wres-1.xlsx", partial(making.xlsx, {"Ind 1": ONE}), cells("Ind 1", *small))
    yield Made("wres-1-merged.xlsx", _merged, cells("WRES", *small))
    lines: Rows = [["" if cell is None else cell for cell in row] for row in ONE]
    places = at(*((COUNT, f"row {name[1]}, column {' ABCDEFG'.index(name[0])}") for name in small))
    yield Made("wres-1.csv", partial(making.csv_of, lines), places)
    yield Made("wres-1.pdf", partial(making.pdf, _spanning()), at((COUNT, "page 1")))
    yield Made(
        "wres-1.docx",
        _merged_docx,
        at(*((COUNT, f"table 1, row {row}, column {column}") for row, column in ((3, 3), (4, 3), (4, 4)))),
    )
    clinical: Rows = [
        ["Clinical staff of which Medical and Dental", "White", "BME", "Unknown", "Total"],
        ["Consultants", 96, 71, 8, 175],
        ["of which senior medical manager", 5, 1, 0, 6],
        ["Non-consultant career grade", 11, 40, 3, 54],
        ["Trainee grades", 60, 83, 12, 155],
    ]
    yield Made(
        "wres-medical.xlsx",
        partial(making.xlsx, {"M&D": clinical}),
        cells("M&D", "D2", "B3", "C3", "E3", "D4"),
    )
    yield Made(
        "wres-medical.pdf",
        partial(making.pdf, "<h2>Workforce race equality</h2>" + html_table(clinical)),
        at((COUNT, "page 1")),
    )


def _merged() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "WRES"
    for row in ONE:
        sheet.append(list(row))
    for merged in ("A1:G1", "B3:C3", "D3:E3", "F3:G3"):
        sheet.merge_cells(merged)
    return making.saved(book.save)


def _merged_docx() -> bytes:
    document = word.Document()
    document.core_properties.author = ""
    document.add_heading("WRES indicator 1, non-clinical", 2)
    table = document.add_table(rows=4, cols=4)
    rows = [
        ["Band", "Ethnicity", "", ""],
        ["", "White", "BME", "Not known"],
        ["5", "41", "7", "0"],
        ["6", "28", "3", "2"],
    ]
    for number, row in enumerate(rows):
        for column, text in enumerate(row):
            table.cell(number, column).text = text
    table.cell(0, 1).merge(table.cell(0, 3))
    return making.saved(document.save)


def _spanning() -> str:
    head = (
        "<tr><td></td><td colspan=2>White</td><td colspan=2>BME</td></tr>"
        "<tr><td>Band</td><td>No.</td><td>%</td><td>No.</td><td>%</td></tr>"
    )
    body = "".join(
        f"<tr><td>{band}</td><td>{white}</td><td>{share}%</td><td>{bme}</td><td>{100 - share}%</td></tr>"
        for band, white, share, bme in (("Band 7", 112, 93, 8), ("Band 8b", 24, 92, 2), ("Band 9", 10, 91, 1))
    )
    return f"<p>Staff in post by band and ethnicity</p><table>{head}{body}</table>"


def disciplinary() -> Iterator[Made]:
    rows: Rows = [
        ["Indicator 3", "White", "BME"],
        ["Number of staff in workforce", 4120, 911],
        ["Number of staff entering the formal disciplinary process", 21, 7],
        ["Likelihood of entering the process", 0.005, 0.008],
        ["Relative likelihood", 1.5, None],
    ]
    yield Made("wres-3.xlsx", partial(making.xlsx, {"Ind 3": rows}), cells("Ind 3", "C3"))
    filled: Rows = [["" if cell is None else cell for cell in row] for row in rows]
    yield Made(
        "wres-3.docx", partial(making.docx, "Disciplinary", filled), at((COUNT, "table 1, row 3, column 3"))
    )
    yield Made("wres-3.pdf", partial(making.pdf, html_table(filled)), at((COUNT, "page 1")))
    training: Rows = [
        ["Accessed non-mandatory training", "2023/24", "2024/25"],
        ["Global majority staff", 9, 31],
        ["White staff", 120, 140],
    ]
    yield Made("wres-4.csv", partial(making.csv_of, training), at((COUNT, "row 2, column 2")))
    hires: Rows = [
        ["Heritage", "Shortlisted", "Hired"],
        ["White – any other background", 40, 5],
        ["Asian – Bangladeshi", 12, 1],
        ["Black – Caribbean", 9, 0],
    ]
    yield Made(
        "hires.docx",
        partial(making.docx, "Recruitment", hires),
        at(*((COUNT, f"table 1, row {row}, column {column}") for row, column in ((2, 3), (3, 3), (4, 2)))),
    )
    yield Made("hires.pptx", partial(making.pptx, ("Recruitment by heritage", hires)), at((COUNT, "slide 1")))


def board() -> Iterator[Made]:
    rows: Rows = [
        ["Board members", "White", "BME", "Not disclosed"],
        ["Total", 12, 3, 1],
        ["of which: voting", 9, 2, 1],
        ["of which: non-executive", 6, 2, 0],
    ]
    yield Made(
        "board.xlsx",
        partial(making.xlsx, {"Indicator 9": rows}),
        cells("Indicator 9", "C2", "D2", "B3", "C3", "D3", "B4", "C4"),
    )
    yield Made(
        "board.pdf",
        partial(making.pdf, "<h1>Annual report</h1>", html_table(rows, "Indicator 9: board representation")),
        at((COUNT, "page 2")),
    )
    aligned = [
        "Board membership by ethnicity",
        "",
        "Group              Executive   Non-executive",
        "White British      6           10",
        "Asian Indian       1           0",
        "Prefer not to say  0           2",
    ]
    yield Made(
        "board.txt",
        partial(making.txt, *aligned),
        at((COUNT, "line 4"), (COUNT, "line 5"), (COUNT, "line 6")),
    )
    long: Rows = [
        ["Site", "Ethnic origin", "FTE", "Staff"],
        ["North", "Arab", 1.6, 2],
        ["North", "Filipino", 22.0, 24],
        ["South", "Arab", 3.5, 4],
    ]
    yield Made(
        "sites.csv",
        partial(making.csv_of, long, ";"),
        at((COUNT, "row 2, column 4"), (COUNT, "row 4, column 4")),
    )
    yield Made("sites.xlsx", partial(making.xlsx, {"Export": long}), cells("Export", "D2", "D4"))


def eds() -> Iterator[Made]:
    rows: Rows = [
        ["Protected group: race", "Patients seen", "Patients asked", "Replied"],
        ["Pakistani", 51, 20, 4],
        ["Gypsy, Roma and Traveller", 7, 7, 1],
        ["White English", 903, 300, 88],
    ]
    small = ((2, 4), (3, 2), (3, 3), (3, 4))
    yield Made(
        "eds.docx",
        partial(making.docx, "EDS 2022, domain 1", rows),
        at(*((COUNT, f"table 1, row {row}, column {column}") for row, column in small)),
    )
    yield Made(
        "eds.csv",
        partial(making.csv_of, rows),
        at(*((COUNT, f"row {row}, column {column}") for row, column in small)),
    )
    yield Made("eds.pdf", partial(making.pdf, html_table(rows)), at((COUNT, "page 1")))
    wards: Rows = [
        ["Ward 4 patients", "n"],
        ["Any other mixed background", 3],
        ["Other ethnic group", 8],
        ["White", 66],
    ]
    yield Made("pcref.xlsx", partial(making.xlsx, {"PCREF": wards}), cells("PCREF", "B2", "B3"))
    detained: Rows = [
        ["Detentions under the Act", "Q1", "Q2"],
        ["Black or Black British", 8, 11],
        ["Asian or Asian British", 2, 3],
        ["White", 40, 38],
    ]
    yield Made("detained.xlsx", partial(making.xlsx, {"MHA": detained}), cells("MHA", "B2", "B3", "C3"))
    yield Made(
        "detained.pptx", partial(making.pptx, "PCREF", ("Detentions", detained)), at((COUNT, "slide 2"))
    )


def pay() -> Iterator[Made]:
    """Tables about ethnicity in which nothing is a count under 10."""
    tables: dict[str, Rows] = {
        "gap": [
            ["Ethnicity pay gap", "Mean %", "Median %"],
            ["BME compared with White", 6, 4],
            ["Asian compared with White", 3, 2],
        ],
        "quartile": [["Quartile", "White %", "BME %"], ["Lower", 91, 9], ["Upper", 95, 5]],
        "survey": [
            ["Staff survey, race equality", "2023 (%)", "2024 (%)"],
            ["Harassment from colleagues, BME", 9, 8],
            ["Harassment, White", 6, 7],
        ],
        "eds-score": [["EDS outcome", "Rating (0 to 3)", "Race"], ["1A", 2, "Yes"], ["1B", 1, "Yes"]],
        "plan": [
            ["Objective", "Priority", "Review in weeks"],
            ["Anti-racism training", 1, 6],
            ["WRES data quality", 2, 8],
        ],
        "rank": [["Trust", "Rank for BME representation"], ["Trust A", 4], ["Trust B", 9]],
        "hours": [["Ethnicity training", "Hours", "Sessions"], ["Board", 3, 2], ["Managers", 6, 8]],
        "joined": [["Ethnic category", "Staff"], ["White", 900], ["All other", 340], ["Not known", "<10"]],
        "large": [
            ["Staff by ethnic group", "2024", "2025"],
            ["Mixed", 44, 51],
            ["Chinese", 19, 22],
            ["Not stated", 310, 290],
        ],
        "days": [
            ["", "White", "BME"],
            ["Average days to close a grievance", 8, 9],
            ["Median length of service, years", 7, 4],
        ],
    }
    for name, rows in tables.items():
        yield Made(f"pay-{name}.docx", partial(making.docx, name.title(), rows))
        yield Made(f"pay-{name}.xlsx", partial(making.xlsx, {name.title(): rows}))
        if name not in ("joined", "plan"):
            yield Made(f"pay-{name}.pdf", partial(making.pdf, html_table(rows)))


def drafts() -> Iterator[Made]:
    yield Made(
        "draft.docx",
        partial(
            making.tracked_docx,
            "Draft statement",
            "We [-regret-][+condemn+] racism.",
            "It ends here.",
            by="Comms officer",
        ),
        at((CHANGE, "paragraph 2"), (AUTHOR, "tracked changes")),
    )
    for number, words in enumerate(("[-All of this goes.-]", "Keep [+and add+]", "[+One+] and [+two+]")):
        yield Made(
            f"draft-{number}.docx",
            partial(making.tracked_docx, "Title", "Body", words, by="Deputy"),
            at((CHANGE, "paragraph 3"), (AUTHOR, "tracked changes")),
        )
    yield Made(
        "noted.xlsx",
        _noted,
        at((COMMENT, "Sheet 'KPIs', cell B2"), (COMMENT, "Sheet 'KPIs', cell B4"), (AUTHOR, "comments")),
    )
    yield Made(
        "noted.pdf",
        partial(
            making.pdf_with_remarks,
            "<p>Anti-racism statement for the board.</p>",
            [("Too weak", "Chair")],
            {"Author": "Chair's office"},
        ),
        at((COMMENT, "page 1"), (AUTHOR, "comments"), (AUTHOR, "file properties")),
    )
    yield Made(
        "asked.docx",
        partial(making.docx, "One", "Two", "Three", adjust=_asked),
        at((COMMENT, "paragraph 2"), (EMAIL, "paragraph 2"), (AUTHOR, "comments")),
    )


def _noted() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "KPIs"
    for row in (["KPI", "Now"], ["Training", 81], ["Survey", 64], ["Appraisal", 77]):
        sheet.append(row)
    sheet["B2"].comment = Comment("Analyst:\nincludes bank staff", "Analyst")
    sheet["B4"].comment = Comment("Old figure", "Analyst")
    book.properties.creator = ""
    return making.saved(book.save)


def _asked(document: object) -> None:
    runs = document.paragraphs[1].runs  # type: ignore[attr-defined]
    document.add_comment(runs, "Send to hr.desk@hospital.example first", author="HR desk", initials="H")  # type: ignore[attr-defined]


def owners() -> Iterator[Made]:
    yield Made(
        "owner.docx",
        partial(making.docx, "Terms of reference", author="A. N. Other"),
        at((AUTHOR, "file properties")),
    )
    yield Made(
        "owner.xlsx",
        partial(making.xlsx, {"Plan": [["Action"]]}, author="other.a"),
        at((AUTHOR, "file properties")),
    )
    yield Made(
        "owner.pptx",
        partial(making.pptx, "Training for managers", author="L&D team"),
        at((AUTHOR, "file properties")),
    )
    company = b"<Company>Fictional Hospital</Company></Properties>"
    yield Made(
        "company.docx",
        lambda: making.with_parts(
            making.docx("Policy"),
            {
                "docProps/app.xml": lambda data: data.replace(b"</Properties>", company).replace(
                    b"<Company></Company>", b""
                )
            },
        ),
        at((AUTHOR, "file properties")),
    )
    yield Made(
        "program.pdf",
        partial(
            making.pdf_with_remarks,
            "<p>Policy on fair recruitment.</p>",
            [],
            {"Producer": "Word", "Creator": "Microsoft Word"},
        ),
    )
    yield Made(
        "company.pdf",
        partial(
            making.pdf_with_remarks,
            "<p>Policy on fair recruitment.</p>",
            [],
            {"Company": "Fictional Hospital"},
        ),
        at((AUTHOR, "file properties")),
    )


def pictures() -> Iterator[Made]:
    seen = (UNREAD, "the picture")
    yield Made(
        "event.jpg",
        partial(making.jpg, "Medical illustration", gps=True),
        at((AUTHOR, "file properties"), seen),
    )
    yield Made("poster.png", partial(making.png, "Design studio"), at((AUTHOR, "file properties"), seen))
    yield Made("turned.jpg", partial(making.jpg, orientation=8), at(seen))
    yield Made("signed-letter.pdf", partial(making.scanned_pdf, 2), at((UNREAD, "page 3")))


def papers() -> Iterator[Made]:
    """Words and numbers that look like something and are not."""
    wrong = not_an_nhs_number(623001144)
    lines = [
        f"PO number: {nhs_number(623001144)}",
        f"Unique taxpayer reference {wrong}",
        "Charity 1012345; VAT GB 654 434 043",
        "Trust codes R0A, RBT and RM3; practice Y02345.",
        "£0161 276 was a typing error for £161,276.",
        "From 08.30 to 17.00, 07/11/2025 and 07-11-2026",
        "Ratio 1.23 (95% CI 1.01 to 1.49), p < 0.001, n = 4,812",
        "Barcode 5012345678900 on the box",
        "Invoices 0300123456 and 0300123457 were paid.",
        "Follow @race_network; hashtag #antiracism",
        "Standing order 12.3.4.5, agenda item 26/014",
        "Between 2015-16 and 2024-25 it was 2 in 100.",
        "doi:10.1136/bmj.n1234567890",
        "Account 01234567, sort code 01-02-03",
        "A span of 1000 200 3000 steps",
    ]
    for number, line in enumerate(lines):
        yield Made(f"paper-{number}.docx", partial(making.docx, "Agenda", line))
        if number % 2:
            yield Made(f"paper-{number}.csv", partial(making.csv_of, [["Item", "Note"], [number, line]]))


def figures() -> Iterator[Made]:
    """Small counts of other things."""
    tables: dict[str, Rows] = {
        "age": [["Age group", "Staff"], ["16 to 20", 4], ["21 to 25", 9], ["26 to 30", 61]],
        "wards": [["Ward", "Falls", "Complaints"], ["1", 3, 2], ["2", 5, 1]],
        "attendance": [["Meeting of", "Present"], ["5 May", 7], ["2 June", 8]],
        "vehicles": [["Car park", "Spaces for blue badges"], ["North", 6], ["South", 4]],
        "paint": [["Colour", "Tins"], ["White", 4], ["Magnolia", 9]],
        "disability": [["Disability", "Headcount"], ["Yes", 6], ["No", 320]],
    }
    for name, rows in tables.items():
        yield Made(f"figures-{name}.xlsx", partial(making.xlsx, {"Data": rows}))
        yield Made(f"figures-{name}.docx", partial(making.docx, name, rows))
