"""Draws one certificate with WeasyPrint, and is the process in which a press does so.

Three promises: the same facts give the same bytes; a text of a certificate stays text; nothing is fetched,
from a file or from a network, because the only things that can be fetched are the bytes put on the shelf when
the process starts.
"""

import hashlib
import io
import logging
import re
import resource
import sys
import threading
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from weasyprint import CSS, HTML, Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from app.adapters.pdf import CertificateFacts, DrawingFailed, Signatory
from app.adapters.press import FAILED, MADE, READY, ROOT
from app.adapters.qr import qr_path

FONTS = ROOT / "static" / "fonts"
TEMPLATES = ROOT / "templates" / "certificates"
# Colours that keep 4.5 to 1 and more on white, and are those of the metals only by suggestion.
ACCENTS = {"plain": "#2a3444", "bronze": "#7d4a1f", "silver": "#4a5561", "gold": "#7a5c10"}
RANKS = {name: rank for rank, name in enumerate(ACCENTS)}  # as many chevrons in the emblem
# Sizes of the stylesheet, tried in turn until the page holds every text.
STEPS = range(1, 9)
# Characters of a name from which the next size is tried first: laying out twice costs twice.
LONGER_NAMES = (36, 54, 130, 220)
GAP = 30.0  # CSS pixels (8 mm) between what is said and the lines to sign on
MEMORY_MARGIN = 512 * 1024 * 1024
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
# Invisible characters that turn the direction of what follows: with them a name could be read as
# another one than the register holds. Joiners stay, scripts and emoji need them.
_TURNERS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class Shelf(URLFetcher):  # type: ignore[misc]
    """Fetches what was put on the shelf beforehand and refuses everything else.

    A refusal stops the drawing: a certificate that asks for something from outside is not one of ours.
    """

    def __init__(self, items: Mapping[str, bytes]) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False, fail_on_errors=True)
        self._items = {f"shelf:{name}": content for name, content in items.items()}

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        if url not in self._items:
            raise ValueError("not on the shelf")
        kind = "image/svg+xml" if url.endswith(".svg") else "font/ttf"
        return URLFetcherResponse(url, self._items[url], {"Content-Type": kind})


class Studio:
    """The template, the parsed style and the unpacked fonts, kept because making them costs
    more than a drawing.

    Never shared between threads: Pango's font map and WeasyPrint's caches are not made for it.
    """

    def __init__(self) -> None:
        self._pages = Environment(
            loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined
        )
        self._template = self._pages.get_template("certificate.html.jinja")
        self._shelf = Shelf(fonts() | self._ornaments())
        self._fonts = FontConfiguration()
        self._style = CSS(
            string=self._pages.get_template("certificate.css.jinja").render(accents=ACCENTS),
            font_config=self._fonts,
            url_fetcher=self._shelf,
        )
        self._pictures: dict[str, object] = {}

    def draw(self, facts: CertificateFacts) -> bytes:
        """Returns the PDF in the largest size that the page holds; raises DrawingFailed when none does."""
        known = _known(facts)
        for step in STEPS[_first_step(facts) :]:
            document = self.lay_out(self._template.render(known, step=step))
            if _fits(document):
                return self.write(document, facts.number)
        raise DrawingFailed("the texts of this certificate do not fit on one page")

    def lay_out(self, page: str) -> Document:
        """Lays out a page of HTML. Only what is on the shelf can be part of it."""
        return HTML(string=page, url_fetcher=self._shelf).render(
            font_config=self._fonts, stylesheets=[self._style], cache=self._pictures, pdf_variant="pdf/ua-1"
        )

    def write(self, document: Document, number: str) -> bytes:
        """Writes a PDF/UA-1 whose identifier comes from `number`, never from the clock or from chance."""
        identifier = hashlib.sha256(number.encode()).hexdigest()[:32].encode()
        return bytes(
            document.write_pdf(finisher=_place_figures, pdf_variant="pdf/ua-1", pdf_identifier=identifier)
        )

    def _ornaments(self) -> dict[str, bytes]:
        """A frame and an emblem for each level: told apart by form, for paper is often black and white."""
        return {
            f"{kind}-{name}.svg": self._pages.get_template(f"{kind}.svg.jinja")
            .render(colour=colour, rank=RANKS[name])
            .encode()
            for kind in ("frame", "emblem")
            for name, colour in ACCENTS.items()
        }


class _Studios(threading.local):
    """One studio for each thread that draws; the process of a press has only one."""

    studio: Studio | None = None


_studios = _Studios()


def draw_certificate(facts: CertificateFacts) -> bytes:
    """Returns the certificate as one A4 page, PDF/UA-1; raises DrawingFailed.

    The first call in a thread also builds the studio, and takes several times as long as the others.
    """
    if _studios.studio is None:
        _studios.studio = Studio()
    return _studios.studio.draw(facts)


def spoken_date(day: date) -> str:
    """Writes a day as 22 November 2026, whatever the language of the machine."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def clean_text(text: str) -> str:
    """Returns `text` composed, on one line, without control characters and those that turn its direction."""
    whole = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode())
    spaced = "".join(
        " " if unicodedata.category(letter) in ("Cc", "Zl", "Zp") else letter for letter in whole
    )
    return " ".join(_TURNERS.sub("", spaced).split())


def fonts() -> dict[str, bytes]:
    """The typeface of everything we print, by the name that a stylesheet asks the shelf for."""
    return {path.stem: _unpacked(path.read_bytes()) for path in sorted(FONTS.glob("*.woff"))}


def _unpacked(woff: bytes) -> bytes:
    """The font inside a WOFF file with the date it was made with.

    WeasyPrint would unpack it too, but with the time of day in it: after each start the same facts
    gave other bytes.
    """
    font = TTFont(io.BytesIO(woff), recalcTimestamp=False)
    font.flavor = None
    plain = io.BytesIO()
    font.save(plain)
    return plain.getvalue()


def _known(facts: CertificateFacts) -> dict[str, Any]:
    texts = {
        name: clean_text(value) if isinstance(value, str) else value for name, value in vars(facts).items()
    }
    accent = facts.level_name.strip().lower()
    return texts | {
        "signatories": [
            {name: clean_text(text) for name, text in asdict(s).items()} for s in facts.signatories
        ],
        "accent": accent if accent in ACCENTS else "plain",
        "issued": spoken_date(facts.issued_on),
        "expires": spoken_date(facts.expires_on),
        "qr": qr_path(facts.verify_url),
    }


def _first_step(facts: CertificateFacts) -> int:
    """The place of the first size worth trying. With both notes above and below, the largest never fits."""
    has_both_notes = facts.demo and bool(facts.illustrative_mark.strip())
    return max(has_both_notes, sum(len(facts.organisation_name) > limit for limit in LONGER_NAMES))


def _fits(document: Document) -> bool:
    """Tells whether there is one page and what is said ends above the signatures, which stand at its foot."""
    if len(document.pages) != 1:
        return False
    places = document.pages[0].anchors
    return bool(places["said"][1] + GAP <= places["foot"][1])


def _place_figures(document: Document, pdf: Any) -> None:
    """Says where each figure stands in points from the foot of the page, as PDF does.

    WeasyPrint 70 writes CSS pixels from the top, which is outside the page for the QR code.
    """
    for thing in pdf.objects:
        if isinstance(thing, dict) and thing.get("S") == "/Figure":
            left, top, right, foot = thing["A"]["BBox"]
            height = document.pages[0].height
            thing["A"]["BBox"][:] = (left * 0.75, (height - foot) * 0.75, right * 0.75, (height - top) * 0.75)


def cap_memory(margin: int = MEMORY_MARGIN) -> None:
    """Lets this process grow by `margin` bytes beyond what it holds now, and no further."""
    held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (held + margin, held + margin))


def reply_to(facts: CertificateFacts) -> bytes:
    """Draws `facts` and returns the reply to send, whatever happens.

    BaseException, because WeasyPrint's refusal to fetch is one: uncaught it would end the process, and
    an error of the drawing is an answer here, not a reason to stop.
    """
    try:
        return MADE + draw_certificate(facts)
    except BaseException as error:  # noqa: BLE001 the reason goes to the press, which raises DrawingFailed
        return FAILED + f"{type(error).__name__}: {error}".encode(errors="replace")


def serve(pipe: Connection) -> None:
    """Warms up, then answers each set of facts with a PDF or a reason, until the other end is closed."""
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    draw_certificate(_SAMPLE)
    cap_memory()
    pipe.send_bytes(READY)
    while True:
        try:
            facts = pipe.recv()
        except EOFError:
            return
        pipe.send_bytes(reply_to(facts))


_SAMPLE = CertificateFacts(
    number="SAMPLE",
    level_name="Bronze",
    organisation_name="Sample with every letter ABCDEFGHIJKLMNOPQRSTUVWXYZ abcdefghijklmnopqrstuvwxyz Ŵ",
    ods_code="ZZ000",
    framework_title="Sample",
    framework_version="0",
    illustrative_mark="",
    issued_on=date(2000, 1, 1),
    expires_on=date(2000, 1, 2),
    issuer_name="Sample",
    signatories=(Signatory("Sample", "Sample"),),
    verify_url="https://register.example/verify/sample",
    register_address="register.example",
    demo=True,
)

if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])))
