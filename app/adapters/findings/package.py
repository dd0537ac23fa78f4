"""An office file as its parts: read by name, and written again so that the same parts give the same bytes."""

import io
import posixpath
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from lxml import etree  # type: ignore[import-untyped]

# The structure check has refused document types already; here nothing is fetched or expanded all the same.
_PARSER: Mapping[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": True,
    "remove_comments": False,
}
RELATIONSHIPS = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_EPOCH = (1980, 1, 1, 0, 0, 0)
Element = Any


class Package:
    """The parts of a docx, xlsx or pptx. Names are as in the zip, without a leading slash."""

    def __init__(self, source: BinaryIO) -> None:
        self.archive = zipfile.ZipFile(source)
        self.names = [name for name in self.archive.namelist() if not name.endswith("/")]
        self._by_lower = {name.lower(): name for name in self.names}

    def read(self, name: str) -> bytes:
        """A part's bytes; KeyError when there is none of that name."""
        return self.archive.read(self._by_lower[name.lower()])

    def has(self, name: str) -> bool:
        return name.lower() in self._by_lower

    def open(self, name: str) -> BinaryIO:
        """A part as a stream, for those too large to hold."""
        found: Any = self.archive.open(self._by_lower[name.lower()])
        stream: BinaryIO = found
        return stream

    def tree(self, name: str) -> Element:
        return parsed(self.read(name))

    def related(self, name: str) -> list["Relation"]:
        """What a part points to; an empty name asks for what the package itself points to."""
        rels = rels_of(name)
        if not self.has(rels):
            return []
        folder = posixpath.dirname(name)
        return [Relation.of(each, folder) for each in self.tree(rels).iter(RELATIONSHIPS)]

    def main(self) -> str:
        """The name of the document, workbook or presentation itself."""
        return next(one.target for one in self.related("") if one.kind == "officeDocument")

    def matching(self, *beginnings: str) -> Iterator[str]:
        """The names of parts that begin so, in the order of the zip."""
        lowered = tuple(beginning.lower() for beginning in beginnings)
        return (name for name in self.names if name.lower().startswith(lowered))


class Relation:
    """One pointer from a part to another, or to an address outside."""

    def __init__(self, id_: str, kind: str, target: str, *, is_outside: bool) -> None:
        self.id, self.kind, self.target, self.is_outside = id_, kind, target, is_outside

    @classmethod
    def of(cls, element: Element, folder: str) -> "Relation":
        target = element.get("Target", "")
        is_outside = element.get("TargetMode", "").lower() == "external"
        if not is_outside:
            joined = posixpath.join("/", folder, target) if not target.startswith("/") else target
            target = posixpath.normpath(joined).lstrip("/")
        kind = element.get("Type", "").rpartition("/")[2]
        return cls(element.get("Id", ""), kind, target, is_outside=is_outside)


def rels_of(name: str) -> str:
    folder, _, last = name.rpartition("/")
    return f"{folder}/_rels/{last}.rels" if folder else f"_rels/{last}.rels"


def parsed(data: bytes) -> Element:
    return etree.fromstring(data, etree.XMLParser(**_PARSER))


def serialised(tree: Element) -> bytes:
    written: bytes = etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True)
    return written


def packed(parts: Mapping[str, bytes]) -> bytes:
    """A zip of these parts in this order, without a clock in it."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, data in parts.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0
            archive.writestr(entry, data)
    return target.getvalue()


def local(element: Element) -> str:
    """An element's name without its namespace; empty for comments and instructions."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def named(element: Element, name: str) -> str:
    """An attribute by its name without a namespace; empty when there is none."""
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")
