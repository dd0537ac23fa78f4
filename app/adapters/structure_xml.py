"""Reads XML as a stream, once, and remembers nothing but what was asked for.

Python's own `expat` with every document type refused: without one there are no entities, so neither
billion laughs nor files from elsewhere. Memory stays flat however large the part is.
"""

import codecs
from collections.abc import Callable, Iterable, Mapping
from xml.parsers import expat

from app.adapters.structure_reasons import DAMAGED, TOO_MUCH, Refused
from app.adapters.structure_zip import Budget

DEPTH = 200
LONGEST_TEXT = 64 * 1024

Seen = Callable[[str, Mapping[str, str]], None]
Said = Callable[[str, str], None]

_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Reader:
    """Tells `seen` each element and its attributes by local name, and `said` the text of those in `texts`."""

    def __init__(self, budget: Budget, seen: Seen, said: Said, texts: frozenset[str] = frozenset()) -> None:
        self.budget, self.seen, self.said, self.texts = budget, seen, said, texts
        self.depth = self.kept = 0
        self.text: list[str] = []

    def read(self, pieces: Iterable[bytes]) -> None:
        """Read a whole part; raise `Refused` when it is not well formed, too deep or declares a type."""
        stream = iter(pieces)
        head = next(stream, b"")
        self.parser = self._parser(head)
        try:
            self.parser.Parse(head, False)
            for piece in stream:
                self.parser.Parse(piece, False)
            self.parser.Parse(b"", True)
        except expat.ExpatError:
            raise Refused(DAMAGED) from None

    def _parser(self, head: bytes) -> expat.XMLParserType:
        # The encoding is ours to say: a part in UTF-7 or EBCDIC would look harmless to one reader only.
        encoding = None if head.startswith(_BOMS) else "utf-8"
        parser = expat.ParserCreate(encoding, namespace_separator=" ")
        parser.StartDoctypeDeclHandler = _refuse_type
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.buffer_text = True
        return parser

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        self.depth += 1
        if self.depth > DEPTH:
            raise Refused(TOO_MUCH)
        self.budget.read_element()
        short = local(name)
        if short in self.texts:
            # Text is asked for here only: most of a large sheet is text that nobody reads.
            self.parser.CharacterDataHandler = self._characters
        self.seen(short, attributes)

    def _characters(self, text: str) -> None:
        self.kept += len(text)
        if self.kept < LONGEST_TEXT:
            self.text.append(text)

    def _end(self, name: str) -> None:
        self.depth -= 1
        if self.text:
            self.said(local(name), "".join(self.text))
            self.text.clear()
            self.kept = 0
            self.parser.CharacterDataHandler = None


def local(name: str) -> str:
    """A name without its namespace."""
    return name.rpartition(" ")[2]


def _refuse_type(*_: object) -> None:
    raise Refused(DAMAGED)
