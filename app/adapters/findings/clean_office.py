"""Office files without what tells of who wrote them; on demand also without changes, comments and notes."""

import io
import posixpath
import re
from collections.abc import Callable, Iterable
from typing import BinaryIO

from app.adapters.findings import accepting, pictures
from app.adapters.findings.charts import workbooks
from app.adapters.findings.package import (
    RELATIONSHIPS,
    Element,
    Package,
    Relation,
    local,
    packed,
    parsed,
    serialised,
)
from app.adapters.findings.properties import media

NOBODY = "Author"
# Whole parts that only tell of people, computers and templates.
_ABOUT_PEOPLE = re.compile(
    r"^docprops/|^customxml/|^docmetadata/|/people\.xml$|/persons/|^xl/revisions/|/thumbnail\.|^\[trash\]/",
    re.I,
)
_REMARKS = re.compile(
    r"^word/comments[^/]*\.xml$|^xl/comments[^/]*\.xml$|^xl/comments/|^xl/threadedcomments/|^ppt/comments/|"
    r"^ppt/commentauthors\.xml$|^ppt/authors\.xml$|^xl/persons/|vmldrawing.*\.vml$",
    re.I,
)
_CORE = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<cp:coreProperties '
    b'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>'
)
_CORE_NAME = "docProps/core.xml"
_TYPES = "[Content_Types].xml"
_XML = (".xml", ".rels", ".vml")
# Attributes that name a person, and what stands there afterwards.
_NAMING = {
    "author": NOBODY,
    "initials": "A",
    "userId": "",
    "providerId": "",
    "displayName": NOBODY,
    "userName": NOBODY,
    "lastModifiedBy": NOBODY,
}
_MAIN_ELEMENTS = ("absPath", "fileSharing", "attachedTemplate", "docId", "rsids", "rsid")


def cleaned(source: BinaryIO, *, with_changes: bool) -> bytes:
    """The file again, the same bytes each time."""
    package = Package(source)
    dropped = {name for name in package.names if _is_dropped(package, name, with_changes=with_changes)}
    parts = {
        name: _part(package, name, dropped, with_changes=with_changes)
        for name in package.names
        if name not in dropped
    }
    return packed(_with_core(parts))


def _is_dropped(package: Package, name: str, *, with_changes: bool) -> bool:
    folder, _, last = name.rpartition("/")
    if last.endswith(".rels") and last != ".rels":
        owner = posixpath.join(posixpath.dirname(folder), last.removesuffix(".rels"))
        return not package.has(owner) or _is_dropped(package, owner, with_changes=with_changes)
    if name.lower().endswith("persons/person.xml") and not with_changes:
        return False  # threaded comments point to it: it stays, without names
    if _ABOUT_PEOPLE.search(name):
        return True
    return with_changes and bool(_REMARKS.search(name)) and not _draws_more(package, name)


def _draws_more(package: Package, name: str) -> bool:
    """Whether a drawing of the old kind holds anything beside the boxes of notes, such as a control or a picture."""
    if not name.lower().endswith(".vml"):
        return False
    text = package.read(name)
    return text.count(b"<x:ClientData") != text.count(b'ObjectType="Note"') or b"<v:imagedata" in text


def _part(package: Package, name: str, dropped: set[str], *, with_changes: bool) -> bytes:
    data = package.read(name)
    lowered = name.lower()
    if name in media(package):
        return pictures.stripped_inside(data)
    if name in workbooks(package):
        return cleaned(io.BytesIO(data), with_changes=with_changes)
    if lowered == _TYPES.lower():
        return _types(data, dropped)
    if lowered.endswith(".rels"):
        return _relations(package, name, data, dropped)
    change = _change_for(lowered, with_changes=with_changes)
    return change(data) if change else data


def _change_for(lowered: str, *, with_changes: bool) -> Callable[[bytes], bytes] | None:
    """What is done to a part's XML; nothing to those that hold no people, such as sheets and themes."""
    if re.search(r"^xl/worksheets/", lowered):
        return accepting.without_note_drawing if with_changes else None
    if not lowered.endswith(".xml"):
        return None
    if re.search(r"^word/[^/]+\.xml$", lowered):
        return lambda data: _word(data, with_changes=with_changes)
    if re.search(r"comments|persons/|authors|xl/workbook\.xml$|^ppt/presprops", lowered):
        return _anonymous
    return None


def _word(data: bytes, *, with_changes: bool) -> bytes:
    tree = parsed(data)
    if with_changes:
        accepting.accept(tree)
    _forget(tree)
    return serialised(tree)


def _anonymous(data: bytes) -> bytes:
    tree = parsed(data)
    _forget(tree)
    return serialised(tree)


def _forget(tree: Element) -> None:
    """Names become one word, marks of editing sessions and of the writer's computer go."""
    names = {each.text for each in tree.iter("{*}author") if each.text}
    for each in list(tree.iter()):
        if local(each) in _MAIN_ELEMENTS:
            accepting.drop(each)
            continue
        _forget_attributes(each)
        if local(each) == "author" and each.text and not each.text.startswith("tc="):
            each.text = NOBODY
        elif names and local(each) == "t":
            each.text = _without_signature(each.text or "", names)


def _without_signature(text: str, names: Iterable[str]) -> str:
    """Excel begins each note with its writer's name and a colon."""
    name = next((one for one in names if text.startswith(f"{one}:")), "")
    return f"{NOBODY}{text[len(name) :]}" if name else text


def _forget_attributes(each: Element) -> None:
    is_author = local(each) in ("cmAuthor", "author")
    for key in list(each.attrib):
        name = key.rpartition("}")[2]
        if name.startswith("rsid"):
            del each.attrib[key]
        elif name in _NAMING and each.attrib[key]:
            each.attrib[key] = _NAMING[name] or "None"
        elif is_author and name == "name":
            each.attrib[key] = NOBODY


def _types(data: bytes, dropped: set[str]) -> bytes:
    tree = parsed(data)
    gone = {f"/{name}".lower() for name in dropped}
    for each in list(tree):
        if each.get("PartName", "").lower() in gone | {f"/{_CORE_NAME}".lower()}:
            tree.remove(each)
    core = tree.makeelement(tree.tag.replace("Types", "Override"))
    core.set("PartName", f"/{_CORE_NAME}")
    core.set("ContentType", "application/vnd.openxmlformats-package.core-properties+xml")
    tree.append(core)
    return serialised(tree)


def _relations(package: Package, name: str, data: bytes, dropped: set[str]) -> bytes:
    """Pointers to what is gone go too; the package's own points to properties that say nothing."""
    tree = parsed(data)
    owner_folder = posixpath.dirname(posixpath.dirname(name))
    gone = {one.lower() for one in dropped}
    for each in list(tree.iter(RELATIONSHIPS)):
        relation = Relation.of(each, owner_folder)
        is_lost = not relation.is_outside and relation.target.lower() in gone
        if is_lost or relation.kind in ("attachedTemplate", "core-properties", "thumbnail"):
            tree.remove(each)
    if name.lower() == "_rels/.rels":
        core = tree.makeelement(RELATIONSHIPS)
        core.set("Id", "rIdProperties")
        core.set(
            "Type", "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
        )
        core.set("Target", _CORE_NAME)
        tree.append(core)
    return serialised(tree)


def _with_core(parts: dict[str, bytes]) -> dict[str, bytes]:
    return {**parts, _CORE_NAME: _CORE}
