"""The words by which a table tells that it is about ethnicity, and what its figures count."""

import re

# One of these is enough.
_PLAIN = re.compile(
    r"ethnic|\bB\.?A?\.?M\.?E\.?\b|\bwres\b|race equality standard|asian and minority|global majority|racialised|"
    r"\bracial\b|\brace\b|\bheritage\b",
    re.I,
)
# The categories of the census of England and Wales, and as the NHS data dictionary and trusts shorten them.
_CATEGORY = re.compile(
    r"\bwhite(?:\s*[-–:,(]?\s*(?:british|english|irish|other|roma|gypsy|european|any other|staff|welsh|scottish))?\b|"
    r"\b(?:any )?other (?:white|mixed|asian|black|ethnic)\b|"
    r"\bmixed\b|\bdual heritage\b|\bmultiple ethnic|\basian\b|\bindian\b|\bpakistani\b|\bbangladeshi\b|\bchinese\b|"
    r"\bfilipin[oa]\b|\bblack\b|\bafrican\b|\bcaribbean\b|\barab\b|\bgypsy\b|\btraveller\b|\broma\b|\bsri lankan\b|"
    r"\bsomali\b|\bnigerian\b|\birish\b",
    re.I,
)
# An ethnic group or the ethnicity of nobody in particular: such rows stand beside the categories.
_UNKNOWN = re.compile(r"not (?:stated|known|disclosed|given)|unknown|prefer not|null|undisclosed", re.I)

_PEOPLE = re.compile(
    r"head\s?count|\bnumbers?\b|\bno\.?(?: of)?\b|\bn\b|\bcounts?\b|\bstaff\b|\bpeople\b|\bpersons?\b|\bemployees?\b|"
    r"\bcolleagues?\b|\bapplicants?\b|\bshortlisted\b|\bappointed\b|\bpatients?\b|\bmembers?\b|\bnurses?\b|\bdoctors?\b|"
    r"\bconsultants?\b|\bstarters?\b|\bleavers?\b|\brespondents?\b|\bdirectors?\b|\bwomen\b|\bmen\b|\bmidwi|\btotals?\b",
    re.I,
)
# What stands at the head of figures that count no people.
_NOT_PEOPLE = re.compile(
    r"%|per\s?cent|percentages?|proportion|\brates?\b|\bratios?\b|likelihood|likely|\bscores?\b|\brank(?:ing)?s?\b|"
    r"\brating\b|\baverage\b|\bmean\b|\bmedian\b|\bindex\b|\bpoints?\b|£|\bcosts?\b|\bbudget\b|\bpay gap\b|\bgap\b|"
    r"\bindicators?\b|\bquestions?\b|\bq(?:[5-9]|\d\d)[a-z]?\b|\brows?\b|\brefs?\b|\breference\b|\bids?\b|#|\bitem\b|"
    r"\byears?\b|\bmonths?\b|\bweeks?\b|\bdays?\b|\bhours?\b|\bminutes?\b|\bduration\b|\blength\b|\bquarter\b|\bdates?\b|"
    r"\bperiod\b|\bage\b|\btarget\b|\bpriority\b|\bpage\b|\bphase\b|\bstage\b|\blevel\b|\bgrades?\b|\bversion\b|\bscale\b|"
    r"\bmeetings?\b|\bevents?\b|\bsessions?\b|\bactions?\b|\bpolic(?:y|ies)\b|\bsites?\b|\bwards?\b|\bservices?\b|"
    r"\bteams?\b|\bdepartments?\b|\btrusts?\b|\borganisations?\b|\bworkshops?\b|\bmodules?\b|\bobjectives?\b|\bcourses?\b|"
    r"\bnetworks?\b|\bgoals?\b|\bdomains?\b|\boutcomes?\b|\bprojects?\b|\bvacanc|\bposts?\b|\bwte\b|\bfte\b|"
    r"\bchange\b|\bdifference\b|\bvariance\b|\bdisparity\b|\bweighting\b|\bseverity\b|\bimpact\b|\brisk\b|\bcode\b|\bsort\b|"
    r"\border\b|\bline\b|\bs/?no\b|\bserial\b|\bsize\b|\bfloor\b|\bbeds?\b|\btemperature\b|\bdoses?\b",
    re.I,
)
# "Number of staff in post" counts staff, "Number of meetings" does not: what is counted follows at once.
_COUNTED = re.compile(
    r"(?:\bnumbers?|\bno\.?|\bcounts?|#|\bhow many|\btotals?(?: numbers?)?)\s+(?:of\s+)?(?P<what>.+)", re.I
)
_STAFF = re.compile(
    r"\bhead\s?count\b|\b(?:staff|people|persons?|employees?|colleagues?|applicants?|candidates?|patients?|members?|nurses?|"
    r"doctors?|consultants?|starters?|leavers?|respondents?|directors?|shortlisted|appointed|women|men|bme|white)\b",
    re.I,
)


def speaks_of_ethnicity(text: str) -> bool:
    """Whether a caption or heading is about ethnicity in so many words."""
    return bool(_PLAIN.search(text))


def is_category(label: str) -> bool:
    """Whether a label names an ethnic group."""
    return len(label) <= 120 and bool(_CATEGORY.search(label) or _PLAIN.search(label))


def names_nobody(label: str) -> bool:
    """Whether a label stands for people whose ethnicity is not known."""
    return bool(_UNKNOWN.search(label))


def counts_people(label: str) -> bool:
    """Whether a label says that its figures are numbers of people."""
    return bool(_PEOPLE.search(label)) and not counts_other(label)


def counts_other(label: str) -> bool:
    """Whether a label says that its figures are something else: percentages, scores, years, meetings."""
    if not _NOT_PEOPLE.search(label):
        return False
    if found := _COUNTED.search(label):
        head = re.split(r"\b(?:in|on|with|by|at|from|for|per|who|entering|attending)\b", found["what"])[0]
        return not _STAFF.search(head) or bool(re.search(r"%|per\s?cent", label, re.I))
    return not re.search(r"\bhead\s?count\b", label, re.I)
