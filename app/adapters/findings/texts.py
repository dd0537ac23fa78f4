"""The words of an uploaded file, read in a process apart, so that two versions can be compared."""

from dataclasses import dataclass
from typing import BinaryIO

from app.adapters.findings.examine import WALL_SECONDS
from app.adapters.findings.kinds import LONGEST_WORDS
from app.adapters.structure import apart

# Pictures have no words that could be read without guessing.
WORDED = frozenset({"docx", "xlsx", "pptx", "pdf", "csv", "txt"})
_READING = "app.adapters.findings.words"


@dataclass(frozen=True)
class Text:
    """What a file says. It is somebody else's text: show it as text, never as markup."""

    words: str
    is_cut: bool  # there is more than was read


def text_of(source: BinaryIO, extension: str) -> Text | None:
    """The words of the file; None when it has none to read by kind, or takes too much work. Blocks for seconds."""
    if extension not in WORDED:
        return None
    made = apart.output(_READING, source, extension, wall_seconds=WALL_SECONDS)
    source.seek(0)
    if made is None:
        return None
    words = made.decode("utf-8", "replace")
    return Text(words[:LONGEST_WORDS], len(words) > LONGEST_WORDS)
