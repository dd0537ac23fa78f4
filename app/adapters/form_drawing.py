"""The process that draws one form with WeasyPrint: HTML on standard input, PDF on standard output.

It takes nothing from outside but the fonts put on the shelf, and limits its own memory and time first.
"""

import hashlib
import resource
import sys

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from app.adapters.pdf_drawing import Shelf, cap_memory, fonts
from app.adapters.pdf_scopes import with_scopes
from app.adapters.press import ROOT

CPU_SECONDS = 90
MEMORY = 768 * 1024 * 1024
STYLE = ROOT / "templates" / "exports" / "form.css"


def drawn(html: str) -> bytes:
    """The page as PDF/UA-1; the same page gives the same bytes."""
    shelf, known = Shelf(fonts()), FontConfiguration()
    style = CSS(string=STYLE.read_text(encoding="utf-8"), font_config=known, url_fetcher=shelf)
    document = HTML(string=html, url_fetcher=shelf).render(
        font_config=known, stylesheets=[style], pdf_variant="pdf/ua-1"
    )
    identifier = hashlib.sha256(html.encode()).hexdigest()[:32].encode()
    return with_scopes(bytes(document.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=identifier)))


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    cap_memory(MEMORY)
    sys.stdout.buffer.write(drawn(sys.stdin.buffer.read().decode("utf-8")))
