"""NHS numbers, e-mail addresses and phone numbers in a piece of text."""

import re
from collections.abc import Iterator

import phonenumbers
from phonenumbers import NumberParseException

from app.adapters.findings.kinds import Finding, Kind

_DIGITS = re.compile(r"\d")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-") | dict.fromkeys("\xa0\u2007\u2009\u202f", " "))

# As NHS numbers are written, or ten digits in any grouping that are no part of a longer row of digits.
_USUAL = re.compile(r"\d{3}([ -])\d{3}\1\d{4}|\d{10}|\d{3} \d{7}|\d{6} \d{4}")
_TEN = re.compile(
    r"(?<![\w.,£$€/+-])(?:\d{3}([ -])\d{3}\1\d{4}|\d{10}|(?<!\d[ -])\d(?:[ -]?\d){9}(?![ -]\d))(?![\w/]|[.,]\d|-\w)"
)
_ABROAD = re.compile(r"\+\d{1,3}[ -]$")
_SAYS_NHS = re.compile(r"\bnhs\s*(?:no\b|num|id\b|#|:|n[ou]?\.)|\bpatient\s*(?:no|num|id)|\bchi\b", re.I)
_SAYS_OTHER = re.compile(
    r"\b(?:isbn|issn|doi|orcid|invoice|order|purchase|po|account|a/c|charity|company|registration|utr|vat|grant|"
    r"contract|requisition|ticket|job|vacancy|datix|asset|serial|barcode|ref|reference)"
    r"(?:\s*(?:no|number|nos|num|id|code|ref|reference))?\.?\s*[:#]?\s*(?:is\s*)?\W{0,3}$",
    re.I,
)

_EMAIL = re.compile(
    r"(?<![\w.+-])[A-Za-z0-9][\w.+'-]{0,63}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}(?![\w@])"
)

_PHONE = re.compile(r"(?<![\w.,£$€/:#%+-])(?:\+|\(\+?|00|0)[\d(][\d ().-]{6,20}\d(?![\w%/]|[.,]\d|-\w)")
_DATE = re.compile(r"^\d{1,2}[.-]\d{1,2}[.-]\d{2,4}\b|^\d{1,2} \d{1,2} (?:19|20)\d\d\b")
_SAYS_PHONE = re.compile(
    r"\b(?:tel|telephone|phone|mobile|mob|call|ring|text|fax|contact|whatsapp|switchboard|ext)\b[^\d]{0,30}$",
    re.I,
)
_UK_SHAPE = re.compile(r"0(?:1\d{8,9}|2\d{9}|3\d{9}|7\d{9}|8\d{8,9})")
_BEFORE = 40


def personal(text: str, place: str, label: str = "") -> Iterator[Finding]:
    """What identifies a person in ``text``. ``label`` is what names it elsewhere, such as the head of a column."""
    if "@" in text:
        yield from (Finding(Kind.EMAIL, place, _masked_email(one.group())) for one in _EMAIL.finditer(text))
    if len(_DIGITS.findall(text)) < 9:
        return
    plain = text.translate(_DASHES)
    taken: list[tuple[int, int]] = []
    for one in _TEN.finditer(plain):
        if is_nhs_number(one.group(), _before(plain, one.start(), label)):
            taken.append(one.span())
            yield Finding(Kind.NHS_NUMBER, place, f"*** *** *{_digits(one.group())[-3:]}")
    for one in _PHONE.finditer(plain):
        is_taken = any(start < one.end() and one.start() < end for start, end in taken)
        if not is_taken and is_phone(one.group(), _before(plain, one.start(), label)):
            yield Finding(Kind.PHONE, place, f"ends {_digits(one.group())[-3:]}")


def masked(text: str) -> str:
    """The text with whatever identifies a person in it starred out, for showing beside its place."""
    for pattern in (_EMAIL, _TEN, _PHONE):
        text = pattern.sub(lambda one: "*" * 6 + one.group()[-3:], text)
    return text


def is_nhs_number(written: str, before: str = "") -> bool:
    """Ten digits whose last is the modulus 11 check of the others (NHS Data Dictionary, NHS number).

    ISBNs of ten digits follow the same rule and one other row of digits in eleven does by chance, so what stands
    ``before`` it, and how it is written, must not speak of something else.
    """
    digits = _digits(written)
    if len(digits) != 10 or len(set(digits)) == 1 or not _passes(digits):
        return False
    if _SAYS_NHS.search(before):
        return True
    says_other = _SAYS_OTHER.search(before) or _ABROAD.search(before)
    return bool(_USUAL.fullmatch(written)) and not says_other and digits[0] != "0"


def is_phone(written: str, before: str = "") -> bool:
    """A number that a telephone could ring: in use by the numbering plans, or of British shape and called a phone."""
    digits = _digits(written)
    if not 9 <= len(digits) <= 15 or len(set(digits)) < 3 or _DATE.match(written):
        return False
    says_phone = bool(_SAYS_PHONE.search(before))
    if _SAYS_OTHER.search(before) and not says_phone:
        return False
    try:
        number = phonenumbers.parse(written.replace("(0)", ""), "GB")
    except NumberParseException:
        return False
    is_grouped = bool(re.search(r"[ ()-]", written)) or written.startswith("+")
    shaped = number.country_code == 44 and _UK_SHAPE.fullmatch(f"0{number.national_number}")
    return phonenumbers.is_valid_number(number) or bool(shaped and (says_phone or is_grouped))


def _passes(digits: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False))
    return 11 - total % 11 == (int(digits[9]) or 11)


def _before(text: str, start: int, label: str) -> str:
    """What is written before a number; the head of the column when nothing is."""
    near = text[max(0, start - _BEFORE) : start]
    return near if near.strip() else f"{label} "


def _digits(text: str) -> str:
    return "".join(_DIGITS.findall(text))


def _masked_email(address: str) -> str:
    return f"{address[0]}***@{address.rpartition('@')[2]}"
