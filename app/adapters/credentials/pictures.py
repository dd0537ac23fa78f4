"""The pictures of badges, and a credential put into one (Open Badges 3.0, section 5.3).

The pictures are made beforehand (``scripts/badges``), so nothing is drawn while somebody waits.
"""

import zlib
from functools import cache
from struct import pack

from app.config import ROOT

FOLDER = ROOT / "static" / "badges"
KINDS = {"svg": "image/svg+xml", "png": "image/png"}
_NAMESPACE = "https://purl.imsglobal.org/spec/ob/v3p0"
_KEYWORD = b"openbadgecredential"
_PNG_START = b"\x89PNG\r\n\x1a\n"
_PNG_END = b"\x00\x00\x00\x00IEND"


@cache  # some 40 small files
def picture(name: str, kind: str) -> bytes:
    """The picture ``bronze-held`` as ``svg`` or ``png``. KeyError for another kind."""
    if kind not in KINDS:
        raise KeyError(kind)
    return (FOLDER / f"{name}.{kind}").read_bytes()


def kind_of(data: bytes) -> str:
    """Which kind a file can be, if it is one of ours at all."""
    return "png" if data.startswith(_PNG_START) else "svg"


def baked(image: bytes, kind: str, jwt: str) -> bytes:
    """One of our pictures with the credential inside. A JWT is made of letters that need no escaping."""
    return _baked_png(image, jwt) if kind == "png" else _baked_svg(image, jwt)


def _baked_svg(image: bytes, jwt: str) -> bytes:
    carrier = f'<openbadges:credential xmlns:openbadges="{_NAMESPACE}" verify="{jwt}"/>'
    head, end, tail = image.rpartition(b"</svg>")
    return head + carrier.encode() + end + tail


def _baked_png(image: bytes, jwt: str) -> bytes:
    # Keyword, not compressed, no language, no translated keyword, text.
    text = b"iTXt" + _KEYWORD + b"\x00\x00\x00\x00\x00" + jwt.encode("ascii")
    chunk = pack(">I", len(text) - 4) + text + pack(">I", zlib.crc32(text))
    head, end, tail = image.rpartition(_PNG_END)
    return head + chunk + end + tail
