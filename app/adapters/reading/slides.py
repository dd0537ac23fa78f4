"""Presentations as text: the words and tables of each slide, and its notes."""

from collections.abc import Iterator
from typing import Any, BinaryIO

from app.adapters.findings.package import Package, local
from app.adapters.findings.slides import rows, slides_of, words
from app.adapters.reading.blocks import Block, Kind, Reading, tidied
from app.adapters.reading.child import serve
from app.adapters.reading.leaves import Named
from app.adapters.reading.leaves import read as leaves_of


def read(source: BinaryIO) -> Reading:
    """Each slide by its number. Pictures and charts are counted, not drawn."""
    source.seek(0)
    package = Package(source)
    pictures = sum(1 for _ in package.matching("ppt/media/", "ppt/charts/chart"))
    return leaves_of(_slides(package), pictures)


def _slides(package: Package) -> Iterator[Named]:
    for number, part in enumerate(slides_of(package), 1):
        yield f"Slide {number}", [*_slide(package.tree(part)), *_notes(package, part)]


def _slide(tree: Any) -> Iterator[Block]:
    for shape in tree.iter("{*}sp", "{*}tbl"):
        if local(shape) == "tbl":
            yield Block(Kind.TABLE, rows=tuple(tuple(map(tidied, row)) for row in rows(shape)))
            continue
        kind = Kind.HEADING if _is_title(shape) else Kind.PARAGRAPH
        for paragraph in shape.iter("{*}p"):
            if text := tidied(words(paragraph)):
                yield Block(kind, text, 2 if kind is Kind.HEADING else 0)


def _is_title(shape: Any) -> bool:
    return any(each.get("type") in ("title", "ctrTitle") for each in shape.iter("{*}ph"))


def _notes(package: Package, part: str) -> Iterator[Block]:
    for one in package.related(part):
        if one.kind == "notesSlide" and package.has(one.target):
            shapes = [each for each in package.tree(one.target).iter("{*}sp") if _is_body(each)]
            texts = [tidied(words(line)) for shape in shapes for line in shape.iter("{*}p")]
            if any(texts):
                yield Block(Kind.HEADING, "Notes", 3)
                yield from (Block(Kind.PARAGRAPH, text) for text in texts if text)


def _is_body(shape: Any) -> bool:
    """Not the number of the slide, which the notes repeat."""
    return any(each.get("type") == "body" for each in shape.iter("{*}ph"))


if __name__ == "__main__":
    serve({"pptx": read})
