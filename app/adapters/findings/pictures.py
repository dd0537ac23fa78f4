"""What PNG and JPEG files tell of who made them and where, and the same pictures without it.

The frames are walked, as the structure check walks them; no pixel is decoded unless a picture must be turned.
"""

import io
import re
import struct
from collections.abc import Iterator
from typing import Any, BinaryIO

from PIL import ExifTags, Image, ImageOps, JpegImagePlugin

from app.adapters.findings.authors import author
from app.adapters.findings.kinds import Finding, Kind, Piece

_PNG = b"\x89PNG\r\n\x1a\n"
# What a PNG needs to look as it does: pixels, colours, size in print, animation.
_PNG_KEPT = frozenset(
    b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT bKGD hIST pHYs cICP mDCv cLLi acTL fcTL fdAT".split()
)
_PNG_TEXT = frozenset({b"tEXt", b"zTXt", b"iTXt"})
_NAMED = re.compile(r"author|artist|creator|owner|copyright|by-?line|credit", re.I)
_EXIF_NAMES = {
    ExifTags.Base.Artist: "artist",
    ExifTags.Base.XPAuthor: "author",
    ExifTags.Base.Copyright: "copyright",
    ExifTags.Base.CameraOwnerName: "owner of the camera",
    ExifTags.Base.HostComputer: "computer",
}
_IPTC_NAMES = {(2, 80): "by-line", (2, 110): "credit", (2, 116): "copyright", (2, 122): "writer"}
_XMP_NAMES = re.compile(
    rb"<(?:dc:creator|photoshop:(?:AuthorsPosition|Credit|CaptionWriter)|dc:rights|xmpRights:Owner|"
    rb"Iptc4xmpExt:PersonInImage)\b[^>]*>(.*?)</(?:dc|photoshop|xmpRights|Iptc4xmpExt):",
    re.S,
)
_XMP_PLACE = re.compile(rb"exif:GPSLatitude|photoshop:City|Iptc4xmpCore:Location")
_TAG = re.compile(rb"<[^>]*>")
PROPERTIES = "file properties"
PLACE_TAKEN = "where the picture was taken"
_SOI, _EOI, _SOS, _APP0, _APP2, _APP14, _APP15, _COM = 0xD8, 0xD9, 0xDA, 0xE0, 0xE2, 0xEE, 0xEF, 0xFE
_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")


def pieces(source: BinaryIO) -> Iterator[Piece]:
    """What can be told of a picture: its properties, and that its words can't be read."""
    source.seek(0)
    yield Finding(Kind.NOT_SEARCHED, "the picture", "This file is a picture, so its words can't be read.")
    yield from properties_of(source.read(), PROPERTIES)


def properties_of(data: bytes, place: str) -> Iterator[Finding]:
    """The names and places in the properties of a picture; nothing when it can't be opened."""
    try:
        with Image.open(io.BytesIO(data), formats=["PNG", "JPEG"]) as picture:
            if picture.format == "PNG":
                picture.load() if len(data) < 1_000_000 else None
            yield from _of_exif(picture.getexif(), place)
            yield from _of_texts(picture, place)
            yield from _of_xmp(picture.info.get("xmp") or picture.info.get("XML:com.adobe.xmp", b""), place)
            yield from _of_iptc(picture, place)
    except (OSError, SyntaxError, ValueError):
        return


def _of_exif(exif: Image.Exif, place: str) -> Iterator[Finding]:
    camera = exif.get_ifd(ExifTags.IFD.Exif)
    for tag, what in _EXIF_NAMES.items():
        value = exif.get(tag) or camera.get(tag)
        if value:
            yield from author(place, what, _decoded(value))
    if exif.get_ifd(ExifTags.IFD.GPSInfo).get(ExifTags.GPS.GPSLatitude):
        yield Finding(Kind.AUTHOR, place, PLACE_TAKEN)


def _of_texts(picture: Image.Image, place: str) -> Iterator[Finding]:
    for key, value in picture.info.items():
        if isinstance(key, str) and isinstance(value, str) and _NAMED.search(key):
            yield from author(place, key.lower(), value)


def _of_xmp(xmp: bytes | str, place: str) -> Iterator[Finding]:
    data = xmp.encode() if isinstance(xmp, str) else xmp
    for value in _XMP_NAMES.findall(data):
        yield from author(place, "author", _TAG.sub(b" ", value).decode("utf-8", "replace").strip())
    if _XMP_PLACE.search(data):
        yield Finding(Kind.AUTHOR, place, PLACE_TAKEN)


def _of_iptc(picture: Image.Image, place: str) -> Iterator[Finding]:
    blocks: Any = picture.info.get("photoshop", {})
    data = blocks.get(0x0404, b"") if isinstance(blocks, dict) else b""
    at = 0
    while at + 5 <= len(data) and data[at] == 0x1C:
        record, number, length = data[at + 1], data[at + 2], struct.unpack_from(">H", data, at + 3)[0]
        value = data[at + 5 : at + 5 + length]
        if what := _IPTC_NAMES.get((record, number)):
            yield from author(place, what, value.decode("utf-8", "replace"))
        at += 5 + length


def _decoded(value: object) -> str:
    """EXIF keeps the fields of Windows as UTF-16 in bytes, or in a tuple of them."""
    if isinstance(value, tuple):
        value = bytes(value)
    if isinstance(value, bytes):
        return value.decode("utf-16-le", "replace").rstrip("\0")
    return str(value)


def cleaned(data: bytes) -> bytes:
    """The picture without anything but what it looks like; one that says how to turn it is turned."""
    turn = _orientation(data)
    return stripped(data) if turn == 1 else _turned(data)


def stripped(data: bytes) -> bytes:
    """The same pixels, to the bit, without properties. What is no PNG or JPEG stays as it is."""
    if data.startswith(_PNG):
        return _PNG + b"".join(chunk for kind, chunk in _chunks(data) if kind in _PNG_KEPT)
    return _jpeg(data) if data.startswith(b"\xff\xd8\xff") else data


def stripped_inside(data: bytes) -> bytes:
    """As ``stripped``, for a picture in a document, which keeps the one property that says how to turn it."""
    turn = _orientation(data)
    plain = stripped(data)
    if turn == 1 or not data.startswith(b"\xff\xd8"):
        return plain
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = turn
    body = exif.tobytes()
    return plain[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + plain[2:]


def _orientation(data: bytes) -> int:
    try:
        with Image.open(io.BytesIO(data), formats=["PNG", "JPEG"]) as picture:
            turn = picture.getexif().get(ExifTags.Base.Orientation, 1)
    except (OSError, SyntaxError, ValueError):
        return 1
    return turn if isinstance(turn, int) and 1 <= turn <= 8 else 1


def _turned(data: bytes) -> bytes:
    """Pixels moved to where they are shown, packed as the camera packed them, colours as they were."""
    target = io.BytesIO()
    with Image.open(io.BytesIO(data), formats=["PNG", "JPEG"]) as picture:
        how: dict[str, Any] = {"icc_profile": picture.info.get("icc_profile")}
        if isinstance(picture, JpegImagePlugin.JpegImageFile):
            sampling = JpegImagePlugin.get_sampling(picture)
            how |= {"qtables": picture.quantization, "subsampling": sampling if sampling >= 0 else 0}
        kind = picture.format
        turned = ImageOps.exif_transpose(picture)
    turned.info.clear()
    turned.save(target, kind, exif=b"", **{key: value for key, value in how.items() if value is not None})
    return stripped(target.getvalue())


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_PNG)
    while at + 12 <= len(data):
        length, kind = struct.unpack_from(">L4s", data, at)
        yield kind, data[at : at + 12 + length]
        at += 12 + length


def _jpeg(data: bytes) -> bytes:
    """The segments that draw the picture, and its colour profile, up to its end."""
    kept, at = [b"\xff\xd8"], 2
    while found := _MARKER.search(data, at):
        marker, start = data[found.end() - 1], found.start()
        if marker == _EOI:
            return b"".join([*kept, b"\xff\xd9"])
        end = found.end() + (0 if marker == 0x01 else struct.unpack_from(">H", data, found.end())[0])
        if marker == _SOS:
            scan = _scan_end(data, end)
            kept.append(data[start:scan])
            at = scan
            continue
        if _is_kept(marker, data[found.end() + 2 : end]):
            kept.append(data[start:end])
        at = end
    return b"".join([*kept, b"\xff\xd9"])


def _scan_end(data: bytes, start: int) -> int:
    """Where the packed pixels of a scan end: at the next marker that is no restart of them."""
    found = _MARKER.search(data, start)
    return found.start() if found else len(data)


def _is_kept(marker: int, body: bytes) -> bool:
    if marker == _APP0:
        return body.startswith(b"JFIF\0")
    if marker == _APP2:
        return body.startswith(b"ICC_PROFILE\0")
    if marker == _APP14:
        return body.startswith(b"Adobe")
    return not (_APP0 <= marker <= _APP15 or marker == _COM)
