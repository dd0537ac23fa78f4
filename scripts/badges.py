#!/usr/bin/env python
"""Draws the badges of ``static/badges``, each as SVG and from that very SVG as PNG.

Usage:
    scripts/badges.py            draw them all
    scripts/badges.py --check    say what differs from what would be drawn; ends with 1 when anything does

Drawn beforehand, so that no web process loads what draws. Run it when a word, a colour or the template changes.
"""

import io
import sys
from dataclasses import dataclass
from functools import cache
from math import cos, pi, sin
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import pypdfium2  # noqa: E402
from fontTools.pens.svgPathPen import SVGPathPen  # noqa: E402
from fontTools.pens.transformPen import TransformPen  # noqa: E402
from fontTools.ttLib import TTFont  # noqa: E402
from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: E402
from PIL import Image, ImageChops, ImageStat  # noqa: E402
from weasyprint import HTML  # noqa: E402

from app.adapters.pdf_drawing import ACCENTS  # noqa: E402
from app.rules.badges import LEVELS, PLAIN, Form  # noqa: E402

FOLDER = ROOT / "static" / "badges"
PIXELS = 480
COLOURS = 64
NEAR = (
    1.0  # of 255, on average over all pixels: another version of the libraries may smooth an edge otherwise
)
GREY, RED, DARK = "#56606b", "#8c1d18", "#212b32"
BANDS = {
    Form.DEMONSTRATION: ("DEMONSTRATION", RED),
    Form.EXPIRED: ("EXPIRED", DARK),
    Form.REVOKED: ("REVOKED", RED),
    Form.REPLACED: ("REPLACED", DARK),
}
BAND_TOP, BAND_FOOT = 92, 146


@dataclass(frozen=True)
class Line:
    """Letters as one outline, and where it stands."""

    path: str
    x: float
    y: float
    scale: float
    colour: str = "#fff"


@dataclass(frozen=True)
class Band:
    """What lies across a badge that is not simply held."""

    text: Line
    colour: str
    top: int = BAND_TOP
    foot: int = BAND_FOOT


@cache
def font(weight: int) -> TTFont:
    return TTFont(ROOT / "static" / "fonts" / f"source-sans-3-latin-{weight}-normal.woff")


def line(text: str, y: float, size: float, widest: float, colour: str = "#fff", weight: int = 700) -> Line:
    """``text`` centred with its foot at ``y``, as large as ``size`` and ``widest`` let it be."""
    glyphs, names = font(weight).getGlyphSet(), font(weight).getBestCmap()
    em = font(weight)["head"].unitsPerEm
    paths, at = [], 0.0
    for letter in text:
        glyph = glyphs[names[ord(letter)]]
        pen = SVGPathPen(glyphs, lambda number: f"{number:.0f}")
        glyph.draw(TransformPen(pen, (1, 0, 0, 1, at, 0)))
        paths.append(pen.getCommands())
        at += glyph.width
    scale = min(size / em, widest / at)
    return Line("".join(paths), round(-at * scale / 2, 2), y, round(scale, 4), colour)


def star(points: int = 5, outer: float = 17, inner: float = 7) -> str:
    radii = (outer, inner)
    corners = [
        f"{radii[n % 2] * sin(pi * n / points):.1f} {-radii[n % 2] * cos(pi * n / points):.1f}"
        for n in range(points * 2)
    ]
    return f"M{'L'.join(corners)}z"


def svg(level: str, form: Form) -> str:
    """The picture of a level in one form: its name, and one star for each step, so that no colour is needed."""
    held = form in (Form.HELD, Form.DEMONSTRATION)
    colour = ACCENTS[level] if held else GREY
    name = level.capitalize() if level in LEVELS else "Recognised"
    steps = LEVELS.index(level) + 1 if level in LEVELS else 0
    pages = Environment(
        loader=FileSystemLoader(ROOT / "templates" / "credentials"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=True,
    )
    words, band_colour = BANDS.get(form, ("", ""))
    return pages.get_template("badge.svg.jinja").render(
        title=f"{name}, anti-racist framework" + (f": {words.lower()}" if words else ""),
        colour=colour,
        marks=[42 * (n - (steps - 1) / 2) for n in range(steps)],
        star=star(),
        lines=[
            line(name, 12, 78, 232, colour),
            line("Anti-racist", 46, 31, 210, DARK, 600),
            line("framework", 76, 31, 210, DARK, 600),
        ],
        band=Band(line(words, 132, 46, 340), band_colour) if words else None,
        is_struck=form is Form.REVOKED,
    )


def png(drawn: str) -> bytes:
    """The same picture in pixels, on nothing."""
    style = "@page{size:300pt 300pt;margin:0}body{margin:0}svg{display:block;width:300pt;height:300pt}"
    sheet = HTML(string=f"<style>{style}</style>{drawn}").write_pdf()
    with pypdfium2.PdfDocument(sheet) as document:
        bitmap = document[0].render(scale=PIXELS / 300, fill_color=(255, 255, 255, 0))
        picture = bitmap.to_pil().convert("RGBA")
    out = io.BytesIO()
    picture.quantize(COLOURS, method=Image.Quantize.FASTOCTREE).save(out, "PNG", optimize=True)
    return out.getvalue()


def every() -> dict[str, tuple[str, bytes]]:
    """Each badge by the name of its files."""
    drawn = {f"{level}-{form}": svg(level, form) for level in (*LEVELS, PLAIN) for form in Form}
    return {name: (text, png(text)) for name, text in drawn.items()}


def differs(name: str, text: str, pixels: bytes) -> str:
    """In what the files of a badge are not what is drawn now; empty when they are."""
    if (FOLDER / f"{name}.svg").read_text() != text:
        return f"{name}.svg"
    kept, made = (Image.open(io.BytesIO(one)).convert("RGBA") for one in (png_of(name), pixels))
    if kept.size != made.size:
        return f"{name}.png"
    far = max(ImageStat.Stat(ImageChops.difference(kept, made)).mean)
    return f"{name}.png" if far > NEAR else ""


def png_of(name: str) -> bytes:
    return (FOLDER / f"{name}.png").read_bytes()


def main() -> int:
    drawn = every()
    if "--check" in sys.argv:
        wrong = [found for name, (text, pixels) in drawn.items() if (found := differs(name, text, pixels))]
        print("\n".join(wrong) or "badges: as drawn")
        return int(bool(wrong))
    FOLDER.mkdir(exist_ok=True)
    for name, (text, pixels) in drawn.items():
        (FOLDER / f"{name}.svg").write_text(text)
        (FOLDER / f"{name}.png").write_bytes(pixels)
    return 0


if __name__ == "__main__":
    sys.exit(main())
