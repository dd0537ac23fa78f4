"""Facts to draw, and a reader of what a drawn certificate says, holds and draws."""

import io
import re
from dataclasses import replace
from datetime import date
from typing import Any

import pikepdf

from app.adapters.pdf import CertificateFacts, Signatory

FACTS = CertificateFacts(
    number="ARF-2026-000017",
    level_name="Bronze",
    organisation_name="Demo trust 4",
    ods_code="ZZ104",
    framework_title="Anti-Racist Framework",
    framework_version="2023.illustrative",
    illustrative_mark="Illustrative, awaiting the Assembly's text",
    issued_on=date(2026, 11, 22),
    expires_on=date(2029, 11, 22),
    issuer_name="The Assembly",
    signatories=(Signatory("Chair of the Assembly", "for the Assembly"),),
    verify_url="https://register.example/verify/abcDEF1234567890abcdef",
    register_address="register.example/verify",
    demo=False,
)


def named(name: str) -> CertificateFacts:
    return replace(FACTS, organisation_name=name)


def opened(pdf: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(pdf))


def lines(pdf: bytes) -> list[str]:
    """Each run of text as a reader of the file gets it back, in the order of the page."""
    whole = opened(pdf)
    letters = {str(name): _letters(font) for name, font in whole.pages[0].obj.Resources.Font.items()}
    said: list[str] = []
    font = ""
    for operands, operator in painted(pdf):
        if operator == "BDC":
            said.append("")
        elif operator == "Tf":
            font = str(operands[0])
        elif operator == "TJ":
            said[-1] += "".join(_spoken(piece, letters[font]) for piece in operands[0])
    return [line for line in said if line]


def text(pdf: bytes) -> str:
    """All the text without white space, so that it does not matter where lines broke."""
    return "".join("".join(lines(pdf)).split())


def structure(pdf: bytes) -> list[tuple[str, str]]:
    """Each element of the structure tree in reading order, as its kind and alternative text."""
    whole = opened(pdf)
    return list(_elements(whole.Root.StructTreeRoot.K[0]))


def painted(pdf: bytes) -> list[tuple[list[Any], str]]:
    """Each instruction of the page with its operands."""
    whole = opened(pdf)
    page = pikepdf.parse_content_stream(whole.pages[0])
    return [(list(done.operands), str(done.operator)) for done in page]


def figure_lines(pdf: bytes) -> list[tuple[float, float, float]]:
    """Each line drawn inside the figure: where it starts, at which height, where it ends."""
    drawn, inside, start = [], False, (0.0, 0.0)
    for operands, operator in painted(pdf):
        if operator in ("BDC", "EMC"):
            inside = operator == "BDC" and str(operands[0]) == "/Figure"
        elif inside and operator == "m":
            start = (float(operands[0]), float(operands[1]))
        elif inside and operator == "l":
            drawn.append((start[0], start[1], float(operands[0])))
    return drawn


def _letters(font: Any) -> dict[bytes, str]:
    table = font.ToUnicode.read_bytes().decode()
    pairs = re.findall(r"<([0-9a-f]{4})> <([0-9a-f]*)>", table)
    return {bytes.fromhex(glyph): bytes.fromhex(letters).decode("utf-16-be") for glyph, letters in pairs}


def _spoken(piece: Any, letters: dict[bytes, str]) -> str:
    if not isinstance(piece, pikepdf.String):
        return ""
    glyphs = bytes(piece)
    return "".join(letters.get(glyphs[i : i + 2], "") for i in range(0, len(glyphs), 2))


def _elements(element: Any) -> Any:
    yield str(element.S), str(element.get("/Alt", ""))
    for kid in element.get("/K", []):
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield from _elements(kid)
