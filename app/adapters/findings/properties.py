"""What an office file or picture tells of who made it, apart from its words."""

import re
from collections.abc import Iterator

from app.adapters.findings import pictures
from app.adapters.findings.authors import author
from app.adapters.findings.kinds import Finding
from app.adapters.findings.package import Package, local, named

_CORE = {"creator": "author", "lastModifiedBy": "last modified by"}
_APP = {"Manager": "manager", "Company": "company"}
_CUSTOM = re.compile(
    r"author|creat|owner|manager|company|client|editor|typist|checked|user|name|e-?mail|recorded|by$", re.I
)
PROPERTIES = "file properties"
_PICTURES = (".jpg", ".jpeg", ".png")


def of_package(package: Package) -> Iterator[Finding]:
    """The properties that Office keeps in docProps, and those of the pictures inside."""
    for name in package.matching("docProps/"):
        if name.lower().endswith(("core.xml", "app.xml")):
            yield from _known(package, name)
        elif name.lower().endswith("custom.xml"):
            yield from _custom(package, name)
    for number, name in enumerate(media(package), 1):
        yield from pictures.properties_of(package.read(name), f"picture {number}")


def media(package: Package) -> list[str]:
    """The pictures that may carry properties of their own."""
    return [name for name in package.names if "/media/" in name.lower() and name.lower().endswith(_PICTURES)]


def _known(package: Package, name: str) -> Iterator[Finding]:
    for element in package.tree(name):
        what = _CORE.get(local(element)) or _APP.get(local(element))
        if what:
            yield from author(PROPERTIES, what, "".join(element.itertext()))


def _custom(package: Package, name: str) -> Iterator[Finding]:
    for element in package.tree(name):
        key = named(element, "name")
        if _CUSTOM.search(key):
            yield from author(PROPERTIES, key, "".join(element.itertext()))
