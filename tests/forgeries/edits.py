"""Changes that any editor can make: another name, level or date, a swapped QR code, bytes cut off, added or flipped."""

import io
import random
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pikepdf

from app.adapters.pdf import CertificateFacts
from app.adapters.pdf_drawing import draw_certificate
from tests.forgeries import Forgeries, Forgery
from tests.forgeries.originals import Original

Change = Callable[[CertificateFacts, int], CertificateFacts]
LEVELS = ("Silver", "Gold", "Platinum", "Bronze and Silver", "All levels")
CHANGES: dict[str, Change] = {
    "name": lambda facts, turn: replace(facts, organisation_name=f"Demo trust {50 + turn}"),
    "level": lambda facts, turn: replace(facts, level_name=LEVELS[turn]),
    "date": lambda facts, turn: replace(
        facts, expires_on=facts.expires_on + timedelta(days=365 * (1 + turn))
    ),
}
EVIL = "https://register.example.evil/verify/abcDEF1234567890abcdef"


def everything(made: Original) -> Forgeries:
    yield from text_edits(made)
    yield from swapped_codes(made)
    yield from cut(made)
    yield from appended(made)


def text_edits(made: Original) -> Forgeries:
    """Fifty: drawn anew, the drawing moved into the signed file, and bytes changed where they are."""
    for turn in range(5):
        for what, change in CHANGES.items():
            drawing = draw_certificate(change(made.facts, turn))
            yield Forgery("edit", f"{what} {turn}, drawn anew", drawing)
            yield Forgery("edit", f"{what} {turn}, in the signed file", transplanted(made.signed, drawing))
    for turn in range(10):
        yield Forgery("edit", f"glyphs {turn} of the signed", in_place(made.signed, turn))
        yield Forgery("edit", f"glyphs {turn} of the accessible", in_place(made.accessible, turn))


def swapped_codes(made: Original) -> Forgeries:
    drawing = draw_certificate(replace(made.facts, verify_url=EVIL))
    yield Forgery("QR", "drawn anew", drawing)
    yield Forgery("QR", "in the signed file", transplanted(made.signed, drawing))


def cut(made: Original) -> Forgeries:
    for file, pdf in (("signed", made.signed), ("accessible", made.accessible)):
        for share in (0.2, 0.5, 0.9, 0.999):
            yield Forgery("truncated", f"{file} after {share:.1%}", pdf[: int(len(pdf) * share)])
    yield Forgery("truncated", "without its last byte", made.signed[:-1])
    yield Forgery("truncated", "without its first byte", made.signed[1:])


def appended(made: Original) -> Forgeries:
    """What a verifier that asks only whether the signature is intact accepts."""
    for name, more in {
        "a line": b"\n",
        "a letter": b"x",
        "zeros": bytes(1024),
        "a comment": b"\n% Gold\n",
        "an end of file": b"\n%%EOF\n",
        "an object": b"\n5 0 obj\n<</Length 0>>\nstream\n\nendstream\nendobj\n",
        "itself": made.signed,
        "the other copy": made.accessible,
        "a page for browsers": b"<html><script>alert(1)</script></html>",
    }.items():
        yield Forgery("appended", name, made.signed + more)
        if more != made.signed:
            yield Forgery("appended", f"{name} before", more + made.signed)


def flipped(made: Original, number: int, seed: int = 5) -> Forgeries:
    """Random bytes of either file changed, one to four of them."""
    chance = random.Random(seed)
    for turn in range(number):
        pdf = bytearray(chance.choice((made.signed, made.accessible)))
        for place in chance.sample(range(len(pdf)), chance.randint(1, 4)):
            pdf[place] ^= chance.randint(1, 255)
        yield Forgery("flipped", str(turn), bytes(pdf))


def transplanted(signed: bytes, drawing: bytes) -> bytes:
    """The signed file with another page in it; its signature stays where it was."""
    file, other = pikepdf.open(io.BytesIO(signed)), pikepdf.open(io.BytesIO(drawing))
    for part in ("/Contents", "/Resources"):
        file.pages[0].obj[part] = file.copy_foreign(other.pages[0].obj[part])
    return saved(file)


def saved(file: pikepdf.Pdf) -> bytes:
    out = io.BytesIO()
    file.save(out, deterministic_id=True)
    return out.getvalue()


def in_place(pdf: bytes, turn: int) -> bytes:
    """Two glyphs of the page changed, in a file of the same length and with every offset as it was."""
    file = pikepdf.open(io.BytesIO(pdf))
    stream = file.pages[0].obj.Contents
    packed, drawn = stream.read_raw_bytes(), stream.read_bytes()
    return next(
        pdf.replace(packed, again.ljust(len(packed), b"\0"), 1)
        for again in _repacked(drawn, random.Random(turn))
        if len(again) <= len(packed)
    )


def _repacked(drawn: bytes, chance: random.Random) -> Iterator[bytes]:
    glyphs = list(re.finditer(rb"<([0-9a-f]{4})>", drawn))
    while True:
        one, two = chance.sample(glyphs, 2)
        if one[1] != two[1]:
            changed = bytearray(drawn)
            changed[one.start(1) : one.end(1)], changed[two.start(1) : two.end(1)] = two[1], one[1]
            yield zlib.compress(bytes(changed), 9)
