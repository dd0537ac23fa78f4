"""Presentations: the words and tables of each slide, its notes, comments and who wrote them."""

from collections.abc import Iterator
from typing import BinaryIO

from app.adapters.findings import charts, properties
from app.adapters.findings.authors import author
from app.adapters.findings.kinds import Finding, Kind, Passage, Piece, Table, tidied
from app.adapters.findings.package import Element, Package, local
from app.adapters.findings.personal import masked, personal


def pieces(source: BinaryIO) -> Iterator[Piece]:
    """Everything in the presentation, each with its slide."""
    package = Package(source)
    yield from properties.of_package(package)
    for number, part in enumerate(slides_of(package), 1):
        yield from _slide(package, part, f"slide {number}")
    yield from _people(package)
    yield from charts.pieces(package)


def slides_of(package: Package) -> list[str]:
    """The slides in the order in which they are shown."""
    main = package.main()
    targets = {one.id: one.target for one in package.related(main)}
    found = [targets.get(_relation(each)) for each in package.tree(main).iter("{*}sldId")]
    return [part for part in found if part and package.has(part)]


def _relation(element: Element) -> str:
    """The id of the relationship; the slide's own id has the same name in no namespace."""
    return next((value for key, value in element.attrib.items() if key.endswith("}id")), "")


def _slide(package: Package, part: str, place: str) -> Iterator[Piece]:
    tree = package.tree(part)
    title = words(next(iter(tree.iter("{*}txBody")), None))
    for frame in tree.iter("{*}tbl"):
        yield Table(rows(frame), title, lambda row, column: place)
    for paragraph in tree.iter("{*}p"):
        yield Passage(place, words(paragraph))
    for one in package.related(part):
        if one.kind == "notesSlide":
            yield from (
                Passage(f"{place}, notes", words(each)) for each in package.tree(one.target).iter("{*}p")
            )
        elif one.kind == "comments":
            yield from _comments(package.tree(one.target), place)
        elif one.kind == "hyperlink" and one.target.lower().startswith("mailto:"):
            yield Passage(place, one.target[7:])


def rows(table: Element) -> list[list[str]]:
    """The cells of a drawn table as text."""
    return [[words(cell) for cell in row if local(cell) == "tc"] for row in table.iter("{*}tr")]


def words(element: Element | None) -> str:
    """All words below an element; empty for none."""
    return "".join(each.text or "" for each in element.iter("{*}t")) if element is not None else ""


def _comments(tree: Element, place: str) -> Iterator[Finding]:
    """Comments of either kind: PowerPoint keeps newer ones as drawn text, older ones as plain text."""
    for each in tree.iter("{*}cm", "{*}reply"):
        text = "".join(one.text or "" for one in each if local(one) == "text")
        bodies = [one for one in each if local(one) == "txBody"]
        text = text or " ".join(words(body) for body in bodies)
        yield Finding(Kind.COMMENT, place, tidied(masked(text)))
        yield from personal(text, place)


def _people(package: Package) -> Iterator[Finding]:
    for part in package.matching("ppt/commentAuthors", "ppt/authors"):
        for each in package.tree(part).iter("{*}cmAuthor", "{*}author"):
            yield from author("comments", "author", each.get("name", ""))
