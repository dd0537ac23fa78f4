"""Files that are not what they should be: told apart, and never a crash."""

from pathlib import Path

import pytest

from tests.criteria.spoil import (
    HEAD,
    MISSING,
    UNKNOWN,
    X1,
    X2,
    Break,
    Found,
    assert_refused,
    both,
    put,
    remove,
    swap,
)

STORY_WORDS = "words = 5"
STRAY = "This does not belong here. Keep framework.toml and one TOML file for each criterion."

BROKEN: dict[str, tuple[Break, Found]] = {
    "criteria in the head": (
        swap(HEAD, "id =", 'criteria = ["X1"]\nid ='),
        [(HEAD, "criteria", "Each criterion has its own file. Remove this key.")],
    ),
    "key twice": (
        swap(X1, "title =", 'title = "Another"\ntitle ='),
        [(X1, "title", "This key is repeated on line 6. Keep one.")],
    ),
    "table twice": (
        swap(HEAD, "[[targets]]", "[settings]\n[[targets]]"),
        [(HEAD, "settings", "This key is repeated on line 32. Keep one.")],
    ),
    "not TOML": (
        swap(X1, 'title = "Do a thing"', "title: Do a thing"),
        [
            (
                X1,
                "line 5",
                "The file is not TOML: Expected '=' after a key in a key/value pair (at line 5, column 6).",
            )
        ],
    ),
    "cut off": (
        swap(X1, "required = false\n", "required ="),
        [(X1, "", "The file is not TOML: Invalid value (at end of document).")],
    ),
    "impossible date": (
        swap(HEAD, "2025-03-31", "2025-02-31"),
        [(HEAD, "line 35", "The file is not TOML: Invalid date or datetime (at line 35, column 6).")],
    ),
    "number too long to read": (
        swap(X1, STORY_WORDS, "words = " + "9" * 5000),
        [
            (
                X1,
                "",
                "The file is not TOML: Exceeds the limit (4300 digits) for integer string conversion: "
                "value has 5000 digits; use sys.set_int_max_str_digits() to increase the limit.",
            )
        ],
    ),
    "number too large to use": (
        swap(X1, STORY_WORDS, "words = " + "9" * 400),
        [(X1, "questions.2.words", "This must be 5000 or less.")],
    ),
    "not a number": (
        swap(X1, STORY_WORDS, "words = nan"),
        [(X1, "questions.2.words", "This must be a whole number.")],
    ),
    "Latin-1": (
        put(X1, b'code = "X1"\ntitle = "Caf\xe9"\n'),
        [(X1, "", "Line 2 is not UTF-8 text. Save the file as UTF-8.")],
    ),
    "byte order mark": (
        put(X1, b'\xef\xbb\xbfcode = "X1"\n'),
        [(X1, "", "The file begins with a byte order mark. Save it as UTF-8 without one.")],
    ),
    "UTF-16": (
        put(X1, 'code = "X1"'.encode("utf-16")),
        [(X1, "", "The file begins with a byte order mark. Save it as UTF-8 without one.")],
    ),
    "empty file": (put(X1, b" \n"), [(X1, "", "The file is empty. Write its keys or delete it.")]),
    "huge file": (put(X1, b"# " + b"x" * 16_400), [(X1, "", "The file is too large. Keep it under 16 kB.")]),
    "brackets without end": (
        put(X1, b"a = " + b"[" * 16_000),
        [(X1, "", "Values are nested too deeply. Use one list or table at a time.")],
    ),
    "keys without end": (
        put(X1, b"a" + b".a" * 2_000 + b" = 1"),
        [(X1, "", "Values are nested too deeply. Use one list or table at a time.")],
    ),
    "name against code": (
        lambda folder: (folder / X1).rename(folder / "X3.toml"),
        [("X3.toml", "code", "The code is X1. Name the file X1.toml or X1-some-words.toml.")],
    ),
    "stray file": (put("notes.txt", b"hello"), [("notes.txt", "", STRAY)]),
    "stray folder": (lambda folder: (folder / "old").mkdir(), [("old", "", STRAY)]),
    "folder named as a file": (
        lambda folder: (folder / "X4.toml").mkdir(),
        [("X4.toml", "", "This is not an ordinary file. Replace it with one.")],
    ),
    "link to another file": (
        lambda folder: (folder / "X4.toml").symlink_to(folder / X1),
        [("X4.toml", "", "This is not an ordinary file. Replace it with one.")],
    ),
    "no head": (remove(HEAD), [(HEAD, "", "This file is missing. Add it.")]),
    "head alone": (
        both(*(remove(name) for name in (X1, "X10.toml", X2))),
        [(HEAD, "", "The folder has no criteria. Add one TOML file for each.")],
    ),
    "faults in three files": (
        both(swap(X1, '"try"', '"hope"'), swap(X2, STORY_WORDS, "words = true"), put(HEAD, b"")),
        [
            (X2, "questions.2.words", "This must be a whole number."),
            (HEAD, "", "The file is empty. Write its keys or delete it."),
        ],
    ),
    "a misspelt key beside an unknown level": (
        both(swap(X1, "title", "titel"), swap(X2, '"second"', '"third"')),
        [
            (X1, "titel", UNKNOWN),
            (X1, "title", MISSING),
            (X2, "level", "third is not one of the levels. Use one of: first, second."),
        ],
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_folder_is_refused_with_file_key_and_reason(name: str, tiny: Path) -> None:
    spoil, found = BROKEN[name]
    spoil(tiny)
    assert_refused(tiny, found)
