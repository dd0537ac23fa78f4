"""The words of a file, read in a process apart: all of them, once, and nothing but text."""

import io

import pytest

from app.adapters.findings import texts
from app.adapters.findings.kinds import LONGEST_WORDS
from app.adapters.findings.texts import WORDED, Text, text_of
from tests import samples


@pytest.mark.parametrize(
    ("extension", "made", "said"),
    [
        ("docx", samples.docx, ("Action plan", "canary Ärger 5 %", "Action", "Owner")),
        ("xlsx", samples.xlsx, ("canary Ärger 5 %", "2024", "15")),
        ("pptx", samples.pptx, ("Staff network", "canary Ärger 5 %")),
        ("pdf", samples.pdf, ("Board paper", "canary Ärger 5 %")),
        ("csv", samples.csv, ("Group", "canary Ärger 5 %", "-3")),
        ("txt", samples.txt, ("Minutes of the staff network", "canary Ärger 5 %")),
    ],
)
def test_every_word_is_read_once(extension: str, made: object, said: tuple[str, ...]) -> None:
    text = text_of(io.BytesIO(made("canary Ärger 5 %")), extension)  # type: ignore[operator]
    assert text is not None
    lines = [line.strip() for line in text.words.splitlines()]
    assert [line for line in said if line not in lines] == []
    times = 2 if extension == "xlsx" else 1  # the sample says it on each of its two sheets
    assert (text.words.count("canary"), text.words.count("Owner") < 2, text.is_cut) == (times, True, False)


@pytest.mark.parametrize(("extension", "made"), [("png", samples.png), ("jpg", samples.jpg)])
def test_a_picture_has_no_words(extension: str, made: object) -> None:
    assert text_of(io.BytesIO(made()), extension) is None  # type: ignore[operator]
    assert extension not in WORDED


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"%PDF-1.7 broken"])
@pytest.mark.parametrize("extension", ["docx", "xlsx", "pdf"])
def test_a_damaged_file_gives_nothing_and_breaks_nothing(extension: str, content: bytes) -> None:
    assert text_of(io.BytesIO(content), extension) is None


@pytest.mark.parametrize(("length", "expected"), [(LONGEST_WORDS, False), (LONGEST_WORDS + 1, True)])
def test_a_long_text_is_cut_and_says_so(length: int, expected: bool) -> None:
    text = text_of(io.BytesIO(b"a" * length), "txt")
    assert text == Text("a" * LONGEST_WORDS, expected)


def test_the_reading_happens_in_a_process_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[object, ...]] = []
    monkeypatch.setattr(
        texts.apart, "output", lambda module, source, *more, **_: asked.append((module, *more))
    )
    assert text_of(io.BytesIO(b"words"), "txt") is None
    assert asked == [("app.adapters.findings.words", "txt")]
