"""Accepting tracked changes: what was inserted stays, what was deleted goes, and comments leave no mark."""

import re

from app.adapters.findings.package import Element, local
from app.adapters.findings.word import FORMAT_CHANGES

_KEPT_INSIDE = frozenset({"ins", "moveTo"})
_GONE = frozenset(
    {
        "del",
        "moveFrom",
        "delText",
        "delInstrText",
        "commentRangeStart",
        "commentRangeEnd",
        "commentReference",
        "annotationRef",
        "moveFromRangeStart",
        "moveFromRangeEnd",
        "moveToRangeStart",
        "moveToRangeEnd",
        "customXmlInsRangeStart",
        "customXmlInsRangeEnd",
        "customXmlDelRangeStart",
        "customXmlDelRangeEnd",
        "cellIns",
        "cellMerge",
        "trackRevisions",
    }
)
_LEGACY = re.compile(
    rb"<(?:\w+:)?legacyDrawing\b[^>]*/>|<(?:\w+:)?legacyDrawing\b[^>]*></(?:\w+:)?legacyDrawing>"
)


def accept(tree: Element) -> None:
    """Change a Word part's tree as Word does on "Accept all changes"."""
    _join_paragraphs(tree)
    for row in [each for each in tree.iter("{*}tr") if _row_is_deleted(each)]:
        drop(row)
    for cell in [each for each in tree.iter("{*}tc") if _has(each, ("tcPr", "cellDel"))]:
        drop(cell)
    _drop_empty_tables(tree)
    for each in list(tree.iter()):
        name = local(each)
        if name in _GONE or name in FORMAT_CHANGES:
            _drop_with_empty_run(each)
        elif name in _KEPT_INSIDE:
            unwrap(each)


def _drop_with_empty_run(element: Element) -> None:
    """A run that held only the mark of a comment would leave its style behind."""
    run = element.getparent()
    drop(element)
    if run is not None and local(run) == "r" and all(local(each) == "rPr" for each in run):
        drop(run)


def drop(element: Element) -> None:
    """Take an element out, with all in it; text behind it stays."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail and element.tail.strip():
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def unwrap(element: Element) -> None:
    """Put what is in an element in its place."""
    parent = element.getparent()
    if parent is None:
        return
    at = parent.index(element)
    for offset, child in enumerate(list(element)):
        parent.insert(at + offset, child)
    parent.remove(element)


def without_note_drawing(data: bytes) -> bytes:
    """A sheet without the pointer to the boxes of its notes. Sheets are large, and this stands in one place."""
    return _LEGACY.sub(b"", data)


def _join_paragraphs(tree: Element) -> None:
    """A deleted paragraph mark joins the paragraph to the next; one with nothing left goes altogether."""
    for paragraph in reversed([each for each in tree.iter("{*}p") if _mark_is_deleted(each)]):
        following = paragraph.getnext()
        if following is None or local(following) != "p":
            if not _says_anything(paragraph):
                _drop_unless_last(paragraph)
            continue
        at = 1 if len(following) and local(following[0]) == "pPr" else 0
        moved = [child for child in paragraph if local(child) != "pPr"]
        for offset, child in enumerate(moved):
            following.insert(at + offset, child)
        drop(paragraph)


def _drop_unless_last(paragraph: Element) -> None:
    """A cell or body must keep one paragraph."""
    parent = paragraph.getparent()
    if sum(local(each) == "p" for each in parent) > 1:
        drop(paragraph)


def _mark_is_deleted(paragraph: Element) -> bool:
    return _has(paragraph, ("pPr", "rPr", "del")) or _has(paragraph, ("pPr", "rPr", "moveFrom"))


def _says_anything(paragraph: Element) -> bool:
    return any(local(each) in ("t", "drawing", "pict", "object") for each in paragraph.iter())


def _row_is_deleted(row: Element) -> bool:
    return _has(row, ("trPr", "del"))


def _drop_empty_tables(tree: Element) -> None:
    for table in [each for each in tree.iter("{*}tbl") if not any(local(one) == "tr" for one in each.iter())]:
        drop(table)


def _has(element: Element, path: tuple[str, ...]) -> bool:
    """Whether a child of that name, with a child of the next, and so on, is there."""
    if not path:
        return True
    return any(_has(child, path[1:]) for child in element if local(child) == path[0])
