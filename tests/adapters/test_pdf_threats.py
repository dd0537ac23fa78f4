"""Threats P-01 to P-06: a text of a certificate stays text, and a drawing reaches for nothing outside."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pikepdf
import pytest
from weasyprint.urls import FatalURLFetchingError  # type: ignore[import-untyped]

from app.adapters.pdf_drawing import Studio, cap_memory, clean_text, draw_certificate, reply_to
from app.adapters.press import MADE, ROOT
from tests.adapters.certificates import FACTS, lines, named, opened, structure, text

# Each tries to bring the file or page at {url} into the PDF by another door.
VECTORS = {
    "attachment": '<link rel=attachment href="{url}">',
    "attached link": '<a rel=attachment href="{url}">x</a>',
    "picture": '<img src="{url}">',
    "object": '<object data="{url}"></object>',
    "embed": '<embed src="{url}">',
    "font": '<style>@font-face{{font-family:f;src:url("{url}")}}p{{font-family:f}}</style><p>x',
    "import": '<style>@import url("{url}")</style>',
    "stylesheet": '<link rel=stylesheet href="{url}">',
    "background": "<p style=\"background:url('{url}')\">x",
    "content": "<style>p::before{{content:url('{url}')}}</style><p>x",
    "marker": "<li style=\"list-style-image:url('{url}')\">x",
    "svg picture": '<svg viewBox="0 0 9 9"><image href="{url}" width="9" height="9"/></svg>',
    "svg use": '<svg viewBox="0 0 9 9"><use href="{url}#a"/></svg>',
    "base": '<base href="{url}"><img src="">',
}
DANGEROUS = [vector.format(url="file:///etc/passwd") for vector in VECTORS.values()] + [
    '"><style>* { display: none }</style>',
    "</title><h1>x",
    "{{7*7}}",
    "{% raw %}",
    "%(number)s {number} ${number}",
    "<!-- ",
    "&lt;b&gt; & &#0;",
    "https://evil.example mailto:x@evil.example",
]


@pytest.fixture(scope="module")
def studio() -> Studio:
    return Studio()


@pytest.fixture
def canary() -> Iterator[tuple[str, list[str]]]:
    """A server on this machine, and the paths that were asked of it. /away redirects to another path."""
    asked: list[str] = []

    class Canary(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(302 if self.path == "/away" else 200)
            self.send_header("Location", "/latest/meta-data")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Canary)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()


def attempt(studio: Studio, page: str) -> bytes:
    """The PDF of a page of raw HTML, as if escaping had failed; empty where the drawing was refused."""
    try:
        return studio.write(studio.lay_out(f"<html lang=en><title>x</title><body>{page}"), "x")
    except FatalURLFetchingError:
        return b""


def holds_a_file(pdf: bytes) -> bool:
    """Tells whether a file, a picture or a link to outside is in the PDF."""
    if not pdf:
        return False
    whole = opened(pdf)
    kinds = {
        str(o.get(key, ""))
        for o in whole.objects
        if isinstance(o, pikepdf.Dictionary)
        for key in ("/Type", "/S")
    }
    pictures = {str(o.get("/Subtype", "")) for o in whole.objects if isinstance(o, pikepdf.Stream)}
    return bool(kinds & {"/Filespec", "/EmbeddedFile", "/URI"} or pictures & {"/Image"})


@pytest.mark.parametrize("vector", VECTORS.values(), ids=VECTORS.keys())
def test_p01_no_local_file_even_when_markup_gets_through(studio: Studio, vector: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("CANARY")
    pdf = attempt(studio, vector.format(url=secret.as_uri()))
    assert holds_a_file(pdf) is False


def test_p01_opens_nothing_but_what_it_is_made_of(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("CANARY")
    program = """
import sys
from tests.adapters.certificates import FACTS, named
from tests.adapters.test_pdf_threats import VECTORS, attempt
from app.adapters.pdf_drawing import Studio, draw_certificate
studio = Studio()
draw_certificate(FACTS)
seen = []
WATCHED = ("open", "socket.connect", "socket.getaddrinfo")
sys.addaudithook(lambda event, args: seen.append(args[0]) if event in WATCHED else None)
for vector in VECTORS.values():
    attempt(studio, vector.format(url=sys.argv[1]))
    draw_certificate(named(vector.format(url=sys.argv[1])))
print([str(path) for path in seen if not str(path).endswith((".py", ".pyc"))])
"""
    done = subprocess.run(
        [sys.executable, "-c", program, secret.as_uri()], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("path", ["/x.png", "/away"])
def test_p02_no_request_leaves(studio: Studio, canary: tuple[str, list[str]], path: str) -> None:
    address, asked = canary
    for vector in VECTORS.values():
        attempt(studio, vector.format(url=address + path))
        draw_certificate(named(vector.format(url=address + path)))
    assert asked == []


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/x", "file:///etc/passwd", "data:image/svg+xml,<svg/>", "shelf:x"]
)
def test_p03_a_refused_fetch_stops_the_drawing_and_not_the_process(
    studio: Studio, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "app.adapters.pdf_drawing.draw_certificate", lambda _: studio.lay_out(f'<img src="{url}">')
    )
    assert reply_to(FACTS) == f'FFatalURLFetchingError: Error fetching "{url}"'.encode()


def test_p03_the_process_answers_after_a_drawing_that_was_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("app.adapters.pdf_drawing.draw_certificate", lambda _: sys.exit("stopped"))
        assert reply_to(FACTS) == b"FSystemExit: stopped"
    assert reply_to(FACTS) == MADE + draw_certificate(FACTS)


def blocks(pdf: bytes) -> list[tuple[str, str]]:
    """The structure without its spans, of which there is one for each line."""
    return [pair for pair in structure(pdf) if pair[0] != "/Span"]


@pytest.mark.parametrize("name", DANGEROUS)
def test_p04_p06_a_name_is_printed_as_it_is_written(name: str) -> None:
    pdf = draw_certificate(named(name))
    assert "".join(name.split()) in text(pdf)
    assert text(pdf).endswith("asitstoodonthedayofissue.")
    assert blocks(pdf) == blocks(draw_certificate(FACTS))
    assert holds_a_file(pdf) is False


@pytest.mark.parametrize("field", ["level_name", "ods_code", "framework_version", "number"])
def test_p04_every_other_text_is_escaped_too(field: str) -> None:
    facts = FACTS.__class__(**{**vars(FACTS), field: "<b>&{{x}}"})
    assert "<b>&{{x}}" in text(draw_certificate(facts))


def test_p05_memory_is_capped_and_a_drawing_that_wants_more_fails_alone() -> None:
    program = (
        "from app.adapters.pdf_drawing import cap_memory; cap_memory(64 << 20); bytearray(32 << 20)\n"
        "try: bytearray(96 << 20)\n"
        "except MemoryError: print('refused')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert (done.stdout, cap_memory.__defaults__) == ("refused\n", (512 << 20,))


@pytest.mark.parametrize(
    "name", ["مستشفى النور", "בית חולים", "Ἀθῆναι", "Больница", "東京病院", "🏥👩🏽‍⚕️ trust"]
)
def test_p06_letters_of_any_script_can_be_read_back(name: str) -> None:
    pdf = draw_certificate(named(name))
    # Sorted, because a page holds letters in the order in which they are seen, and writes some joined.
    printed = sorted(set(lines(pdf)[4]) - {" "})
    assert len(opened(pdf).pages) == 1
    assert set(name) - {" ", "\u200d", "\ufe0f"} <= set("".join(printed))


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Trust \u202egnp.exe\u202c A", "Trust gnp.exe A"),
        ("A\x00B\x1b[31m", "A B [31m"),
        ("  two\r\nlines\u2028and\tmore ", "two lines and more"),
        ("e\u0301", "é"),
        ("\ud800", "?"),
        ("👩\u200d⚕", "👩\u200d⚕"),
    ],
)
def test_p06_invisible_letters_cannot_turn_a_name(typed: str, printed: str) -> None:
    assert clean_text(typed) == printed
