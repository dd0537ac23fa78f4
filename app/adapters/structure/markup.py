"""Reads XML as a stream, once, and remembers nothing but what was asked for.

Python's own `expat` with every document type refused: without one there are no entities, so neither
billion laughs nor files from elsewhere. Memory stays flat however large the part is.
"""

import codecs
from collections.abc import Callable, Iterable, Mapping
from xml.parsers import expat

from app.adapters.structure.archive import Budget
from app.adapters.structure.reasons import DAMAGED, TOO_MUCH, Refused

DEPTH = 200
LONGEST_TEXT = 64 * 1024
NAMES = 1_000

Seen = Callable[[str, Mapping[str, str]], None]
Said = Callable[[str, str], None]

_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Reader:
    """Tells `seen` each element of `watched` and its attributes, and `said` the text of those in `texts`.

    Elements are named without their namespace, since a prefix or an old namespace changes nothing for Office.
    """

    def __init__(
        self, budget: Budget, seen: Seen, said: Said, watched: frozenset[str], texts: frozenset[str]
    ) -> None:
        self.budget, self.seen, self.said = budget, seen, said
        self.watched, self.texts = watched | texts, texts
        self.depth = self.count = self.kept = 0
        self.reading = ""
        self.text: list[str] = []
        # Names that were found not to matter. A sheet has a million cells and ten names.
        self.passed: set[str] = set()

    def read(self, pieces: Iterable[bytes]) -> None:
        """Read a whole part; raise `Refused` when it is not well formed, too deep or declares a type."""
        stream = iter(pieces)
        head = next(stream, b"")
        self.parser = self._parser(head)
        try:
            self._feed(head)
            for piece in stream:
                self._feed(piece)
            self.parser.Parse(b"", True)
        except expat.ExpatError:
            raise Refused(DAMAGED) from None

    def _feed(self, piece: bytes) -> None:
        self.parser.Parse(piece, False)
        self.budget.read_elements(self.count)
        self.count = 0

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
        self.count += 1
        if self.depth > DEPTH:
            raise Refused(TOO_MUCH)
        if name not in self.passed:
            self._look(name, attributes)

    def _look(self, name: str, attributes: Mapping[str, str]) -> None:
        short = local(name)
        if short in self.texts:
            # Text is asked for here only: most of a large sheet is text that nobody reads.
            self.parser.CharacterDataHandler = self._characters
            self.reading = name
        if short in self.watched:
            self.seen(short, attributes)
        elif len(self.passed) < NAMES:
            self.passed.add(name)

    def _characters(self, text: str) -> None:
        self.kept += len(text)
        if self.kept < LONGEST_TEXT:
            self.text.append(text)

    def _end(self, name: str) -> None:
        self.depth -= 1
        if name == self.reading:
            self.parser.CharacterDataHandler = None
            self.said(local(name), "".join(self.text))
            self.text.clear()
            self.reading, self.kept = "", 0


def local(name: str) -> str:
    """A name without its namespace."""
    return name.rpartition(" ")[2]


def _refuse_type(*_: object) -> None:
    raise Refused(DAMAGED)
