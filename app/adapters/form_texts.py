"""How a text is written in a document or a spreadsheet, so that nothing of it is lost on the way and nothing runs."""

import re

CHOOSE = "Choose one"
# What stands where nothing is chosen yet, by us and by Word. A text that says exactly this is written with an escape.
PLACEHOLDERS = frozenset({CHOOSE, "Choose an item.", "Click or tap here to enter text."})

# Characters that XML can't hold, that programs take for line ends or marks of their own, and beginnings that a
# library would take for markup. A text with none of them is written as it is.
_ODD = re.compile(
    "\\\\(?=u\\{)|_(?=x[0-9A-Fa-f]{4}_)|x(?=005F_)|<(?=r>)"
    "|[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufff9-\ufffc\ufffe\uffff\ud800-\udfff]"
)
_ESCAPE = re.compile(r"\\u\{([0-9a-f]{1,6})\}")


def escaped(text: str) -> str:
    """The text with odd characters as ``\\u{2028}``; ``unescaped`` gives exactly the text again."""
    if text in PLACEHOLDERS:
        return _escape(text[0]) + text[1:]
    return _ODD.sub(lambda found: _escape(found[0]), text)


def _escape(character: str) -> str:
    return f"\\u{{{ord(character):x}}}"


def unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda found: _character(int(found[1], 16), found[0]), text)


def _character(code: int, otherwise: str) -> str:
    return chr(code) if code <= 0x10FFFF else otherwise


# An apostrophe before what a spreadsheet program would run. Those that stand there already get one more.
_RUNS = re.compile(r"'*[=+\-@\t\r\n]")
_GUARDED = re.compile(r"'+[=+\-@\t\r\n]")


def guarded(text: str) -> str:
    """The text as a cell that no spreadsheet program runs, now or after it was saved as CSV."""
    return f"'{text}" if _RUNS.match(text) else text


def unguarded(text: str) -> str:
    return text[1:] if _GUARDED.match(text) else text
